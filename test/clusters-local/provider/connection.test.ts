import assert from "node:assert/strict";
import { resolve } from "node:path";
import { type TestContext, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { kubeconfigText } from "../../../lib/clusters/kubeconfig";
import { Connection } from "../../../rehearsal/clusters/provider/connection";
import { askInFolder } from "../../../rehearsal/clusters/provider/kubeconfig";
import { kubeConfigOf } from "../../../rehearsal/clusters/sites/kubernetes";
import { FakeApi } from "../../trust/fakeApi";

/** A connection to a server that never answers. */
async function toHanging(t: TestContext, timeoutSeconds: number): Promise<Connection> {
  const api = new FakeApi();
  await api.listen();
  t.after(() => api.close());
  api.mode = "hang";
  return Connection.open(await kubeConfigOf(api.kubeconfig), timeoutSeconds);
}

test("a server that hangs is given up in time, whatever is collected as garbage meanwhile", async (t) => {
  const connection = await toHanging(t, 0.5);
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const collecting = setInterval(collectGarbage, 100);
  t.after(() => clearInterval(collecting));
  await assert.rejects(connection.probe(), /context deadline exceeded/);
});

test("a connection that is closed ends its requests, and takes no more", async (t) => {
  const connection = await toHanging(t, 60);
  const asked = assert.rejects(connection.probe(), /context deadline exceeded/);
  setImmediate(() => connection.close());
  await asked;
  await assert.rejects(connection.probe(), /context deadline exceeded/);
});

test("npx looks in the program's folder for the command that gets credentials, wherever the engine was started", async () => {
  const config = await kubeConfigOf(kubeconfigText("a", "https://127.0.0.1:1", undefined, ["eks"]));
  askInFolder(config, "shop");
  const args = ["--prefix", resolve("shop"), "--no-install", "multisite", "token", "eks"];
  assert.deepEqual(config.getCurrentUser()?.exec?.args, args);
});

test("answers stay as they came: times are texts, and metadata that no client knows is kept", async (t) => {
  const api = new FakeApi();
  await api.listen();
  t.after(() => api.close());
  const metadata = {
    name: "a",
    creationTimestamp: "2026-11-20T10:00:00Z",
    managedFields: [{ manager: "m", operation: "Apply", time: "2026-11-20T10:00:00Z", fieldsV1: { "f:data": {} } }],
    ofTheNextVersion: true,
  };
  api.answers.set("/api/v1", { resources: [{ kind: "ConfigMap", name: "configmaps", namespaced: true }] });
  api.answers.set("/api/v1/namespaces/default/configmaps/a", { apiVersion: "v1", kind: "ConfigMap", metadata });
  const connection = await Connection.open(await kubeConfigOf(api.kubeconfig), 10);
  t.after(() => connection.close());
  const found = await connection.get({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } });
  // Compared whole, classes too: a date would reach programs as an empty object.
  assert.deepStrictEqual(found.metadata, metadata);
});
