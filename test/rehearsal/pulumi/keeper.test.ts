import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { writeKeeper } from "../../../rehearsal/pulumi/keeper";
import { ROOT } from "../../support/multisite";

const folder = mkdtempSync(join(tmpdir(), "multisite-keeper-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** An executable of Node.js in place of a CLI. */
function command(name: string, script: string): string {
  const file = join(folder, `${name}-command`);
  writeFileSync(file, `#!${process.execPath}\n${script}`, { mode: 0o700 });
  return file;
}

function keeper(name: string, script: string, patience?: number): string {
  const file = join(folder, name, "bin", "pulumi");
  const options = {
    command: command(name, script),
    folder: join(folder, name),
    version: "v3.0.0",
    variables: ["PULUMI_HOME"],
  };
  writeKeeper(file, { ...options, ...(patience !== undefined && { patience }) });
  return file;
}

/** A command that is deaf to interruptions and has a child in a process group of its own, as an engine has. */
const DEAF = `
const { spawn } = require("node:child_process");
process.on("SIGINT", () => console.log("heard"));
const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" });
console.log(JSON.stringify([process.pid, child.pid]));
setInterval(() => {}, 1000);
`;

async function firstLine(child: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout!) {
    text += chunk;
    if (text.includes("\n")) break;
  }
  return text.slice(0, text.indexOf("\n"));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process that nobody has waited for yet is over all the same.
    return !/^State:\s+Z/m.test(existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, "utf8") : "");
  } catch {
    return false;
  }
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 200, what);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("a CLI that is kept", { skip: process.platform === "win32" ? "no executables of this kind" : false }, () => {
  it("gets its arguments, its output and its exit code through, and no login of the user's", () => {
    const script = `
const seen = Object.keys(process.env).filter((name) => name.startsWith("PULUMI_")).sort();
console.log(JSON.stringify([process.argv.slice(2), seen]));
console.error("no");
process.exit(3);`;
    const env = { ...process.env, PULUMI_ACCESS_TOKEN: "t", PULUMI_HOME: "h", PULUMI_NODEJS_TRANSPILE_ONLY: "true" };
    for (const [given, wanted] of [
      [
        ["preview", "--diff"],
        ["preview", "--diff", "--json", "--show-sames"],
      ],
      [["up"], ["up"]],
    ]) {
      const { status, stdout, stderr } = spawnSync(keeper("plain", script), given as string[], {
        env,
        encoding: "utf8",
      });
      assert.deepEqual([status, stderr], [3, "no\n"]);
      assert.deepEqual(JSON.parse(stdout), [wanted, ["PULUMI_HOME", "PULUMI_NODEJS_TRANSPILE_ONLY"]]);
    }
  });

  it("has a version, its own if it names one", () => {
    for (const [script, wanted] of [
      ["console.log('')", "v3.0.0"],
      ["console.log('v3.259.0')", "v3.259.0"],
    ] as const) {
      assert.equal(spawnSync(keeper("version", script), ["version"], { encoding: "utf8" }).stdout.trim(), wanted);
    }
  });

  it("that cannot start is an error", () => {
    const file = join(folder, "none", "bin", "pulumi");
    writeKeeper(file, {
      command: join(folder, "nothing"),
      folder: join(folder, "none"),
      version: "v3.0.0",
      variables: [],
    });
    const { status, stderr } = spawnSync(file, ["up"], { encoding: "utf8" });
    assert.notEqual(status, 0);
    assert.match(stderr, /nothing.*ENOENT/);
  });

  it("ends by itself when it hears an interruption", async () => {
    const script = `process.on("SIGINT", () => { console.log("over"); process.exit(7); });
console.log("ready"); setInterval(() => {}, 1000);`;
    const child = spawn(keeper("polite", script), ["up"], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise((resolve) => child.on("exit", resolve));
    await firstLine(child);
    child.kill("SIGINT");
    assert.equal(await ended, 7);
  });

  it("is killed with all that it has started when it does not, and the folder stays", async () => {
    const child = spawn(keeper("deaf", DEAF, 300), ["up"], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise((resolve) => child.on("exit", resolve));
    const pids = JSON.parse(await firstLine(child)) as number[];
    assert.deepEqual(pids.map(isRunning), [true, true]);
    child.kill("SIGINT");
    assert.notEqual(await ended, 0);
    await until("processes are left", () => !pids.some(isRunning));
    assert.ok(existsSync(join(folder, "deaf", "bin", "pulumi")));
  });

  it("goes with the process that started it, however that ends, and takes the folder along", async () => {
    const [place, script] = [join(folder, "orphan"), command("orphan", DEAF)];
    mkdirSync(place);
    const parent = spawn(
      process.execPath,
      [
        "--require",
        require.resolve("../../support/typescript.cjs"),
        "-e",
        `const { writeKeeper } = require("./rehearsal/pulumi/keeper");
const file = ${JSON.stringify(join(place, "bin", "pulumi"))};
writeKeeper(file, { command: ${JSON.stringify(script)}, folder: ${JSON.stringify(place)}, version: "v3.0.0", variables: [] });
require("node:child_process").spawn(file, ["up"], { stdio: ["pipe", "inherit", "inherit"] });`,
      ],
      { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] },
    );
    const pids = JSON.parse(await firstLine(parent)) as number[];
    parent.kill("SIGKILL");
    await until("processes or the folder are left", () => !pids.some(isRunning) && !existsSync(place));
  });
});
