import { reasonOf } from "../clusters/sites/bounded";
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
    throw siteError(site, `was asked for its ${what}`, reasonOf(error, what));
  }
}

/**
 * A site that does not answer, or with an error that is the site's own.
 * @param what was attempted, such as `was asked for its pods`.
 */
export function siteError(site: string, what: string, why: string): UserError {
  return new UserError(
    `Site ${site} ${what}: ${why}. Where this machine is too busy for its sites, end what else runs on it, or raise --patience.`,
  );
}
