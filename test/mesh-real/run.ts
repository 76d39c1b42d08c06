import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** Search path of everything that runs in the lab: nothing of the caller's own. */
export const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Seconds that a step may take on a crowded machine. A quiet one needs a tenth: bench/ has the figures. */
export const PATIENCE = 480;

export interface RunOptions {
  readonly input?: string;
  /** @default 120 */
  readonly timeoutSeconds?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end. @throws Error with what it said. */
export function run([command, ...args]: readonly string[], options: RunOptions = {}): Promise<string> {
  const { input = "", timeoutSeconds = 120, env = {} } = options;
  return new Promise((resolve, reject) => {
    const child = execFile(
      command!,
      args,
      { timeout: timeoutSeconds * 1000, killSignal: "SIGKILL", maxBuffer: 64e6, env: { PATH, ...env } },
      (error, out, said) => {
        if (error === null) resolve(out);
        else reject(new Error(`${args.slice(-12).join(" ")}: ${error.message.slice(-300)}\n${said.slice(-1500)}`));
      },
    );
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

/**
 * Waits until something is true; what throws is not true yet.
 * @throws Error that says what was waited for, and why it was not true in the end.
 */
export async function until(what: string, seconds: number, isTrue: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + seconds * 1000;
  let last = "";
  for (;;) {
    try {
      if (await isTrue()) return;
      last = "";
    } catch (error) {
      last = (error as Error).message;
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s. ${last.slice(-1500)}`);
    await sleep(100);
  }
}
