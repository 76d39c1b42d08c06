import type { WorkloadSpec } from "../../lib/plan/spec";
import type { SitePlacement } from "../../lib/plan/verdict";
import { isConfined, replicasAt } from "../../lib/plan/workloads/replicas";

/** What an autoscaler may do with one workload of one site. */
export interface Bounds {
  readonly minimum: number;
  readonly maximum: number;
}

/** A load within this fraction of what the replicas are for changes nothing. */
const TOLERANCE = 0.1;

/** Seconds between two looks of an autoscaler. */
export const SYNC_SECONDS = 15;

/**
 * Replicas after one look of Kubernetes' HorizontalPodAutoscaler with its default behaviour: `ceil(current x measured /
 * wanted)`, unless within the tolerance; upwards at most by four pods or to the double in 15 seconds, whichever is more;
 * downwards at once here, where nobody waits out five minutes of stabilisation.
 *
 * Source: kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale ("Algorithm details", "Default behavior").
 * @param load in pods that are used as far as is wanted: 6.5 needs seven.
 */
export function nextReplicas(current: number, load: number, { minimum, maximum }: Bounds): number {
  const isNear = current > 0 && Math.abs(load / current - 1) <= TOLERANCE;
  const wanted = isNear ? current : Math.ceil(load - 1e-9);
  const reachable = Math.max(current * 2, current + 4);
  return Math.min(Math.max(Math.min(wanted, reachable), minimum), Math.max(minimum, maximum));
}

/** What such a load needs when nobody has to wait for an autoscaler's looks. */
export function replicasFor(load: number, { minimum, maximum }: Bounds): number {
  return Math.min(Math.max(Math.ceil(load - 1e-9), minimum), maximum);
}

/** Between which a workload without an autoscaler is played at a site: what runs there before a loss, and what is reserved. */
export function playedBounds(placement: SitePlacement, spec: WorkloadSpec): Bounds {
  const { beforeLoss, afterLoss } = replicasAt(placement, spec, spec.replicas);
  return { minimum: beforeLoss, maximum: afterLoss };
}

/**
 * The load of a workload at a site, in pods. The sites that a workload is confined to have all of it, and what runs
 * everywhere is wanted whole, however the traffic goes.
 * @param share of the fleet's traffic that the site gets now.
 */
export function loadAt(placement: SitePlacement, spec: WorkloadSpec, share: number): number {
  if (isConfined(spec)) return replicasAt(placement, spec, spec.replicas).afterLoss;
  return spec.spread === "everywhere" ? spec.replicas : spec.replicas * share;
}
