import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { ciliumValues } from "../../lib/mesh/values";
import type { SitePlan } from "../../lib/plan/plan";
import type { CiliumMinor } from "../../lib/plan/versions";
import { absentChart, objectsOf, render } from "../mesh/charts";
import { absentGoModule, goModuleFolder } from "../support/goModules";

/** What each Cilium's operator does not start its controller without (its sources: requiredGVKs, RequiredGVKs). */
const REQUIRED: Readonly<Record<CiliumMinor, readonly [version: string, ...kinds: string[]]>> = {
  "1.19": ["v1.4.1", "gatewayclasses", "gateways", "httproutes", "grpcroutes", "referencegrants"],
  "1.20": [
    "v1.6.1",
    "gatewayclasses",
    "gateways",
    "httproutes",
    "grpcroutes",
    "referencegrants",
    "backendtlspolicies",
    "tlsroutes",
  ],
};

interface Definition {
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
}

const definitions = (version: string) =>
  JSON.parse(readFileSync(join(__dirname, `../../lib/gateway/crds/${version}.json`), "utf8")) as Definition[];

test("each Cilium gets every definition that it asks for, of the version that it asks for", () => {
  for (const [version, ...kinds] of Object.values(REQUIRED)) {
    const found = definitions(version);
    assert.deepEqual(
      found.map(({ metadata }) => metadata.name),
      kinds.map((kind) => `${kind}.gateway.networking.k8s.io`),
    );
    for (const { metadata } of found)
      assert.equal(metadata.annotations["gateway.networking.k8s.io/bundle-version"], version);
  }
});

for (const [version, ...kinds] of Object.values(REQUIRED)) {
  test(`the definitions of ${version} are the project's own, but for descriptions`, async (t) => {
    const absent = await absentGoModule("sigs.k8s.io/gateway-api", version);
    if (absent !== false) return t.skip(absent);
    const folder = goModuleFolder("sigs.k8s.io/gateway-api", version);
    const own = kinds.map((kind) => {
      const file = join(folder, "config/crd/standard", `gateway.networking.k8s.io_${kind}.yaml`);
      const { status: _, ...definition } = parse(readFileSync(file, "utf8"));
      return definition;
    });
    assert.deepEqual(definitions(version), JSON.parse(JSON.stringify(own, withoutDescription)));
  });
}

function withoutDescription(name: string, value: unknown): unknown {
  return name === "description" && typeof value === "string" ? undefined : value;
}

for (const minor of ["1.19", "1.20"] as const) {
  test(`Cilium ${minor} is the gateway's controller by its chart, whatever Helm sees of the cluster`, async (t) => {
    const skip = await absentChart(minor);
    if (skip !== false) {
      t.skip(skip);
      return;
    }
    const addresses = { podCidr: "10.3.128.0/17", podPrefixPerNode: 24 };
    const site = { name: "oslo", number: 3, kind: "eks", addresses, pools: [] } as unknown as SitePlan;
    const kinds = async (gateway: boolean) => {
      const values = {
        ...ciliumValues(site, { maximumSites: 255, gateway }),
        k8sServiceHost: "api",
        k8sServicePort: 443,
      };
      return objectsOf(await render(minor, values));
    };
    const [having, without] = [await kinds(true), await kinds(false)];
    const classes = having.filter(({ kind }) => kind === "GatewayClass");
    assert.deepEqual(
      classes.map(({ metadata, spec }) => [metadata.name, (spec as { controllerName: string }).controllerName]),
      [["cilium", "io.cilium/gateway-controller"]],
    );
    const config = having.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "cilium-config");
    assert.equal((config?.data as Record<string, string> | undefined)?.["enable-gateway-api"], "true");
    assert.equal(
      without.some(({ kind }) => kind === "GatewayClass"),
      false,
    );
  });
}
