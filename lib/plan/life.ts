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
  leaving: { serves: false, lost: false, built: true, meshed: true },
};

/** What a site's state means. A site without a state is active. */
export function stateFacts(state: SiteState | undefined): StateFacts {
  return STATES[state ?? "active"];
}

/** A site as far as the losses that have happened are concerned. */
export interface LivingSite {
  readonly name: string;
  readonly state?: SiteState | undefined;
  readonly faultDomain: string;
}

/** How many further losses the fleet is judged against. */
export interface Tolerance {
  /** `tolerate` of the spec less one for every fault domain that is lost already, never below 0. */
  readonly tolerate: number;
  /** Fault domains with a lost site, by name. */
  readonly lostDomains: readonly string[];
  /** What a reader must know; in every run while a site is lost. */
  readonly notes: readonly string[];
}

/**
 * A lost site has used up one of the losses that the fleet tolerates: the others are judged against the rest, until the
 * day that the spec names. After that day they are judged against all of them again, since the exception has lapsed.
 * @param tolerate losses that the whole fleet tolerates
 * @param until last day of the exception, `YYYY-MM-DD`
 * @param today the day of the run; absent: the exception holds, and the note says until when
 */
export function tolerance(
  sites: readonly LivingSite[],
  tolerate: number,
  until: string | undefined,
  today?: string,
): Tolerance {
  const lost = sites.filter((site) => stateFacts(site.state).lost);
  if (lost.length === 0) return { tolerate, lostDomains: [], notes: [] };
  const lostDomains = [...new Set(lost.map((site) => site.faultDomain))].sort();
  const who = `${lost.map((site) => site.name).join(", ")} ${lost.length === 1 ? "is" : "are"} lost`;
  if (until !== undefined && today !== undefined && today > until) {
    const lapsed = `the exception of degradedUntil ended on ${until}`;
    return {
      tolerate,
      lostDomains,
      notes: [
        `${who}, and ${lapsed}: the other sites are judged against ${losses(tolerate)} again. ` +
          `Bring the site back, replace it, or agree on a later day.`,
      ],
    };
  }
  const left = Math.max(0, tolerate - lostDomains.length);
  const day = until === undefined ? "" : ` until ${until}`;
  return { tolerate: left, lostDomains, notes: [`${who}: the others are judged against ${losses(left)}${day}.`] };
}

function losses(n: number): string {
  if (n === 0) return "no further loss";
  return n === 1 ? "one further loss" : `${n} further losses`;
}
