import { nearest, type ObservedPool, type ObservedSite } from "pulumi-multisite/plan";
import type { Stale } from "./judged";
import type { PoolSetting } from "./settings";

/** A pool that only the pack's configuration knows, with all that is needed to count it. */
export type DeclaredAlone = Required<Pick<PoolSetting, "site" | "pool" | "nodes" | "allocatable">>;

/**
 * Pools of a site that its program does not show: a group of self-managed nodes, or what keeps nodes under an autopilot.
 * One whose name is nearly that of a pool of the site is likely to mean that pool, which would then count twice.
 */
export function declaredAlone(site: ObservedSite, pools: readonly PoolSetting[]): DeclaredAlone[] {
  return pools.flatMap((one) => {
    if (one.site !== site.name || hasPool(site, one) || likely(site, one) !== undefined) return [];
    const { pool, nodes, allocatable } = one;
    return nodes === undefined || allocatable === undefined ? [] : [{ site: one.site, pool, nodes, allocatable }];
  });
}

/** Such a pool as if the program had it, in the words of the site's own service. */
export function asObserved({ cluster, region }: ObservedSite, { pool, nodes }: DeclaredAlone): ObservedPool {
  const common = { name: pool, machineTypes: [null] };
  const { kind } = cluster;
  const description: ObservedPool["description"] =
    kind === "eks"
      ? { kind, ...common, minimumNodes: nodes, desiredNodes: nodes }
      : kind === "gke"
        ? { kind, ...common, nodesPerZone: nodes, zones: 1 }
        : { kind, ...common, nodes };
  return {
    ...{ urn: cluster.urn ?? "", name: pool, clusterUrns: [], clusterName: cluster.physicalName, region, description },
    ...{ maximumNodes: nodes, labels: {}, taints: [], windows: false, unknown: [] },
  };
}

/**
 * Entries that change nothing, since what they are about is not there, though something is that is called much like it: others
 * may be about another stack with the same configuration.
 */
export function strayPools(sites: readonly ObservedSite[], pools: readonly PoolSetting[]): Stale[] {
  return pools.flatMap((entry): Stale[] => {
    const text = stray(sites, entry);
    return text === undefined ? [] : [{ site: entry.site, urn: undefined, text: `Setting pools: ${text}` }];
  });
}

function stray(sites: readonly ObservedSite[], entry: PoolSetting): string | undefined {
  const { site: name, pool, nodes, allocatable } = entry;
  if (name === undefined) {
    if (sites.some((site) => hasPool(site, entry))) return undefined;
    const meant = sites.flatMap((site) => likely(site, entry) ?? [])[0];
    return meant === undefined ? undefined : `no site has a pool ${pool} (did you mean ${meant}?): give its name.`;
  }
  const site = sites.find((one) => one.name === name);
  if (site === undefined) {
    const text = misspelledSite(name, sites);
    return text === undefined ? undefined : `pool ${pool} is of ${text}.`;
  }
  if (hasPool(site, entry)) return undefined;
  const meant = likely(site, entry);
  if (meant !== undefined) {
    return `site ${name} has no pool ${pool} (did you mean ${meant}?): give its name, or one that is less like it.`;
  }
  if (nodes !== undefined && allocatable !== undefined) return undefined;
  return `site ${name} has no pool ${pool} in this program: give both its \`nodes\` and its \`allocatable\`, by which it counts.`;
}

/** What a reader is told of a site that is not there, where one is that may be meant. */
export function misspelledSite(name: string, sites: readonly { readonly name: string }[]): string | undefined {
  const names = sites.map((site) => site.name);
  const near = names.includes(name) ? undefined : nearest(name, names);
  if (near === undefined) return undefined;
  return `site ${name}, which is not here (did you mean ${near}?): give one of ${names.join(", ")}`;
}

function hasPool(site: ObservedSite, { pool }: PoolSetting): boolean {
  return site.pools.some(({ name }) => name === pool);
}

function likely(site: ObservedSite, { pool }: PoolSetting): string | undefined {
  return nearest(
    pool,
    site.pools.map(({ name }) => name),
  );
}
