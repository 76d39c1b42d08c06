/**
 * What a node can carry and what a pod asks for, in the units in which sums are exact.
 *
 * CPU is kept in millicores and memory and disk in MiB, because 0.1 + 0.2 cores is not 0.3 in binary floating point
 * while 100 + 200 millicores is 300. A byte count divided by 2^20 is a dyadic fraction, so MiB are exact as well
 * (up to 2^53 bytes). Cores and GiB appear only at the edges: {@link toCores}, {@link toGiB}.
 */
export interface Resources {
  /** CPU in millicores (1000 = one core, vCPU or hyperthread). */
  readonly cpuMillis: number;
  /** Memory in MiB (2^20 bytes); a fraction where a quantity was given in bytes. */
  readonly memoryMiB: number;
  /** Pods: slots of a node, or pods of a demand. */
  readonly pods: number;
  /** Ephemeral storage (the node's root disk) in MiB. */
  readonly ephemeralStorageMiB: number;
  /** Extended resources by their Kubernetes name, such as `nvidia.com/gpu`. A name that is absent counts as 0. */
  readonly extended: Readonly<Record<string, number>>;
}

/** The four resources that every node has, in the order in which they are reported. */
export const CORE_RESOURCES = ["cpuMillis", "memoryMiB", "pods", "ephemeralStorageMiB"] as const;

/** Nothing at all: the neutral element of {@link add}. */
export const ZERO: Resources = Object.freeze({
  cpuMillis: 0,
  memoryMiB: 0,
  pods: 0,
  ephemeralStorageMiB: 0,
  extended: Object.freeze({}),
});

/**
 * Makes a complete `Resources` from the parts that are not 0.
 * @throws RangeError when a part is negative or NaN: such a number is a mistake upstream and must not reach a sum.
 */
export function resources(parts: Partial<Resources>): Resources {
  const made: Resources = { ...ZERO, ...parts };
  for (const name of names(made)) {
    const value = amount(made, name);
    if (!(value >= 0)) throw new RangeError(`${name} must be 0 or more, got ${value}`);
  }
  return made;
}

/** The names of all resources that appear in any of the given ones: the four core names, then extended, sorted. */
export function names(...all: readonly Resources[]): string[] {
  const extended = new Set<string>();
  for (const one of all) for (const name of Object.keys(one.extended)) extended.add(name);
  return [...CORE_RESOURCES, ...[...extended].sort()];
}

/** The amount of one resource, by core or extended name; 0 when absent. */
export function amount(of: Resources, name: string): number {
  switch (name) {
    case "cpuMillis":
    case "memoryMiB":
    case "pods":
    case "ephemeralStorageMiB":
      return of[name];
    default:
      return Object.hasOwn(of.extended, name) ? (of.extended[name] ?? 0) : 0;
  }
}

/** The sum of two. */
export function add(a: Resources, b: Resources): Resources {
  return zip(a, b, (x, y) => x + y);
}

/** The sum of many; {@link ZERO} for none. One pass, so that a fleet's sum is linear in its sites. */
export function sum(all: Iterable<Resources>): Resources {
  let total = ZERO;
  for (const one of all) total = add(total, one);
  return total;
}

/** What is left of `a` after `b`, never below 0: a node cannot owe capacity to its neighbour. */
export function subtract(a: Resources, b: Resources): Resources {
  return zip(a, b, (x, y) => Math.max(0, x - y));
}

/** What `need` asks beyond `have`, per resource, never below 0. Zero everywhere exactly when `need` fits. */
export function shortfall(need: Resources, have: Resources): Resources {
  return subtract(need, have);
}

/** `factor` times as much; a factor below 0 or NaN is refused with a RangeError. */
export function scale(a: Resources, factor: number): Resources {
  if (!(factor >= 0)) throw new RangeError(`factor must be 0 or more, got ${factor}`);
  return map(a, (x) => x * factor);
}

/** The larger of the two, resource by resource. */
export function max(a: Resources, b: Resources): Resources {
  return zip(a, b, Math.max);
}

/** The smaller of the two, resource by resource. */
export function min(a: Resources, b: Resources): Resources {
  return zip(a, b, Math.min);
}

/** Whether `need` fits in `have` in every resource, extended ones included. */
export function fits(need: Resources, have: Resources): boolean {
  return (
    need.cpuMillis <= have.cpuMillis &&
    need.memoryMiB <= have.memoryMiB &&
    need.pods <= have.pods &&
    need.ephemeralStorageMiB <= have.ephemeralStorageMiB &&
    Object.entries(need.extended).every(([name, value]) => value <= amount(have, name))
  );
}

/** Whether every resource is 0. */
export function isZero(a: Resources): boolean {
  return fits(a, ZERO);
}

/** Whether the two hold the same amounts (a missing extended resource equals 0). */
export function equal(a: Resources, b: Resources): boolean {
  return fits(a, b) && fits(b, a);
}

/** The resource that binds, and how often the whole of `need` goes into `have` by that resource. */
export interface SmallestRatio {
  /** `have / need` of the binding resource; Infinity when nothing is needed. */
  readonly ratio: number;
  /** The binding resource's name; undefined when nothing is needed. */
  readonly resource: string | undefined;
}

/** The smallest `have / need` over the resources that are needed at all. */
export function smallestRatio(have: Resources, need: Resources): SmallestRatio {
  let smallest: SmallestRatio = { ratio: Number.POSITIVE_INFINITY, resource: undefined };
  for (const name of names(need)) {
    const wanted = amount(need, name);
    if (wanted === 0) continue;
    const ratio = amount(have, name) / wanted;
    if (ratio < smallest.ratio) smallest = { ratio, resource: name };
  }
  return smallest;
}

/** Millicores as cores, for people and for JSON. */
export function toCores(cpuMillis: number): number {
  return cpuMillis / 1000;
}

/** MiB as GiB, for people and for JSON. */
export function toGiB(mib: number): number {
  return mib / 1024;
}

/** GiB as MiB. */
export function fromGiB(gib: number): number {
  return gib * 1024;
}

function map(a: Resources, f: (x: number) => number): Resources {
  return {
    cpuMillis: f(a.cpuMillis),
    memoryMiB: f(a.memoryMiB),
    pods: f(a.pods),
    ephemeralStorageMiB: f(a.ephemeralStorageMiB),
    extended: mapExtended(Object.keys(a.extended), (name) => f(amount(a, name))),
  };
}

function zip(a: Resources, b: Resources, f: (x: number, y: number) => number): Resources {
  const extended = a.extended === b.extended ? Object.keys(a.extended) : names(a, b).slice(CORE_RESOURCES.length);
  return {
    cpuMillis: f(a.cpuMillis, b.cpuMillis),
    memoryMiB: f(a.memoryMiB, b.memoryMiB),
    pods: f(a.pods, b.pods),
    ephemeralStorageMiB: f(a.ephemeralStorageMiB, b.ephemeralStorageMiB),
    extended: mapExtended(extended, (name) => f(amount(a, name), amount(b, name))),
  };
}

const NO_EXTENDED: Readonly<Record<string, number>> = ZERO.extended;

/** Entries of 0 are left out, so that equal amounts are equal objects; `fromEntries` keeps `__proto__` a plain key. */
function mapExtended(keys: readonly string[], f: (name: string) => number): Readonly<Record<string, number>> {
  if (keys.length === 0) return NO_EXTENDED;
  return Object.fromEntries(keys.map((name) => [name, f(name)] as const).filter(([, value]) => value !== 0));
}
