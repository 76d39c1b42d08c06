import { AnyOrder } from "./anyOrder";
import { type Arrival, adversarialArrivals } from "./arrivals";
import { ceil, total } from "./grains";
import { OrderSearch, type SearchLimits, searchLimits } from "./orderSearch";
import type { Load, SiteNodes } from "./packing";
import { NOTHING, quotient, type Share, smaller } from "./shares";
import { allPlaced, Scheduler } from "./simulate";
import { replicasAt, stepBelow, upperBound } from "./upperBound";

/** The largest share of the bare demand that a site's nodes carry: proven, and beyond which nothing can be placed. */
export interface SiteShare {
  /** The pods of this share find a node: in every order, or in each of the adversarial arrivals and in the orders searched. */
  readonly proven: Share;
  /** No placement, however clever, carries more. */
  readonly possible: Share;
}

/**
 * Brackets the largest share of the demand that a site can carry.
 * @param limits how far it is searched for an order of arrival that leaves a pod without a node
 */
export function siteShare(load: Load, site: SiteNodes, limits = searchLimits(1)): SiteShare {
  const possible = possibleShare(load, site);
  if (dividesNothing(load)) return { proven: shareOfNothing(load, site, possible, limits), possible };
  if (possible.num === 0) return { proven: NOTHING, possible };
  return { proven: provenShare(load, site, possible, limits), possible };
}

/** The share alone beyond which nothing can be placed: {@link SiteShare.possible}. With nothing to divide it is any. */
export function possibleShare(load: Load, site: SiteNodes): Share {
  if (dividesNothing(load)) return { num: load.headroom.num, den: load.headroom.den };
  return upperBound(load, site.atBest === site.groups ? site : { ...site, groups: site.atBest });
}

/** Whether a site has a fixed number of pods of every workload, and no part of anything else. */
function dividesNothing(load: Load): boolean {
  return load.critical.every((one) => one.total === 0) && load.rest.every((rest) => rest === 0);
}

/** With nothing to divide, a site that has room for its fixed pods can take any share of it. */
function shareOfNothing(load: Load, site: SiteNodes, all: Share, limits: SearchLimits): Share {
  const counts = replicasAt(load, 0);
  return new AnyOrder(load, site).fits(counts) || new Simulation(load, site, limits).places(counts) ? all : NOTHING;
}

/**
 * The largest share that is proven. Shares are tried from the largest down, and a share counts as proven when all the
 * pods of a larger one are: both make it certain that a node more, or a pod less, never lowers the result, though a
 * single simulation can be worse off with a node more. Where pods must be even over nodes, only
 * all nodes are simulated, and that is no more certain.
 */
function provenShare(load: Load, site: SiteNodes, possible: Share, limits: SearchLimits): Share {
  const anyOrder = new AnyOrder(load, site);
  const within = (share: Share) => smaller(share, smaller(possible, divisibleShare(load, site, share)));
  if (anyOrder.fits(replicasAt(load, quotient(possible)))) {
    const all = within(stepAtLeast(load, quotient(possible), exact) ?? possible);
    if (quotient(all) >= quotient(possible)) return all;
  }
  let best = inAnyOrder(load, anyOrder, possible, within);
  const simulation = new Simulation(load, site, limits);
  let at = stepAtLeast(load, quotient(possible), coarse);
  while (at !== undefined && quotient(at) > quotient(best)) {
    const share = within(at);
    if (quotient(share) > quotient(best) && simulation.places(replicasAt(load, quotient(at)))) best = share;
    at = coarseBelow(load, quotient(at));
  }
  return best;
}

/** The largest share whose pods fit in every order. They still do with fewer pods, so that halving finds it. */
function inAnyOrder(load: Load, anyOrder: AnyOrder, possible: Share, within: (share: Share) => Share): Share {
  let [low, high] = [0, quotient(possible)];
  let [fewer, more] = [replicasAt(load, low), replicasAt(load, high)];
  // Between counts that differ by one replica there is no third.
  for (let i = 0; i < 24 && total(more) - total(fewer) > 1; i++) {
    const middle = (low + high) / 2;
    const counts = replicasAt(load, middle);
    if (anyOrder.fits(counts)) [low, fewer] = [middle, counts];
    else [high, more] = [middle, counts];
  }
  let best = NOTHING;
  // With divisible demand beside the pods, fewer pods can leave room for a larger share.
  let at = low > 0 ? stepAtLeast(load, low, exact) : undefined;
  while (at !== undefined && quotient(at) > quotient(best)) {
    const share = within(at);
    if (quotient(share) > quotient(best)) best = share;
    at = stepBelow(load, quotient(at));
  }
  return best;
}

/**
 * The largest share of the divisible demand that fits beside the pods of `share`, when all pods that may run on nodes
 * without taints do.
 */
