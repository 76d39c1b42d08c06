import { NOT_KNOWN } from "../demand/unknown";
import { allowedDisruptions, PodLabels } from "../workloads/budgets";
import { at, isPlain, type KubernetesObject } from "../workloads/objects";
import { keyOfObject, namespaceOf, scalersOf } from "./identity";
import { type Cluster, clustersOf } from "./objects";
import { type ObservedResource, UNKNOWN } from "./types";

/** An object that keeps a number of pods running in one cluster. */
export interface RunningObject {
  readonly urn: string;
  /** Empty where its cluster cannot be told. */
  readonly site: string;
  readonly kind: string;
  /** `namespace/name`. */
  readonly name: string;
  /** Pods at least: its replicas, or its autoscaler's minimum. Undefined while it is not known. */
  readonly minimum: number | undefined;
  /** Pods at most: its replicas, or its autoscaler's maximum. Undefined while it is not known. */
  readonly maximum: number | undefined;
  /** Names of the budgets that cover its pods: more than one make every eviction fail. */
  readonly budgets: readonly string[];
}

/** A PodDisruptionBudget in one cluster, and what it says of the pods that the program runs there. */
export interface ObservedBudget {
  readonly urn: string;
  readonly site: string;
  /** `namespace/name`. */
  readonly name: string;
  /** Pods that it covers, as many as run at least. */
  readonly pods: number;
  /** Pods that may go at once. Undefined where it covers none, or where that is not known. */
  readonly allowed: number | undefined;
  /** Such as `minAvailable 2`. */
  readonly says: string;
}

/** What keeps pods running in the clusters of a program, and what keeps them from being moved. */
export interface ObservedRunning {
  readonly objects: readonly RunningObject[];
  readonly budgets: readonly ObservedBudget[];
}

const COUNTED = new Set(["Deployment", "StatefulSet"]);

/** Reads the objects of a program, each cluster on its own: an autoscaler or a budget knows only its own cluster. */
export function observedRunning(
  resources: readonly ObservedResource[],
  siteOf: (resource: ObservedResource) => string | undefined,
): ObservedRunning {
  const found = clustersOf(resources, siteOf).map(inCluster);
  return { objects: found.flatMap(({ objects }) => objects), budgets: found.flatMap(({ budgets }) => budgets) };
}

function inCluster({ site, seen }: Cluster): ObservedRunning {
  const scalers = scalersOf(seen);
  const counted = seen.filter(({ object }) => COUNTED.has(object.kind));
  const disrupting = seen.filter(({ object }) => object.kind === "PodDisruptionBudget");
  const pods = new PodLabels(counted.map(({ object }) => object));
  const covered = new Map(disrupting.map(({ object }) => [object, pods.coveredBy(object)]));
  const budgetsOf = new Map<KubernetesObject, string[]>();
  for (const [budget, objects] of covered) {
    for (const one of objects) budgetsOf.set(one, [...(budgetsOf.get(one) ?? []), nameOf(budget)]);
  }
  const running = counted.map(({ resource: { urn }, object }) => {
    const scaler = scalers.get(keyOfObject(object));
    const [minimum, maximum] = scaler === undefined ? [replicas(object), replicas(object)] : bounds(scaler);
    const budgets = budgetsOf.get(object) ?? [];
    return { object, seen: { urn, site, kind: object.kind, name: nameOf(object), minimum, maximum, budgets } };
  });
  const minima = new Map(running.map(({ object, seen: { minimum } }) => [object, minimum]));
  const budgets = disrupting.map(({ resource: { urn }, object }): ObservedBudget => {
    const objects = covered.get(object) ?? [];
    const all = objects.reduce((sum, one) => sum + (minima.get(one) ?? Number.NaN), 0);
    const isKnown =
      all > 0 && isPlain(object.spec) && ![object.spec.maxUnavailable, object.spec.minAvailable].includes(NOT_KNOWN);
    const allowed = isKnown ? allowedDisruptions(object, all) : undefined;
    return { urn, site, name: nameOf(object), pods: all, allowed, says: says(object) };
  });
  return { objects: running.map((one) => one.seen), budgets };
}

/** Pods that an object asks for, 1 where it says nothing as the API has it; undefined when that is not known. */
function replicas(object: KubernetesObject): number | undefined {
  return numberOr(at(object, "spec", "replicas"), 1);
}

function bounds(scaler: KubernetesObject): [number | undefined, number | undefined] {
  const spec = scaler.spec;
  if (scaler.kind === "HorizontalPodAutoscaler") {
    return [numberOr(at(spec, "minReplicas"), 1), numberOr(at(spec, "maxReplicas"), undefined)];
  }
  return [numberOr(at(spec, "minReplicaCount"), 0), numberOr(at(spec, "maxReplicaCount"), 100)];
}

function numberOr<T>(value: unknown, absent: T): number | T | undefined {
  if (value === undefined || value === null) return absent;
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function says({ spec }: KubernetesObject): string {
  const given = ["maxUnavailable", "minAvailable"].map((field) => [field, at(spec, field)] as const);
  const [field, value] = given.find(([, one]) => one !== undefined && one !== null && one !== UNKNOWN) ?? [
    "minAvailable",
    1,
  ];
  return `${field} ${String(value)}`;
}

function nameOf(object: KubernetesObject): string {
  return `${namespaceOf(object)}/${object.metadata.name}`;
}
