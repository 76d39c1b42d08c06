import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../support/folders";
import { ended, ROOT, writeProgram } from "../../support/multisite";

test("a folder for temporary files that is named from where the command runs is so in the program's folder as well", async (t) => {
  const [here, dir] = [realpathSync(temporaryFolder(t)), temporaryFolder(t)];
  writeProgram(dir, "");
  writeFileSync(join(dir, "index.js"), `console.log("temporary: " + require("node:os").tmpdir());`);
  mkdirSync(join(here, "own"));
  const child = spawn(process.execPath, [join(ROOT, "bin", "multisite.js"), "plan", dir], {
    cwd: here,
    env: { ...process.env, TMPDIR: "own" },
    stdio: "pipe",
  });
  const { stderr } = await ended(child);
  assert.match(stderr, new RegExp(`^temporary: ${join(here, "own")}$`, "m"));
});
