import type { SitePlan } from "./plan";
import type { CloudTaint } from "./schedulable";

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

type SizedPool = Pick<SitePlan["pools"][number], "allocatablePerNode">;

/** Taints that a site's cloud puts on the nodes of one of its pools by itself: GKE where other pools have no GPUs. */
export function cloudTaints({ kind, pools }: Pick<SitePlan, "kind" | "pools">, pool: SizedPool): CloudTaint[] {
  const hasGpus = ({ allocatablePerNode }: SizedPool) => (allocatablePerNode.extended[GKE_GPU.admits] ?? 0) > 0;
  return kind === "gke" && hasGpus(pool) && !pools.every(hasGpus) ? [GKE_GPU] : [];
}
