import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** What a keeper depends on. */
export interface KeeperOptions {
  /** Absolute path of the real executable. */
  readonly command: string;
  /** The folder to remove when the process that the keeper serves was killed. */
  readonly folder: string;
  /** Names of environment variables `PULUMI_*` that reach the command; what else the user has set does not. */
  readonly variables: readonly string[];
  /** The version that a command which names none, being built from source, is taken for. */
  readonly version: string;
  /** Milliseconds that the command has to end by itself after an interruption. @default 8000 */
  readonly patience?: number;
}

/**
 * Writes an executable that runs another one and does not outlive this process, however that ends. It
 * - hands on an interruption, once, and kills the command with all processes below it when these take too long to end;
 * - kills them at once, and removes the folder, when its parent is gone;
 * - keeps the variables of the user's own login from the command;
 * - answers `version` where the command does not;
 * - asks for `preview` as JSON, the one form in which a CLI tells what depends on what.
 *
 * Killing by process group would not do: the engine gives every plugin and program a group of its own.
 */
export function writeKeeper(file: string, options: KeeperOptions): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    `#!${process.execPath}\nconst options = ${JSON.stringify({ ...options, parent: process.pid })};${KEEPER}`,
  );
  chmodSync(file, 0o700);
}

/** Text, because it runs without this package, and must start in milliseconds. */
const KEEPER = String.raw`
const { execFileSync, spawn } = require("node:child_process");
const { readdirSync, readFileSync, rmSync } = require("node:fs");

const env = { ...process.env };
for (const name of Object.keys(env))
  if (/^PULUMI_/.test(name) && !/^PULUMI_NODEJS_/.test(name) && !options.variables.includes(name)) delete env[name];
const args = process.argv.slice(2);
// What stays the same has dependencies as well, which policies read.
if (args[0] === "preview") args.push("--json", "--show-sames");
// Its output passes through here: were our parent's end of a pipe its own, it would die of writing before we can kill it.
const child = spawn(options.command, args, { env, stdio: ["ignore", "pipe", "pipe"], detached: true });
for (const stream of ["stdout", "stderr"]) child[stream].pipe(process[stream].on("error", () => {}));
let said = false;
child.stdout.on("data", (chunk) => { said ||= String(chunk).trim() !== ""; });
child.on("close", (code) => { if (args[0] === "version" && code === 0 && !said) process.stdout.write(options.version + "\n"); });
child.on("error", (error) => process.stderr.write(error.message + "\n"));
child.on("close", (code) => { process.exitCode = code ?? 1; if (isOrphan()) end(); });
const isOrphan = () => process.ppid !== options.parent;
setInterval(() => { if (isOrphan()) end(); }, 200).unref();

let asked = false;
function interrupt() {
  if (asked || child.pid === undefined) return;
  asked = true;
  child.kill("SIGINT");
  setTimeout(end, options.patience ?? 8000).unref();
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, interrupt);

function end() {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) killAll();
  if (isOrphan()) rmSync(options.folder, { recursive: true, force: true, maxRetries: 5 });
  process.exit(1);
}

function killAll() {
  const children = new Map();
  for (const [pid, parent] of processes()) children.set(parent, [...(children.get(parent) ?? []), pid]);
  const below = [child.pid];
  for (const pid of below) below.push(...(children.get(pid) ?? []));
  for (const pid of below) try { process.kill(pid, "SIGKILL"); } catch {}
}

function processes() {
  try {
    // Images without the command ps have this; the name of a program, in brackets, may hold anything.
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
      try { return [[Number(pid), Number(readFileSync("/proc/" + pid + "/stat", "utf8").replace(/^.*\)/s, "").trim().split(" ")[1])]]; }
      catch { return []; }
    });
  } catch {
    return execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  }
}
`;
