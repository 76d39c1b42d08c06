import { type Condition, hasNoRoom, tightest } from "./conditions";
import { anyOrder, orderOfControllers } from "./drawnOrders";
import { total } from "./grains";
import { NodeContents } from "./nodeContents";
import { nearlyBest, type Scored } from "./nodeScores";
import { mostWhere } from "./nodeSpread";
import { oncePerObject } from "./oncePerObject";
import type { Limit, Load, Nodes, SiteNodes } from "./packing";
import { seeded } from "./seeded";

/** Sites of more than these are not searched: a condition says what each node has, and an order is followed pod by pod. */
const MOST_NODES = 100;
const MOST_PODS = 500;

/** Conditions that are searched at most, and pods that are placed in drawn orders: of one site, and of all sites of a fleet. */
const MOST = { conditions: { site: 500, fleet: 20_000 }, drawnPods: { site: 6000, fleet: 10_000 } };

/** With so many pods that fewer conditions could be followed from pod to pod, only drawn orders are: little would be found. */
const FEWEST_FOLLOWED = 5;

/** Orders that are drawn at most where not all conditions are searched. */
const MOST_ORDERS = 160;

/** Of draws of so few orders, one with which most demands are refused that are known to be hard. */
const SEED = 3;

/** How far the orders of one site are searched. */
export interface SearchLimits {
  readonly conditions: number;
  /** Pods of all orders that are drawn. */
  readonly drawnPods: number;
}

/** How far those of each of so many sites are. */
export function searchLimits(sites: number): SearchLimits {
  const share = ({ site, fleet }: { readonly site: number; readonly fleet: number }) =>
    Math.min(site, Math.floor(fleet / sites));
  return { conditions: share(MOST.conditions), drawnPods: share(MOST.drawnPods) };
}

/** Nodes in the same condition, by the position of the first among all nodes; of a choice, `id` is what they have with the pod. */
interface Alike {
  readonly at: number;
  readonly many: number;
  readonly id: number;
}

/** Nodes in the same condition where the next pod of a workload may go. */
interface Choice extends Alike, Scored {}

/**
 * Looks for an order of arrival that leaves a pod without a node, when the scheduler scores nodes as it does by default. Orders
 * are followed by the conditions that they lead to, with every choice between nodes that score nearly alike: all of them while
 * there are few, as in small sites, and of more the tightest. Where those were not all, orders are drawn as well, the same ones
 * every time.
 */
export class OrderSearch {
  private readonly contents: NodeContents;
  /** By workload: of how many of its pods a pod of each workload takes the room at most. */
  private readonly displaced: readonly (readonly number[])[];
  /** Whether what else a site has never changes how many pods of a workload a node may have. */
  private readonly areLimitsFixed: boolean;

  constructor(
    private readonly load: Load,
    private readonly site: SiteNodes,
    private readonly most: SearchLimits,
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
    const pods = total(counts);
    if (pods > MOST_PODS || total(nodes) > MOST_NODES) return false;
    const start = this.empty(nodes, counts);
    let isComplete = FEWEST_FOLLOWED * pods <= this.most.conditions;
    let level: readonly Condition[] = isComplete ? [start] : [];
    let searched = 0;
    for (let left = pods; level.length > 0 && left > 0; left--) {
      searched += level.length;
      const next = new Map<string, Condition>();
      for (const condition of level) if (this.leadsToFailure(condition, isLevel, next)) return true;
      level = tightest([...next.values()], Math.floor((this.most.conditions - searched) / Math.max(1, left - 1)));
      isComplete &&= level.length === next.size;
    }
    if (isComplete) return false;
    const orders = Math.min(MOST_ORDERS, Math.floor(this.most.drawnPods / pods));
    const draw = seeded(SEED);
    for (let i = 0; i < orders; i++) {
      const order = (i % 2 === 0 ? anyOrder : orderOfControllers)(counts, draw);
      if (this.failsAsDrawn(start, order, isLevel, draw)) return true;
    }
    return false;
  }

  /** Whether an order leaves a pod without a node, where each takes the choice that leaves others least room, or is drawn. */
  private failsAsDrawn(start: Condition, order: Iterable<number>, isLevel: boolean, draw: () => number): boolean {
    const nodes = [...start.nodes];
    const left = [...start.left];
    const rooms = [...start.rooms];
    const condition = { nodes, left, rooms };
    const preference = this.preferenceAsDrawn(draw);
    for (const w of order) {
      if (hasNoRoom(condition)) return true;
      if (this.isSafe(condition)) return false;
      const choices = this.choices(alike(nodes), w, isLevel);
      const liking = this.site.isAnyNode[w] ? preference : (one: Choice) => draw() - this.slackAfter(condition, w, one);
      const choice = best(choices, liking);
      if (choice === undefined) return true;
      const [had, has] = this.roomsAround(condition, choice);
      for (let i = 0; i < rooms.length; i++) rooms[i] = (rooms[i] as number) - (had[i] as number) + (has[i] as number);
      (left[w] as number)--;
      give(nodes, choice);
    }
    return false;
  }

