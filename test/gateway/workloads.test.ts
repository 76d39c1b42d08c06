import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { simulatedClouds } from "../../rehearsal/clouds";
import { openSession } from "../../rehearsal/engine";
import { temporaryFolder } from "../support/folders";
import { rehearsedGateway } from "../support/rehearsedGateway";

/** A Service in a namespace of the gateway's routes, and another such namespace with a label of the team's own. */
const MANIFESTS = `
apiVersion: v1
kind: Service
metadata: { name: frontend, namespace: shop }
spec: { ports: [{ port: 80 }], selector: { app: frontend } }
---
apiVersion: v1
kind: Namespace
metadata: { name: orders, labels: { team: orders } }
---
apiVersion: v1
kind: Service
metadata: { name: api, namespace: orders }
spec: { ports: [{ port: 8080 }], selector: { app: api } }
`;

for (const existingNamespaces of ["", "shop"]) {
  test(`workloads share the namespaces that a gateway makes, of those that exist ${existingNamespaces || "none"} being named`, async () => {
    const fleet = await rehearsedGateway({
      ...{ service: "route53", sites: "frankfurt,cellar", manifests: MANIFESTS },
      ...(existingNamespaces && { existingNamespaces }),
    });
    assert.deepEqual(fleet.again, []);
    for (const site of ["frankfurt", "cellar"]) {
      // The API server would refuse a Service before its namespace, and a namespace that is there.
      fleet.one("kubernetes:core/v1:NamespacePatch", `${site}-gateway-shop`);
      fleet.one("kubernetes:core/v1:Service", `shop-${site}-shop/frontend`);
      const { metadata } = fleet.one("kubernetes:core/v1:NamespacePatch", `shop-${site}-orders`).inputs as {
        metadata: object;
      };
      assert.deepEqual(metadata, { name: "orders", labels: { team: "orders" } });
    }
  });
}

test("a gateway comes to workloads, goes and comes back, and no namespace goes with it", async (t) => {
  const projectDir = join(__dirname, "../programs/gateway");
  const stateFile = join(temporaryFolder(t), "state.json");
  const config = { service: "route53", sites: "frankfurt,cellar", manifests: MANIFESTS };
  for (const entered of ["no", "yes", "no", "yes"]) {
    const sources = [simulatedClouds({ moduleRoots: [projectDir] })];
    const session = await openSession({
      ...{ projectDir, sources, stateFile, passphrase: "p" },
      config: { ...config, entered },
    });
    try {
      const { exit, steps, diagnostics } = await session.up();
      assert.equal(exit, 0, JSON.stringify(diagnostics));
      const gone = steps.filter(({ op, urn }) => op.includes("delete") && /v1:Namespace::/.test(urn));
      assert.deepEqual(
        gone.map(({ urn }) => urn.split("::").at(-1)).filter((name) => !/-gateway$|cert-manager$/.test(String(name))),
        [],
      );
    } finally {
      await session.close();
    }
  }
});
