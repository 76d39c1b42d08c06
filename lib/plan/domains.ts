import type { CapacitySite, NodeGroup } from "./capacityInput";
import { UNLIMITED } from "./grains";
import { type SearchLimits, searchLimits } from "./orderSearch";
import { guaranteed, type Load, nodesOf, type SiteNodes } from "./packing";
import type { Confined, RunningPart, SiteLoad } from "./requirements";
import { scale, sum } from "./resources";
import { carriesAll, quotient, ShareSum } from "./shares";
import { possibleShare, type SiteShare, siteShare } from "./siteShare";

/** A serving site and what it can carry. */
export interface ServingSite {
  readonly site: CapacitySite;
  readonly nodes: SiteNodes;
  readonly load: SiteLoad;
  readonly share: SiteShare;
  /** What its nodes guarantee to the critical demand, in grains per resource; Infinity where they do not limit it. */
  readonly have: readonly number[];
}

/** Sites that are lost together. */
export interface Domain {
  readonly name: string;
  readonly sites: readonly ServingSite[];
  readonly proven: ShareSum;
  readonly possible: ShareSum;
  readonly have: readonly number[];
}

/** Computes shares, each once for all sites that can carry the same. */
export type ShareOf = (nodes: SiteNodes, load: SiteLoad) => SiteShare;

/** A {@link ShareOf} that remembers, for a fleet of so many sites. */
export function rememberedShares(sites: number): ShareOf {
  const limits = searchLimits(sites);
  const byLoad = new Map<SiteLoad, Map<string, SiteShare>>();
  return (nodes, load) => {
    const known = byLoad.get(load) ?? new Map<string, SiteShare>();
    byLoad.set(load, known);
    let share = known.get(nodes.key);
    if (share === undefined) {
      share = shareBeside(load, nodes, limits);
      known.set(nodes.key, share);
    }
    return share;
  };
}

/** The share that a site carries beside what is confined to it, which may be carried elsewhere where nothing is proven. */
function shareBeside({ reserved, without }: SiteLoad, nodes: SiteNodes, limits: SearchLimits): SiteShare {
  const share = siteShare(reserved, nodes, limits);
  return reserved === without ? share : { ...share, possible: possibleShare(without, nodes) };
}

/** What one site can carry. */
export function servingSite(site: CapacitySite, load: SiteLoad, shareOf: ShareOf): ServingSite {
  const nodes = nodesOf(site, load.reserved);
  const useful = nodes.groups.filter((group) => group.useful);
  const have = load.reserved.resources.map((_, r) => useful.reduce((sum, { total }) => sum + limit(total[r]), 0));
  return { site, nodes, load, share: shareOf(nodes, load), have };
}

/** A site with so many nodes more in some of its groups, each like the others of its group. */
export function withNodes(site: CapacitySite, more: ReadonlyMap<NodeGroup, number>): CapacitySite {
  const nodeGroups = site.nodeGroups.map((group) => {
    const nodes = more.get(group);
    if (nodes === undefined) return group;
    const total = group.total && { total: sum([group.total, scale(group.perNode, nodes)]) };
    return { ...group, count: guaranteed(group) + nodes, ...total };
  });
  return { ...site, nodeGroups };
}

/** The share that is proven of a site with one node more, in the pool where it helps most. */
export function provenWithNodeMore({ site, load, share }: ServingSite, shareOf: ShareOf): number {
  const shares = site.nodeGroups.map((group) =>
    quotient(shareOf(nodesOf(withNodes(site, new Map([[group, 1]])), load.reserved), load).proven),
  );
  return Math.max(quotient(share.proven), ...shares);
}

function limit(grains = 0): number {
  return grains === UNLIMITED ? Number.POSITIVE_INFINITY : grains;
}

/** What runs of the critical confined workloads, where it is proven that there is room. */
export function runningParts(domains: readonly Domain[], confined: readonly Confined[]): RunningPart[] {
  return confined
    .filter((one) => one.critical)
    .map((one) => {
      const pods = (site: ServingSite) => (site.share.proven.num > 0 ? (one.placed.get(site.site.name) ?? 0) : 0);
      const byDomain = domains.map(({ name, sites }): [string, number] => [
        name,
        sites.reduce((n, s) => n + pods(s), 0),
      ]);
      return { confined: one, byDomain: new Map(byDomain) };
    });
}

/** The sites by fault domain, the strongest domain first; equal ones by name, so that the sites' order means nothing. */
export function domainsOf(sites: readonly ServingSite[], load: Load): Domain[] {
  const byName = new Map<string, ServingSite[]>();
  for (const one of sites) {
    const together = byName.get(one.site.faultDomain);
    if (together === undefined) byName.set(one.site.faultDomain, [one]);
    else together.push(one);
  }
  const domains = [...byName].map(([name, together]): Domain => {
    together.sort((a, b) => compareText(a.site.name, b.site.name));
    return {
      name,
      sites: together,
      proven: ShareSum.of(together.map((one) => one.share.proven)),
      possible: ShareSum.of(together.map((one) => one.share.possible)),
      have: load.resources.map((_, r) => together.reduce((sum, one) => sum + (one.have[r] ?? 0), 0)),
    };
  });
  return domains.sort((a, b) => b.proven.value - a.proven.value || compareText(a.name, b.name));
}

/** Whether the rest carries the whole demand after the loss of any `tolerate` domains: the strongest, at worst. */
export function survives(
  domains: readonly Domain[],
  by: "proven" | "possible",
  tolerate: number,
  headroom: Load["headroom"],
): boolean {
  const sums = domains.map((one) => one[by]).sort((a, b) => b.value - a.value);
  return sums.length > tolerate && carriesAll(ShareSum.together(sums), sums.slice(0, tolerate), headroom);
}

/** Code unit order: the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
