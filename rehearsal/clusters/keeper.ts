import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";

/** How a program ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A program that runs. */
export interface Kept {
  readonly pid: number;
  /** Resolves when it has ended, by whatever cause; never rejects. */
  readonly exited: Promise<Exit>;
  /** Sends a signal to it and to all in its process group. @default "SIGKILL" */
  kill(signal?: NodeJS.Signals): void;
}

/** A program to run. */
export interface KeptCommand {
  /** Absolute path of the executable. */
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** File that its output is appended to. */
  readonly log: string;
  /** File for what it writes to its standard output, where that is wanted apart. @default the log */
  readonly output?: string;
}

/** Runs programs that do not outlive us, and removes what they leave. */
export interface Keeper {
  /**
   * Resolves as soon as the program runs.
   * @throws NodeJS.ErrnoException when it cannot be started (`code` says why) or its log cannot be written.
   */
  start(command: KeptCommand): Promise<Kept>;
  /** Kills every program, removes the folder, and resolves when both are gone. May be called more than once. */
  end(): Promise<void>;
}

/** Milliseconds that a keeper gets for what it does last; it needs some tens. */
const PATIENCE = 5000;

/**
 * Starts a keeper: a process of its own, in a session of its own, to which we are connected by a pipe. It ends all its
 * programs and removes the folder when it is told to, and when the pipe closes, however we ended; so Ctrl-C, a crash and
 * SIGKILL leave neither processes nor files. Should the keeper itself be killed, we do the same in its place.
 * @param folder absolute path of the folder that goes with the programs; nothing else may be in it.
 */
export function startKeeper(folder: string): Keeper {
  const { NODE_OPTIONS: _ours, ...env } = process.env;
  const child = spawn(process.execPath, ["-e", KEEPER, "--", folder], {
    cwd: "/",
    env,
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    detached: true,
  });
  const programs = new Programs(child);
  const atExit = () => endNow(child, programs, folder);
  process.on("exit", atExit);
  const ended = new Promise<void>((resolve) => {
    const finish = () => {
      process.off("exit", atExit);
      programs.abandon();
      remove(folder);
      resolve();
    };
    child.once("exit", finish);
    child.on("error", finish);
  });
  child.on("message", (message) => programs.hear(message as Message));
  return {
    start: (command) => programs.start(command),
    end: () => {
      if (child.connected) child.disconnect();
      return ended;
    },
  };
}

/** What the keeper tells of a program. */
interface Message {
  readonly id: number;
  readonly pid?: number;
  readonly failed?: { readonly code: string; readonly message: string };
  readonly exit?: Exit;
}

interface Entry {
  readonly started: (kept: Kept) => void;
  readonly refused: (error: Error) => void;
  ended: (exit: Exit) => void;
  pid: number | undefined;
}

/** The programs as this side knows them. */
class Programs {
  readonly #keeper: ChildProcess;
  readonly #entries = new Map<number, Entry>();
  #next = 0;

  constructor(keeper: ChildProcess) {
    this.#keeper = keeper;
  }

  start(command: KeptCommand): Promise<Kept> {
    const id = this.#next++;
    return new Promise((started, refused) => {
      if (!this.#keeper.connected) {
        refused(gone());
        return;
      }
      this.#entries.set(id, { started, refused, ended: () => {}, pid: undefined });
      this.#keeper.send({ id, start: command }, (error) => {
        if (error !== null) refused(gone());
      });
    });
  }

  hear({ id, pid, failed, exit }: Message): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    if (pid !== undefined) {
      entry.pid = pid;
      const exited = new Promise<Exit>((resolve) => {
        entry.ended = resolve;
      });
      entry.started({ pid, exited, kill: (signal = "SIGKILL") => this.#kill(id, signal) });
      return;
    }
    this.#entries.delete(id);
    if (failed !== undefined) entry.refused(Object.assign(new Error(failed.message), { code: failed.code }));
    else entry.ended(exit ?? { code: null, signal: null });
  }

  /** Kills all that are known to run, for the keeper that no longer can. */
  abandon(): void {
    for (const entry of this.#entries.values()) {
      if (entry.pid === undefined) entry.refused(gone());
      else killGroup(entry.pid, "SIGKILL");
      entry.ended({ code: null, signal: "SIGKILL" });
    }
    this.#entries.clear();
  }

  /** Only what is known to run is signalled: the number of one that has ended may be another's by now. */
  #kill(id: number, signal: NodeJS.Signals): void {
    const pid = this.#entries.get(id)?.pid;
    if (pid !== undefined) killGroup(pid, signal);
  }
}

function gone(): Error {
  return new Error("the process that runs the programs was ended from outside");
}

/** What is left to do when our own process ends without having ended the keeper: no callback runs any more. */
function endNow(keeper: ChildProcess, programs: Programs, folder: string): void {
  try {
    keeper.kill("SIGTERM");
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    for (let waited = 0; existsSync(folder) && waited < PATIENCE; waited += 10) Atomics.wait(sleeper, 0, 0, 10);
  } finally {
    programs.abandon();
    remove(folder);
  }
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  } catch {
    // What cannot be removed must not hide why we end; the next run removes it (sweep.ts).
  }
}

/** Text, because it runs without this package and must start in milliseconds. */
const KEEPER = `
const { spawn } = require("node:child_process");
const { closeSync, openSync, rmSync } = require("node:fs");
const folder = process.argv[1];
const running = new Map();
let ending = false;
const tell = (message) => { if (process.connected) process.send(message, () => {}); };
const kill = (pid, signal) => { try { process.kill(-pid, signal); } catch {} };

process.on("message", ({ id, start }) => {
  if (ending) return;
  let log, output;
  try {
    log = openSync(start.log, "a", 0o600);
    output = start.output === undefined ? log : openSync(start.output, "a", 0o600);
  } catch (error) {
    return tell({ id, failed: { code: error.code, message: error.message } });
  }
  const child = spawn(start.command, start.args, { cwd: start.cwd, env: start.env, stdio: ["ignore", output, log], detached: true });
  for (const file of new Set([log, output])) closeSync(file);
  child.once("error", (error) => tell({ id, failed: { code: error.code, message: error.message } }));
  child.once("exit", (code, signal) => {
    running.delete(id);
    kill(child.pid, "SIGKILL");
    tell({ id, exit: { code, signal } });
    if (ending && running.size === 0) leave();
  });
  if (child.pid === undefined) return;
  running.set(id, child);
  tell({ id, pid: child.pid });
});

function end() {
  if (ending) return;
  ending = true;
  for (const child of running.values()) kill(child.pid, "SIGKILL");
  if (running.size === 0) leave();
  setTimeout(leave, ${PATIENCE - 1000}).unref();
}
function leave() {
  try { rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }); } catch {}
  process.exit(0);
}
process.on("disconnect", end);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, end);
`;
