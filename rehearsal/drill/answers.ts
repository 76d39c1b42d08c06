import { reasonOf } from "../clusters/sites/bounded";
import { StrangeAnswer } from "../clusters/sites/strangeAnswer";
import { UserError } from "../userError";
import type { Titles } from "./titles";

/** How a drill asks its sites. */
export interface Asking {
  /** What the plan's objects are called. */
  readonly titles: Titles;
  /** Seconds that an answer may take. @default those after which an API server itself gives up */
  readonly answerSeconds?: number | undefined;
}

/**
 * What a site answers.
 * @param what it was asked for, such as `pods`.
 * @throws UserError that names the site, when it does not answer, or with an error.
 */
export async function answerOf<T>(site: string, what: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const shown = error instanceof StrangeAnswer ? `: ${error.shown}` : "";
    throw siteError(site, `was asked for its ${what}`, `${reasonOf(error, what)}${shown}`, isOfAnother(error));
  }
}

/** Whether an answer is none that a site gives to the administrator whom it was made with: no patience changes it. */
export function isOfAnother(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  const isStrange = [error, cause].some((one) => one instanceof StrangeAnswer || one instanceof SyntaxError);
  return isStrange || code === 401 || code === 403 || code === 404;
}

/**
 * A site that does not answer, or with an error that is the site's own.
 * @param what was attempted, such as `was asked for its pods`.
 * @param isForeign {@link isOfAnother}
 */
export function siteError(site: string, what: string, why: string, isForeign = false): UserError {
  return new UserError(`Site ${site} ${what}: ${why}. ${isForeign ? FOREIGN : BUSY}`);
}

const BUSY = "Where this machine is too busy for its sites, end what else runs on it, or raise --patience.";

const FOREIGN =
  "No site of a drill answers so: another program may answer at its address, such as a proxy. End that, and drill again.";
