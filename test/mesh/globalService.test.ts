import assert from "node:assert/strict";
import { test } from "node:test";
import { Provider } from "@pulumi/kubernetes/provider";
import { GlobalService, type GlobalServiceArgs } from "../../lib";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import type { MeshSpec } from "../../lib/plan/mesh";
import { type Graph, record } from "../support/graph";
import { twoRegions } from "../support/specs";

const SERVICE = "kubernetes:core/v1:Service";

function build(args: Partial<GlobalServiceArgs> = {}, mesh: MeshSpec | undefined = {}): Promise<Graph> {
  return record(() => {
    const sites = Object.fromEntries(
      ["frankfurt", "dublin"].map((name) => [name, { kubernetes: new Provider(name, { kubeconfig: "{}" }) }]),
    );
    const plan = fleetPlan(twoRegions(mesh && { mesh })).mesh;
    const selector = { app: "web" };
    new GlobalService("web", { sites, mesh: plan, namespace: "shop", selector, ports: [{ port: 80 }], ...args });
  });
}

test("in each site a Service of one name and namespace, shared with the others, its own site first", async () => {
  const services = (await build()).all(SERVICE);
  assert.deepEqual(
    services.map(({ name }) => name),
    ["web-frankfurt", "web-dublin"],
  );
  for (const { inputs } of services) {
    assert.deepEqual(inputs.metadata, {
      name: "web",
      namespace: "shop",
      annotations: {
        "service.cilium.io/global": "true",
        "service.cilium.io/affinity": "local",
        "service.cilium.io/shared": "true",
        "pulumi.com/skipAwait": "true",
      },
    });
  }
});

test("without a mesh, and with the implementation none, each site has a Service of its own", async () => {
  for (const graph of [await build({ mesh: undefined }), await build({ exported: true }, { implementation: "none" })]) {
    for (const { inputs } of graph.all(SERVICE)) {
      const { annotations } = inputs.metadata as { annotations: object };
      assert.deepEqual(annotations, { "pulumi.com/skipAwait": "true" });
    }
    assert.equal(graph.resources.filter(({ name }) => name.endsWith("-export")).length, 0);
  }
});

test("an export is of the version that the site's Cilium reads, and comes after its Service", async () => {
  for (const [ciliumVersion, apiVersion] of [
    ["1.19", "multicluster.x-k8s.io/v1alpha1"],
    ["1.20", "multicluster.x-k8s.io/v1beta1"],
  ] as const) {
    const graph = await build({ exported: true }, { ciliumVersion });
    const made = graph.resources.filter(({ name }) => name.endsWith("-export"));
    assert.equal(made.length, 2);
    for (const { inputs, dependsOn } of made) {
      assert.equal(inputs.apiVersion, apiVersion);
      assert.equal(inputs.kind, "ServiceExport");
      assert.ok(dependsOn.some((urn) => urn.includes("core/v1:Service")));
    }
  }
});

test("a headless Service has no address of its own, and its names lead to the pods of all sites", async () => {
  for (const { inputs } of (await build({ headless: true })).all(SERVICE)) {
    assert.equal((inputs.spec as { clusterIP: string }).clusterIP, "None");
    const { annotations } = inputs.metadata as { annotations: { [name: string]: string } };
    assert.equal(annotations["service.cilium.io/global-sync-endpoint-slices"], "true");
  }
});
