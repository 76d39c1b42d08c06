import { DEFAULT_MAXIMUM_PODS } from "./addresses";
import { cloudTaints, type SizedPool } from "./cloudTaints";
import { floor } from "./grains";
import { guaranteed, type PoolDescription } from "./guaranteed";
import { poolLabels, zoneLabel } from "./nodeLabels";
import { overheadPerNode } from "./overhead";
import type { PoolPlan, SitePlan } from "./plan";
import { fromGiB, type Resources, resources, scale, subtract, sum, ZERO } from "./resources";
import type { NodeTraits } from "./schedulable";
import type { AllocatableSpec, DaemonSetSpec, PoolSpec, TaintSpec } from "./spec";
import type { BuiltKind } from "./versions";

/** Size of a node's disk when the pool says nothing. */
const DEFAULT_DISK_GIB = 100;

/**
 * Ephemeral storage of nodes whose measurement names none: not limited (`isUnlimited`), in a number that sums of any fleet
 * keep exact (one EiB a node).
 */
const UNLIMITED_MIB = 2 ** 40;

/** What a measurement says, in the units in which sums are exact. */
export function measured(spec: AllocatableSpec): Resources {
  return resources({
    cpuMillis: floor(spec.cpu * 1000),
    memoryMiB: fromGiB(spec.memoryGiB),
    pods: spec.pods,
    ephemeralStorageMiB: spec.ephemeralStorageGiB === undefined ? UNLIMITED_MIB : fromGiB(spec.ephemeralStorageGiB),
    extended: spec.extended ?? {},
  });
}

/** A site whose pools the library builds. */
interface BuiltSite {
  readonly kind: BuiltKind;
  readonly region: string;
  readonly pools: readonly PoolSpec[];
}

/** The pools of a site, with what its cloud's own pods and the fleet's DaemonSets take of their nodes. */
export function poolPlans(
  site: BuiltSite,
  siteZones: readonly string[],
  daemonSets: readonly DaemonSetSpec[],
): PoolPlan[] {
  const { kind, region } = site;
  const pools = site.pools.map((pool) => poolPlan(pool, kind, siteZones));
  return pools.map((pool) => ({
    ...pool,
    overheadPerNode: overheadPerNode(kind, nodeTraits({ kind, region, pools }, pool), daemonSets),
  }));
}

/** What the scheduler looks at in the nodes of a site's pool. */
export function nodeTraits(
  site: Pick<SitePlan, "kind" | "region"> & { readonly pools: readonly SizedPool[] },
  pool: PoolPlan,
): NodeTraits & { readonly taints: readonly TaintSpec[] } {
  return {
    architecture: pool.architecture,
    labels: poolLabels(site, pool),
    taints: [...pool.taints, ...cloudTaints(site, pool)],
    machineType: pool.machineType,
    zones: pool.zones.map((zone) => zoneLabel(site.kind, site.region, zone)),
  };
}

/** One pool with every default resolved, and what its nodes guarantee. */
function poolPlan(pool: PoolSpec, kind: BuiltKind, siteZones: readonly string[]): PoolPlan {
  const zones = pool.zones ?? siteZones;
  const labels = pool.labels ?? {};
  const taints = pool.taints ?? [];
  const maximumPods = pool.maximumPods ?? DEFAULT_MAXIMUM_PODS;
  const diskGiB = pool.diskGiB ?? DEFAULT_DISK_GIB;
  const found = guaranteed(description(pool, kind, zones.length, maximumPods, diskGiB));
  return {
    spec: pool,
    name: pool.name,
    machineType: pool.machineType,
    architecture: pool.allocatable?.architecture ?? found.architecture,
    guaranteedNodes: found.nodes,
    nodes: pool.nodes,
    maximumNodes: pool.maximumNodes ?? pool.nodes,
    nodesPerZone: kind === "gke" ? pool.nodes / Math.max(1, zones.length) : undefined,
    zones: [...zones],
    labels,
    taints,
    spot: pool.spot ?? false,
    maximumPods,
    diskGiB,
    surgeNodes: pool.surgeNodes ?? 1,
    allocatablePerNode: found.perNode,
    overheadPerNode: ZERO,
    notes: found.notes,
  };
}

/** The pool as `plan/guaranteed` reads it: what the components will ask the cloud for. */
function description(
  pool: PoolSpec,
  kind: BuiltKind,
  zones: number,
  maxPods: number,
  diskGiB: number,
): PoolDescription {
  const common = {
    name: pool.name,
    machineTypes: [pool.machineType],
    maxPods,
    diskGiB,
    spot: pool.spot ?? false,
    allocatable: pool.allocatable === undefined ? undefined : measured(pool.allocatable),
  };
  const autoscaled = (pool.maximumNodes ?? pool.nodes) > pool.nodes;
  switch (kind) {
    case "eks":
      return { kind, ...common, minimumNodes: pool.nodes, desiredNodes: pool.nodes, mayShrink: autoscaled };
    case "gke":
      return { kind, ...common, nodesPerZone: pool.nodes / Math.max(1, zones), zones: Math.max(1, zones) };
    case "aks":
      return { kind, ...common, nodes: pool.nodes, minimumNodes: pool.nodes, autoscaled };
  }
}

/** What one node offers to workloads. */
export function offeredPerNode(pool: PoolPlan): Resources {
  return subtract(pool.allocatablePerNode, pool.overheadPerNode);
}

/** What pools guarantee to workloads, all together. */
export function guaranteedBy(pools: readonly PoolPlan[]): Resources {
  return sum(pools.map((pool) => scale(offeredPerNode(pool), pool.guaranteedNodes)));
}
