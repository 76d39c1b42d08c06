import { TOLERANCE } from "./grains";
import type { Load } from "./packing";

/** A share of the bare demand as an exact fraction of whole numbers below 2^53. */
export interface Share {
  readonly num: number;
  readonly den: number;
}

export const NOTHING: Share = { num: 0, den: 1 };

/** The share as a floating-point number. */
export function quotient(share: Share): number {
  return share.num / share.den;
}

/** The smaller of two, compared exactly where floating point is too coarse. */
export function smaller(a: Share, b: Share): Share {
  const difference = quotient(a) - quotient(b);
  if (Math.abs(difference) > TOLERANCE * quotient(a)) return difference < 0 ? a : b;
  return BigInt(a.num) * BigInt(b.den) <= BigInt(b.num) * BigInt(a.den) ? a : b;
}

/** A sum of shares that stays exact however many there are. */
export class ShareSum {
  private numerators: ReadonlyMap<number, bigint> | undefined;

  private constructor(
    /** The sum in floating point. */
    readonly value: number,
    private readonly sum: () => ReadonlyMap<number, bigint>,
  ) {}

  /** The sum of shares. */
  static of(shares: readonly Share[]): ShareSum {
    const value = shares.reduce((total, share) => total + quotient(share), 0);
    return new ShareSum(value, () => byDenominator(shares.map(({ num, den }) => [den, BigInt(num)])));
  }

  /** The sum of sums. */
  static together(sums: readonly ShareSum[]): ShareSum {
    const value = sums.reduce((total, one) => total + one.value, 0);
    return new ShareSum(value, () => byDenominator(sums.flatMap((one) => [...one.exact])));
  }

  /** Numerators by denominator; sites have few different denominators. Computed when first asked for. */
  get exact(): ReadonlyMap<number, bigint> {
    this.numerators ??= this.sum();
    return this.numerators;
  }
}

function byDenominator(parts: readonly (readonly [number, bigint])[]): ReadonlyMap<number, bigint> {
  const sums = new Map<number, bigint>();
  for (const [den, num] of parts) sums.set(den, (sums.get(den) ?? 0n) + num);
  return sums;
}

/**
 * Whether `all` without `lost`, sums of shares of the bare demand, is 1 + headroom or more. Exact: 1/3 + 1/3 + 1/3 is
 * 1, and 50 + 49 of 100 is not. Whole-number arithmetic is used only where floating point cannot tell.
 */
export function carriesAll(all: ShareSum, lost: readonly ShareSum[], headroom: Load["headroom"]): boolean {
  const target = headroom.num / headroom.den;
  const left = lost.reduce((value, one) => value - one.value, all.value);
  if (Math.abs(left - target) > 1e-9 * Math.max(target, all.value)) return left > target;
  let [num, den] = [0n, 1n];
  for (const [of, sum] of all.exact) {
    const numerator = lost.reduce((value, one) => value - (one.exact.get(of) ?? 0n), sum);
    [num, den] = [num * BigInt(of) + numerator * den, den * BigInt(of)];
  }
  return num * BigInt(headroom.den) >= BigInt(headroom.num) * den;
}

/** A fault domain and what its sites can carry together, as a multiple of the demand with headroom. */
export interface DomainShare {
  readonly name: string;
  readonly share: number;
}

/** How traffic is divided, and what that asks of the sites. */
export interface Routing {
  /** Weight of each fault domain or site, all together 1. */
  readonly weights: ReadonlyMap<string, number>;
  /** Largest part of the demand that falls on each of them after a loss. */
  readonly worst: ReadonlyMap<string, number>;
  /** Utilisation of the fullest site after the worst loss; above 1 where the fleet does not hold. */
  readonly utilisation: number;
}

/**
 * The weights that keep the fullest site as empty as possible after the worst loss of `tolerate` fault domains.
 *
 * Let S be the domains' shares, the largest first, and `rest` the sum without the first k. After a loss the survivors
 * carry all, so the utilisation is at least 1/rest; these weights reach it (docs/capacity.md has the proof): every
 * domain is cut to the size t = S[k] of the largest survivor, and weighs in proportion to what is left. The k + 1
 * largest then weigh the same, so that no loss is worse than another for those that remain.
 */
export function routing(domains: readonly DomainShare[], tolerate: number): Routing {
  const sorted = [...domains].sort((a, b) => b.share - a.share);
  const cut = sorted[tolerate]?.share ?? 0;
  // A sum that does not depend on the order of the sites, nor on which of several equal domains is called the largest.
  const rest = sum(sorted.slice(tolerate));
  const all = rest + tolerate * cut;
  if (!(rest > 0)) return withoutRouting(domains, sorted.length > tolerate ? 1 / (sorted.length - tolerate) : 1);
  const weights = new Map<string, number>();
  const worst = new Map<string, number>();
  for (const { name, share } of domains) {
    weights.set(name, Math.min(share, cut) / all);
    worst.set(name, Math.min(share, cut) / rest);
  }
  return { weights, worst, utilisation: 1 / rest };
}

/** Nothing survives a loss: what can be said is who serves today. */
function withoutRouting(domains: readonly DomainShare[], worstShare: number): Routing {
  const all = sum(domains);
  const weight = (share: number) => (all > 0 ? share / all : 1 / domains.length);
  return {
    weights: new Map(domains.map(({ name, share }) => [name, weight(share)])),
    worst: new Map(domains.map(({ name }) => [name, worstShare])),
    utilisation: Number.POSITIVE_INFINITY,
  };
}

function sum(domains: readonly DomainShare[]): number {
  return domains.reduce((total, one) => total + one.share, 0);
}
