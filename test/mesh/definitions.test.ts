import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import { CILIUM_CHARTS, CILIUM_MINORS, type CiliumMinor } from "../../lib/plan/versions";
import { recordFleet } from "../support/clouds";
import { absentGoModule, goModuleFolder } from "../support/goModules";
import { follows } from "../support/graph";
import { eksSite, existingSite, fleetSpec, gkeSite } from "../support/specs";

/** Versions of sigs.k8s.io/mcs-api in the `go.mod` of each Cilium. */
const VERSIONS: Readonly<Record<CiliumMinor, string>> = {
  "1.19": "v0.3.1-0.20260224125735-0f775a3eff97",
  "1.20": "v0.5.2",
};
const KINDS = ["serviceexports", "serviceimports"];
const CRD = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";

for (const minor of CILIUM_MINORS) {
  const { goModule, version } = CILIUM_CHARTS[minor].offline;
  test(`${minor}: the definitions are of the version that Cilium itself would install`, async (t) => {
    const absent = await absentGoModule(goModule, version);
    if (absent !== false) return t.skip(absent);
    const line = `\tsigs.k8s.io/mcs-api ${VERSIONS[minor]}\n`;
    assert.ok(readFileSync(join(goModuleFolder(goModule, version), "go.mod"), "utf8").includes(line), line);
  });

  test(`${minor}: the definitions are the project's own, but for descriptions`, async (t) => {
    const absent = await absentGoModule("sigs.k8s.io/mcs-api", VERSIONS[minor]);
    if (absent !== false) return t.skip(absent);
    const api = goModuleFolder("sigs.k8s.io/mcs-api", VERSIONS[minor]);
    const kept = readFileSync(join(__dirname, `../../lib/mesh/crds/${VERSIONS[minor]}.json`), "utf8");
    const own = KINDS.map((kind) => {
      const file = join(api, "config/crd", `multicluster.x-k8s.io_${kind}.yaml`);
      return parse(readFileSync(file, "utf8"));
    });
    const undescribed = JSON.stringify(own, (name, value) =>
      name === "description" && typeof value === "string" ? undefined : value,
    );
    assert.deepEqual(JSON.parse(kept), JSON.parse(undescribed));
  });

  test(`${minor}: a built site has both before its Cilium, whose operator then does not install them`, async () => {
    const spec = fleetSpec([eksSite("frankfurt", 1), gkeSite("belgium", 2)], { mesh: { ciliumVersion: minor } });
    const graph = await meshed(spec);
    for (const { name } of fleetPlan(spec).sites) {
      const release = graph.one("kubernetes:helm.sh/v3:Release", `${name}-cilium`);
      for (const kind of KINDS) {
        const made = graph.one(CRD, `${name}-${kind}.multicluster.x-k8s.io`);
        assert.ok(follows(graph, release, made), `${made.name} is there first`);
        const versions = (made.inputs.spec as { versions: { name: string; served: boolean }[] }).versions;
        const api = minor === "1.19" ? "v1alpha1" : "v1beta1";
        assert.ok(versions.some((one) => one.name === api && one.served));
      }
      assert.match(JSON.stringify(release.inputs.values), /"installCRDs":false/);
    }
  });
}

test("a cluster that exists keeps its own, and a fleet without a mesh has none", async () => {
  const basel = existingSite("basel", 2, { endpoints: { mesh: ["192.168.16.9"] } });
  const sites = [eksSite("frankfurt", 1), basel];
  const graph = await meshed(fleetSpec(sites, { mesh: { mtuBytes: 1370 } }));
  assert.deepEqual(
    graph.all(CRD).map(({ name }) => name),
    KINDS.map((kind) => `frankfurt-${kind}.multicluster.x-k8s.io`),
  );
  for (const mesh of [undefined, { implementation: "none" as const }])
    assert.deepEqual((await recordFleet(fleetSpec(sites, { ...(mesh && { mesh }) }), {}, KUBECONFIGS)).all(CRD), []);
});

const KUBECONFIGS = { kubeconfigs: { basel: "of/basel" } };

function meshed(spec: ReturnType<typeof fleetSpec>) {
  const pair = { certificate: "certificate", key: "key" };
  const all = { server: pair, admin: pair, remote: pair, local: pair, roots: "roots" };
  const meshCredentials = Object.fromEntries(spec.sites.map(({ name }) => [name, all]));
  const isGiven = spec.sites.some(({ kind }) => kind === "existing");
  return recordFleet(spec, {}, { meshCredentials, ...(isGiven && KUBECONFIGS) });
}
