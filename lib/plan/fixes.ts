import type { CapacitySite, NodeGroup } from "./capacityInput";
import {
  compareText,
  type Domain,
  domainsOf,
  rememberedShares,
  type ServingSite,
  type ShareOf,
  servingSite,
  survives,
  withNodes,
} from "./domains";
import { guaranteed, type Load } from "./packing";
import { overloadFixes } from "./routing/growth";
import { overloadOf, type RoutedShares } from "./routing/received";
import { quotient } from "./shares";
import type { Fix } from "./verdict";

/** A pool that can grow, and what a step of nodes is worth in it. */
interface Candidate {
  readonly site: CapacitySite;
  readonly group: NodeGroup;
  readonly domain: string;
  /** Nodes that are added at a time. */
  readonly step: number;
  /** Share of the bare demand that one step adds, as measured by a trial. */
  readonly gain: number;
}

/** Pools whose growth is tried: those of the weakest domains, where a node gains most, in a fleet of more pools. */
const CANDIDATES = 1024;
/** Steps that a search may add before it gives up: a fleet that lacks more is not one change away. */
const STEPS = 10_000;
/** Times that a search may find that its trials promised too much. */
const ROUNDS = 40;

/**
 * The fewest nodes that make the verdict hold: all of the changes together, each a whole step of its pool. A change in
 * one pool is searched exactly, a change in several greedily and then trimmed, so that no step can be left out. Every
 * answer was judged by the same arithmetic as the verdict. Empty when no number of nodes was found to help.
 * @param accepts what else must be true of the fleet that has grown
 */
export function fixesOf(
  domains: readonly Domain[],
  tolerate: number,
  load: Load,
  shareOf: ShareOf,
  accepts: (grown: readonly Domain[]) => boolean = () => true,
): Fix[] {
  const growth = new Growth(domains, tolerate, load, shareOf);
  const candidates = candidatesOf(growth, domains);
  const greedy = canHelp(candidates, domains, growth) ? growGreedily(growth, candidates) : undefined;
  if (greedy === undefined) return [];
  const best = growOne(growth, candidates, nodesIn(greedy)) ?? greedy;
  if (!accepts(growth.grown(best))) return [];
  return [...best]
    .filter(([, steps]) => steps > 0)
    .sort(([a], [b]) => compareText(a.site.name, b.site.name) || compareText(a.group.pool ?? "", b.group.pool ?? ""))
    .map(([candidate, steps]) => fixOf(candidate, steps * candidate.step));
}

/**
 * Nodes for a fleet whose sums suffice or not, but whose survivors get more than they carry from the services in use.
 * @param judge the shares of a fleet that has grown, by the routing of the fleet
 */
export function routedFixes(
  domains: readonly Domain[],
  [tolerate, load, shareOf]: readonly [number, Load, ShareOf],
  judge: (domains: readonly Domain[]) => RoutedShares,
): readonly Fix[] {
  const growth = new Growth(domains, tolerate, load, shareOf);
  const candidates = candidatesOf(growth, domains);
  const pools = new Map<string, { candidate: Candidate; gain: number }[]>();
  for (const candidate of candidates) {
    const gain = candidate.gain / targetOf(growth);
    pools.set(candidate.site.name, [...(pools.get(candidate.site.name) ?? []), { candidate, gain }]);
  }
  return overloadFixes<Candidate>({
    pools,
    overload: (steps) => overloadOf(judge(growth.grown(steps))),
    fix: (candidate, steps) => fixOf(candidate, steps * candidate.step),
  });
}

type Steps = ReadonlyMap<Candidate, number>;

/** The fleet with nodes added. */
class Growth {
  /** Without a search of orders: what a step is worth need not be exact, and is asked for of every pool. */
  private readonly guessed = rememberedShares(Number.POSITIVE_INFINITY);

  constructor(
    private readonly domains: readonly Domain[],
    readonly tolerate: number,
    readonly load: Load,
    private readonly shareOf: ShareOf,
  ) {}

