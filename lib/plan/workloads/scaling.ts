import { at, type KubernetesObject, mapAt } from "./objects";
import type { SiteReplicas } from "./replicas";

/**
 * How workloads with an autoscaler wait for a loss. `prescaled`: every site runs what it must carry after the worst loss,
 * so that nothing has to start when everybody is busy. `reserved`: the autoscaler keeps at least what the site carries
 * before a loss, and may grow to what it must carry after one, into room that the plan has counted.
 */
export type ScalingMode = "prescaled" | "reserved";

/** Kinds whose `spec.replicas` says how many pods they run; every kind that is not listed elsewhere here. */
const COUNTED_OTHERWISE = new Set(["Pod", "Job", "CronJob", "ScaledJob", "DaemonSet"]);

/** Kubernetes' own kinds that `spec.replicas` is a field of. */
export const COUNTED_BY_REPLICAS = new Set(["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"]);

/** Whether an object can be told to run any number of pods, 0 included. */
export function isScalable(kind: string): boolean {
  return !COUNTED_OTHERWISE.has(kind);
}

/** The bounds of an autoscaler at a site. */
export interface Bounds {
  readonly minimum: number;
  readonly maximum: number;
}

/** The least and the most that an autoscaler may run: never more than there is room for. */
export function boundsOf({ beforeLoss, afterLoss }: SiteReplicas, mode: ScalingMode): Bounds {
  return { minimum: mode === "prescaled" ? afterLoss : Math.max(1, beforeLoss), maximum: afterLoss };
}

/** Makes an object run so many pods at once, and no more. */
export function scaleTo(object: KubernetesObject, pods: number): void {
  switch (object.kind) {
    case "Job":
      limitParallelism(mapAt(object, "spec"), pods);
      break;
    case "CronJob":
      limitParallelism(mapAt(object, "spec", "jobTemplate", "spec"), pods);
      break;
    case "ScaledJob": {
      const each = at(object, "spec", "jobTargetRef", "parallelism");
      mapAt(object, "spec").maxReplicaCount = Math.max(
        1,
        Math.floor(pods / (typeof each === "number" && each > 0 ? each : 1)),
      );
      break;
    }
    case "Pod":
      break;
    default:
      if (pods !== 1 || !isOneUnlessSaid(object)) mapAt(object, "spec").replicas = pods;
  }
}

/** Whether an object of a custom kind says no number of pods: it may be one that knows no such field, as Knative's Service. */
function isOneUnlessSaid(object: KubernetesObject): boolean {
  return !COUNTED_BY_REPLICAS.has(object.kind) && at(object, "spec", "replicas") === undefined;
}

/** A Job does all of its work at each site, with as many pods at once as there is room for. */
function limitParallelism(spec: Record<string, unknown>, pods: number): void {
  const written = typeof spec.parallelism === "number" ? spec.parallelism : 1;
  if (written > pods) spec.parallelism = pods;
}

/** The kind and name of what an autoscaler scales; undefined for an object that is none. */
export function scaledBy(object: KubernetesObject): { kind: string; name: string } | undefined {
  if (object.kind !== "HorizontalPodAutoscaler" && object.kind !== "ScaledObject") return undefined;
  const kind = at(object, "spec", "scaleTargetRef", "kind");
  return {
    kind: typeof kind === "string" && kind !== "" ? kind : "Deployment",
    name: String(at(object, "spec", "scaleTargetRef", "name")),
  };
}

/** Sets the bounds of a HorizontalPodAutoscaler or of KEDA's ScaledObject. */
export function bind(scaler: KubernetesObject, { minimum, maximum }: Bounds): void {
  const spec = mapAt(scaler, "spec");
  if (scaler.kind === "HorizontalPodAutoscaler") Object.assign(spec, { minReplicas: minimum, maxReplicas: maximum });
  else Object.assign(spec, { minReplicaCount: minimum, maxReplicaCount: maximum });
}
