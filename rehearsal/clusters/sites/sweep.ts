import { execFileSync } from "node:child_process";
import { lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "../toolchain/lock";

/** How the folders of our sites begin, in the folder for temporary files. */
export const PREFIX = "multisite-sites-";

const OWNER = "owner.json";

/** Notes whose folder it is. */
export function markOwner(folder: string): void {
  writeFileSync(join(folder, OWNER), JSON.stringify({ pid: process.pid }), { mode: 0o600 });
}

/**
 * Removes what runs left behind whose process and keeper were both killed, with the programs that still run there. Only
 * folders of this user count, and only such whose owner no longer runs.
 * @returns the folders that were removed.
 */
export function sweep(temporary: string): string[] {
  const left = readdirSync(temporary)
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => join(temporary, name))
    .filter(isAbandoned);
  if (left.length === 0) return [];
  const programs = processes();
  for (const folder of left) {
    for (const { pid, command } of programs) if (command.includes(`${folder}/`)) kill(pid);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
  return left;
}

function isAbandoned(folder: string): boolean {
  try {
    const stat = lstatSync(folder);
    if (!stat.isDirectory() || stat.uid !== process.getuid?.()) return false;
    const { pid } = JSON.parse(readFileSync(join(folder, OWNER), "utf8")) as { pid: number };
    return !isAlive(pid);
  } catch {
    // One that is just being made, or going.
    return false;
  }
}

interface Running {
  readonly pid: number;
  readonly command: string;
}

function processes(): Running[] {
  const lines = execFileSync("ps", ["-A", "-ww", "-o", "pid=,args="], { encoding: "utf8", maxBuffer: 2 ** 26 }).split(
    "\n",
  );
  return lines.flatMap((line) => {
    const [, pid, command] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined || command === undefined ? [] : [{ pid: Number(pid), command }];
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It went by itself.
  }
}
