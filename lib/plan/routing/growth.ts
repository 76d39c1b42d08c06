import type { CapacityVerdict, Fix } from "../verdict";

/** What a search for nodes is made of: pools that can grow, and the shares of a fleet that has grown. */
export interface Growing<C> {
  /** Pools that may grow, by site. */
  readonly pools: ReadonlyMap<string, readonly Growable<C>[]>;
  /** How much each site is overloaded, as a part of all users, with nodes added; empty when the fleet holds. */
  overload(steps: ReadonlyMap<C, number>): ReadonlyMap<string, number>;
  fix(of: C, steps: number): Fix;
}

interface Growable<C> {
  readonly candidate: C;
  /** Part of the demand that a step adds. */
  readonly gain: number;
}

/** Rounds of a search: every one mends the most overloaded site as far as its pool's trial promised. */
const ROUNDS = 200;

/**
 * Nodes where the services overload a survivor: always at the most overloaded site, until none is; then every step that
 * is not needed is taken back. Empty when that leads nowhere.
 */
export function overloadFixes<C>(growing: Growing<C>): CapacityVerdict["fixes"] {
  const steps = new Map<C, number>();
  for (let round = 0; ; round++) {
    const overload = growing.overload(steps);
    if (overload.size === 0) break;
    const [site, lack] = [...overload].reduce((a, b) => (b[1] > a[1] ? b : a));
    const best = growing.pools.get(site)?.reduce((a, b) => (b.gain > a.gain ? b : a));
    if (best === undefined || round === ROUNDS) return [];
    const more = Math.max(1, Math.floor(lack / best.gain));
    steps.set(best.candidate, (steps.get(best.candidate) ?? 0) + more);
  }
  for (const candidate of steps.keys()) {
    while ((steps.get(candidate) ?? 0) > 0) {
      const fewer = new Map(steps).set(candidate, (steps.get(candidate) ?? 0) - 1);
      if (growing.overload(fewer).size > 0) break;
      steps.set(candidate, fewer.get(candidate) ?? 0);
    }
  }
  return [...steps].filter(([, count]) => count > 0).map(([candidate, count]) => growing.fix(candidate, count));
}
