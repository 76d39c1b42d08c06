import { ceil, floor, TOLERANCE, timesIn } from "./grains";
import type { Load, Nodes, SiteNodes } from "./packing";
import { NOTHING, quotient, type Share } from "./shares";

/**
 * Something that no placement can exceed: the pods, each times its coefficient, and the divisible demand times the
 * share, are at most the limit. All are whole numbers of 0 or more.
 */
interface Constraint {
  readonly pods: readonly number[];
  readonly divisible: number;
  readonly limit: number;
}

/** All that no placement on a site's nodes can exceed. */
interface Constraints {
  /** Pods of each workload alone. */
  readonly most: readonly number[];
  readonly sums: readonly Constraint[];
}

/**
 * A share of the bare demand that no placement on these nodes can exceed. It counts volumes per resource over every
 * set of node groups that some workload is confined to, pods that are too large to share a node or may not, and how many
 * pods of one workload fit on empty nodes.
 */
export function upperBound(load: Load, site: SiteNodes): Share {
  const constraints = constraintsOf(load, site);
  let at = Number.POSITIVE_INFINITY;
  for (const [w, { total }] of load.critical.entries()) {
    if (total > 0) at = Math.min(at, (constraints.most[w] ?? 0) / total);
  }
  for (const one of constraints.sums) at = Math.min(at, relaxed(load, one, Number.POSITIVE_INFINITY));
  while (at > 0 && Number.isFinite(at)) {
    const { next, divisible, infeasible } = tighten(load, constraints, at);
    if (!infeasible && divisible === undefined) return stepAtMost(load, at);
    const below = stepBelow(load, at);
    const step = below === undefined ? 0 : quotient(below);
    if (!infeasible && divisible !== undefined && (next > step || close(next, at))) return divisible;
    at = infeasible ? Math.min(next, step) : step;
  }
  return NOTHING;
}

/** What the constraints leave of a share. */
interface Tightened {
  /** The share itself, or less where a constraint binds. */
  readonly next: number;
  /** `next` exactly, where the divisible demand binds. */
  readonly divisible: Share | undefined;
  /** Whether the pods alone are too many. */
  readonly infeasible: boolean;
}

function tighten(load: Load, constraints: Constraints, at: number): Tightened {
  const counts = replicasAt(load, at);
  let infeasible = false;
  let next = at;
  let divisible: Share | undefined;
  for (let w = 0; w < counts.length; w++) if ((counts[w] ?? 0) > (constraints.most[w] ?? 0)) infeasible = true;
  for (const one of constraints.sums) {
    const left = one.limit - dot(one.pods, counts);
    if (left < 0) {
      infeasible = true;
      next = Math.min(next, relaxed(load, one, at));
    } else if (one.divisible > 0 && left < one.divisible * next) {
      next = left / one.divisible;
      divisible = { num: left, den: one.divisible };
    }
  }
  return { next, divisible, infeasible };
}

/** Replicas of each critical workload that a site runs for a share of the bare demand, its minimum included. */
export function replicasAt(load: Load, share: number): number[] {
  return load.critical.map((one) => Math.max(one.minimum, ceil(one.total * share)));
}

/** The largest share below `share` at which some workload needs one replica less; undefined when there is none. */
export function stepBelow(load: Load, share: number): Share | undefined {
  return largest(load, (total) => ceil(total * share) - 1);
}

function stepAtMost(load: Load, share: number): Share {
  return largest(load, (total) => floor(total * share)) ?? NOTHING;
}

function largest(load: Load, replicas: (total: number) => number): Share | undefined {
  let best: Share | undefined;
  for (const { total } of load.critical) {
    const num = total > 0 ? replicas(total) : 0;
    if (num > 0 && (best === undefined || num * best.den > best.num * total)) best = { num, den: total };
  }
  return best;
}

/**
 * Where the constraint would bind if replicas were divisible: never less than where it binds. Workloads that run their
 * minimum at `share` are taken at their minimum.
 */
function relaxed(load: Load, one: Constraint, share: number): number {
  let [fixed, slope] = [0, one.divisible];
  for (const [w, { total, minimum }] of load.critical.entries()) {
    const each = one.pods[w] ?? 0;
    if (total === 0 || total * share <= minimum) fixed += each * minimum;
    else slope += each * total;
  }
  const left = one.limit - fixed;
  if (slope > 0) return Math.max(0, left / slope) * (1 + TOLERANCE);
  return left < 0 ? 0 : share;
}

function constraintsOf(load: Load, site: SiteNodes): Constraints {
  const most = load.critical.map((_, w) =>
    site.groups.reduce((sum, group) => sum + group.count * alone(load, site, group, w), 0),
  );
  const sums: Constraint[] = [];
  const apart = [load, site, cliquesHere(load, site)] as const;
  for (const within of confinements(load, site)) {
    const groups = site.groups.filter((_, g) => within[g]);
    const confined = load.critical.map((_, w) => site.groups.every((group, g) => within[g] || !group.carries[w]));
    const open = site.groups.every((group, g) => within[g] || !group.open);
    for (let r = 0; r < load.resources.length; r++) {
      const size = load.critical.map((one, w) => (confined[w] ? (one.size[r] ?? 0) : 0));
      const limit = groups.reduce((sum, group) => sum + (group.total[r] ?? 0), 0);
      sums.push({ pods: size, divisible: open ? (load.rest[r] ?? 0) : 0, limit });
      sums.push(...roundedPods(size, groups, r));
    }
    sums.push(...apartPods(apart, confined, groups));
  }
  return { most, sums };
}

