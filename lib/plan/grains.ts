import { amount, type Resources } from "./resources";

/**
 * Whole-number amounts. Decimals such as 0.1 GiB are no binary fractions, so that three pods of 0.1 GiB would not fit
 * in 0.3 GiB; counted in grains (a millionth of a MiB, a thousandth of a millicore) they do, and every sum of the
 * capacity arithmetic is a sum of integers below 2^53.
 */
export function grains(of: Resources, name: string): number {
  const exact = amount(of, name) * grainsPerUnit(name);
  if (!(exact > 0)) return 0;
  const whole = name === "pods" ? Math.floor(exact + TOLERANCE) : Math.round(exact);
  return Math.min(whole, UNLIMITED);
}

/** What a node offers of these resources, in grains. */
export function capacityOf({ perNode }: { readonly perNode: Resources }, names: readonly string[]): number[] {
  return names.map((name) => grains(perNode, name));
}

/** How many of such a size fit in so much room, both in grains of the same resources; Infinity for what takes nothing. */
export function timesIn(size: readonly number[], room: readonly number[]): number {
  let times = Number.POSITIVE_INFINITY;
  for (const [r, each] of size.entries()) if (each > 0) times = Math.min(times, Math.floor((room[r] ?? 0) / each));
  return times;
}

/** The sum of whole numbers. */
export function total(amounts: readonly number[]): number {
  return amounts.reduce((sum, one) => sum + one, 0);
}

/** Amounts from here on count as unlimited: 2^53 - 1 grains, which is 8 PiB of memory or 9 billion cores. */
export const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** Whether an amount counts as unlimited, as the ephemeral storage of nodes does whose measurement names none. */
export function isUnlimited(of: Resources, name: string): boolean {
  return grains(of, name) === UNLIMITED;
}

/** Relative distance below which a quotient of integers is taken for the integer next to it. */
export const TOLERANCE = 2 ** -40;

/** How a resource is named and counted towards people and JSON. */
export interface Unit {
  /** `cpu`, `memoryGiB`, `pods`, `ephemeralStorageGiB`, or the extended resource's own name. */
  readonly name: string;
  readonly grains: number;
}

/** The reported name of a resource of {@link Resources}, and its grains per reported unit. */
export function unit(name: string): Unit {
  const each = grainsPerUnit(name);
  switch (name) {
    case "cpuMillis":
      return { name: "cpu", grains: 1000 * each };
    case "memoryMiB":
      return { name: "memoryGiB", grains: 1024 * each };
    case "ephemeralStorageMiB":
      return { name: "ephemeralStorageGiB", grains: 1024 * each };
    default:
      return { name, grains: each };
  }
}

/** An amount as people read it, such as `memoryGiB 1.5`: two decimals at most. */
export function amountText(of: Resources, resource: string): string {
  const { name, grains } = unit(resource);
  return `${name} ${Math.round((amount(of, resource) * grainsPerUnit(resource) * 100) / grains) / 100}`;
}

/** The smallest whole number that is at least `x`, where `x` may be off by a rounding error. */
export function ceil(x: number): number {
  const nearest = Math.round(x);
  return Math.abs(x - nearest) <= TOLERANCE * Math.max(1, x) ? nearest : Math.ceil(x);
}

/** The largest whole number that is at most `x`, where `x` may be off by a rounding error. */
export function floor(x: number): number {
  return -ceil0(-x, x);
}

/** The greatest common divisor of two whole numbers of 0 or more. */
export function gcd(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

/** Grains per unit of {@link Resources}: per millicore, MiB, pod, or one of an extended resource. */
export function grainsPerUnit(name: string): number {
  if (name === "pods") return 1;
  return name === "memoryMiB" || name === "ephemeralStorageMiB" ? 1e6 : 1e3;
}

function ceil0(negative: number, size: number): number {
  const nearest = Math.round(negative);
  return Math.abs(negative - nearest) <= TOLERANCE * Math.max(1, size) ? nearest : Math.ceil(negative);
}
