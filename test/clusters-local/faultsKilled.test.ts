import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { kubernetesSource } from "../../rehearsal/clusters/provider";
import { openSession } from "../../rehearsal/engine";
import { bareControlPlane } from "../support/controlPlane";
import { temporaryFolder, until } from "../support/folders";
import { clients } from "../support/localClients";
import { localTools } from "../support/localTools";
import { ROOT } from "../support/multisite";
import { project } from "./provider/support";

const COUNT = 24;
const PROGRAM = `
const k8s = require("@pulumi/kubernetes");
const provider = new k8s.Provider("site", { kubeconfig: process.env.KILLED_KUBECONFIG, clusterIdentifier: "site" });
let last;
for (let i = 0; i < ${COUNT}; i++) {
  const labels = { killed: "yes" };
  last = new k8s.core.v1.ConfigMap("made-" + i, { metadata: { labels }, data: { i: String(i) } }, { provider, dependsOn: last && i % 4 === 0 ? [last] : [] });
}
`;

test("a run that was killed: the next one converges, and nothing is doubled", async (t) => {
  const tools = await localTools();
  if (typeof tools === "string") return t.skip(tools);
  const plane = await bareControlPlane(tools);
  t.after(() => plane.close());
  const { core } = await clients(plane);
  const made = async () =>
    (await core.listNamespacedConfigMap({ namespace: "default", labelSelector: "killed" })).items.map(
      ({ data }) => data?.i,
    );
  const root = temporaryFolder(t);
  const dir = join(root, "killed");
  mkdirSync(dir);
  writeFileSync(join(project(root, dir, "killed"), "index.js"), PROGRAM);
  const stateFile = join(root, "state.json");
  process.env.KILLED_KUBECONFIG = plane.kubeconfig;

  const script = join(ROOT, "test/support/upOnce.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, dir, stateFile], { cwd: ROOT, stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await until(async () => (await made()).length >= 4, 200);
  child.kill("SIGKILL");
  await ended;
  const before = (await made()).length;
  assert.ok(before < COUNT, `killed too late: ${before} of ${COUNT} were made`);

  const sources = [kubernetesSource({ moduleRoots: [dir] })];
  const session = await openSession({ projectDir: dir, stack: "dev", passphrase: "killed", sources, stateFile });
  t.after(() => session.close());
  const run = await session.up();
  assert.equal(run.exit, 0, JSON.stringify(run.diagnostics));
  const numbers = Array.from({ length: COUNT }, (_, i) => String(i));
  assert.deepEqual((await made()).sort(), numbers.sort());
  assert.equal(session.deployment().deployment.pending_operations, undefined);
  assert.equal((await session.destroy()).exit, 0);
  assert.deepEqual(await made(), []);
});
