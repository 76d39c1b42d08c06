import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import { startKeeper } from "../../../rehearsal/clusters/keeper";
import { type LocalSitesOptions, localSites } from "../../../rehearsal/clusters/sites";
import { sweep } from "../../../rehearsal/clusters/sites/sweep";
import type { Toolchain } from "../../../rehearsal/clusters/toolchain";
import { isAlive } from "../../../rehearsal/clusters/toolchain/lock";
import { PROGRAMS } from "../../../rehearsal/clusters/toolchain/versions";
import { Interrupted, UserError } from "../../../rehearsal/userError";
import { shellProgram, temporaryFolder, until } from "../../support/folders";
import { eksSite, fleetSpec, gkeSite } from "../../support/specs";

/** How sites end is the same with any programs; with these it takes no time to start them. */
const plan = fleetPlan(fleetSpec([eksSite("frankfurt", 1), gkeSite("belgium", 2)]));

/** Programs that write their process id into `pids` and then do as they are told. */
function fakeTools(folder: string, body = "exec /bin/sleep 600"): Toolchain {
  const tool = (program: string) => ({
    path: shellProgram(join(folder, "bin", program), `echo $$ >> "${folder}/pids"\n${body}`),
    version: "0.0.0",
    from: "assets" as const,
  });
  return Object.fromEntries(PROGRAMS.map((program) => [program, tool(program)])) as unknown as Toolchain;
}

function pids(folder: string): number[] {
  const file = join(folder, "pids");
  // A shell makes the file before it writes into it.
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean).map(Number) : [];
}

function options(folder: string, change: Partial<LocalSitesOptions> = {}): LocalSitesOptions {
  const temporary = join(folder, "tmp");
  mkdirSync(temporary, { recursive: true });
  return { tools: change.tools ?? fakeTools(folder), temporary, patience: 20, ...change };
}

async function assertNothingLeft(folder: string): Promise<void> {
  await until(() => pids(folder).every((pid) => !isAlive(pid)));
  await until(() => readdirSync(join(folder, "tmp")).length === 0);
}

async function refused(folder: string, change: Partial<LocalSitesOptions>, message: RegExp): Promise<void> {
  await assert.rejects(localSites(plan, options(folder, change)), (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    return true;
  });
  // When the promise settles it has been cleaned up already.
  assert.deepEqual(readdirSync(join(folder, "tmp")), []);
  await assertNothingLeft(folder);
}

test("a program that ends by itself names the site and what it said", async (t) => {
  const folder = temporaryFolder(t);
  await refused(
    folder,
    { tools: fakeTools(folder, "echo it is broken; exit 1") },
    /^Site \w+: \S+ ended by itself.*\n.*it is broken/,
  );
});

test("a full disk names the site and the folder", async (t) => {
  const folder = temporaryFolder(t);
  const tools = fakeTools(folder, "echo 'write: no space left on device'; exit 1");
  await refused(folder, { tools }, /^Site \w+: the disk of \S+ is full\./);
});

test("a program that may not be run names the site and the program", async (t) => {
  const folder = temporaryFolder(t);
  const tools = fakeTools(folder);
  chmodSync(tools.etcd.path, 0o644);
  await refused(folder, { tools }, /^Site \w+: a program cannot be run: spawn \S+etcd EACCES/);
});

test("a port in use names the site and the port", async (t) => {
  const folder = temporaryFolder(t);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await refused(
    folder,
    { ports: { belgium: port } },
    new RegExp(`^Site belgium: port ${port} of 127\\.0\\.0\\.1 is in use`),
  );
});

test("a site that does not get ready in time says what it waits for", async (t) => {
  const folder = temporaryFolder(t);
  const tools = fakeTools(folder, "echo still busy; exec /bin/sleep 600");
  await refused(
    folder,
    { tools, patience: 0.5 },
    /^Site \w+: not ready within 0\.5 s; still waiting for its API server \(ECONNREFUSED\)\..*\n.*still busy/s,
  );
});

test("a folder for temporary files that cannot be used names the sites", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "file"), "");
  await refused(folder, { temporary: join(folder, "file") }, /^Sites frankfurt, belgium need a folder.*TMPDIR/);
});

test("sites that the plan does not know are named, with those that it knows", async (t) => {
  const folder = temporaryFolder(t);
  await refused(
    folder,
    { only: ["paris"], ports: { rome: 1 } },
    /^No site paris, rome in the fleet: it has frankfurt, belgium\.$/,
  );
});

test("an interruption ends the start and leaves nothing", async (t) => {
  const folder = temporaryFolder(t);
  const stop = new AbortController();
  const starting = localSites(plan, options(folder, { signal: stop.signal }));
  await until(() => pids(folder).length === 4);
  stop.abort();
  await assert.rejects(starting, Interrupted);
  await assertNothingLeft(folder);
});

