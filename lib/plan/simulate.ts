import type { Load, Pods, SiteNodes } from "./packing";

/** Whether the scheduler spreads pods over the emptiest nodes (its default) or fills one node after the other. */
export type Preference = "spread" | "fill";

/** One way in which pods may arrive and be placed. `order` holds indices of workloads. */
export interface Arrival {
  readonly order: readonly number[];
  readonly preference: Preference;
}

/**
 * A site's nodes while pods are placed one workload after the other. Nodes in the same condition are kept together as
 * one entry with a multiplicity, so that thousands of pods cost as little as a few.
 */
export class Nodes {
  private readonly free: number[][] = [];
  private readonly many: number[] = [];
  private readonly group: number[] = [];

  constructor(private readonly site: SiteNodes) {
    for (const [g, { capacity, count }] of site.groups.entries()) this.put([...capacity], count, g);
  }

  /** Places up to `count` pods of workload `w`; yields how many found a node. */
  place(pod: Pods, w: number, count: number, preference: Preference): number {
    let left = count;
    while (left > 0) {
      const at = this.best(pod.size, w, preference);
      if (at < 0) break;
      const each = preference === "spread" ? 1 : Math.min(left, this.room(at, pod.size));
      const nodes = Math.min(this.many[at] ?? 0, Math.floor(left / each));
      this.take(at, nodes, each, pod.size);
      left -= nodes * each;
    }
    return count - left;
  }

  private best(size: readonly number[], w: number, preference: Preference): number {
    let best = -1;
    let bestScore = 0;
    for (let i = 0; i < this.free.length; i++) {
      const free = this.free[i];
      if (free === undefined || !this.site.groups[this.group[i] ?? 0]?.carries[w] || !fits(size, free)) continue;
      const score = this.emptiness(i, free);
      if (best < 0 || (preference === "spread" ? score > bestScore : score < bestScore)) [best, bestScore] = [i, score];
    }
    return best;
  }

  /** The mean free part over the resources; the scheduler's LeastAllocated score, with all resources weighing the same. */
  private emptiness(i: number, free: readonly number[]): number {
    const capacity = this.site.groups[this.group[i] ?? 0]?.capacity ?? [];
    let sum = 0;
    for (let r = 0; r < free.length; r++) {
      const of = capacity[r] ?? 0;
      if (of > 0) sum += (free[r] ?? 0) / of;
    }
    return sum;
  }

  private room(i: number, size: readonly number[]): number {
    let most = Number.POSITIVE_INFINITY;
    for (let r = 0; r < size.length; r++) {
      const part = size[r] ?? 0;
      if (part > 0) most = Math.min(most, Math.floor((this.free[i]?.[r] ?? 0) / part));
    }
    return most;
  }

  private take(i: number, nodes: number, each: number, size: readonly number[]): void {
    const free = this.free[i] ?? [];
    const rest = (this.many[i] ?? 0) - nodes;
    if (rest > 0) this.put([...free], rest, this.group[i] ?? 0);
    this.many[i] = nodes;
    for (let r = 0; r < size.length; r++) free[r] = (free[r] ?? 0) - each * (size[r] ?? 0);
  }

  private put(free: number[], many: number, group: number): void {
    this.free.push(free);
    this.many.push(many);
    this.group.push(group);
  }
}

/** Whether all of these pods find a node when they arrive in that way. */
export function allPlaced(load: Load, site: SiteNodes, counts: readonly number[], arrival: Arrival): boolean {
  const nodes = new Nodes(site);
  for (const w of arrival.order) {
    const pod = load.critical[w];
    const count = counts[w] ?? 0;
    if (pod !== undefined && nodes.place(pod, w, count, arrival.preference) < count) return false;
  }
  return true;
}

/**
 * Arrivals that make packing hard: the small pods first and spread over all nodes, so that the large find no room;
 * one resource's heavy pods first, filling nodes whose other resources stay unused; the pods that may run anywhere
 * first, taking the nodes that others are confined to; and the order of the specification.
 */
export function adversarialArrivals(load: Load, site: SiteNodes): Arrival[] {
  const all = [...load.critical.keys()];
  const capacity = load.resources.map((_, r) => Math.max(1, ...site.groups.map((group) => group.capacity[r] ?? 0)));
  const part = (w: number, r: number) => (load.critical[w]?.size[r] ?? 0) / (capacity[r] ?? 1);
  const dominant = all.map((w) => load.resources.reduce((most, _, r) => Math.max(most, part(w, r)), 0));
  const places = all.map((w) => site.groups.filter((group) => group.carries[w]).length);
  const by = (key: (w: number) => number) => [...all].sort((a, b) => key(a) - key(b));
  const ascending = by((w) => dominant[w] ?? 0);
  const arrivals: Arrival[] = [
    { order: ascending, preference: "spread" },
    { order: ascending, preference: "fill" },
    { order: [...ascending].reverse(), preference: "spread" },
    { order: [...ascending].reverse(), preference: "fill" },
    { order: all, preference: "spread" },
    { order: all, preference: "fill" },
  ];
  for (const r of load.resources.keys()) {
    if (load.resources[r] === "pods") continue;
    const heavyFirst = by((w) => -part(w, r));
    arrivals.push({ order: heavyFirst, preference: "fill" }, { order: heavyFirst, preference: "spread" });
  }
  if (site.groups.length > 1) {
    const anywhereFirst = by((w) => -(places[w] ?? 0));
    arrivals.push({ order: anywhereFirst, preference: "spread" }, { order: anywhereFirst, preference: "fill" });
  }
  return arrivals;
}

function fits(size: readonly number[], free: readonly number[]): boolean {
  for (let r = 0; r < size.length; r++) if ((size[r] ?? 0) > (free[r] ?? 0)) return false;
  return true;
}
