import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

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

/**
 * Runs before the script, in its process. A thread holds the read end of a pipe to us, and kills the whole process group
 * when it closes, even if the script's own event loop never gets a turn. Then, Node.js 20 spends half a minute and half a
 * gigabyte on colouring a stack that names a file right under a scope (`node_modules/@pulumi/resource.ts`, as the SDK's
 * source maps say), before it gives up and the SDK prints the stack without colours; that is where we begin. Then, the SDK
 * asks for a stack at each of its promises, for whoever debugs leaks of them, and under ts-node looks up source maps for
 * every line of it: half of the time of a program in TypeScript, for texts that nobody reads. Last, `runMain` makes the script
 * the main module, as if node had been called with it.
 */
const launcher = String.raw`
const { Worker } = require("node:worker_threads");
const guard = 'const s = new (require("node:net").Socket)({ fd: 3 }); s.on("close", () => process.kill(-process.pid, "SIGKILL")); s.on("error", () => {}); s.resume();';
new Worker(guard, { eval: true, execArgv: [], env: {}, stdout: false }).unref();
const util = require("node:util");
util.inspect = new Proxy(util.inspect, { apply: (inspect, self, [value, options, ...rest]) => Reflect.apply(inspect, self, [
  value, options?.colors && /node_modules[\\/]@[^\\/\n]+[\\/][^\\/\n]+$/m.test(String(value?.stack)) ? { ...options, colors: false } : options, ...rest]) });
if (!process.env.PULUMI_DEBUG_PROMISE_LEAKS) {
  const ours = new WeakSet();
  let prepare;
  Object.defineProperty(Error, "prepareStackTrace", { configurable: true, get: () => prepare, set: (given) => {
    if (typeof given !== "function" || ours.has(given)) return void (prepare = given);
    prepare = (error, trace) => trace[0]?.getFunctionName() === "debuggablePromise" ? "" : given(error, trace);
    ours.add(prepare);
  } });
}
require("node:module").runMain();
`;

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
      const lines = createInterface({ input: child[stream] as Readable, crlfDelay: Number.POSITIVE_INFINITY });
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
    await output;
    return end;
  });
  return { exited, stop: () => stop(child) };
}
