import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { ended, programWith, start } from "../../support/multisite";

const dir = programWith("undefined");
after(() => rmSync(dir, { recursive: true, force: true }));
writeFileSync(join(dir, "index.js"), `console.log("the program runs"); setInterval(() => {}, 1000);`);

/** Processes whose command line has a word in it. */
function processesWith(word: string): string[] {
  return execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(word) && !line.includes("ps -eo"));
}

async function running(child: ReturnType<typeof start>): Promise<void> {
  await new Promise<void>((resolve) => {
    child.stderr?.on("data", (chunk) => {
      if (String(chunk).includes("the program runs")) resolve();
    });
  });
}

async function gone(word: string): Promise<void> {
  for (let tries = 0; processesWith(word).length > 0; tries++) {
    assert.ok(tries < 100, `still there: ${processesWith(word).join("; ")}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe("a rehearsal of a program that never ends", () => {
  it("ends with 130 on Ctrl-C, and takes the program with it", async () => {
    const child = start(["rehearse", dir]);
    const end = ended(child);
    await running(child);
    child.kill("SIGINT");
    const { exit, stderr } = await end;
    assert.equal(exit, 130, stderr);
    assert.match(stderr, /interrupted/);
    await gone(dir);
  });

  it("leaves no program behind when it is killed", async () => {
    const child = start(["rehearse", dir]);
    const end = ended(child);
    await running(child);
    child.kill("SIGKILL");
    await end;
    await gone(dir);
  });
});
