import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { askedMachine } from "./prerequisites";
import { until } from "./run";

const here = askedMachine();

interface Left {
  readonly folder: string;
  readonly group: string;
  readonly placeholders: string;
}

/** Processes of a lab: namespaces and what is mounted in them live as long as one of them. */
function processesOf({ folder, group }: Left): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const isIn = (file: string, text: string) => readFileSync(join("/proc", pid, file), "utf8").includes(text);
      try {
        return isIn("cmdline", folder) || isIn("cgroup", group.split("/").at(-1)!);
      } catch {
        return false; // It has just ended.
      }
    });
}

for (const how of ["SIGINT", "SIGTERM", "SIGKILL", "throws"] as const) {
  test(`${how}: of a lab that nobody ended no process, namespace, mount, group or folder is left`, {
    skip: typeof here === "string" && here,
  }, async () => {
    const child = spawn(
      process.execPath,
      ["--require", require.resolve("../support/typescript.cjs"), join(__dirname, "opened.ts"), how],
      {
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let said = "";
    let complained = "";
    child.stdout.on("data", (part) => {
      said += part;
    });
    child.stderr.on("data", (part) => {
      complained += part;
    });
    const exited = new Promise((resolve) => child.once("exit", resolve));
    await until("the lab is open", 120, () => {
      if (said.includes("\n")) return true;
      throw new Error(complained);
    });
    const left = JSON.parse(said) as Left;
    if (how === "throws") assert.ok(existsSync(left.placeholders));
    else {
      assert.notDeepEqual(processesOf(left), [], "it runs");
      assert.ok(existsSync(left.group));
      child.kill(how);
    }
    await exited;
    await until("all of it is gone", 60, () => {
      assert.deepEqual(processesOf(left), []);
      assert.equal(existsSync(left.folder), false, left.folder);
      assert.equal(existsSync(left.group), false, left.group);
      assert.equal(readFileSync("/proc/mounts", "utf8").includes(left.folder), false);
      return true;
    });
    rmSync(left.placeholders, { recursive: true, force: true });
  });
}
