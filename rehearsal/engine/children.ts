import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { launcher } from "./launcher";

/** One line that a child wrote. */
export interface LogLine {
  stream: "stdout" | "stderr";
  text: string;
}

export interface ChildOptions {
  /** The script to run, with its arguments. */
  script: string;
  args: string[];
  cwd: string;
  nodeArguments?: string[];
  env: { [name: string]: string | undefined };
  onLine(line: LogLine): void;
}

/** A process of ours: it ends when `stop` is called, and when we end, however that happens. */
export interface Child {
  /** Resolves when the process has ended and all its output was read. */
  exited: Promise<{ code: number | null; signal: string | null }>;
  /** Ends the process and its children. */
  stop(): void;
}

/** Milliseconds for which the output of a script that has ended is waited for, while another process of its keeps it open. */
const LEFT_OPEN = 2000;

const running = new Set<ChildProcess>();

function stop(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}

function stopAll(): void {
  for (const child of running) stop(child);
}

/** Starts a Node.js script in a process group of its own. */
export function startChild(options: ChildOptions): Child {
  if (running.size === 0) process.once("exit", stopAll);
  const child = spawn(
    process.execPath,
    [...(options.nodeArguments ?? []), "-e", launcher, "--", options.script, ...options.args],
    {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      detached: true,
    },
  );
  running.add(child);
  const read = (stream: "stdout" | "stderr"): Promise<void> =>
    new Promise((resolve) => {
      // There is none where the process could not be started for want of files.
      const input: Readable | null | undefined = child[stream];
      if (!input) return resolve();
      const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
      lines.on("line", (text) => options.onLine({ stream, text }));
      lines.on("close", resolve);
    });
  const output = Promise.all([read("stdout"), read("stderr")]);
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on("error", (error) => {
      options.onLine({ stream: "stderr", text: `cannot start ${process.execPath}: ${error.message}` });
      resolve({ code: 1, signal: null });
    });
    child.on("exit", (code, signal) => resolve({ code, signal }));
  });
  const exited = ended.then(async (end) => {
    running.delete(child);
    if (running.size === 0) process.off("exit", stopAll);
    // Whatever the script left running in its group would hold its output open.
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // The usual case: nobody is left.
    }
    await Promise.race([output, sleep(LEFT_OPEN, undefined, { ref: false })]);
    for (const stream of [child.stdout, child.stderr]) stream?.destroy();
    return end;
  });
  return { exited, stop: () => stop(child) };
}