/** Parts of a node that are counted. Rounded down, so that nothing is called impossible by rounding. */
const PARTS = 60 * 2 ** 14;

/** Larger ones find hardly more, and cost time. */
const MOST_STEPS = 4;

/**
 * Pods that take more of a node than their sizes say, in one resource: what they leave is too small for any of them. Whatever
 * fits on a node together still does when sizes are rounded so, up or down (dual feasible functions: Fekete and Schepers, New
 * classes of fast lower bounds for bin packing problems, 2001).
 */
function roundedPods(size: readonly number[], groups: readonly Nodes[], r: number): Constraint[] {
  const node = groups.reduce((most, group) => Math.max(most, group.capacity[r] ?? 0), 0);
  const nodes = groups.reduce((sum, group) => sum + group.count, 0);
  const largest = Math.max(0, ...size);
  if (largest * (MOST_STEPS + 1) <= node) return [];
  const smallest = new Set([0, ...size.filter((one) => one > node - largest && 2 * one <= node)]);
  const found = new Map<string, Constraint>();
  for (const least of smallest) {
    for (let steps = 0; steps <= MOST_STEPS; steps++) {
      const rounded = size.map((one) => inSteps(beside(one, least, node) / node, steps));
      if (rounded.every((part, w) => part * node <= (size[w] ?? 0))) continue;
      const pods = rounded.map((part) => Math.floor(PARTS * part));
      found.set(pods.join(), { pods, divisible: 0, limit: PARTS * nodes });
    }
  }
  return [...found.values()];
}

/** A size, or the whole node where less than `least` is left beside it; what is less than that is not counted. */
function beside(size: number, least: number, node: number): number {
  if (size < least) return 0;
  return size > node - least ? node : size;
}

/** A part of a node, in so many steps: `t` of them are those of which `t` fit beside each other, and no more. */
function inSteps(part: number, steps: number): number {
  const times = part * (steps + 1);
  const whole = floor(times);
  return steps === 0 || ceil(times) === whole ? part : whole / steps;
}

/** Workloads of which a node may have only one: a pod takes as much of a node as if it were full of its own kind. */
function apartPods(
  [load, site, cliques]: readonly [Load, SiteNodes, Cliques],
  confined: readonly boolean[],
  groups: readonly Nodes[],
): Constraint[] {
  const limit = PARTS * groups.reduce((sum, group) => sum + group.count, 0);
  return cliques.map((clique) => {
    const pods = load.critical.map((_, w) => {
      if (!confined[w] || !clique.includes(w)) return 0;
      const together = Math.max(0, ...groups.map((group) => alone(load, site, group, w)));
      return together > 0 && Number.isFinite(together) ? Math.floor(PARTS / together) : 0;
    });
    return { pods, divisible: 0, limit };
  });
}

type Cliques = readonly (readonly number[])[];

/**
 * Sets of workloads of which a node may have only one: those that keep each other away, and with them those that no node
 * has the room for beside any of them.
 */
function cliquesHere({ critical, exclusion }: Load, site: SiteNodes): Cliques {
  const each = [...critical.keys()].map((w) => [w]);
  const apart = exclusion.apart.map((others) => new Set(others));
  const fitTogether = (a: number, b: number) =>
    site.groups.some(
      ({ carries, capacity }) =>
        carries[a] &&
        carries[b] &&
        capacity.every((all, r) => (critical[a]?.size[r] ?? 0) + (critical[b]?.size[r] ?? 0) <= all),
    );
  const found = new Map<string, readonly number[]>();
  const covered = new Set<number>();
  for (const set of [...exclusion.cliques, ...each]) {
    if (set.length === 1 && covered.has(set[0] as number)) continue;
    const clique = set.filter((w) => w < critical.length);
    for (const w of critical.keys()) {
      const isApart = clique.every((one) => one !== w && (apart[one]?.has(w) || !fitTogether(one, w)));
      if (isApart) clique.push(w);
    }
    for (const w of clique) covered.add(w);
    if (clique.length > 1) found.set([...clique].sort((x, y) => x - y).join(), clique);
  }
  return [...found.values()];
}

/** How many pods of one workload an empty node of the group takes. */
function alone(load: Load, { limits }: SiteNodes, group: Nodes, w: number): number {
  if (!group.carries[w]) return 0;
  const most = limits[w]?.most ?? Number.POSITIVE_INFINITY;
  return Math.min(most, timesIn(load.critical[w]?.size ?? [], group.capacity));
}

/** The sets of node groups that some workload, or the divisible demand, is confined to; and all groups together. */
function confinements(load: Load, site: SiteNodes): boolean[][] {
  const sets = new Map<string, boolean[]>();
  const put = (set: boolean[]) => sets.set(set.map(Number).join(""), set);
  put(site.groups.map(() => true));
  put(site.groups.map((group) => group.open));
  for (const w of load.critical.keys()) put(site.groups.map((group) => group.carries[w] === true));
  return [...sets.values()];
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function close(a: number, b: number): boolean {
  return Math.abs(a - b) <= TOLERANCE * b * 4;
}
