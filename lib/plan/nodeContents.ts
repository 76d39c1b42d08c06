import { timesIn } from "./grains";
import type { Load, SiteNodes } from "./packing";

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
  private readonly scored: readonly number[];

  constructor(
    private readonly load: Load,
    private readonly site: SiteNodes,
  ) {
    this.scored = ["cpuMillis", "memoryMiB"].map((name) => load.resources.indexOf(name));
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
    const { capacity = [] } = this.site.groups[group] ?? {};
    const size = this.load.critical[w]?.size ?? [];
    const left = free.map((amount, r) => amount - (size[r] ?? 0));
    const [cpu = 0, memory = 0] = this.scored.map((r) => (capacity[r] ? 1 - (left[r] ?? 0) / capacity[r] : 0));
    const least = Math.floor((Math.floor(100 * (1 - cpu)) + Math.floor(100 * (1 - memory))) / 2);
    const balanced = Math.floor(100 * (1 - Math.abs(cpu - memory) / 2));
    const more = has.map((pods, i) => (i === w ? pods + 1 : pods));
    return { id: this.idOf({ group, zone }, more, left), score: least + balanced };
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
