import { oncePerObject } from "./oncePerObject";
import type { Load, SiteNodes } from "./packing";
import { seeded, shuffled } from "./seeded";

/**
 * Whether the scheduler spreads pods over the emptiest nodes or fills one node after the other; or spreads those of one
 * workload over as many nodes as it can, the emptiest first (`level`) or the fullest (`even`). Its default is between
 * `spread` and `level`: it weighs how many pods of the same workload a node has twice as much as how empty it is.
 */
export type Preference = "spread" | "fill" | "level" | "even";

/** Pods of one workload that arrive together. */
export interface Turn {
  /** Index of the workload. */
  readonly w: number;
  /** Which of its equal parts they are, from 0. */
  readonly part: number;
  readonly parts: number;
}

/** One way in which pods may arrive and be placed. */
export interface Arrival {
  readonly turns: readonly Turn[];
  readonly preference: Preference;
  /** The same of pods with preferences of their own. @default the same */
  readonly ownPreference?: Preference;
  /** Rank of each group of nodes, the favoured with the largest: `fill` obeys it, `spread` where nodes are as empty. */
  readonly favour: readonly number[];
}

/**
 * Arrivals that make packing hard: the small pods first and spread over all nodes, so that the large find no room;
 * one resource's heavy or light pods first, filling nodes whose other resources stay unused; the pods that may run anywhere
 * first, taking the nodes that others are confined to; and the order of the specification. Each with every preference
 * between the groups of nodes, or where they are many, for those that most workloads may use and for those that least.
 * Then orders in which the workloads' parts are mixed, as controllers that create pods at the same time mix them.
 */
export function adversarialArrivals(load: Load, site: SiteNodes): Arrival[] {
  const workloads = [...load.critical.keys()];
  const capacity = load.resources.map((_, r) => Math.max(1, ...site.groups.map((group) => group.capacity[r] ?? 0)));
  const dominant = load.critical.map(({ size }) =>
    size.reduce((most, amount, r) => Math.max(most, amount / (capacity[r] ?? 1)), 0),
  );
  const smallFirst = by(workloads, dominant);
  const own = [smallFirst, [...smallFirst].reverse()];
  if (site.groups.length > 1) {
    own.push(
      by(
        workloads,
        workloads.map((w) => -site.groups.filter((group) => group.carries[w]).length),
      ),
    );
  }
  own.push(...limitedOrders(load, smallFirst));
  const different = [...new Map([...own.map((order) => [order.join(), order] as const), ...ordersOf(load)]).values()];
  const ranks = favours(load, site);
  const indifferent = site.groups.map(() => 0);
  const ordered = different.flatMap((order): Arrival[] => {
    const turns = order.map((w) => ({ w, part: 0, parts: 1 }));
    return [
      ...ranks.flatMap((favour): Arrival[] => [
        { turns, preference: "spread", favour },
        { turns, preference: "fill", favour },
      ]),
      { turns, preference: "even", favour: indifferent },
      { turns, preference: "level", favour: indifferent },
    ];
  });
  const mixed = mixedTurns(load).map(
    (turns, i): Arrival => ({ turns, preference: i % 2 === 0 ? "spread" : "level", favour: indifferent }),
  );
  const all = [...ordered, ...mixed];
  if (!site.isAnyNode.includes(true)) return all;
  const together = [...new Set(all.map(({ turns }) => turns))];
  return [
    ...all,
    ...together.flatMap((turns) =>
      ranks.map((favour): Arrival => ({ turns, preference: "level", ownPreference: "fill", favour })),
    ),
  ];
}

/** Mixed orders that are tried. More of them find hardly more that contradicts a real scheduler, and cost time. */
const MIXES = 12;

/** Parts in which each workload comes in them; in all others it comes whole. */
export const PARTS = 3;

/** Of draws of so few orders, one with which all demands are refused that are known to be hard: test/plan/arrivals.test.ts. */
const SEED = 2;

/** Orders of the parts of all workloads, drawn once: the same for every site, and in every run. */
const mixedTurns = oncePerObject((load: Load): readonly (readonly Turn[])[] => {
  const draw = seeded(SEED);
  const all = [...load.critical.keys()].flatMap((w) =>
    Array.from({ length: PARTS }, (_, part): Turn => ({ w, part, parts: PARTS })),
  );
  return Array.from({ length: MIXES }, () => shuffled(all, draw));
});

/** Workloads that are tried as the first and as the last, of those that others keep off nodes. */
const LIMITED = 8;

/** Each workload that others, or its own pods, keep off nodes as the last to come, and as the first. */
function limitedOrders({ critical, exclusion }: Load, smallFirst: readonly number[]): number[][] {
  const isLimited = (w: number) =>
    exclusion.mostPerNode[w] !== Number.POSITIVE_INFINITY ||
    exclusion.apart[w]?.length !== 0 ||
    critical[w]?.spec.nodeSpread !== undefined;
  const limited = [...critical.keys()].filter(isLimited).slice(0, LIMITED);
  return limited.flatMap((w) => {
    const others = smallFirst.filter((one) => one !== w);
    return [[...others, w], [w, ...others], [...others].reverse().concat(w)];
  });
}

/**
 * The order of the specification, and one resource's heavy or light pods first: the same orders for every site, however large
 * its nodes are, by their texts.
 */
const ordersOf = oncePerObject((load: Load): ReadonlyMap<string, readonly number[]> => {
  const all = [...load.critical.keys()];
  const byResource = load.resources.flatMap((name, r) => {
    if (name === "pods") return [];
    const size = load.critical.map((one) => one.size[r] ?? 0);
    return [
      by(
        all,
        size.map((one) => -one),
      ),
      by(all, size),
    ];
  });
  return new Map([all, ...byResource].map((order) => [order.join(), order]));
});

/** Workloads by a key, equal ones in the order of the specification. */
function by(all: readonly number[], key: readonly number[]): number[] {
  return [...all].sort((a, b) => (key[a] ?? 0) - (key[b] ?? 0));
}

/** Preferences between the groups of nodes, as ranks: all of them for up to three groups, and indifference. */
function favours(load: Load, site: SiteNodes): number[][] {
  const groups = [...site.groups.keys()];
  const indifferent = groups.map(() => 0);
  if (groups.length === 1) return [indifferent];
  if (groups.length <= 3) return [indifferent, ...permutations(groups)];
  const users = groups.map((g) => [...load.critical.keys()].filter((w) => site.groups[g]?.carries[w]).length);
  const ranked = [...groups].sort((a, b) => (users[a] ?? 0) - (users[b] ?? 0));
  const rank = groups.map((g) => ranked.indexOf(g));
  return [indifferent, rank, rank.map((one) => -one), groups, groups.map((g) => -g)];
}

function permutations(of: readonly number[]): number[][] {
  if (of.length === 0) return [[]];
  return of.flatMap((first) => permutations(of.filter((one) => one !== first)).map((rest) => [first, ...rest]));
}