  /** For how many pods more than are left there is room when one takes a choice: of the workload of which there are fewest. */
  private slackAfter(condition: Condition, w: number, choice: Choice): number {
    const { left, rooms } = condition;
    const [had, has] = this.roomsAround(condition, choice);
    let least = Number.MAX_SAFE_INTEGER;
    for (let i = 0; i < left.length; i++) {
      const others = (left[i] as number) - Number(i === w);
      const room = (rooms[i] as number) - (had[i] as number) + (has[i] as number);
      if (others > 0) least = Math.min(least, room - others);
    }
    return least;
  }

  /** How much pods with preferences would have a node: for its group, and as it is emptier or fuller, or for nothing known. */
  private preferenceAsDrawn(draw: () => number): (choice: Choice) => number {
    const ofGroups = draw() < 0.5 ? 1000 : 0;
    const ofRoom = Math.floor(3 * draw()) - 1;
    const liking = this.site.groups.map(draw);
    return ({ id, score }) => ofGroups * (liking[this.contents.of(id).group] as number) + ofRoom * score + draw();
  }

  private empty(nodes: readonly number[], left: readonly number[]): Condition {
    const contents = nodes.flatMap((count, g) => {
      const { zones } = this.site.groups[g] as Nodes;
      return Array.from({ length: count }, (_, i) => this.contents.empty(g, zones[i % zones.length] as number));
    });
    const rooms = left.map((_, w) => contents.reduce((sum, id) => sum + (this.contents.rooms(id)[w] as number), 0));
    return { nodes: contents.sort(ascending), left, rooms };
  }

  /** Whether a pod finds no node, or some certainly will not. Else adds the conditions that one pod more leads to. */
  private leadsToFailure(condition: Condition, isLevel: boolean, next: Map<string, Condition>): boolean {
    if (hasNoRoom(condition)) return true;
    if (this.isSafe(condition)) return false;
    const all = alike(condition.nodes);
    for (let w = 0; w < condition.left.length; w++) {
      if (condition.left[w] === 0) continue;
      const choices = this.choices(all, w, isLevel);
      if (choices.length === 0) return true;
      for (const choice of choices) {
        const nodes = [...condition.nodes];
        give(nodes, choice);
        const key = String.fromCharCode(...nodes);
        if (!next.has(key)) next.set(key, this.after(condition, w, choice, nodes));
      }
    }
    return false;
  }

  /** The condition with a pod more of a workload, where it was chosen to go: the nodes are given. */
  private after(condition: Condition, w: number, choice: Choice, nodes: readonly number[]): Condition {
    const [had, has] = this.roomsAround(condition, choice);
    return {
      nodes,
      left: condition.left.map((pods, i) => (i === w ? pods - 1 : pods)),
      rooms: condition.rooms.map((room, i) => room - (had[i] as number) + (has[i] as number)),
    };
  }

  /** What a node has room for before it is given the pod, and after. */
  private roomsAround({ nodes }: Condition, { at, id }: Choice): [readonly number[], readonly number[]] {
    return [this.contents.rooms(nodes[at] as number), this.contents.rooms(id)];
  }

  /** Whether what is left finds room wherever it goes. */
  private isSafe({ left, rooms }: Condition): boolean {
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

  private choices(all: readonly Alike[], w: number, isLevel: boolean): Choice[] {
    const most = this.mostOnNode(all, w, isLevel);
    const found: Choice[] = [];
    const inZones: number[] = [];
    for (const { at, many, id } of all) {
      const { has: pods, zone } = this.contents.of(id);
      const has = pods[w] as number;
      inZones[zone] = (inZones[zone] ?? 0) + many * has;
      const after = has < most ? this.contents.with(id, w) : undefined;
      if (after !== undefined) found.push({ at, many, zone, has, id: after.id, score: after.score });
    }
    if (found.length < 2 || this.site.isAnyNode[w]) return found;
    return nearlyBest(found, inZones, this.load.critical[w]?.spec.nodeSpread !== undefined);
  }

  /** Pods of a workload that a node may have. */
  private mostOnNode(all: readonly Alike[], w: number, isLevel: boolean): number {
    const limit = this.site.limits[w] as Limit;
    if (!isLevel || limit.skew === Number.POSITIVE_INFINITY) return limit.always;
    let fewest = Number.POSITIVE_INFINITY;
    for (const { id } of all) {
      const { group, has } = this.contents.of(id);
      if (this.site.groups[group]?.carries[w]) fewest = Math.min(fewest, has[w] as number);
    }
    return mostWhere(fewest, limit);
  }
}

function best(choices: readonly Choice[], preference: (choice: Choice) => number): Choice | undefined {
  if (choices.length < 2) return choices[0];
  let [liked, most] = [choices[0], Number.NEGATIVE_INFINITY];
  for (const choice of choices) {
    const liking = preference(choice);
    if (liking > most) [liked, most] = [choice, liking];
  }
  return liked;
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

/** Gives one node the pod that was chosen to go there, contents ascending. */
function give(nodes: number[], { at, many, id }: Choice): void {
  let i = at + many - 1;
  for (; i + 1 < nodes.length && (nodes[i + 1] as number) < id; i++) nodes[i] = nodes[i + 1] as number;
  for (; i > 0 && (nodes[i - 1] as number) > id; i--) nodes[i] = nodes[i - 1] as number;
  nodes[i] = id;
}

function ascending(a: number, b: number): number {
  return a - b;
}
