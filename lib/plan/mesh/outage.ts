import type { MeshPlan } from "./meshPlan";

/** How long clients see errors whose only ready backends were in a site that vanished, in seconds, at most. */
export interface OutageBounds {
  /** Nobody says anything: until Cilium itself has noticed, and has waited `cacheTtlSeconds`. */
  readonly silentSeconds: number;
  /** From when the objects of the site's peers name it no more, be it by `lost`, `leaving` or a withdrawer. */
  readonly unpeeredSeconds: number;
}

/**
 * A peer's heartbeat is written once a minute, and missed after two. Whether it is missed is looked at every 30 seconds.
 * All are constants (Cilium 1.19 and 1.20: `HeartbeatWriteInterval` and `statusChecker` of pkg/kvstore, `StatusCheckInterval`
 * of its ExtraOptions without a size of the cluster, as the mesh API has none).
 */
const HEARTBEAT_MISSED_SECONDS = 120;
const LOOKED_AT_SECONDS = 30;

/** A backend that is gone from the mesh API's store is gone from every datapath: 0.05 to 0.3 s measured. */
const PROPAGATED_SECONDS = 1;

/**
 * A kubelet brings a changed Secret into a pod that runs when it next looks at the pod: once a minute, and up to half a
 * minute later (`syncFrequency`, with a jitter of a half).
 */
const KUBELET_SECONDS = 90;

/** The longest outages, by the plan alone. Clients with a ready backend in their own site, and affinity `local`, see none. */
export function outageBounds({ cacheTtlSeconds }: Pick<MeshPlan, "cacheTtlSeconds">): OutageBounds {
  return {
    silentSeconds: HEARTBEAT_MISSED_SECONDS + LOOKED_AT_SECONDS + cacheTtlSeconds + PROPAGATED_SECONDS,
    unpeeredSeconds: KUBELET_SECONDS + PROPAGATED_SECONDS,
  };
}
