import assert from "node:assert/strict";
import { test } from "node:test";
import { kubernetesSource } from "../../rehearsal/clusters/provider";
import { localKubeconfig } from "../../rehearsal/clusters/sites/kubeconfig";
import type { Properties } from "../../rehearsal/engine/provider";
import { makeSecret } from "../../rehearsal/engine/values";
import { Bench, ROOT } from "../rehearsal/clouds/support";
import { clients } from "../support/localClients";
import { localTools } from "../support/localTools";
import { ownNamespaces, sharedControlPlane } from "../support/shared";

test("what an API server refuses is told with the resource that it is about, and without secrets", async (t) => {
  const tools = await localTools();
  if (typeof tools === "string") return t.skip(tools);
  const plane = await sharedControlPlane(tools);
  const namespace = "refused";
  await ownNamespaces(t, plane, { [namespace]: {} });
  const open = async (config: Properties) => {
    const source = kubernetesSource({ moduleRoots: [ROOT] });
    const provider = (await source.open("kubernetes", ""))!;
    await provider.configure({ urn: "urn:pulumi:t::p::pulumi:providers:kubernetes::p", name: "p", inputs: config });
    t.after(() => provider.close());
    return new Bench(provider, source);
  };
  const bench = await open({ kubeconfig: plane.kubeconfig, namespace });

  await t.test("a workload whose definition is not installed", async () => {
    const type = "kubernetes:nobody.example/v1:Site";
    const told = await bench.refusal(
      type,
      { apiVersion: "nobody.example/v1", kind: "Site", metadata: { name: "x" } },
      "lost",
    );
    assert.match(told, /creation of resource "urn:pulumi:t::p::kubernetes:nobody.example\/v1:Site::lost"/);
    assert.match(
      told,
      /Verify that any required CRDs have been created: no matches for kind "Site" in version "nobody.example\/v1"/,
    );
  });

  await t.test("somebody without rights", async () => {
    const { core } = await clients(plane);
    const { status } = await core.createNamespacedServiceAccountToken({
      name: "default",
      namespace,
      body: { spec: { audiences: [] } },
    });
    const file = JSON.parse(localKubeconfig("bare", plane.endpoint, plane.caPem, { certificate: "", key: "" }));
    file.users[0].user = { token: status?.token };
    const other = await open({ kubeconfig: JSON.stringify(file), namespace });
    const inputs = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" }, data: { a: "1" } };
    const told = await other.refusal("kubernetes:core/v1:ConfigMap", inputs, "mine");
    assert.match(told, /::mine" was not successfully created/);
    assert.match(
      told,
      /configmaps is forbidden: User "system:serviceaccount:refused:default" cannot create resource "configmaps"/,
    );
  });

  await t.test("a secret that is refused is not shown", async () => {
    const canary = "canary-7f3a9";
    const secret = (more: Properties) => ({ apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, ...more });
    for (const more of [
      { data: { a: `${canary}!!` } },
      { stringData: { "not a key": canary } },
      { type: canary.repeat(3), stringData: makeSecret({ a: canary, b: "x".repeat(2_000_000) }) },
    ]) {
      const told = await bench.refusal("kubernetes:core/v1:Secret", secret(more), "s");
      assert.match(told, /::s" was not successfully created/);
      const shown = more.type === undefined ? told : "";
      assert.ok(!shown.includes(canary) && !told.includes(Buffer.from(canary).toString("base64")), told.slice(0, 500));
    }
    const made = await bench.make("kubernetes:core/v1:Secret", secret({ stringData: { a: canary } }), "kept");
    assert.ok(!JSON.stringify(made.outputs.metadata).includes(canary));
    assert.deepEqual(Object.keys(made.outputs.data as object).includes("value"), true, "data is secret");
  });

  await t.test(
    "fields that somebody else owns are not taken without being told to, and given back in the end",
    async () => {
      const { core } = await clients(plane);
      const body = { metadata: { name: "theirs", labels: { a: "1" } }, data: { v: "theirs" } };
      await core.createNamespacedConfigMap({ namespace, body, fieldManager: "somebody" });
      const patch = (annotations: Properties): Properties => ({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "theirs", namespace, annotations },
        data: { v: "ours" },
      });
      const type = "kubernetes:core/v1:ConfigMapPatch";
      assert.match(await bench.refusal(type, patch({}), "p"), /Apply failed with 1 conflict: conflict with "somebody"/);
      const forced = await bench.make(type, patch({ "pulumi.com/patchForce": "true" }), "p");
      const read = async () => core.readNamespacedConfigMap({ name: "theirs", namespace });
      assert.deepEqual((await read()).data, { v: "ours" });
      await bench.remove(forced);
      const left = await read();
      assert.deepEqual([left.metadata?.labels, left.metadata?.annotations], [{ a: "1" }, undefined]);
    },
  );

  await t.test("lists and made-up types", async () => {
    await assert.rejects(
      bench.make("kubernetes:core/v1:ConfigMapList", { items: [] }),
      /list resources exist for compatibility/,
    );
    assert.match(
      await bench.refusal("kubernetes:core/v1:ConfigMapp", {}),
      /did you mean kubernetes:core\/v1:ConfigMap\?/,
    );
    assert.match(
      await bench.refusal("kubernetes:helm.sh/v3:Release", {}),
      /cannot rehearse: kubernetes:helm.sh\/v3:Release/,
    );
  });
});
