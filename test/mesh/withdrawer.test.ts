import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import type { FleetSpec } from "../../lib";
import type { LeafPair } from "../../lib/mesh/credentials";
import { deploymentSpec, programObject, roleRules } from "../../lib/mesh/withdrawer/objects";
import { peerApi } from "../../lib/mesh/withdrawer/program/site";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import { peerObjects } from "../../lib/plan/mesh";
import { recordFleet } from "../support/clouds";
import { childrenOf, follows } from "../support/graph";
import { ROOT } from "../support/multisite";
import { aksSite, eksSite, existingSite, fleetSpec, gkeSite } from "../support/specs";

const pair: LeafPair = { certificate: "certificate", key: "key" };
const credentials = { server: pair, admin: pair, remote: pair, local: pair, roots: "roots" };

function build(spec: FleetSpec) {
  const meshed = spec.mesh?.implementation === "none" ? [] : spec.sites;
  const meshCredentials = Object.fromEntries(meshed.map(({ name }) => [name, credentials]));
  return recordFleet(spec, {}, { meshCredentials, kubeconfigs: { basel: "of/basel" } });
}

function spec(mesh: FleetSpec["mesh"]): FleetSpec {
  const basel = existingSite("basel", 4, { endpoints: { mesh: ["192.168.16.9"] } });
  const sites = [eksSite("frankfurt", 1), gkeSite("belgium", 2), aksSite("amsterdam", 3), basel];
  return fleetSpec(sites, { mesh: { mtuBytes: 1370, ...mesh } });
}

const KINDS = [
  "admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy",
  "admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding",
  "apps/v1:Deployment",
  "coordination.k8s.io/v1:Lease",
  "core/v1:ConfigMap",
  "core/v1:ConfigMap",
  "core/v1:ServiceAccount",
  "rbac.authorization.k8s.io/v1:Role",
  "rbac.authorization.k8s.io/v1:RoleBinding",
].map((kind) => `kubernetes:${kind}`);

test("every site of a mesh that asks for it has one, also one that exists; after all that it stands on", async () => {
  const graph = await build(spec({ withdrawer: {} }));
  for (const site of ["frankfurt", "belgium", "amsterdam", "basel"]) {
    const all = childrenOf(graph, graph.one("multisite:index:Site", site).urn);
    const own = all.filter(({ name }) => /-(withdrawer|withdrawn|withdrawer-program)$/.test(name));
    assert.deepEqual(own.map(({ type }) => type).sort(), KINDS);
    const deployment = own.find(({ type }) => type.endsWith(":Deployment"))!;
    for (const one of own) if (one !== deployment) assert.ok(follows(graph, deployment, one), one.name);
  }
});

test("a mesh that does not ask for it has none", async () => {
  const graph = await build(spec({}));
  assert.equal(graph.all("kubernetes:coordination.k8s.io/v1:Lease").length, 0);
});

test("as many peers may go at once as the fleet tolerates, and a registry of one's own can be named", () => {
  const plan = (change: Partial<FleetSpec>, image?: string) =>
    fleetPlan({ ...spec({ withdrawer: image === undefined ? {} : { image } }), ...change }).mesh!.withdrawer!;
  assert.equal(plan({}).atMost, 1);
  assert.equal(plan({ tolerate: 2 }).atMost, 2);
  assert.equal(JSON.parse(programObject(plan({ tolerate: 2 })).data["settings.json"]).atMost, 2);
  assert.match(plan({}).image, /^docker\.io\/library\/node:\d+\.\d+\.\d+-/);
  const own = "registry.example.com/node@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  assert.equal(deploymentSpec(plan({}, own)).template.spec.containers[0]!.image, own);
  assert.throws(() => plan({}, "not an image"), /withdrawer\.image/);
});

test("its program is what its sources say, all files that it needs are there, and a change of it rolls the pods", async () => {
  const { FILE, compiled } = (await import(pathToFileURL(join(ROOT, "scripts/withdrawer.mjs")).href)) as {
    FILE: string;
    compiled(): string;
  };
  assert.equal(readFileSync(FILE, "utf8"), compiled(), "run: node scripts/withdrawer.mjs");
  const files = JSON.parse(compiled()) as Record<string, string>;
  for (const [path, text] of Object.entries(files)) {
    for (const [, wanted] of text.matchAll(/require\("(\.[^"]*)"\)/g)) {
      assert.ok(Object.hasOwn(files, `${join(path, "..", wanted!)}.js`), `${path} needs ${wanted}`);
    }
    for (const [, wanted] of text.matchAll(/require\("([^."][^"]*)"\)/g)) assert.match(wanted!, /^node:/);
  }
  const version = (atMost: number) =>
    deploymentSpec({ image: "node", atMost }).template.metadata.annotations["multisite/program"];
  assert.notEqual(version(1), version(2));
});

test("it reads the addresses of its peers from what the mesh API reads, in the forms of both minor versions", () => {
  for (const ciliumVersion of ["1.19", "1.20"] as const) {
    const plan = fleetPlan(spec({ ciliumVersion })).mesh!;
    for (const [peer, entry] of Object.entries(peerObjects(plan, "frankfurt").kvstoreMesh)) {
      const { host, port, addresses } = peerApi(entry);
      const planned = plan.members.find(({ name }) => name === peer)!.addresses;
      assert.deepEqual([addresses, port], [planned, 2379]);
      assert.equal(host, ciliumVersion === "1.20" ? `${peer}.mesh.cilium.io` : planned[0]);
    }
  }
});

test("it may change what agents follow, its own record and lease, and pods; it reads no certificate and no key", () => {
  const rules = roleRules();
  const writable = rules.filter(({ verbs }) => verbs.some((verb) => verb !== "get" && verb !== "list"));
  assert.deepEqual(
    writable.map((rule) => [rule.resources[0], "resourceNames" in rule ? rule.resourceNames[0] : "any"]),
    [
      ["secrets", "cilium-clustermesh"],
      ["configmaps", "multisite-withdrawn"],
      ["leases", "multisite-withdrawer"],
      ["pods", "any"],
    ],
  );
  assert.ok(rules.every(({ verbs }) => !verbs.includes("*") && !verbs.includes("delete")));
});
