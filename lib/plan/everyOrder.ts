import { NodeContents } from "./nodeContents";
import { oncePerObject } from "./oncePerObject";
import type { Limit, Load, SiteNodes } from "./packing";

/**
 * Points that a node may score below the best and still count as one that the scheduler may choose: scores go up to 400 here, and
 * differ a little from these, as pods of the system are counted in them.
 */
const NEARLY_BEST = 5;

/** Sites whose pods can be placed by workload in more combinations than this are not searched. */
const MOST_COMBINATIONS = 2500;

/** Nor are sites with more nodes: a condition says what each has. */
const MOST_NODES = 200;

/** Conditions that are searched at most: of one site, and of all sites of a fleet. */
const MOST_CONDITIONS = { site: 2000, fleet: 20_000 };

/** Conditions that may be searched of each of so many sites. */
export function conditionsPerSite(sites: number): number {
  return Math.min(MOST_CONDITIONS.site, Math.floor(MOST_CONDITIONS.fleet / sites));
}

/** Nodes in the same condition, by the position of the first among all nodes. */
interface Alike {
  readonly at: number;
  readonly many: number;
  readonly id: number;
}

/** Where the next pod of a workload may go. */
interface Choice {
  readonly at: number;
  readonly many: number;
  /** Pods of the workload that each of these nodes has. */
  readonly has: number;
  /** The node with the pod. */
  readonly id: number;
  score: number;
}

/**
 * Whether pods find a node in every order in which they may come, when the scheduler scores nodes as it does by default. All
 * orders are searched, with every choice between nodes that score nearly alike: in whichever order its pods come, a small site
 * passes through few conditions. A large one is not searched, and one of too many conditions as far as they go.
 */
export class EveryOrder {
  private readonly contents: NodeContents;
  /** By workload: of how many of its pods a pod of each workload takes the room at most. */
  private readonly displaced: readonly (readonly number[])[];
  /** Whether what else a site has never changes how many pods of a workload a node may have. */
  private readonly areLimitsFixed: boolean;

  /** @param most conditions that are searched at most */
  constructor(
    private readonly load: Load,
    private readonly site: SiteNodes,
    private readonly most: number,
  ) {
    this.contents = new NodeContents(load, site);
    this.areLimitsFixed = site.limits.every(({ always, most: at }) => always === at);
    this.displaced = displacedIn(load);
  }

  /**
   * Whether an order was found that leaves a pod without a node.
   * @param nodes how many of each group there are
   * @param isLevel as for `Scheduler.reset`
   */
  fails(nodes: readonly number[], counts: readonly number[], isLevel: boolean): boolean {
    if (counts.reduce((all, count) => all * (count + 1), 1) > MOST_COMBINATIONS) return false;
    if (nodes.reduce((all, count) => all + count, 0) > MOST_NODES) return false;
    const empty = nodes.flatMap((count, g) => Array.from({ length: count }, () => this.contents.empty(g)));
    let level: ReadonlyMap<string, readonly number[]> = new Map([["", empty.sort(ascending)]]);
    for (let searched = 0; level.size > 0 && searched <= this.most; searched += level.size) {
      const next = new Map<string, readonly number[]>();
      for (const condition of level.values()) {
        if (this.leadsToFailure(condition, counts, isLevel, next)) return true;
      }
      level = next;
    }
    return false;
  }

  /** Whether a pod finds no node, or some certainly will not. Else adds the conditions that one pod more leads to. */
  private leadsToFailure(
    condition: readonly number[],
    counts: readonly number[],
    isLevel: boolean,
    next: Map<string, readonly number[]>,
  ): boolean {
    const all = alike(condition);
    const left = this.left(all, counts);
    const rooms = this.rooms(all);
    if (left.some((pods, w) => pods > (rooms[w] as number))) return true;
    if (this.isSafe(left, rooms)) return false;
    for (let w = 0; w < counts.length; w++) {
      if (left[w] === 0) continue;
      const choices = this.choices(all, w, (counts[w] as number) - (left[w] as number), isLevel);
      if (choices.length === 0) return true;
      for (const { at, many, id } of choices) {
        const after = replaced(condition, at + many - 1, id);
        const key = String.fromCharCode(...after);
        if (!next.has(key)) next.set(key, after);
      }
    }
    return false;
  }

  private left(all: readonly Alike[], counts: readonly number[]): number[] {
    const left = [...counts];
    for (const { id, many } of all) {
      const { has } = this.contents.of(id);
      for (let w = 0; w < left.length; w++) left[w] = (left[w] as number) - many * (has[w] as number);
    }
    return left;
  }

