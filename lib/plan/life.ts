import type { SiteState } from "./spec";

/** What a state means to the rest of the plan. */
export interface StateFacts {
  /** Its nodes carry demand and count as capacity. */
  readonly serves: boolean;
  /** It counts as a fault domain's loss that has already happened. */
  readonly lost: boolean;
  /** Programs build and update it; a lost site is skipped, because its API does not answer. */
  readonly built: boolean;
  /** Its peers have it in their mesh. */
  readonly meshed: boolean;
}

const STATES: Readonly<Record<SiteState, StateFacts>> = {
  joining: { serves: false, lost: false, built: true, meshed: true },
  active: { serves: true, lost: false, built: true, meshed: true },
  drained: { serves: false, lost: false, built: true, meshed: true },
  lost: { serves: false, lost: true, built: false, meshed: false },
  leaving: { serves: false, lost: false, built: true, meshed: false },
};

/** What a site's state means. A site without a state is active. */
export function stateFacts(state: SiteState | undefined): StateFacts {
  return STATES[state ?? "active"];
}

/** Whether the losses that have happened may be taken off those that the fleet tolerates. */
export interface Exception {
  /** True until the last day of the exception: the other sites are judged against one loss fewer. */
  readonly degraded: boolean;
  /** What a reader must know, in every run while a site is lost. */
  readonly notes: readonly string[];
}

/**
 * A lost site has used up one of the losses that the fleet tolerates, until the day that the spec names. After that day
 * the others are judged against all of them again: an exception that never ends is a lower standard that nobody agreed to.
 * @param lost names of the lost sites
 * @param until `degradedUntil` of the spec
 * @param today day of the run, `YYYY-MM-DD`; absent: the exception holds, and the note says until when
 */
export function exception(lost: readonly string[], until: string | undefined, today?: string): Exception {
  if (lost.length === 0) return { degraded: true, notes: [] };
  const who = lost.length === 1 ? `Site ${lost[0]} is` : `Sites ${lost.join(", ")} are`;
  if (until !== undefined && today !== undefined && today > until) {
    const fix = "bring the site back, replace it, or agree on a later day";
    const again = "the others are judged against every loss again";
    return {
      degraded: false,
      notes: [`${who} lost, and degradedUntil was ${until} (today ${today}): ${again}; ${fix}.`],
    };
  }
  return {
    degraded: true,
    notes: [`${who} lost: until ${until ?? "then"} the others are judged against one loss fewer for each.`],
  };
}
