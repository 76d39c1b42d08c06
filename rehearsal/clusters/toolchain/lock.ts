import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Interrupted } from "../../userError";

/** Who holds a lock. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When it got the lock, ISO 8601. */
  readonly since: string;
  /** Tells two locks of one process apart. */
  readonly token: string;
}

export interface LockOptions {
  /** Called once when another process holds the lock; what it throws ends the wait. */
  readonly waiting?: (holder: Holder) => void;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without a sign of life after which a holder counts as gone. @default 60000 */
  readonly patience?: number;
  /** Milliseconds between two looks at a lock that another holds. @default 300 */
  readonly interval?: number;
}

/**
 * Does a piece of work while no other process does it. The lock is a file; its holder touches it while it works. The lock
 * of a process that is gone (on this machine), or that gave no sign of life for a minute (on a shared disk), is taken over.
 *
 * A takeover that two processes attempt at once can in theory let both in. The work must stand that: here both would
 * build, and one result would replace the other's whole.
 * @throws Interrupted when the signal comes while it waits.
 */
export async function withLock<T>(file: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const mine: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString(), token: randomUUID() };
  const patience = options.patience ?? 60_000;
  mkdirSync(dirname(file), { recursive: true });
  for (let told = false; !take(file, mine); ) {
    if (options.signal?.aborted) throw new Interrupted();
    const theirs = read(file);
    if (theirs === undefined || isGone(file, theirs, patience)) {
      takeAway(file, theirs, patience);
      await sleep(20);
      continue;
    }
    if (!told) options.waiting?.(theirs);
    told = true;
    await sleep(options.interval ?? 300);
  }
  const life = setInterval(() => touch(file), patience / 6);
  life.unref();
  try {
    return await work();
  } finally {
    clearInterval(life);
    if (read(file)?.token === mine.token) rmSync(file, { force: true });
  }
}

function take(file: string, mine: Holder): boolean {
  try {
    writeFileSync(file, JSON.stringify(mine), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}

/** Undefined when there is none any more, or when it is not whole: its writer was ended while it wrote. */
function read(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

function isGone(file: string, holder: Holder, patience: number): boolean {
  return (holder.host === hostname() && !isAlive(holder.pid)) || age(file) > patience;
}

/** Removes a lock, if it is still the one that was read; one that is not whole must have had time to become so. */
function takeAway(file: string, seen: Holder | undefined, patience: number): void {
  if (seen === undefined && age(file) < Math.min(2000, patience)) return;
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const taken = read(aside);
  if (taken !== undefined && taken.token !== seen?.token && take(file, taken)) touch(file);
  rmSync(aside, { force: true });
}

/** Milliseconds since the last sign of life; none for a file that is gone, so that it is simply tried again. */
function age(file: string): number {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? 0 : Date.now() - stat.mtimeMs;
}

function touch(file: string): void {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // Someone took it over; the work is done all the same.
  }
}

/** Whether a process of this machine runs; one of another user's does, too. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
