import { type Arrival, PARTS } from "./arrivals";
import { type Company, companyOf } from "./company";
import { oncePerObject } from "./oncePerObject";
import type { Load, Nodes, SiteNodes } from "./packing";

/**
 * A site's nodes while pods are placed, in turns of one workload each. Nodes in the same condition are one entry with a
 * multiplicity, so that thousands of pods cost as little as a few. Flat arrays: a plan runs this thousands of times.
 */
export class Scheduler {
  private readonly resources: number;
  private readonly workloads: number;
  /** Sizes by workload and resource, the critical workloads before the sheddable ones. */
  private readonly size: Float64Array;
  private readonly capacity: Float64Array;
  private readonly carries: Uint8Array;
  private readonly free: Float64Array;
  private readonly many: Float64Array;
  private readonly group: Int32Array;
  /** Sum over the resources of the free part: the scheduler's LeastAllocated score, all resources weighing the same. */
  private readonly emptiness: Float64Array;
  /** Pods that each entry's nodes have, by workload. */
  private readonly has: Float64Array;
  private readonly company: Company | undefined;
  private readonly isAnyNode: readonly boolean[];
  private entries = 0;
  private isLevel = false;

  constructor(load: Load, site: SiteNodes) {
    this.resources = load.resources.length;
    this.workloads = load.critical.length + load.sheddable.length;
    this.size = sizesOf(load);
    this.capacity = inOneRow(site.groups, this.resources);
    this.carries = new Uint8Array(site.groups.length * this.workloads);
    for (const [g, { carries }] of site.groups.entries()) {
      for (let w = 0; w < this.workloads; w++) this.carries[g * this.workloads + w] = carries[w] === true ? 1 : 0;
    }
    // A turn splits at most two entries.
    const entries = site.groups.length + 2 * PARTS * this.workloads;
    this.free = new Float64Array(entries * this.resources);
    this.many = new Float64Array(entries);
    this.group = new Int32Array(entries);
    this.emptiness = new Float64Array(entries);
    this.has = new Float64Array(entries * this.workloads);
    this.isAnyNode = site.isAnyNode;
    this.company = companyOf(load.exclusion, site.limits, entries);
  }

  /**
   * Empties all nodes, of which there are so many in each group.
   * @param isLevel whether pods that must be even over nodes may be as many on each as the scheduler lets them, and not only as
   *   many as always can be. Only where all nodes are there.
   */
  reset(nodes: readonly number[], isLevel = false): void {
    const { resources } = this;
    this.isLevel = isLevel;
    this.entries = 0;
    // The others are copied from these.
    this.has.fill(0, 0, nodes.length * this.workloads);
    this.company?.reset();
    for (let g = 0; g < nodes.length; g++) {
      const i = this.entries++;
      this.many[i] = nodes[g] ?? 0;
      this.group[i] = g;
      this.emptiness[i] = resources;
      for (let r = 0; r < resources; r++) this.free[i * resources + r] = this.capacity[g * resources + r] as number;
    }
  }

