import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { closeSync, existsSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { EXIT, exitOf } from "../../../rehearsal/cli";
import type { Terminal } from "../../../rehearsal/terminal";
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
