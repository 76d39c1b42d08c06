import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryFolder } from "./folders";

/** How the runner, told of its tests only, ends with a file of tests, and what it says. */
function run(t: TestContext, source: string): { status: number | null; said: string } {
  const file = join(temporaryFolder(t), "some.test.js");
  writeFileSync(file, `const { before, describe, it, test } = require("node:test");\n${LATER}\n${source}`);
  const { NODE_TEST_CONTEXT: _ours, ...env } = process.env;
  const args = ["--require", join(__dirname, "preload.cjs"), "--test", "--test-reporter=spec", file];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8", env });
  return { status, said: stdout };
}

const LATER = "const later = () => new Promise((done) => setTimeout(done, 5));";

test("tests nest, their hooks run, and one that fails is named and fails the file", (t) => {
  const { status, said } = run(
    t,
    `describe("outer", () => {
  let isReady = false;
  before(async () => { await later(); isReady = true; });
  it("first", async () => { await later(); if (!isReady) throw new Error("not ready"); });
  describe("inner", () => { it("second", async () => { await later(); throw new Error("as it should"); }); });
});
test("third", async (t) => { await later(); await t.test("below", async () => { await later(); }); });`,
  );
  assert.equal(status, 1);
  assert.match(said, /▶ outer\n {2}✔ first .*\n {2}▶ inner\n {4}✖ second /);
  assert.match(said, /▶ third\n {2}✔ below /);
  assert.match(said, /pass 3\n[\s\S]*fail 1\n/);
});

test("an error that nobody awaits fails the file", (t) => {
  for (const error of [
    `setTimeout(() => { throw new Error("nobody's"); }, 5)`,
    `void later().then(() => { throw new Error("nobody's"); })`,
  ]) {
    const { status, said } = run(
      t,
      `test("lets one go", async () => { ${error}; await later(); await later(); await later(); });`,
    );
    assert.equal(status, 1, said);
    assert.match(said, /nobody's/);
  }
});
