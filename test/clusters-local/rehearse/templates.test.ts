import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { VERSIONS } from "../../../rehearsal/clusters/toolchain";
import { clients } from "../../support/localClients";
import { localTools } from "../../support/localTools";
import { ROOT } from "../../support/multisite";
import { onLocalSites } from "../../support/onLocalSites";
import { program } from "./sample";

const SHOP = join(ROOT, "test/clusters-local/helm/charts/shop");

it("charts and kustomizations of a program run in its sites", async (t) => {
  const tools = await localTools();
  if (typeof tools === "string") return t.skip(tools);
  const dir = program(t, {
    isAlone: true,
    inEach: `
      const webhook = new k8s.admissionregistration.v1.ValidatingWebhookConfiguration("asked-" + name, { metadata: { name: "asked" },
        webhooks: [{ name: "asked.shop.example.com", sideEffects: "None", admissionReviewVersions: ["v1"],
          clientConfig: { service: { namespace: "market", name: "asked" } },
          rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["*"], resources: ["configmaps"] }] }] }, { provider });
      const options = { provider, dependsOn: webhook };
      const namespace = new k8s.core.v1.Namespace("market-" + name, { metadata: { name: "market" } }, options).metadata.name;
      new k8s.helm.v3.Chart("old", { path: ${JSON.stringify(SHOP)}, namespace, values: { url: "u", password: "open-sesame-7" } }, options);
      new k8s.kustomize.Directory("built", { directory: "built" }, options);
    `,
  });
  mkdirSync(join(dir, "built"));
  writeFileSync(
    join(dir, "built", "kustomization.yaml"),
    "namespace: market\nconfigMapGenerator: [{ name: made, literals: [a=b] }]\n",
  );
  await onLocalSites(t, dir, async ({ session }, sites) => {
    const up = await session.up();
    assert.equal(up.exit, 0, up.diagnostics.map(({ message }) => message).join("\n"));
    const again = await session.up();
    const changed = again.steps.filter(({ op }) => op !== "same").map(({ op, type, name }) => `${op} ${type} ${name}`);
    assert.deepEqual(
      changed,
      ["update kubernetes:core/v1:ConfigMap market/old"],
      "the chart now finds its own definition",
    );
    const { core, apps } = await clients(sites.oslo!);
    const { items } = await core.listNamespacedConfigMap({ namespace: "market" });
    const names = items.map(({ metadata }) => metadata?.name?.replace(/-[0-9a-z]{10}$/, ""));
    assert.deepEqual(names.sort(), ["kube-root-ca.crt", "made", "old", "old-kept", "old-migration"]);
    const old = items.find(({ metadata }) => metadata?.name === "old");
    assert.deepEqual(old?.data, {
      url: "u",
      kubernetes: `v${VERSIONS.kubernetes}`,
      leases: "true",
      baskets: "true",
      seen: "nothing",
    });
    const deployment = await apps.readNamespacedDeployment({ namespace: "market", name: "old" });
    assert.equal(deployment.status?.readyReplicas, 2);
    assert.doesNotMatch(
      JSON.stringify(session.shown(up.resources.find(({ type }) => type === "kubernetes:core/v1:Secret")!.inputs)),
      /open-sesame/,
    );
  });
});