function divisibleShare(load: Load, site: SiteNodes, share: Share): Share {
  let least: Share = share;
  if (!load.rest.some((rest) => rest > 0)) return least;
  const counts = replicasAt(load, quotient(share));
  const open = site.groups.filter((group) => group.open);
  const beside = load.critical.map((_, w) => open.some((group) => group.carries[w]));
  for (const [r, rest] of load.rest.entries()) {
    if (rest === 0) continue;
    let left = open.reduce((sum, group) => sum + (group.total[r] ?? 0), 0);
    for (const [w, one] of load.critical.entries()) if (beside[w]) left -= (counts[w] ?? 0) * (one.size[r] ?? 0);
    least = smaller(least, { num: Math.max(0, left), den: rest });
  }
  return least;
}

/** Nodes that are left empty at most when a simulation fails with all of them. */
const SUBSETS = 8;

/** Adversarial arrivals, played through on one site's nodes. */
class Simulation {
  private readonly scheduler: Scheduler;
  private readonly arrivals: Arrival[];
  private readonly orders: OrderSearch;

  constructor(
    private readonly load: Load,
    private readonly site: SiteNodes,
    limits: SearchLimits,
  ) {
    this.scheduler = new Scheduler(load, site);
    this.arrivals = adversarialArrivals(load, site);
    this.orders = new OrderSearch(load, site, limits);
  }

  /** Whether every arrival places all of the critical pods, on all the nodes or on some of them. */
  places(counts: readonly number[]): boolean {
    const queue = [this.site.groups.map((group) => group.count)];
    // Of pods that must be even, nodes may have more than they always can, in which others find no room.
    const isLevel = this.site.limits.some(({ skew }) => skew !== Number.POSITIVE_INFINITY);
    if (isLevel) return this.placesOn(queue[0] ?? [], counts, true);
    const taken = this.volumes(counts);
    const seen = new Set<string>();
    for (const nodes of queue) {
      if (this.placesOn(nodes, counts, false)) return true;
      for (let g = 0; g < nodes.length && queue.length <= SUBSETS; g++) {
        const fewer = nodes.map((count, h) => (h === g ? count - 1 : count));
        if (fewer[g] === -1 || !this.volumeFits(fewer, taken) || seen.has(fewer.join())) continue;
        seen.add(fewer.join());
        queue.push(fewer);
      }
    }
    return false;
  }

  private placesOn(nodes: readonly number[], counts: readonly number[], isLevel: boolean): boolean {
    for (const [i, arrival] of this.arrivals.entries()) {
      this.scheduler.reset(nodes, isLevel);
      if (allPlaced(this.scheduler, counts, arrival)) continue;
      // Most counts fail by the same arrival: it is tried first next time.
      this.arrivals.unshift(...this.arrivals.splice(i, 1));
      return false;
    }
    return !this.orders.fails(nodes, counts, isLevel);
  }

  /** What the pods take of each resource, wherever they are. */
  private volumes(counts: readonly number[]): number[] {
    const { critical, resources } = this.load;
    const taken = resources.map(() => 0);
    for (let w = 0; w < critical.length; w++) {
      const { size } = critical[w]!;
      for (let r = 0; r < taken.length; r++) taken[r]! += (counts[w] ?? 0) * (size[r] ?? 0);
    }
    return taken;
  }

  private volumeFits(nodes: readonly number[], taken: readonly number[]): boolean {
    const { groups } = this.site;
    for (let r = 0; r < taken.length; r++) {
      let left = -taken[r]!;
      for (let g = 0; g < groups.length; g++) left += (nodes[g] ?? 0) * (groups[g]!.capacity[r] ?? 0);
      if (left < 0) return false;
    }
    return true;
  }
}

/** The smallest share of `share` or more at which some workload's replicas are a step of the given kind. */
function stepAtLeast(load: Load, share: number, step: (replicas: number) => number): Share | undefined {
  let best: Share | undefined;
  for (const { total } of load.critical) {
    const num = total > 0 ? step(ceil(total * share)) : 0;
    if (num > 0 && (best === undefined || num * best.den < best.num * total)) best = { num, den: total };
  }
  return best;
}

function coarseBelow(load: Load, share: number): Share | undefined {
  let best: Share | undefined;
  for (const { total } of load.critical) {
    const replicas = total > 0 ? ceil(total * share) - 1 : 0;
    const num = replicas - (replicas % granularity(replicas));
    if (num > 0 && (best === undefined || num * best.den > best.num * total)) best = { num, den: total };
  }
  return best;
}

function exact(replicas: number): number {
  return replicas;
}

/** The next number of eight significant bits: simulations try these only, so that large counts cost no more. */
function coarse(replicas: number): number {
  const grain = granularity(replicas);
  return Math.ceil(replicas / grain) * grain;
}

function granularity(replicas: number): number {
  return replicas < 256 ? 1 : 2 ** (Math.floor(Math.log2(replicas)) - 7);
}