/** Starts sites in a process of their own, and tells when their programs run. */
async function elsewhere(
  folder: string,
  afterwards = "",
  tools = fakeTools(folder),
): Promise<{ pid: number; ended: Promise<unknown> }> {
  const modules = ["../../../rehearsal/clusters/sites", "../../../lib/plan/fleetPlan"].map((path) =>
    require.resolve(path),
  );
  const { signal: _signal, ...plain } = options(folder, { tools });
  const script = `
    const [{ localSites }, { fleetPlan }] = ${JSON.stringify(modules)}.map(require);
    localSites(fleetPlan(${JSON.stringify(plan.spec)}), ${JSON.stringify(plain)});
    ${afterwards}`;
  const child = spawn(process.execPath, ["--require", require.resolve("../../support/typescript.cjs"), "-e", script], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  await until(() => pids(folder).length === 4);
  return { pid: child.pid!, ended };
}

for (const signal of ["SIGKILL", "SIGINT", "SIGTERM", "SIGHUP"] as const) {
  test(`${signal} to our process leaves no program and no folder`, async (t) => {
    const folder = temporaryFolder(t);
    const { pid, ended } = await elsewhere(folder);
    assert.equal(readdirSync(join(folder, "tmp")).length, 1);
    process.kill(pid, signal);
    await ended;
    await assertNothingLeft(folder);
  });
}

test("process.exit leaves no program and no folder, not even for a moment", async (t) => {
  const folder = temporaryFolder(t);
  const exit = `setInterval(() => require("fs").existsSync(${JSON.stringify(join(folder, "exit"))}) && process.exit(3), 20);`;
  const { ended } = await elsewhere(folder, exit);
  writeFileSync(join(folder, "exit"), "");
  assert.equal(await ended, 3);
  assert.deepEqual(readdirSync(join(folder, "tmp")), []);
  assert.deepEqual(pids(folder).filter(isAlive), []);
});

test("a keeper that is killed is stood in for", async (t) => {
  const folder = temporaryFolder(t);
  const kept = join(folder, "kept");
  mkdirSync(kept);
  const keeper = startKeeper(kept);
  t.after(() => keeper.end());
  const say = shellProgram(join(folder, "say"), `echo $PPID; echo $$ > "${folder}/pids"; exec /bin/sleep 600`);
  const command = { command: say, args: [], cwd: kept, env: {}, log: join(kept, "log") };
  const program = await keeper.start(command);
  await until(() => pids(folder).length === 1);
  process.kill(Number(readFileSync(join(kept, "log"), "utf8")), "SIGKILL");
  assert.deepEqual(await program.exited, { code: null, signal: "SIGKILL" });
  await until(() => !isAlive(program.pid) && !existsSync(kept));
  await assert.rejects(keeper.start(command), /was ended from outside/);
  await keeper.end();
});

test("a program's children end with it", async (t) => {
  const folder = temporaryFolder(t);
  const kept = join(folder, "kept");
  mkdirSync(kept);
  const keeper = startKeeper(kept);
  t.after(() => keeper.end());
  const parent = shellProgram(join(folder, "parent"), `/bin/sleep 600 & echo $! > "${folder}/pids"; wait`);
  const program = await keeper.start({ command: parent, args: [], cwd: kept, env: {}, log: join(kept, "log") });
  await until(() => pids(folder).length === 1);
  program.kill("SIGTERM");
  await program.exited;
  await until(() => !isAlive(pids(folder)[0]!));
  await keeper.end();
  assert.ok(!existsSync(kept));
});

const swept = "what a run left whose keeper was killed, too, is swept away by the next, and nobody else's";
test(swept, { skip: process.platform !== "linux" && "reads /proc" }, async (t) => {
  const folder = temporaryFolder(t);
  // A shell that stays keeps the arguments by which a program is known.
  const tools = fakeTools(folder, "while :; do /bin/sleep 0.2; done");
  const { pid, ended } = await elsewhere(folder, "", tools);
  const [left = ""] = readdirSync(join(folder, "tmp"));
  const programs = pids(folder);
  const parents = programs.map((program) => Number(readFileSync(`/proc/${program}/stat`, "utf8").split(" ")[3]));
  const keeper = parents[0]!;
  process.kill(keeper, "SIGSTOP");
  process.kill(pid, "SIGKILL");
  await ended;
  process.kill(keeper, "SIGKILL");
  await until(() => !isAlive(keeper));
  const other = join(folder, "tmp", "multisite-sites-other");
  mkdirSync(other);
  writeFileSync(join(other, "owner.json"), JSON.stringify({ pid: process.pid }));
  assert.deepEqual(sweep(join(folder, "tmp")), [join(folder, "tmp", left)]);
  assert.deepEqual(readdirSync(join(folder, "tmp")), ["multisite-sites-other"]);
  await until(() => !programs.some(isAlive));
});
