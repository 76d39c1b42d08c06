import assert from "node:assert/strict";
import { existsSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { withLock } from "../../../rehearsal/clusters/toolchain/lock";
import { Interrupted } from "../../../rehearsal/userError";
import { temporaryFolder } from "../../support/folders";

/** No process has this number: Linux and macOS give none so high. */
const NOBODY = 2 ** 30;

test("only one does the work at a time, whoever fails in between", async (t) => {
  const folder = temporaryFolder(t);
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(3), fc.boolean()), { minLength: 1, maxLength: 6 }), async (workers) => {
      const file = join(folder, `${run++}`, "lock");
      let inside = 0;
      let done = 0;
      const results = await Promise.allSettled(
        workers.map(([milliseconds, fails]) =>
          withLock(file, { interval: 1 }, async () => {
            assert.equal(++inside, 1);
            await sleep(milliseconds);
            inside--;
            done++;
            if (fails) throw new Error("failed");
          }),
        ),
      );
      assert.equal(done, workers.length);
      assert.deepEqual(
        results.map(({ status }) => status),
        workers.map(([, fails]) => (fails ? "rejected" : "fulfilled")),
      );
      assert.ok(!existsSync(file));
    }),
    { numRuns: 15 },
  );
});

const LEFT: readonly (readonly [what: string, content: string, ageSeconds: number])[] = [
  ["of a process of this machine that is gone", JSON.stringify({ pid: NOBODY, host: hostname(), token: "x" }), 0],
  ["of another machine that gave no sign of life", JSON.stringify({ pid: 1, host: "elsewhere", token: "x" }), 120],
  [
    "of a number that another process has by now",
    JSON.stringify({ pid: process.pid, host: hostname(), token: "x" }),
    120,
  ],
  ["that was never written whole", '{"pid":', 120],
];

for (const [what, content, ageSeconds] of LEFT) {
  test(`a lock ${what} is taken over`, async (t) => {
    const file = join(temporaryFolder(t), "lock");
    writeFileSync(file, content);
    const then = Date.now() / 1000 - ageSeconds;
    utimesSync(file, then, then);
    assert.equal(await withLock(file, {}, async () => "done"), "done");
    assert.ok(!existsSync(file));
  });
}

test("a lock of a process that lives is waited for, until one is interrupted", async (t) => {
  const file = join(temporaryFolder(t), "lock");
  writeFileSync(file, JSON.stringify({ pid: process.ppid, host: hostname(), token: "x" }));
  const stop = new AbortController();
  const told: number[] = [];
  const waiting = withLock(
    file,
    { signal: stop.signal, interval: 5, waiting: ({ pid }) => told.push(pid) },
    async () => {
      assert.fail("got in");
    },
  );
  setTimeout(() => stop.abort(), 60);
  await assert.rejects(waiting, Interrupted);
  assert.deepEqual(told, [process.ppid]);
  assert.ok(existsSync(file));
});

test("who works long gives signs of life, and keeps the lock", async (t) => {
  const file = join(temporaryFolder(t), "lock");
  const patience = 300;
  let held = true;
  const first = withLock(file, { patience }, async () => {
    await sleep(4 * patience);
    held = false;
  });
  await sleep(20);
  await withLock(file, { patience, interval: 10 }, async () => assert.equal(held, false));
  await first;
});
