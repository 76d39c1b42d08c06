import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Connection } from "../../../rehearsal/clusters/provider/connection";
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
