import type { LifetimeSpec } from "./spec";

/** Days that a leaf may live: the CA/Browser Forum's limit since 2020, which Apple's platforms enforce. */
export const MOST_LEAF_DAYS = 398;

const HOURS = 24;
/** A week, and a day for the run that issues all of them: sites are signed one after another. */
const SLOT_HOURS = 8 * HOURS;
/** What is left of a slot after its day of grace, to divide among the cohorts. */
const WEEK_HOURS = 7 * HOURS;

/** Lifetimes with every default resolved. */
export type Lifetimes = Readonly<Required<LifetimeSpec>>;

/** Lifetimes that a spec leaves out. */
export function lifetimesOf(spec: LifetimeSpec = {}): Lifetimes {
  return {
    rootDays: spec.rootDays ?? 3650,
    intermediateDays: spec.intermediateDays ?? 365,
    intermediateRenewalDays: spec.intermediateRenewalDays ?? 90,
    leafDays: spec.leafDays ?? 90,
    leafRenewalDays: spec.leafRenewalDays ?? 30,
    workloadHours: spec.workloadHours ?? 24,
  };
}

/** How long a certificate lives, and how long before its end a run renews it. */
export interface Term {
  readonly lifetimeHours: number;
  readonly earlyRenewalHours: number;
}

/**
 * Sites whose certificates may each have a week of their own. 398 days hold no more: with 90 days for the shortest, 38.
 * Numbers beyond begin again, so that by the pigeonhole principle some must share a week.
 */
export function weeksOf({ leafDays }: Lifetimes): number {
  return Math.floor((MOST_LEAF_DAYS * HOURS - WEEK_HOURS - leafDays * HOURS) / SLOT_HOURS) + 1;
}

/** Hours that a site's certificates live longer than those of number 1. */
export function staggerHours(number: number, lifetimes: Lifetimes, maximumSites: number): number {
  const weeks = weeksOf(lifetimes);
  const cohort = Math.floor((number - 1) / weeks);
  const perCohort = Math.floor(WEEK_HOURS / Math.ceil(maximumSites / weeks));
  return ((number - 1) % weeks) * SLOT_HOURS + cohort * perCohort;
}

/**
 * The terms of a site's certificates. Both grow by the same hours: all of them are renewed after the same time, so that
 * the order of their ends outlives every renewal; lifetimes alone would drift into one another within a year.
 * @param days what the certificate of number 1 lives
 */
export function staggered(days: number, renewalDays: number, stagger: number): Term {
  return { lifetimeHours: days * HOURS + stagger, earlyRenewalHours: renewalDays * HOURS + stagger };
}
