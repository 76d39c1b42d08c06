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
      const chart = ${JSON.stringify(SHOP)};
      const old = new k8s.helm.v3.Chart("old", { path: chart, namespace, values: { url: "u", password: "p" } }, options);
      new k8s.helm.v4.Chart("new", { chart, namespace, skipCrds: true, values: { url: pulumi.secret("open-sesame-8") } },
        { ...options, dependsOn: old.ready });
      new k8s.kustomize.Directory("built", { directory: "built" }, options);
      new k8s.kustomize.v2.Directory("anew", { directory: "built", namespace, resourcePrefix: "again" }, options);
    `,
  });
  mkdirSync(join(dir, "built"));
  writeFileSync(
    join(dir, "built", "kustomization.yaml"),
    "configMapGenerator: [{ name: made, literals: [a=b], options: { disableNameSuffixHash: true } }]\n",
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
    const names = items.map(({ metadata }) => metadata?.name).sort();
    assert.deepEqual(names, ["kube-root-ca.crt", "made", "new", "new-kept", "old", "old-kept", "old-migration"]);
    const dataOf = (name: string) => items.find(({ metadata }) => metadata?.name === name)?.data;
    const told = { kubernetes: `v${VERSIONS.kubernetes}`, leases: "true", baskets: "true" };
    assert.deepEqual(dataOf("old"), { url: "u", ...told, seen: "nothing" });
    assert.deepEqual(dataOf("new"), { url: "open-sesame-8", ...told, seen: "kube-system" });
    const made = await core.readNamespacedConfigMap({ namespace: "default", name: "made" });
    assert.deepEqual(made.data, { a: "b" });
    for (const name of ["old", "new"]) {
      const deployment = await apps.readNamespacedDeployment({ namespace: "market", name });
      assert.equal(deployment.status?.readyReplicas, 2);
    }
    const shown = JSON.stringify(up.resources.map(({ inputs }) => session.shown(inputs)));
    assert.ok(!shown.includes("open-sesame-8"), "a secret value stays secret in what was rendered of it");
  });
});
