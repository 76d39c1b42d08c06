import { providerOfKind } from "../faultDomains";
import { aksCluster, aksInlinePools, aksPool, isAksCluster, isAksPool, withoutRepeated } from "./aks";
import { EKS_CLUSTER, EKS_NODE_GROUP, eksCluster, eksPool } from "./eks";
import { GKE_CLUSTER, GKE_NODE_POOL, gkeCluster, gkeInlinePools, gkePool } from "./gke";
import type { ObservedCluster, ObservedPool, ObservedResource, ObservedSite } from "./types";

/** The resources of a program, indexed once. */
export interface Index {
  readonly byUrn: ReadonlyMap<string, ObservedResource>;
  readonly clusters: readonly ObservedResource[];
  readonly pools: readonly ObservedResource[];
}

/** Clusters and pools joined to sites, and what could not be joined. */
export interface Joined {
  readonly sites: readonly ObservedSite[];
  readonly notes: readonly string[];
}

export function isCluster(type: string): boolean {
  return type === EKS_CLUSTER || type === GKE_CLUSTER || isAksCluster(type);
}

export function isPool(type: string): boolean {
  return type === EKS_NODE_GROUP || type === GKE_NODE_POOL || isAksPool(type);
}

/**
 * Joins pools to clusters: by what the cluster's name was made from, which holds also while the name is unknown, else by
 * the name itself. Pools of a cluster that is not in the program make a site of their own, named after the cluster.
 */
export function joinSites(index: Index, componentOf: (resource: ObservedResource) => string | undefined): Joined {
  const lookup = (urn: string) => index.byUrn.get(urn);
  const clusters = index.clusters.map((resource) => ({ resource, cluster: clusterOf(resource, lookup) }));
  const finder = new Finder(clusters.map(({ cluster }) => cluster));
  const poolsOf = new Map<ObservedCluster, ObservedPool[]>();
  for (const { cluster } of clusters) poolsOf.set(cluster, []);
  const resourcesOf = new Map<ObservedCluster, ObservedResource[]>();
  const components = new Map(clusters.map(({ resource, cluster }) => [cluster, componentOf(resource)]));
  const notes: string[] = [];
  for (const resource of index.pools) {
    const pool = poolOf(resource, lookup, clusters, (of) => finder.find(of));
    const found = finder.find(pool) ?? finder.adopt(pool);
    if (found === undefined) {
      notes.push(
        `The cluster of node pool "${resource.name}" cannot be told, so it counts as nothing: pass the cluster's own ` +
          "output as the pool's cluster name.",
      );
      continue;
    }
    const here = { ...pool, region: pool.region ?? found.region };
    poolsOf.set(found, [...(poolsOf.get(found) ?? []), here]);
    resourcesOf.set(found, [...(resourcesOf.get(found) ?? []), resource]);
    if (!components.has(found)) components.set(found, componentOf(resource));
  }
  for (const { resource, cluster } of clusters) {
    const inline = inlinePools(resource, cluster, resourcesOf.get(cluster) ?? []);
    poolsOf.set(cluster, [...inline, ...(poolsOf.get(cluster) ?? [])]);
  }
  const names = new Names();
  const sites = [...poolsOf].map(([cluster, pools]): ObservedSite => {
    const region = cluster.region ?? onlyOne(pools.map((pool) => pool.region));
    return {
      name: names.unique(cluster.name, `${cluster.kind} ${region ?? "?"}`),
      cluster,
      provider: providerOfKind(cluster.kind),
      region,
      zones: cluster.zones,
      pools: cluster.kind === "aks" ? withoutRepeated(pools, cluster) : pools,
      component: components.get(cluster),
    };
  });
  return { sites, notes };
}

function clusterOf(resource: ObservedResource, lookup: (urn: string) => ObservedResource | undefined): ObservedCluster {
  if (resource.type === EKS_CLUSTER) return eksCluster(resource, lookup);
  if (resource.type === GKE_CLUSTER) return gkeCluster(resource);
  return aksCluster(resource, lookup);
}

function inlinePools(
  resource: ObservedResource,
  cluster: ObservedCluster,
  poolResources: readonly ObservedResource[],
): ObservedPool[] {
  if (cluster.kind === "gke") return gkeInlinePools(resource, poolResources);
  return cluster.kind === "aks" ? aksInlinePools(resource, cluster) : [];
}

function poolOf(
  resource: ObservedResource,
  lookup: (urn: string) => ObservedResource | undefined,
  clusters: readonly { readonly resource: ObservedResource; readonly cluster: ObservedCluster }[],
  find: (pool: ObservedPool) => ObservedCluster | undefined,
): ObservedPool {
  if (resource.type === EKS_NODE_GROUP) return eksPool(resource, lookup);
  if (resource.type === GKE_NODE_POOL) {
    const urn = find(gkePool(resource, undefined))?.urn;
    return gkePool(resource, urn === undefined ? undefined : lookup(urn));
  }
  return aksPool(resource, clusters);
}

/** Finds the cluster of a pool. */
class Finder {
  private readonly byUrn = new Map<string, ObservedCluster>();
  private readonly byName = new Map<string, ObservedCluster[]>();

  constructor(clusters: readonly ObservedCluster[]) {
    for (const cluster of clusters) this.add(cluster);
  }

  find(pool: ObservedPool): ObservedCluster | undefined {
    const made = [...new Set(pool.clusterUrns.flatMap((urn) => this.byUrn.get(urn) ?? []))];
    if (made.length === 1) return made[0];
    if (pool.clusterName === undefined) return undefined;
    const named = this.byName.get(key(pool.description.kind, pool.clusterName)) ?? [];
    const here = named.filter((cluster) => cluster.region === pool.region || pool.region === undefined);
    const likely = here.length > 0 ? here : named.filter((cluster) => cluster.region === undefined);
    return likely.length === 1 ? likely[0] : undefined;
  }

  /** A cluster that only its pools speak of. */
  adopt(pool: ObservedPool): ObservedCluster | undefined {
    const name = pool.clusterName;
    const kind = pool.description.kind;
    const named = name === undefined ? [] : (this.byName.get(key(kind, name)) ?? []);
    // One of those that are here, and nobody can tell which.
    const isOneOfThem = named.some((it) => pool.region === undefined || it.region === pool.region);
    if (name === undefined || isOneOfThem) return undefined;
    const cluster: ObservedCluster = {
      urn: undefined,
      name,
      kind,
      physicalName: name,
      region: pool.region,
      zones: [],
      automatic: [],
      cidrs: [],
    };
    this.add(cluster);
    return cluster;
  }

  private add(cluster: ObservedCluster): void {
    if (cluster.urn !== undefined) this.byUrn.set(cluster.urn, cluster);
    if (cluster.physicalName === undefined) return;
    const id = key(cluster.kind, cluster.physicalName);
    const known = this.byName.get(id);
    if (known === undefined) this.byName.set(id, [cluster]);
    else known.push(cluster);
  }
}

/** Names of sites, told apart where two clusters share one. */
class Names {
  private readonly taken = new Set<string>();

  unique(name: string, hint: string): string {
    let made = name;
    for (let i = 1; this.taken.has(made); i++) made = i === 1 ? `${name} (${hint})` : `${name} (${hint}, ${i})`;
    this.taken.add(made);
    return made;
  }
}

function key(kind: string, name: string): string {
  return `${kind}\n${name}`;
}

function onlyOne(values: readonly (string | undefined)[]): string | undefined {
  const known = new Set(values);
  return known.size === 1 ? [...known][0] : undefined;
}
