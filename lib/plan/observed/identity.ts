import type { KubernetesObject } from "../workloads/objects";
import { scaledBy } from "../workloads/scaling";

/** What an object of one cluster is known by to an autoscaler, whatever version of its API it is written in. */
export function keyOfObject(object: KubernetesObject): string {
  return keyOf(object.kind, namespaceOf(object), object.metadata.name);
}

/** The first autoscaler of each object that one of a cluster's objects scales, by {@link keyOfObject}. */
export function scalersOf(seen: readonly { readonly object: KubernetesObject }[]): Map<string, KubernetesObject> {
  const scalers = new Map<string, KubernetesObject>();
  for (const { object } of seen) {
    const target = scaledBy(object);
    const key = target && keyOf(target.kind, namespaceOf(object), target.name);
    if (key !== undefined && !scalers.has(key)) scalers.set(key, object);
  }
  return scalers;
}

/** The namespace of an object, `default` where it names none. */
export function namespaceOf({ metadata }: KubernetesObject): string {
  return metadata.namespace ?? "default";
}

function keyOf(kind: string, namespace: string, name: string): string {
  return JSON.stringify([kind, namespace, name]);
}
