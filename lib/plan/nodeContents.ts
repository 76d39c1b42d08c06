import { timesIn } from "./grains";
import { type Load, SCORED, type SiteNodes } from "./packing";

/** A node with the pods that it has. */
export interface NodeContent {
  /** Index of the group of nodes that it is one of. */
  readonly group: number;
  /** Its zone, by number. */
  readonly zone: number;
  /** Pods by critical workload. */
  readonly has: readonly number[];
  /** What is left of each resource, in grains. */
  readonly free: readonly number[];
}

/** What becomes of a node that is given one pod more. */
export interface Placed {
  readonly id: number;
  /** What LeastAllocated and BalancedAllocation of CPU and memory give the node for it: 0 to 200. */
  readonly score: number;
}

/**
 * What the nodes of a site may come to have, each content once and by a number, so that conditions of a site can be compared.
 * Source of the scores: kubernetes/pkg/scheduler/framework/plugins/noderesources, v1.35.
 */
export class NodeContents {
  private readonly all: NodeContent[] = [];
  private readonly ids = new Map<string, number>();
  private readonly roomsOf: (readonly number[])[] = [];
  /** By content and workload; `undefined` where there is no room, and nothing yet where nobody asked. */
  private readonly placed: (Placed | undefined)[][] = [];
  /** Where among the load's resources those are by which nodes are compared; -1 where nothing asks for one. */
  private readonly comparedBy: readonly number[];

  constructor(
    private readonly load: Load,
    private readonly site: SiteNodes,
  ) {
    this.comparedBy = SCORED.map((name) => load.resources.indexOf(name));
  }

  /** The content of an empty node of a group, in a zone. */
  empty(group: number, zone: number): number {
    return this.idOf(
      { group, zone },
      this.load.critical.map(() => 0),
      this.site.groups[group]?.capacity ?? [],
    );
  }

  of(id: number): NodeContent {
    return this.all[id] as NodeContent;
  }

  /** Pods of each workload alone for which a node has room beside those that it has. */
  rooms(id: number): readonly number[] {
    let rooms = this.roomsOf[id];
    if (rooms === undefined) {
      rooms = this.load.critical.map((_, w) => this.room(this.of(id), w));
      this.roomsOf[id] = rooms;
    }
    return rooms;
  }

  /** A node with one pod more of a workload; undefined where it has no room for it, or pods that keep it away. */
  with(id: number, w: number): Placed | undefined {
    const known = this.placed[id] as (Placed | undefined)[];
    if (!(w in known)) known[w] = (this.rooms(id)[w] ?? 0) > 0 ? this.place(this.of(id), w) : undefined;
    return known[w];
  }

  private room({ group, has, free }: NodeContent, w: number): number {
    const isKeptAway = this.load.exclusion.apart[w]?.some((other) => (has[other] ?? 0) > 0);
    if (isKeptAway || !this.site.groups[group]?.carries[w]) return 0;
    const most = this.site.limits[w]?.most ?? Number.POSITIVE_INFINITY;
    return Math.min(most - (has[w] ?? 0), timesIn(this.load.critical[w]?.size ?? [], free));
  }

  private place({ group, zone, has, free }: NodeContent, w: number): Placed {
    const size = this.load.critical[w]?.size ?? [];
    const left = free.map((amount, r) => amount - (size[r] ?? 0));
    const more = has.map((pods, i) => (i === w ? pods + 1 : pods));
    const asksForNone = this.comparedBy.every((r) => !size[r]);
    const balanced = asksForNone ? 0 : this.balancedAllocation(group, left);
    return { id: this.idOf({ group, zone }, more, left), score: this.leastAllocated(group, more) + balanced };
  }

  /** By what pods count as here, and may be more than there is. */
  private leastAllocated(group: number, has: readonly number[]): number {
    const { scored: offered = [] } = this.site.groups[group] ?? {};
    let [free, counted] = [0, 0];
    for (let s = 0; s < offered.length; s++) {
      const amount = offered[s] as number;
      if (!(amount > 0)) continue;
      let taken = 0;
      for (let i = 0; i < has.length; i++) {
        const pods = has[i] as number;
        if (pods > 0) taken += pods * (this.load.critical[i]?.scored[s] as number);
      }
      free += Math.max(0, Math.floor(100 * (1 - taken / amount)));
      counted++;
    }
    return Math.floor(free / Math.max(1, counted));
  }

  /** By what pods ask for. */
  private balancedAllocation(group: number, left: readonly number[]): number {
    const { capacity = [], scored: offered = [] } = this.site.groups[group] ?? {};
    const part = (s: number): number | undefined => {
      const [r, amount] = [this.comparedBy[s] as number, offered[s] as number];
      if (!(amount > 0)) return undefined;
      return r < 0 ? 0 : ((capacity[r] as number) - (left[r] as number)) / amount;
    };
    const [cpu, memory] = [part(0), part(1)];
    // Of one alone there is no balance.
    return cpu === undefined || memory === undefined ? 100 : Math.floor(100 * (1 - Math.abs(cpu - memory) / 2));
  }

  private idOf(
    { group, zone }: Pick<NodeContent, "group" | "zone">,
    has: readonly number[],
    free: readonly number[],
  ): number {
    const key = `${group}:${zone}:${has.join()}`;
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.all.length;
      this.ids.set(key, id);
      this.all.push({ group, zone, has, free });
      this.placed.push([]);
    }
    return id;
  }
}
