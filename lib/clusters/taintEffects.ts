import type { TaintSpec } from "../plan/spec";

/** Effects of taints as the APIs of EKS and GKE spell them; AKS writes them as Kubernetes does. */
export const TAINT_EFFECTS = {
  NoSchedule: "NO_SCHEDULE",
  PreferNoSchedule: "PREFER_NO_SCHEDULE",
  NoExecute: "NO_EXECUTE",
} as const satisfies Record<TaintSpec["effect"], string>;
