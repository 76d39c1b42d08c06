/** What is lost together, and what it weighs. */
export interface WeighedDomain {
  readonly name: string;
  /** Part of all users that its sites are nearest to. */
  readonly users: number;
  /** Sum of its sites' weights among those that take over. */
  readonly weight: number;
}

/** Users that one unit of weight receives after a loss, and the loss. */
export interface WorstLoss {
  /** Infinity where no weight is left. */
  readonly perWeight: number;
  /** Users without a site then. */
  readonly users: number;
  readonly lost: readonly string[];
}

/**
 * The loss of at most `k` domains after which one unit of weight receives most users: the largest quotient of the users
 * that are lost over the weight that is left. Exact without trying all losses (Dinkelbach 1967): for a guess q the best
 * loss takes the domains with the largest `users + q x weight`, and their own quotient is the next guess, until it rises
 * no more.
 * @param among domains that may be lost, without the one of the survivor
 * @param users users without a site already
 * @param weight weight of all serving sites, the survivor's included
 */
export function worstLoss(among: readonly WeighedDomain[], k: number, users: number, weight: number): WorstLoss {
  let best: readonly WeighedDomain[] = [];
  let perWeight = quotientOf([], users, weight);
  for (;;) {
    const guess = perWeight;
    const value = (one: WeighedDomain) => one.users + guess * one.weight;
    const lost = largest(among, k, value);
    const quotient = quotientOf(lost, users, weight);
    if (!(quotient > guess * (1 + 1e-12))) {
      const gone = best.reduce((sum, one) => sum + one.users, users);
      return { perWeight, users: gone, lost: best.map((one) => one.name) };
    }
    [best, perWeight] = [lost, quotient];
  }
}

function quotientOf(lost: readonly WeighedDomain[], users: number, weight: number): number {
  let [gone, left] = [users, weight];
  for (const one of lost) {
    gone += one.users;
    left -= one.weight;
  }
  if (gone === 0) return 0;
  return left > 0 ? gone / left : Number.POSITIVE_INFINITY;
}

/** The `k` elements of the largest value, the first of equals. */
export function largest<T>(of: readonly T[], k: number, value: (one: T) => number): readonly T[] {
  if (k !== 1) return [...of].sort((a, b) => value(b) - value(a)).slice(0, k);
  let [best, most] = [of[0], Number.NEGATIVE_INFINITY];
  for (const one of of) {
    const its = value(one);
    if (its > most) [best, most] = [one, its];
  }
  return best === undefined ? [] : [best];
}