  /**
   * Places up to `count` pods of workload `w`; yields how many found a node. The entry that the scheduler prefers of those with
   * room is looked for in place: a plan comes here a million times.
   */
  place(w: number, count: number, { favour, ...arrival }: Omit<Arrival, "turns">): number {
    const { resources, workloads, size, carries, free, many, group, emptiness, has } = this;
    const preference = (this.isAnyNode[w] && arrival.ownPreference) || arrival.preference;
    const isFilling = preference === "fill";
    // Emptiness is at most the number of resources: a rank outweighs it in `fill`, and only breaks ties else.
    const byEmptiness = preference === "spread" || preference === "level" ? 1 : -1;
    const byRank = isFilling ? resources + 1 : 1e-9;
    const byOwn = preference === "even" || preference === "level" ? resources + 1 : 0;
    const own = w * resources;
    const company = this.company?.begin(w, this.isLevel);
    let left = count;
    while (left > 0) {
      if (company?.isLevelling) company.level(this.fewest(w));
      let best = -1;
      let bestScore = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < this.entries; i++) {
        const of = group[i] as number;
        const score =
          byEmptiness * (emptiness[i] as number) +
          byRank * (favour[of] as number) -
          byOwn * (has[i * workloads + w] as number);
        if (score <= bestScore || many[i] === 0 || carries[of * workloads + w] === 0) continue;
        const at = i * resources;
        let r = 0;
        while (r < resources && (size[own + r] as number) <= (free[at + r] as number)) r++;
        if (r < resources || company?.excludes(i, has[i * workloads + w] as number)) continue;
        best = i;
        bestScore = score;
      }
      if (best < 0) break;
      const room = company?.room(has[best * workloads + w] as number) ?? left;
      const each = isFilling ? Math.min(left, this.room(best, own), room) : 1;
      const nodes = Math.min(many[best] as number, Math.floor(left / each));
      this.take(best, nodes, each, w);
      left -= nodes * each;
    }
    return count - left;
  }

  /** Pods of a workload that the node has that has the fewest, of those that may carry it. */
  private fewest(w: number): number {
    let fewest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.entries; i++) {
      const counts = (this.many[i] as number) > 0 && this.carries[(this.group[i] as number) * this.workloads + w] === 1;
      if (counts) fewest = Math.min(fewest, this.has[i * this.workloads + w] as number);
    }
    return fewest;
  }

  private room(i: number, own: number): number {
    const { resources, size, free } = this;
    let most = Number.POSITIVE_INFINITY;
    for (let r = 0; r < resources; r++) {
      const part = size[own + r] as number;
      if (part > 0) most = Math.min(most, Math.floor((free[i * resources + r] as number) / part));
    }
    return most;
  }

  private take(i: number, nodes: number, each: number, w: number): void {
    const { resources, workloads, free, capacity, size, many, has } = this;
    const own = w * resources;
    const group = this.group[i] as number;
    const rest = (many[i] as number) - nodes;
    const from = i * resources;
    if (rest > 0) {
      const copy = this.entries++;
      this.company?.copy(i, copy);
      many[copy] = rest;
      has.copyWithin(copy * workloads, i * workloads, (i + 1) * workloads);
      this.group[copy] = group;
      this.emptiness[copy] = this.emptiness[i] as number;
      const to = copy * resources;
      for (let r = 0; r < resources; r++) free[to + r] = free[from + r] as number;
      many[i] = nodes;
    }
    has[i * workloads + w] = (has[i * workloads + w] as number) + each;
    this.company?.add(i);
    const of = group * resources;
    let score = 0;
    for (let r = 0; r < resources; r++) {
      const left = (free[from + r] as number) - each * (size[own + r] as number);
      free[from + r] = left;
      const all = capacity[of + r] as number;
      score += all > 0 ? left / all : 1;
    }
    this.emptiness[i] = score;
  }
}

/** Capacities by group and resource. Written out, as a site's nodes are read for every site. */
function inOneRow(groups: readonly Nodes[], resources: number): Float64Array {
  const row = new Float64Array(groups.length * resources);
  for (const [g, { capacity }] of groups.entries()) {
    for (let r = 0; r < resources; r++) row[g * resources + r] = capacity[r] as number;
  }
  return row;
}

/** Sizes of a load's pods in one row, the same for every site. */
const sizesOf = oncePerObject(({ critical, sheddable }: Load) =>
  Float64Array.from([...critical, ...sheddable].flatMap((one) => one.size)),
);

/** Whether all of these critical pods find a node when they arrive in that way, on nodes that are empty. */
export function allPlaced(scheduler: Scheduler, counts: readonly number[], arrival: Arrival): boolean {
  for (const { w, part, parts } of arrival.turns) {
    const all = counts[w] ?? 0;
    const count = parts === 1 ? all : Math.floor((all * (part + 1)) / parts) - Math.floor((all * part) / parts);
    if (count > 0 && scheduler.place(w, count, arrival) < count) return false;
  }
  return true;
}