  /** Pods of each workload alone for which there is room. */
  private rooms(all: readonly Alike[]): number[] {
    const rooms = this.load.critical.map(() => 0);
    for (const { id, many } of all) {
      const each = this.contents.rooms(id);
      for (let w = 0; w < rooms.length; w++) rooms[w] = (rooms[w] as number) + many * (each[w] as number);
    }
    return rooms;
  }

  /** Whether what is left finds room wherever it goes. */
  private isSafe(left: readonly number[], rooms: readonly number[]): boolean {
    if (!this.areLimitsFixed) return false;
    for (let w = 0; w < left.length; w++) {
      if (left[w] === 0) continue;
      let room = rooms[w] as number;
      for (let other = 0; other < left.length; other++) {
        if (left[other] !== 0) room -= (left[other] as number) * (this.displaced[w]?.[other] as number);
      }
      if (!(room >= 0)) return false;
    }
    return true;
  }

  /** @param placed pods of the workload that have a node */
  private choices(all: readonly Alike[], w: number, placed: number, isLevel: boolean): Choice[] {
    const most = this.mostOnNode(all, w, isLevel);
    const found: Choice[] = [];
    for (const { at, many, id } of all) {
      const has = this.contents.of(id).has[w] as number;
      const after = has < most ? this.contents.with(id, w) : undefined;
      if (after !== undefined) found.push({ at, many, has, id: after.id, score: after.score });
    }
    if (found.length < 2) return found;
    // Pods with constraints of their own that must hold are not spread by the cluster's.
    if (this.load.critical[w]?.spec.nodeSpread === undefined) addSpread(found, placed);
    let best = 0;
    for (const { score } of found) best = Math.max(best, score);
    return found.filter(({ score }) => score >= best - NEARLY_BEST);
  }

  /** Pods of a workload that a node may have. */
  private mostOnNode(all: readonly Alike[], w: number, isLevel: boolean): number {
    const { always, skew, most } = this.site.limits[w] as Limit;
    if (!isLevel || skew === Number.POSITIVE_INFINITY) return always;
    let fewest = Number.POSITIVE_INFINITY;
    for (const { id } of all) {
      const { group, has } = this.contents.of(id);
      if (this.site.groups[group]?.carries[w]) fewest = Math.min(fewest, has[w] as number);
    }
    return Math.min(most, fewest + skew);
  }
}

/** The same for every site. */
const displacedIn = oncePerObject((load: Load): readonly (readonly number[])[] =>
  load.critical.map((_, w) => displacedBy(load, w)),
);

/** A pod of the workload itself takes the room of one; one that it shares no node with, that of as many as a node takes. */
function displacedBy({ critical, exclusion }: Load, w: number): number[] {
  const own = critical[w]?.size ?? [];
  return critical.map(({ size }, other) => {
    if (other === w) return 1;
    if (exclusion.apart[w]?.includes(other)) return Number.POSITIVE_INFINITY;
    return own.reduce((most, part, r) => (part > 0 ? Math.max(most, Math.ceil((size[r] ?? 0) / part)) : most), 0);
  });
}

function alike(condition: readonly number[]): Alike[] {
  const found: Alike[] = [];
  for (let at = 0, end = 1; at < condition.length; at = end++) {
    while (condition[end] === condition[at]) end++;
    found.push({ at, many: end - at, id: condition[at] as number });
  }
  return found;
}

/** A condition with another content of one node, contents ascending. */
function replaced(condition: readonly number[], at: number, id: number): number[] {
  const after = [...condition];
  let i = at;
  for (; i + 1 < after.length && (after[i + 1] as number) < id; i++) after[i] = after[i + 1] as number;
  for (; i > 0 && (after[i - 1] as number) > id; i--) after[i] = after[i - 1] as number;
  after[i] = id;
  return after;
}

/** What PodTopologySpread weighs pods of one zone by: the logarithm of how many zones there are and two. */
const LOG_OF_ONE_ZONE = Math.log(3);

/**
 * Adds twice what PodTopologySpread gives by the cluster's default constraints, host names with a skew of 3 and zones with one of
 * 5, all nodes in one zone. Source: kubernetes/pkg/scheduler/framework/plugins/podtopologyspread, v1.35.
 */
function addSpread(choices: readonly Choice[], inZone: number): void {
  const nodes = choices.reduce((sum, { many }) => sum + many, 0);
  const weight = Math.log(nodes + 2);
  const crowd = (has: number) => Math.round(has * weight + 2 + inZone * LOG_OF_ONE_ZONE + 4);
  let [most, fewest] = [0, Number.POSITIVE_INFINITY];
  for (const { has } of choices) {
    most = Math.max(most, crowd(has));
    fewest = Math.min(fewest, crowd(has));
  }
  for (const one of choices) one.score += 2 * Math.floor((100 * (most + fewest - crowd(one.has))) / most);
}

function ascending(a: number, b: number): number {
  return a - b;
}
