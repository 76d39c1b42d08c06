import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { kubernetesSource } from "../../rehearsal/clusters/provider";
import { openSession, type RunResult, type Session } from "../../rehearsal/engine";
import { temporaryFolder, until } from "../support/folders";
import { clients } from "../support/localClients";
import { localTools } from "../support/localTools";
import { ROOT } from "../support/multisite";
import { sharedControlPlane } from "../support/shared";
import { project } from "./provider/support";

const COUNT = 24;

/** Every second one is changed in place by a new value, the others are replaced: a ConfigMap's data is not mutable there. */
const PROGRAM = `
const k8s = require("@pulumi/kubernetes");
const make = (name, mutable) => new k8s.Provider(name, { kubeconfig: process.env.KILLED_KUBECONFIG, clusterIdentifier: "site",
  enableConfigMapMutable: mutable });
const [changed, replaced] = [make("changed", true), make("replaced", false)];
let last;
for (let i = 0; i < ${COUNT}; i++) {
  last = new k8s.core.v1.ConfigMap("made-" + i, { metadata: { labels: { killed: "yes" } }, data: { i: String(i), v: process.env.KILLED_VALUE } },
    { provider: i % 2 === 0 ? changed : replaced, dependsOn: last && i % 3 === 0 ? [last] : [] });
}
`;

test("a run that was killed: the next one converges, nothing is doubled, orphaned, or believed to be what it was", async (t) => {
  const tools = await localTools();
  if (typeof tools === "string") return t.skip(tools);
  const plane = await sharedControlPlane(tools);
  const { core } = await clients(plane);
  const root = temporaryFolder(t);
  const dir = join(root, "killed");
  mkdirSync(dir);
  writeFileSync(join(project(root, dir, "killed"), "index.js"), PROGRAM);
  const stateFile = join(root, "state.json");
  process.env.KILLED_KUBECONFIG = plane.kubeconfig;

  /** What lies in the cluster, by the number of the resource that made it: one value for each object. */
  const made = async (): Promise<string[]> =>
    (await core.listNamespacedConfigMap({ namespace: "default", labelSelector: "killed" })).items
      .map(({ data }) => `${data?.i}=${data?.v}`)
      .sort();
  const all = (value: string) => Array.from({ length: COUNT }, (_, i) => `${i}=${value}`).sort();
  /** Runs in a process of its own, which is killed as soon as enough has happened and something is left to do. */
  const killed = async (
    what: "up" | "destroy",
    isEnough: (now: string[]) => boolean,
    isLeft: (now: string[]) => boolean,
  ) => {
    const script = join(ROOT, "test/support/upOnce.ts");
    const args = ["--require", require.resolve("../support/typescript.cjs"), script, dir, stateFile, what];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: "ignore" });
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    await until(async () => isEnough(await made()), 200, 25);
    child.kill("SIGKILL");
    await ended;
    const now = await made();
    assert.ok(isLeft(now), `killed too late: ${now.join()}`);
  };
  const during = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    const sources = [kubernetesSource({ moduleRoots: [dir] })];
    const session = await openSession({ projectDir: dir, stack: "dev", passphrase: "killed", sources, stateFile });
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  };
  const run = (what: "up" | "destroy") => during((session) => session[what]());
  const ok = ({ exit, diagnostics, steps }: RunResult) => {
    assert.equal(exit, 0, JSON.stringify(diagnostics));
    const { deployment } = JSON.parse(readFileSync(stateFile, "utf8"));
    assert.equal(deployment.pending_operations, undefined);
    return steps.filter(({ op }) => op !== "same");
  };
  const valued = (now: string[], value: string) => now.filter((each) => each.endsWith(`=${value}`)).length;
  const value = (now: string) => {
    process.env.KILLED_VALUE = now;
  };

  await t.test("in the first up", async () => {
    value("1");
    await killed(
      "up",
      (now) => now.length >= 4,
      (now) => now.length < COUNT,
    );
    ok(await run("up"));
    assert.deepEqual(await made(), all("1"));
  });

  await t.test("in an up that changes some and replaces others", async () => {
    value("2");
    await killed(
      "up",
      (now) => valued(now, "2") >= 4,
      (now) => valued(now, "2") < COUNT,
    );
    ok(await run("up"));
    assert.deepEqual(await made(), all("2"));
  });

  await t.test("in an up that is taken back", async () => {
    value("3");
    await killed(
      "up",
      (now) => valued(now, "3") >= 4,
      (now) => valued(now, "3") < COUNT,
    );
    value("2");
    ok(await run("up"));
    assert.deepEqual(await made(), all("2"));
  });

  await t.test("in a destroy that is taken back", async () => {
    await killed(
      "destroy",
      (now) => now.length <= COUNT - 4,
      (now) => now.length > 0,
    );
    ok(await run("up"));
    assert.deepEqual(await made(), all("2"));
    ok(await run("destroy"));
    assert.deepEqual(await made(), []);
  });
});
