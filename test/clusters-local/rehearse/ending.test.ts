import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { commandLine } from "../../support/commandLine";
import { temporaryFolder, until } from "../../support/folders";
import { localTools } from "../../support/localTools";
import { type Ended, ended, start } from "../../support/multisite";
import { program } from "./sample";

/** Sets the folder for temporary files of the commands that a test runs. */
function temporaryIn(t: TestContext, folder: string): string {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  t.after(() => (before === undefined ? delete process.env.TMPDIR : Object.assign(process.env, { TMPDIR: before })));
  return folder;
}

/** Processes of this machine that were started with something of a folder. */
function processesOf(folder: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        return command.includes(folder) ? [`${pid} ${command.replaceAll("\0", " ").slice(0, 200)}`] : [];
      } catch {
        return [];
      }
    });
}

const leftIn = (folder: string) => readdirSync(folder).filter((name) => name.startsWith("multisite-"));

/** Nothing runs any more that the command started, and nothing is left of it: at once, or as soon as the keeper is done. */
async function nothingLeft(folder: string, dir: string): Promise<void> {
  let left: string[] = [];
  const isSo = () => {
    left = [...leftIn(folder), ...processesOf(folder), ...processesOf(dir)];
    return left.length === 0;
  };
  await until(isSo, 60).catch(() => assert.deepEqual(left, []));
}

function refused({ exit, stderr }: Ended, message: RegExp): void {
  assert.equal(exit, 2, stderr);
  assert.match(stderr, message);
  assert.doesNotMatch(stderr, /\bat .*\.[jt]s:\d/, "no stack trace for what a user can mend");
}

/** Never ready: the run is in the middle of its update for as long as anybody lets it. */
const ENDLESS = `
  const labels = { app: "endless" };
  new k8s.apps.v1.Deployment("endless-" + name, { metadata: { name: "endless", labels }, spec: { selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: "main", image: "none", resources: { requests: { cpu: "64" } } }] } } } }, { provider });`;

const onLinux = { skip: process.platform !== "linux" && "reads /proc, mounts tmpfs" };

for (const [signal, expected] of [
  ["SIGKILL", null],
  ["SIGINT", 130],
] as const) {
  test(`${signal} in the middle of an update of real sites leaves no process and no folder`, onLinux, async (t) => {
    const tools = await localTools();
    if (typeof tools === "string") return t.skip(tools);
    const dir = program(t, { inEach: ENDLESS, isAlone: true });
    const folder = temporaryIn(t, temporaryFolder(t));
    const child = start(["rehearse", dir, "--clusters"]);
    const run = ended(child);
    const sites = () => leftIn(folder).filter((name) => name.startsWith("multisite-sites-"));
    const kubeconfig = () => join(folder, sites()[0]!, "1", "kubeconfig");
    const deployed = () =>
      sites().length > 0 &&
      /endless/.test(
        spawnSync(tools.kubectl.path, ["--kubeconfig", kubeconfig(), "get", "deployments", "--request-timeout=5s"], {
          encoding: "utf8",
        }).stdout,
      );
    await until(deployed, 300);
    assert.ok(processesOf(folder).length >= 5, "a control plane runs");
    child.kill(signal);
    const { exit, stderr } = await run;
    assert.equal(exit, expected, stderr);
    await nothingLeft(folder, dir);
  });
}

test("bad input of real sites is told with the site, ends with 2, and leaves nothing", async (t) => {
  const tools = await localTools();
  if (typeof tools === "string") return t.skip(tools);

  await t.test("a chart that nobody has", async (t) => {
    const chart = `new k8s.helm.v3.Release("odd-" + name, { chart: "odd", version: "1.2.3", repositoryOpts: { repo: "http://127.0.0.1:9" } }, { provider });`;
    const dir = program(t, { inEach: chart, isAlone: true });
    const folder = temporaryIn(t, temporaryFolder(t));
    refused(
      await commandLine(["rehearse", dir, "--clusters"]),
      /site oslo: .*odd.*check the chart name and repository/,
    );
    await nothingLeft(folder, dir);
  });

  await t.test("a full disk", onLinux, async (t) => {
    const folder = mounted(t, "size=64m");
    if (folder === undefined) return t.skip("cannot mount a small tmpfs here: not root");
    const dir = program(t, {});
    temporaryIn(t, folder);
    refused(
      await commandLine(["rehearse", dir, "--clusters"]),
      /Site oslo: the disk of \S+ is full\. A site takes about 160 MiB: free some space, or set TMPDIR/,
    );
    await nothingLeft(folder, dir);
  });

  await t.test("a folder without permission", async (t) => {
    const isRoot = process.getuid?.() === 0;
    const folder = isRoot ? mounted(t, "ro") : temporaryFolder(t);
    if (folder === undefined) return t.skip("root may write everywhere, and cannot mount a read-only tmpfs here");
    if (!isRoot) chmodSync(folder, 0o500);
    const dir = program(t, {});
    temporaryIn(t, folder);
    const wanted = /The folder for temporary files \S+ cannot be used: E(ROFS|ACCES): .*TMPDIR/;
    refused(await commandLine(["rehearse", dir, "--clusters"]), wanted);
    assert.deepEqual(readdirSync(folder), []);
  });
});

/** A tmpfs of its own; undefined where that is not allowed. */
function mounted(t: TestContext, options: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "multisite-mounted-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { stdio: "ignore" });
  t.after(() => {
    if (status === 0) spawnSync("umount", ["-l", folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return status === 0 ? folder : undefined;
}
