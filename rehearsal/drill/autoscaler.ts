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
