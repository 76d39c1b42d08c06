import type { NodeKind } from "./allocatable";

/** The most that a managed Kubernetes service carries in one cluster, by its own documentation. */
export interface ServiceLimits {
  /** Nodes of one cluster, as far as an account gets without asking the provider to raise a quota. */
  readonly nodesPerCluster: number;
  /** Nodes of one pool by default quota: in each of its zones where `nodesPerPoolAreZonal`, in all together elsewhere. */
  readonly nodesPerPool: number;
  readonly nodesPerPoolAreZonal: boolean;
  /** Node pools of one cluster; undefined where the provider states none. */
  readonly poolsPerCluster: number | undefined;
  /** Pods of one cluster. */
  readonly podsPerCluster: number;
  /** The pages that state them. */
  readonly source: string;
  /** The day on which the source was read, `YYYY-MM-DD`. */
  readonly date: string;
}

const DATE = "2026-11-20";

const LIMITS: { readonly [K in NodeKind]: ServiceLimits } = {
  // EKS states quotas for node groups; for nodes and pods of a cluster Kubernetes' own thresholds hold.
  eks: {
    nodesPerCluster: 5000,
    nodesPerPool: 450,
    nodesPerPoolAreZonal: false,
    poolsPerCluster: 30,
    podsPerCluster: 150_000,
    source:
      "docs.aws.amazon.com/eks/latest/userguide/service-quotas.html, " +
      "kubernetes.io/docs/setup/best-practices/cluster-large",
    date: DATE,
  },
  // 15,000 nodes are documented, but "running more than 5,000 nodes requires lifting a cluster size quota".
  gke: {
    nodesPerCluster: 5000,
    nodesPerPool: 1000,
    nodesPerPoolAreZonal: true,
    poolsPerCluster: undefined,
    podsPerCluster: 200_000,
    source: "docs.cloud.google.com/kubernetes-engine/quotas",
    date: DATE,
  },
  aks: {
    nodesPerCluster: 5000,
    nodesPerPool: 1000,
    nodesPerPoolAreZonal: false,
    poolsPerCluster: 100,
    podsPerCluster: 150_000,
    source: "learn.microsoft.com/azure/aks/quotas-skus-regions, kubernetes.io/docs/setup/best-practices/cluster-large",
    date: DATE,
  },
};

/** The maxima of a service, with their source and date. */
export function serviceLimits(kind: NodeKind): ServiceLimits {
  return LIMITS[kind];
}

/** One pool, as far as the maxima reach. */
export interface PoolSize {
  readonly name: string;
  /** The most nodes that it may reach, surge included. */
  readonly nodes: number;
  /** Zones that its nodes are spread over, 1 or more. */
  readonly zones: number;
}

/**
 * Where a cluster goes beyond its service's maxima: one sentence for each, with what is asked, what is allowed, and
 * what to change. Empty when it fits.
 * @param pods the most pods that the cluster is to run, where that is known
 */
export function beyondLimits(kind: NodeKind, pools: readonly PoolSize[], pods = 0): string[] {
  const limits = LIMITS[kind];
  const service = kind.toUpperCase();
  const cited = `(${limits.source}, read ${limits.date})`;
  const found: string[] = [];
  for (const pool of pools) {
    const most = limits.nodesPerPool * (limits.nodesPerPoolAreZonal ? pool.zones : 1);
    if (pool.nodes > most) {
      found.push(`Pool ${pool.name} may reach ${pool.nodes} nodes; ${service} allows ${most}. Split it ${cited}.`);
    }
  }
  const nodes = pools.reduce((sum, pool) => sum + pool.nodes, 0);
  if (nodes > limits.nodesPerCluster) {
    const fix = "Use larger machines or more sites";
    found.push(`The cluster may reach ${nodes} nodes; ${service} allows ${limits.nodesPerCluster}. ${fix} ${cited}.`);
  }
  if (limits.poolsPerCluster !== undefined && pools.length > limits.poolsPerCluster) {
    const given = `The cluster has ${pools.length} node pools`;
    found.push(`${given}; ${service} allows ${limits.poolsPerCluster}. Merge pools that are alike ${cited}.`);
  }
  if (pods > limits.podsPerCluster) {
    const given = `The cluster is to run ${pods} pods`;
    found.push(`${given}; ${service} allows ${limits.podsPerCluster}. Spread them over more sites ${cited}.`);
  }
  return found;
}
