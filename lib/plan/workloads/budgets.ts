import { at, isPlain, type KubernetesObject, labelsAt, mapAt } from "./objects";
import { templateOf } from "./podTemplates";
import { COUNTED_BY_REPLICAS } from "./scaling";
import { selectorOf, selects } from "./selectors";

/** A workload's object at a site, and the least number of pods that it runs there. */
export interface Running {
  readonly object: KubernetesObject;
  readonly pods: number;
}

/** Pods that may be evicted at once while all are well, by the disruption controller's own arithmetic. */
export function allowedDisruptions(budget: unknown, pods: number): number {
  const unavailable = at(budget, "spec", "maxUnavailable");
  const available = at(budget, "spec", "minAvailable");
  // Both are rounded up (k8s.io/kubernetes pkg/controller/disruption, getExpectedPodCount).
  if (unavailable !== undefined && unavailable !== null) return Math.min(pods, amountOf(unavailable, pods));
  // Without either, the API's default of minAvailable is 1.
  return Math.max(0, pods - (available === undefined || available === null ? 1 : amountOf(available, pods)));
}

function amountOf(value: unknown, pods: number): number {
  if (typeof value === "number") return value;
  const percent = /^([0-9]+)%$/.exec(String(value));
  return percent === null ? 0 : Math.ceil((Number(percent[1]) * pods) / 100);
}

/** Whether a budget is about the pods of an object. */
export function covers(budget: KubernetesObject, object: KubernetesObject): boolean {
  return (
    (budget.metadata.namespace ?? "default") === (object.metadata.namespace ?? "default") &&
    selects(at(budget, "spec", "selector"), labelsAt(templateOf(object), "metadata", "labels"))
  );
}

/** Has a budget allow exactly one disruption, whatever it said. */
export function allowOne(budget: KubernetesObject): void {
  const spec = mapAt(budget, "spec");
  delete spec.minAvailable;
  spec.maxUnavailable = 1;
}

/**
 * A budget of one disruption for every workload that no other budget covers: two for one pod make every eviction fail.
 * `maxUnavailable: 1` lets a single replica go as well, so that it never blocks a drain and stays right while an
 * autoscaler changes the number.
 */
export function missingBudgets(running: readonly Running[], given: readonly KubernetesObject[]): KubernetesObject[] {
  const taken = new Set(given.map(({ metadata }) => `${metadata.namespace ?? "default"}/${metadata.name}`));
  return running.flatMap(({ object }) => {
    const selector = selectorOf(object);
    // Of these the disruption controller can tell how many pods there should be.
    if (!COUNTED_BY_REPLICAS.has(object.kind) || selector === undefined || given.some((one) => covers(one, object)))
      return [];
    const { namespace } = object.metadata;
    const names = [object.metadata.name, `${object.metadata.name}-${object.kind.toLowerCase()}`];
    const name = names.find((it) => !taken.has(`${namespace ?? "default"}/${it}`)) ?? `${names[1]}-multisite`;
    taken.add(`${namespace ?? "default"}/${name}`);
    return [budget(name, namespace, selector)];
  });
}

function budget(name: string, namespace: unknown, selector: Record<string, unknown>): KubernetesObject {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, ...(typeof namespace === "string" && { namespace }) },
    spec: {
      maxUnavailable: 1,
      selector,
      // Else pods that are not well block the drain of their node for ever.
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    },
  };
}

/** Whether an object is a budget whose pods can be told. */
export function isBudget(object: KubernetesObject): boolean {
  return object.kind === "PodDisruptionBudget" && isPlain(object.spec);
}
