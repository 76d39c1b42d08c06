import type { AksPool, Count, EksPool, GkePool } from "./guaranteed";

/** Nodes of a pool that no scaler, spot market or zone arithmetic can take away. */
export interface NodeCount {
  /** Whole, 0 or more. */
  readonly nodes: number;
  /** Why it is less than was asked for. */
  readonly notes: readonly string[];
}

/** What this module reads of a pool. */
export type CountedPool =
  | Omit<EksPool, "machineTypes">
  | Omit<GkePool, "machineTypes">
  | Pick<AksPool, "kind" | "name" | "nodes" | "minimumNodes" | "autoscaled" | "spot" | "systemOnly">;

/**
 * The number of nodes that a pool guarantees, by the rules of its kind. Interruptible pools guarantee none: spot
 * machines of a region are taken back together, just when another region's load arrives.
 */
export function guaranteedNodes(pool: CountedPool): NodeCount {
  if ("lent" in pool && pool.lent && pool.spot) {
    return none(
      pool,
      "is lent by the Dynamic Workload Scheduler, when there are machines and for seven days at most, so it counts as " +
        "0. Use on-demand machines, without flexStart and queuedProvisioning",
    );
  }
  if ("spot" in pool && pool.spot) return none(pool, "is interruptible, so it counts as 0. Use on-demand machines");
  if ("spot" in pool && pool.spot === null)
    return none(pool, "may be interruptible: that is not known yet. Give a literal");
  if (pool.kind === "eks") return eks(pool);
  return pool.kind === "gke" ? gke(pool) : aks(pool);
}

/**
 * An Auto Scaling group keeps its minimum; its desired size only while nothing else sets it. Source: EKS managed node
 * groups, `scalingConfig`.
 */
function eks(pool: Omit<EksPool, "machineTypes">): NodeCount {
  if (!pool.mayShrink) return knownNodes(pool, "desired size", pool.desiredNodes);
  const least = knownNodes(pool, "minimum size", pool.minimumNodes);
  const desired = whole(pool.desiredNodes);
  if (desired === undefined || desired <= least.nodes) return least;
  const note =
    `Pool ${pool.name}: only the minimum of ${least.nodes} of ${desired} nodes counts, since the desired size may be ` +
    "changed from outside. Raise the minimum.";
  return { nodes: least.nodes, notes: [...least.notes, note] };
}

/**
 * Counts are per zone, but for the totals. The autoscaler of GKE only refrains from going below its minimum and never
 * climbs to it, so a pool that starts lower stays lower, and one without any count starts with no node. Sources:
 * terraform-google-kubernetes-engine#1517, terraform-provider-google#8270 and #11594.
 */
function gke(pool: Omit<GkePool, "machineTypes">): NodeCount {
  const zones = knownNodes(pool, "number of zones", pool.zones);
  const start = pool.nodesPerZone !== undefined ? pool.nodesPerZone : pool.initialNodesPerZone;
  if (pool.autoscaling === undefined) {
    if (pool.mayShrink) {
      return none(
        pool,
        "counts as 0: the program ignores changes of its node count, so others may lower it. Stop ignoring them, or " +
          "give the pool an autoscaling minimum",
      );
    }
    const perZone = knownNodes(pool, "node count", start);
    return { nodes: perZone.nodes * zones.nodes, notes: [...zones.notes, ...perZone.notes] };
  }
  const { minimumPerZone, minimumTotal } = pool.autoscaling;
  const total = minimumTotal !== undefined;
  const least = knownNodes(pool, "autoscaling minimum", total ? minimumTotal : minimumPerZone);
  const floor = total ? least.nodes : least.nodes * zones.nodes;
  if (start === undefined) {
    const notes = [...zones.notes, ...least.notes];
    if (least.nodes > 0) notes.push(emptyStart(pool, floor));
    return { nodes: 0, notes };
  }
  const started = knownNodes(pool, "initial node count", start);
  const atStart = started.nodes * zones.nodes;
  const notes = [...zones.notes, ...least.notes, ...started.notes];
  if (atStart < floor) {
    notes.push(
      `Pool ${pool.name} starts with ${atStart} nodes and nothing lifts it to its minimum of ${floor}, so ${atStart} ` +
        "count. Start it with the minimum.",
    );
  }
  return { nodes: Math.min(floor, atStart), notes };
}

function emptyStart(pool: { readonly name: string }, floor: number): string {
  return (
    `Pool ${pool.name} starts with no node and nothing lifts it to its minimum of ${floor}, so it counts as 0. Set ` +
    "initialNodeCount, the nodes in each zone that it starts with, to that minimum."
  );
}

/** Source: learn.microsoft.com/azure/aks/cluster-autoscaler; system pools: learn.microsoft.com/azure/aks/use-system-pools. */
function aks(pool: Extract<CountedPool, { kind: "aks" }>): NodeCount {
  if (pool.systemOnly) {
    return {
      nodes: 0,
      notes: [`Pool ${pool.name} is for AKS's own pods (CriticalAddonsOnly) and carries no workload.`],
    };
  }
  if (pool.systemOnly === null)
    return none(pool, "may be closed to workloads: its taints are not known yet. Give literals");
  if (pool.autoscaled === null) return none(pool, "may be autoscaled: that is not known yet. Give a literal");
  return pool.autoscaled
    ? knownNodes(pool, "autoscaling minimum", pool.minimumNodes)
    : knownNodes(pool, "node count", pool.nodes);
}

function none(pool: { readonly name: string }, why: string): NodeCount {
  return { nodes: 0, notes: [`Pool ${pool.name} ${why}.`] };
}

/** A count as whole nodes: 0 with a note for one that is missing, unknown, negative or not a number. */
export function knownNodes(pool: { readonly name: string }, what: string, count: Count): NodeCount {
  const nodes = whole(count);
  if (nodes !== undefined) return { nodes, notes: [] };
  if (count === undefined) return none(pool, `counts as 0: its ${what} is not set. Set it`);
  if (count === null || Number.isNaN(count)) {
    return none(pool, `counts as 0: its ${what} is not known yet. Give a literal`);
  }
  return none(pool, `counts as 0: its ${what} is ${count}. Give a whole number of 0 or more`);
}

function whole(count: Count): number | undefined {
  return typeof count === "number" && Number.isFinite(count) && count >= 0 ? Math.floor(count) : undefined;
}
