import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { kubeConfigOf, kubernetes } from "../../../rehearsal/clusters/sites/kubernetes";
import { leaf, root } from "../../trust/certificates";
import { FakeApi } from "../../trust/fakeApi";

/** An API server that speaks for the test, and the configuration of its clients. */
async function served(t: TestContext, patienceSeconds?: number) {
  const api = new FakeApi();
  api.answers.set("/api/v1/nodes", { items: [] });
  await api.listen();
  t.after(() => api.close());
  const { CoreV1Api } = await kubernetes();
  const config = await kubeConfigOf(api.kubeconfig, patienceSeconds);
  return { api, config, core: config.makeApiClient(CoreV1Api) };
}

test("an answer that breaks off is an error at once: its server was lost in the middle of it", async (t) => {
  const { api, core } = await served(t);
  await core.listNode();
  api.mode = "break off";
  await assert.rejects(core.listNode(), /aborted/);
  api.mode = 200;
  assert.deepEqual((await core.listNode()).items, []);
});

test("a server that neither answers nor goes is waited for so long, and no longer", async (t) => {
  const { api, core } = await served(t, 0.3);
  api.mode = "hang";
  await assert.rejects(core.listNode(), { name: "AbortError" });
});

test("requests of one configuration share a connection, until they present other credentials", async (t) => {
  const { api, config, core } = await served(t);
  const { CoreV1Api, AppsV1Api } = await kubernetes();
  const again = config.makeApiClient(CoreV1Api);
  for (const client of [core, again, core]) assert.deepEqual((await client.listNode()).items, []);
  await assert.rejects(config.makeApiClient(AppsV1Api).listDeploymentForAllNamespaces(), /404/);
  assert.equal(api.connections, 1);
  await Promise.all([1, 2, 3].map(() => core.listNode()));
  assert.ok(api.connections <= 3, "as many as are busy at once");

  const before = api.connections;
  const { keyPem, certPem } = leaf(root("users"), "somebody", {});
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  config.users = [{ name: "reader", certData: base64(certPem), keyData: base64(keyPem) }];
  await core.listNode();
  assert.equal(api.connections, before + 1, "nobody speaks by a connection that was opened with another certificate");
});