  /** The domains, those with added nodes computed anew. */
  grown(steps: Steps): Domain[] {
    const extra = new Map<CapacitySite, Map<NodeGroup, number>>();
    for (const [{ site, group, step }, count] of steps) {
      const groups = extra.get(site) ?? new Map<NodeGroup, number>();
      extra.set(site, groups.set(group, (groups.get(group) ?? 0) + count * step));
    }
    const touched = new Set([...extra.keys()].map((site) => site.faultDomain));
    return this.domains.map((domain) => {
      if (!touched.has(domain.name)) return domain;
      const sites = domain.sites.map((one) => {
        const groups = extra.get(one.site);
        return groups === undefined ? one : this.site(one, groups);
      });
      return domainsOf(sites, this.load)[0] ?? domain;
    });
  }

  holds(steps: Steps): boolean {
    return survives(this.grown(steps), "proven", this.tolerate, this.load.headroom);
  }

  /** What one site's share gains. */
  gain(one: ServingSite, group: NodeGroup, nodes: number): number {
    const guess = (extra: ReadonlyMap<NodeGroup, number>) => quotient(this.site(one, extra, this.guessed).share.proven);
    return guess(new Map([[group, nodes]])) - guess(new Map());
  }

  private site(one: ServingSite, extra: ReadonlyMap<NodeGroup, number>, shareOf = this.shareOf): ServingSite {
    return servingSite(withNodes(one.site, extra), one.load, shareOf);
  }
}

/** The pools that can grow and gain something by it. */
function candidatesOf(growth: Growth, domains: readonly Domain[]): Candidate[] {
  const found: Candidate[] = [];
  // Sorted by descending strength: the weakest first.
  for (const domain of [...domains].reverse()) {
    for (const one of domain.sites) {
      for (const group of one.site.nodeGroups) {
        const step = stepOf(group);
        if (step === 0 || found.length >= CANDIDATES) continue;
        const gain = trialGain(growth, one, group, step);
        if (gain > 0) found.push({ site: one.site, group, domain: domain.name, step, gain });
      }
    }
  }
  return found;
}

/** A step may gain nothing where whole pods are larger than it, so that several are tried together. */
function trialGain(growth: Growth, one: ServingSite, group: NodeGroup, step: number): number {
  for (const steps of [1, 2, 4, 8, 16]) {
    const gain = growth.gain(one, group, steps * step);
    if (gain > 0) return gain / steps;
  }
  return 0;
}

function stepOf(group: NodeGroup): number {
  // A measured total says nothing of a node that is not there yet.
  if (group.pool === undefined || group.total !== undefined) return 0;
  return Math.max(0, Math.floor(group.addable ?? 1));
}

/**
 * Whether any number of nodes helps: when more than k domains can grow, one of them survives every loss. Otherwise the
 * growing ones may all be lost, and the others have to be enough.
 */
function canHelp(candidates: readonly Candidate[], domains: readonly Domain[], growth: Growth): boolean {
  const growing = new Set(candidates.map((one) => one.domain));
  if (growing.size > growth.tolerate) return true;
  const strength = new Map(
    domains.map((one) => [one.name, growing.has(one.name) ? Number.MAX_VALUE : one.proven.value] as const),
  );
  return survivingSum(strength, growth.tolerate) >= targetOf(growth) - 1e-9;
}

function targetOf({ load }: Growth): number {
  return load.headroom.num / load.headroom.den;
}

/** Adds the step that helps most for its nodes, until it holds; then takes back every step that is not needed. */
function growGreedily(growth: Growth, candidates: readonly Candidate[]): Steps | undefined {
  const steps = new Map<Candidate, number>();
  const target = targetOf(growth);
  let left = STEPS;
  for (let round = 0; !growth.holds(steps); round++) {
    if (round === ROUNDS) return undefined;
    const strength = new Map(growth.grown(steps).map((one) => [one.name, one.proven.value]));
    // By the trial's gains at first; the loop around it judges by the arithmetic itself.
    do {
      const best = bestCandidate(candidates, strength, growth.tolerate);
      if (best === undefined || left-- <= 0) return undefined;
      steps.set(best, (steps.get(best) ?? 0) + 1);
      strength.set(best.domain, (strength.get(best.domain) ?? 0) + best.gain);
    } while (survivingSum(strength, growth.tolerate) < target);
  }
  return trimmed(growth, steps);
}

