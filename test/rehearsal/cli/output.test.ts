import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { closeSync, existsSync, lstatSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { EXIT, exitOf } from "../../../rehearsal/cli";
import { removeReport, writeJson } from "../../../rehearsal/commands/output";
import type { Terminal } from "../../../rehearsal/terminal";
import { commandLine } from "../../support/commandLine";
import { temporaryFolder } from "../../support/folders";
import { ended, programWith, ROOT } from "../../support/multisite";

/** A command that fails writing with these errors in the middle of it, and ends with 1. */
async function endOf(codes: readonly string[]): Promise<[exit: number, said: string[]]> {
  const output = new EventEmitter();
  const said: string[] = [];
  const terminal = { err: (text: string) => said.push(text) } as unknown as Terminal;
  const command = async () => {
    await nextTurn();
    for (const code of codes) output.emit("error", Object.assign(new Error(`${code}: write`), { code }));
    await nextTurn();
    return EXIT.fails;
  };
  return [await exitOf(command(), output, terminal), said];
}

test("a reader that goes early changes nothing of how a command ends; what cannot be written is told once", async () => {
  assert.deepEqual(await endOf([]), [EXIT.fails, []]);
  assert.deepEqual(await endOf(["EPIPE", "EPIPE"]), [EXIT.fails, []]);
  const told = ["cannot write to standard output: ENOSPC: write"];
  assert.deepEqual(await endOf(["ENOSPC", "EIO"]), [EXIT.badInput, told]);
});

test("a report that finds no room on the disk ends with 2", {
  skip: !existsSync("/dev/full") && "no /dev/full",
}, async (t) => {
  const dir = programWith("{ demand: { cpu: 2 }, sites: [site('a', 1, 'eu-west-1'), site('b', 2, 'eu-central-1')] }");
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const full = openSync("/dev/full", "w");
  const args = [join(ROOT, "bin", "multisite.js"), "plan", dir, "--json", "-"];
  const { exit, stderr } = await ended(spawn(process.execPath, args, { stdio: ["ignore", full, "pipe"] }));
  closeSync(full);
  assert.equal(exit, EXIT.badInput, stderr);
  assert.match(stderr, /^cannot write to standard output: ENOSPC/m);
  assert.doesNotMatch(stderr, /\bat .*\.[jt]s:\d/);
});

const YESTERDAY = JSON.stringify({ carried: true, losses: [], seconds: 1 });

test("a command that ends without a report leaves none of an earlier run", async (t) => {
  const folder = temporaryFolder(t);
  const [json, nowhere] = [join(folder, "report.json"), join(folder, "nowhere")];
  const rows = [
    ["plan", nowhere],
    ["rehearse", nowhere],
    ["rehearse", nowhere, "--policy-pack", nowhere],
    ["drill", nowhere, "--lose", "oslo"],
    ["drill", nowhere],
    ["mesh", "status", nowhere],
    ["mesh", "withdraw", "oslo", nowhere],
    ["trust", "status", nowhere],
    ["trust", "rotate", nowhere],
    ["trust", "expel", "oslo", nowhere],
  ];
  for (const row of rows) {
    writeFileSync(json, YESTERDAY);
    const { exit, stderr } = await commandLine([...row, "--json", json]);
    assert.equal(exit, EXIT.badInput, stderr);
    assert.ok(!existsSync(json), row.join(" "));
  }
});

test("a file that is no report is not written over, and left as it is", async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "fleet.json");
  const others = [
    '{"version":3,"deployment":{"resources":[]}}',
    "name: shop\n",
    '{"name":"shop","version":"1.0.0"}',
    "[]",
  ];
  for (const text of others) {
    writeFileSync(file, text);
    const { exit, stderr } = await commandLine(["rehearse", folder, "--state", file, "--json", file]);
    assert.equal(exit, EXIT.badInput);
    assert.match(stderr, /--json .*fleet\.json: the file is there, and is no report of multisite's.*name another/);
    assert.equal(readFileSync(file, "utf8"), text);
  }
  writeFileSync(file, "\n");
  removeReport(file);
  assert.ok(!existsSync(file), "an empty one, as mktemp makes it");
});

test("of what a report is written to, only a plain file is removed", (t) => {
  const folder = temporaryFolder(t);
  const [json, link] = [join(folder, "report.json"), join(folder, "link.json")];
  writeFileSync(json, YESTERDAY);
  symlinkSync(json, link);
  for (const other of [undefined, "-", join(folder, "none.json"), folder, "/dev/null"]) removeReport(other);
  removeReport(link);
  assert.ok(!existsSync(json) && lstatSync(link).isSymbolicLink());
  writeJson({ carried: false }, link, {} as Terminal);
  assert.deepEqual(JSON.parse(readFileSync(json, "utf8")), { carried: false });
});
