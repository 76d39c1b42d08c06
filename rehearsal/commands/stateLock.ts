import { hostname } from "node:os";
import { resolve } from "node:path";
import { type Holder, withLock } from "../clusters/toolchain/lock";
import { UserError } from "../userError";

/**
 * Does a run that reads and writes a state while no other does: of two, the last to write would lose what the other made. The
 * lock is the file `<state>.lock`; that of a process that is gone is taken over.
 * @param state the file; undefined for a run that keeps nothing.
 * @throws UserError naming the process that works on the state, or why nothing can be written beside it.
 */
export async function withState<T>(state: string | undefined, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  if (state === undefined) return work();
  const waiting = (holder: Holder) => {
    throw new UserError(
      `--state ${state}: ${named(holder)} has worked on it since ${holder.since}, and the later of two runs would lose what the other made. Wait until it ends, or give another file.`,
    );
  };
  let isHeld = false;
  try {
    return await withLock(`${resolve(state)}.lock`, { signal, waiting }, () => {
      isHeld = true;
      return work();
    });
  } catch (error) {
    if (isHeld || (error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new UserError(`--state ${state}: nothing can be written beside it: ${(error as Error).message}.`);
  }
}

function named({ pid, host }: Holder): string {
  return host === hostname() ? `process ${pid}` : `process ${pid} of ${host}`;
}