function trimmed(growth: Growth, steps: Map<Candidate, number>): Steps {
  for (const candidate of [...steps.keys()].reverse()) {
    const holds = (count: number) => growth.holds(new Map(steps).set(candidate, count));
    const enough = steps.get(candidate) ?? 0;
    // Most often not even one step can go.
    if (holds(enough - 1)) steps.set(candidate, holds(0) ? 0 : fewest(enough - 1, holds));
  }
  return steps;
}

/**
 * The step with the largest gain per node. What counts is the sum without the k strongest domains, then without the
 * k-1 strongest, and so on: among equal sites a single step gains nothing until k of them have grown.
 */
function bestCandidate(
  candidates: readonly Candidate[],
  strength: ReadonlyMap<string, number>,
  tolerate: number,
): Candidate | undefined {
  const sorted = [...strength.values()].sort((a, b) => b - a);
  const ceilings = Array.from({ length: tolerate + 1 }, (_, j) => sorted[tolerate - 1 - j] ?? Number.POSITIVE_INFINITY);
  let best: Candidate | undefined;
  let bestGains: number[] = [];
  for (const one of candidates) {
    const own = strength.get(one.domain) ?? 0;
    const gains = ceilings.map((ceiling) => Math.max(0, Math.min(own + one.gain, ceiling) - own) / one.step);
    if (best === undefined || isLarger(gains, bestGains)) [best, bestGains] = [one, gains];
  }
  return best;
}

function isLarger(a: readonly number[], b: readonly number[]): boolean {
  for (let j = 0; j < a.length; j++) {
    const difference = (a[j] ?? 0) - (b[j] ?? 0);
    if (Math.abs(difference) > 1e-12) return difference > 0;
  }
  return false;
}

function survivingSum(strength: ReadonlyMap<string, number>, tolerate: number): number {
  return [...strength.values()]
    .sort((a, b) => b - a)
    .slice(tolerate)
    .reduce((sum, one) => sum + one, 0);
}

/**
 * The fewest steps in one single pool, if they are at most `limit` nodes. A domain that outgrows the k strongest joins
 * them, so that growing it alone helps no further than to the weakest of these.
 */
function growOne(growth: Growth, candidates: readonly Candidate[], limit: number): Steps | undefined {
  let best: Steps | undefined;
  let most = limit;
  const strength = new Map(growth.grown(new Map()).map((one) => [one.name, one.proven.value]));
  const lacking = targetOf(growth) - survivingSum(strength, growth.tolerate);
  const ceiling = [...strength.values()].sort((a, b) => b - a)[growth.tolerate - 1] ?? Number.POSITIVE_INFINITY;
  for (const one of candidates) {
    if (ceiling - (strength.get(one.domain) ?? 0) < lacking - 1e-9) continue;
    const allowed = Math.floor(most / one.step) - (best === undefined ? 0 : 1);
    if (allowed < 1 || !growth.holds(new Map([[one, allowed]]))) continue;
    const enough = fewest(allowed, (steps) => growth.holds(new Map([[one, steps]])));
    best = new Map([[one, enough]]);
    most = enough * one.step;
  }
  return best;
}

/** The smallest number from 1 to `enough` for which `holds`, when it holds for all above as well. */
function fewest(enough: number, holds: (steps: number) => boolean): number {
  let [low, high] = [0, enough];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function nodesIn(steps: Steps): number {
  return [...steps].reduce((sum, [{ step }, count]) => sum + step * count, 0);
}

function fixOf({ site, group }: Candidate, nodes: number): Fix {
  const now = guaranteed(group);
  const what =
    group.machineType === undefined ? `${nodes} ${nodes === 1 ? "node" : "nodes"}` : `${nodes} x ${group.machineType}`;
  return {
    site: site.name,
    pool: group.pool,
    nodes,
    text: `Add ${what} to pool ${group.pool} of site ${site.name} (${now} -> ${now + nodes}).`,
  };
}
