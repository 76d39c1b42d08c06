import { PartialFailure, type Properties } from "../../engine/provider";
import type { AwaitFailure, Awaits } from "./awaits";
import { type Checkpoint, writeCheckpoint } from "./checkpoint";
import type { Connection } from "./connection";
import type { Kinds } from "./kinds";
import { idOf } from "./objects";
import type { Settings } from "./settings";

/** All that an operation on an object needs. */
export interface Operating {
  connection: Connection;
  kinds: Kinds;
  settings: Settings;
  awaits: Awaits;
  /** Shows a warning about a resource. */
  warn(urn: string, message: string): void;
}

/** A failure to become what was asked: the object exists, and the next run tries again. */
export function leftBehind(
  what: string,
  error: Error & Partial<Pick<AwaitFailure, "problems">>,
  checkpoint: Checkpoint,
  given: Properties,
  conceal: (message: string) => string,
): PartialFailure {
  const reasons = [`${what}: ${error.message}`, ...(error.problems ?? [])].map(conceal);
  return new PartialFailure(reasons.join("\n"), idOf(checkpoint.live), writeCheckpoint(checkpoint, given), reasons);
}

/** What went wrong, as an error, without what is secret. */
export function told(error: unknown, conceal: (message: string) => string, prefix = ""): Error {
  return new Error(conceal(`${prefix}${error instanceof Error ? error.message : String(error)}`));
}

/** Seconds that an operation may take: what the program said, then the object, then ten minutes. */
export function secondsFor(asked: number, annotated: string): number {
  const seconds = Number(annotated);
  return asked > 0 ? asked : annotated !== "" && Number.isInteger(seconds) && seconds > 0 ? seconds : 600;
}
