import { gcd } from "./grains";
import type { Load, SiteNodes } from "./packing";

/**
 * Whether pods fit on a site's nodes whatever the order in which they come and whichever of the nodes with room the
 * scheduler prefers. Prepared once per site, then asked for many counts.
 *
 * A pod of workload q finds no node only if every node that may carry it is blocked: in some resource r more than
 * capacity[r] - q[r] is taken. Sizes are multiples of their greatest common divisor u, so at least the next multiple
 * T[r] of u is taken. Give every pod p the weight max over r of p[r] / T[r], at most 1: the pods on a blocked node
 * weigh 1 or more together. A pod that may share no node with q blocks one by itself and weighs 1, and where a node may
 * always have m pods of q, each of these weighs 1/m at least. So when all pods but one of q weigh less than there are
 * nodes, one node is not blocked. With several groups of nodes the same holds for any positive value of a node; a group
 * alone, and nodes valued by their size, are tried. More nodes or fewer pods never turn a yes into a no.
 */
export class AnyOrder {
  private readonly tests: readonly (readonly Test[])[];

  constructor(load: Load, site: SiteNodes) {
    const unit = load.resources.map((_, r) => load.critical.reduce((u, one) => gcd(u, one.size[r] ?? 0), 0));
    this.tests = load.critical.map((_, q) => testsOf(load, site, unit, q));
  }

  /** Whether so many pods of each critical workload always fit. */
  fits(counts: readonly number[]): boolean {
    for (const [q, tests] of this.tests.entries()) {
      if ((counts[q] ?? 0) > 0 && !tests.some((test) => weigh(test, counts, q) < test.nodes)) return false;
    }
    return true;
  }
}

/** Weights of all workloads' pods against one workload, and the value of the nodes that may carry it. */
interface Test {
  readonly weight: readonly number[];
  readonly nodes: number;
}

function weigh(test: Test, counts: readonly number[], q: number): number {
  // Sums that should be equal to the number of nodes must not come out below it.
  let sum = 1e-9 - (test.weight[q] ?? 0);
  for (let w = 0; w < counts.length; w++) sum += (counts[w] ?? 0) * (test.weight[w] ?? 0);
  return sum;
}

function testsOf(load: Load, site: SiteNodes, unit: readonly number[], q: number): Test[] {
  const may = site.groups.filter((group) => group.carries[q]);
  const apart = new Set(load.exclusion.apart[q]);
  const own = 1 / (site.limits[q]?.always ?? 1);
  const weights = may.map((group) => {
    const threshold = load.critical[q]?.size.map((size, r) => {
      const step = unit[r] ?? 0;
      // A resource of which it needs nothing never blocks it.
      return size === 0 ? Number.POSITIVE_INFINITY : step * (Math.floor(((group.capacity[r] ?? 0) - size) / step) + 1);
    });
    return load.critical.map((one, w) => {
      if (!group.carries[w]) return 0;
      return apart.has(w) ? 1 : Math.max(w === q ? own : 0, weightOf(one.size, threshold ?? []));
    });
  });
  const tests: Test[] = may.map((group, g) => ({ weight: weights[g] ?? [], nodes: group.count }));
  if (may.length > 1) tests.push(together(load, may, weights));
  return tests;
}

function weightOf(size: readonly number[], threshold: readonly number[]): number {
  let weight = 0;
  for (let r = 0; r < size.length; r++) {
    const part = size[r] ?? 0;
    if (part > 0) weight = Math.max(weight, part / (threshold[r] ?? 0));
  }
  return Math.min(1, weight);
}

/** All groups at once: a node counts by its size relative to the largest node, in its scarcest resource. */
function together(load: Load, may: SiteNodes["groups"], weights: readonly (readonly number[])[]): Test {
  const largest = load.resources.map((_, r) => Math.max(...may.map((group) => group.capacity[r] ?? 0)));
  const values = may.map((group) =>
    largest.reduce((value, most, r) => (most > 0 ? Math.min(value, (group.capacity[r] ?? 0) / most) : value), 1),
  );
  return {
    weight: load.critical.map((_, w) => Math.max(...values.map((value, g) => value * (weights[g]?.[w] ?? 0)))),
    nodes: may.reduce((sum, group, g) => sum + group.count * (values[g] ?? 0), 0),
  };
}
