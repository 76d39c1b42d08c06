import { spawnSync } from "node:child_process";
import { join } from "node:path";

/**
 * Runs a file of the bench in a process of its own, which writes what it has measured as JSON.
 * @param args what the file finds after its name.
 * @throws Error with what the process complained of.
 */
export function inChild<T>(file: string, ...args: readonly (string | number | boolean)[]): T {
  const child = spawnSync(process.execPath, ["--expose-gc", "--import", "tsx", file, ...args.map(String)], {
    cwd: join(__dirname, "../.."),
    encoding: "utf8",
  });
  if (child.status !== 0) throw new Error(child.stderr);
  return JSON.parse(child.stdout) as T;
}

/** CPU milliseconds of some work, and what it gives. What went before is not collected in its time. */
export async function cpuTimed<T>(work: () => Promise<T>): Promise<{ milliseconds: number; given: T }> {
  globalThis.gc?.();
  const begun = process.cpuUsage();
  const given = await work();
  const { user, system } = process.cpuUsage(begun);
  return { milliseconds: (user + system) / 1000, given };
}
