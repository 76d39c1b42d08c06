import assert from "node:assert/strict";
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { commandLine } from "../../support/commandLine";
import { writeProgram } from "../../support/multisite";

const dir = mkdtempSync(join(tmpdir(), "multisite-state-"));
after(() => rmSync(dir, { recursive: true, force: true }));
writeProgram(
  dir,
  `const pulumi = require("@pulumi/pulumi");
new pulumi.ComponentResource("sample:index:Kept", "kept");
`,
);

/** No process has this number: Linux and macOS give none so high. */
const NOBODY = 2 ** 30;
const SINCE = "2026-11-20T10:00:00.000Z";

const rehearse = (state: string) => commandLine(["rehearse", dir, "--state", state]);
const held = (pid: number, host = hostname()) => JSON.stringify({ pid, host, since: SINCE, token: "x" });

describe("a state that another run works on", () => {
  it("is written by one of two runs, and the other is told who has it", async () => {
    const state = join(dir, "both.json");
    const runs = await Promise.all([rehearse(state), rehearse(state)]);
    assert.deepEqual(runs.map(({ exit }) => exit).sort(), [0, 2], runs.map(({ stderr }) => stderr).join("\n"));
    const told = runs.find(({ exit }) => exit === 2)?.stderr ?? "";
    assert.match(
      told,
      new RegExp(`both\\.json: process ${process.pid} has worked on it since \\d{4}-.*Wait until it ends`),
    );
    assert.match(readFileSync(state, "utf8"), /sample:index:Kept::kept/);
    assert.ok(!existsSync(`${state}.lock`));
  });

  for (const [what, lock, said] of [
    ["a process of this machine", held(process.ppid), `process ${process.ppid} has worked on it since ${SINCE}`],
    ["one of another machine", held(1, "elsewhere"), `process 1 of elsewhere has worked on it since ${SINCE}`],
  ] as const) {
    it(`is left alone while ${what} has it`, async () => {
      const state = join(dir, "held.json");
      writeFileSync(`${state}.lock`, lock);
      const run = await rehearse(state);
      assert.equal(run.exit, 2);
      assert.ok(run.stderr.includes(said), run.stderr);
      assert.ok(!existsSync(state));
      assert.equal(readFileSync(`${state}.lock`, "utf8"), lock, "and it keeps its lock");
    });
  }

  it("is taken over from a process that is gone", async () => {
    const state = join(dir, "left.json");
    writeFileSync(`${state}.lock`, held(NOBODY));
    const run = await rehearse(state);
    assert.equal(run.exit, 0, run.stderr);
    assert.ok(existsSync(state));
    assert.ok(!existsSync(`${state}.lock`));
  });

  it("is kept where a link leads to it", async () => {
    const [state, link] = [join(dir, "kept.json"), join(dir, "link.json")];
    assert.equal((await rehearse(state)).exit, 0);
    symlinkSync(state, link);
    const before = readFileSync(state, "utf8");
    writeFileSync(`${state}.lock`, held(process.ppid));
    assert.equal((await rehearse(link)).exit, 2, "another works on the same file");
    rmSync(`${state}.lock`);
    assert.equal((await rehearse(link)).exit, 0);
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.equal(
      JSON.parse(before).deployment.resources.length,
      JSON.parse(readFileSync(state, "utf8")).deployment.resources.length,
    );
  });

  it("is made where a link leads that leads nowhere yet", async () => {
    const [state, link] = [join(dir, "later.json"), join(dir, "early.json")];
    symlinkSync("later.json", link);
    assert.equal((await rehearse(link)).exit, 0);
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.match(readFileSync(state, "utf8"), /sample:index:Kept::kept/);
  });

  it("is refused where another stack or another project has written it, and left as it was", async () => {
    const state = join(dir, "owned.json");
    assert.equal((await rehearse(state)).exit, 0);
    const text = readFileSync(state, "utf8");
    const project = /urn:pulumi:rehearsal::([^:]+)::/.exec(text)?.[1];
    const other = await commandLine(["rehearse", dir, "--state", state, "--stack", "prod"]);
    assert.equal(other.exit, 2);
    const theirs = `that of stack rehearsal of project ${project}, and the program is stack prod of project ${project}`;
    assert.ok(other.stderr.includes(`${theirs}: give --stack rehearsal, or another file`), other.stderr);
    assert.equal(readFileSync(state, "utf8"), text);
    writeFileSync(state, text.replaceAll(`::${project}::`, "::bakery::"));
    const foreign = await rehearse(state);
    assert.equal(foreign.exit, 2);
    assert.match(foreign.stderr, /that of stack rehearsal of project bakery, and the program is .*: give another file/);
  });

  it("is refused before anything runs where it has no folder", async () => {
    const run = await rehearse(join(dir, "none", "state.json"));
    assert.equal(run.exit, 2);
    assert.match(run.stderr, /cannot write --state .*: there is no folder .*none: make it, or name another/);
    assert.doesNotMatch(run.stderr, /starting the program/);
    const unnamed = await rehearse("");
    assert.equal(unnamed.exit, 2);
    assert.match(unnamed.stderr, /--state is empty: name a file/);
  });
});

describe("a file that is no state", () => {
  it("is refused where its parts are no lists", async () => {
    const state = join(dir, "odd.json");
    writeFileSync(state, '{"version":3,"deployment":{"resources":"x","pending_operations":{}}}');
    const run = await rehearse(state);
    assert.equal(run.exit, 2);
    assert.match(
      run.stderr,
      /the resources of the state are no list: export it.*\n.*the pending_operations of the state/,
    );
  });

  for (const [text, said] of [
    ["{}", "its version is missing"],
    ['{"version":2,"deployment":{}}', "its version is 2"],
    ['{"version":3}', 'it has no "deployment", which holds the resources'],
  ] as const) {
    it(`is refused with what it lacks: ${text}`, async () => {
      const state = join(dir, "odd.json");
      writeFileSync(state, text);
      const run = await rehearse(state);
      assert.equal(run.exit, 2);
      assert.ok(run.stderr.includes(`of version 3 or 4 (${said}): export it with`), run.stderr);
    });
  }
});
