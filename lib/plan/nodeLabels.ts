import type { SiteKind } from "./spec";

/** A pool, as far as its nodes' labels tell of it. */
export interface LabelledPool {
  readonly kind: SiteKind;
  readonly region: string;
  /** The name that the cloud knows the pool by, where it is known: the library leaves it to the clouds, which add to its own. */
  readonly pool?: string | undefined;
  readonly zones: readonly string[];
}

export const ZONE_LABEL = "topology.kubernetes.io/zone";
const REGION_LABEL = "topology.kubernetes.io/region";

/** The label by which the library says of which pool of the spec a node is. */
export const OWN_POOL_LABEL = "multisite-pool";

/** By which label each cloud says of which pool a node is. */
const POOL_LABELS: Readonly<Record<SiteKind, string | undefined>> = {
  eks: "eks.amazonaws.com/nodegroup",
  gke: "cloud.google.com/gke-nodepool",
  aks: "kubernetes.azure.com/agentpool",
  existing: undefined,
};

/**
 * Labels that a cloud sets on every node of a pool: region and pool, and the zone where there is but one. Those that every
 * kubelet sets (architecture, system, machine type) are not among them.
 */
export function cloudLabels({ kind, region, pool, zones }: LabelledPool): Record<string, string> {
  const poolLabel = POOL_LABELS[kind];
  const [zone, ...others] = zones;
  return {
    [REGION_LABEL]: region,
    ...(zone !== undefined && others.length === 0 && { [ZONE_LABEL]: zoneLabel(kind, region, zone) }),
    ...(poolLabel !== undefined && pool !== undefined && { [poolLabel]: pool }),
  };
}

/** What every node of a pool of the library's has: its cloud's labels, the library's, and those of the spec. */
export function poolLabels(
  { kind, region }: Pick<LabelledPool, "kind" | "region">,
  pool: { readonly name: string; readonly zones: readonly string[]; readonly labels: Readonly<Record<string, string>> },
): Record<string, string> {
  return { ...cloudLabels({ kind, region, zones: pool.zones }), ...pool.labels, [OWN_POOL_LABEL]: pool.name };
}

/** A zone as nodes have it: AKS numbers its zones, and its nodes put the region before the number. */
export function zoneLabel(kind: SiteKind, region: string, zone: string): string {
  return kind === "aks" ? `${region}-${zone}` : zone;
}
