import type { PoolPlan } from "./plan";
import type { CloudTaint } from "./schedulable";
import type { SiteKind } from "./spec";

/** GKE lets in pods whose node selector or affinity names arm64. Source: GKE, "Prepare to deploy an Arm workload". */
export const GKE_ARM: CloudTaint = {
  key: "kubernetes.io/arch",
  value: "arm64",
  effect: "NoSchedule",
  admits: "arm64",
};

/** GKE lets in pods that ask for a GPU. Source: GKE, "Run GPUs in Standard node pools". */
export const GKE_GPU: CloudTaint = {
  key: "nvidia.com/gpu",
  value: "present",
  effect: "NoSchedule",
  admits: "nvidia.com/gpu",
};

/** A pool, as far as it tells what devices its nodes have. */
export type SizedPool = Pick<PoolPlan, "allocatablePerNode">;

/** Taints that a site's cloud puts on the nodes of one of its pools by itself: GKE where other pools have no GPUs. */
export function cloudTaints(
  { kind, pools }: { readonly kind: SiteKind; readonly pools: readonly SizedPool[] },
  pool: SizedPool,
): CloudTaint[] {
  const hasGpus = ({ allocatablePerNode }: SizedPool) => (allocatablePerNode.extended[GKE_GPU.admits] ?? 0) > 0;
  return kind === "gke" && hasGpus(pool) && !pools.every(hasGpus) ? [GKE_GPU] : [];
}
