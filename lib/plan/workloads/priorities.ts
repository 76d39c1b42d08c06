import { at, type KubernetesObject, mapAt } from "./objects";
import { placesItself, templateOf } from "./podTemplates";

/** Importance of a workload, in the spec's words. */
export type Priority = "critical" | "sheddable";

/** What a class is for: a workload's importance, or pods that run on every node. */
export type PriorityUse = Priority | "every-node";

/**
 * Values of the classes. Critical pods come before all that say nothing (0) and far behind Kubernetes' own (2e9). What runs on
 * every node comes before them: they find room on another node, and it does not. Sheddable ones come after all that say nothing;
 * below -10, the cluster autoscaler adds no node for them (its `--expendable-pods-priority-cutoff`).
 */
export const PRIORITY_VALUES: Readonly<Record<PriorityUse, number>> = {
  "every-node": 1_000_100,
  critical: 1_000_000,
  sheddable: -1000,
};

const DESCRIPTIONS: Readonly<Record<PriorityUse, string>> = {
  "every-node": "Runs on every node: the fleet's plan has counted room for it on each.",
  critical: "Survives the loss of a site: the fleet's plan has counted room for it everywhere.",
  sheddable: "Runs where room is left, and makes way for critical pods after a loss.",
};

/** The name of a class: such as `multisite-critical`. */
export function priorityClassName(prefix: string, priority: PriorityUse): string {
  return `${prefix}-${priority}`;
}

/** The classes of a site, one for each priority that its workloads have. */
export function priorityClasses(prefix: string, used: ReadonlySet<PriorityUse>): KubernetesObject[] {
  return (["every-node", "critical", "sheddable"] as const)
    .filter((priority) => used.has(priority))
    .map((priority) => ({
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name: priorityClassName(prefix, priority), labels: { "multisite/priority": priority } },
      value: PRIORITY_VALUES[priority],
      // No `globalDefault: false`: the API server does not keep it, and the provider would add it again in every run.
      // A sheddable pod waits for room; the others take it from those that come after them.
      preemptionPolicy: priority === "sheddable" ? "Never" : "PreemptLowerPriority",
      description: DESCRIPTIONS[priority],
    }));
}

/**
 * Gives an object's pods the class of their priority, unless they have one of their own.
 * @returns whether the class is used
 */
export function prioritise(object: KubernetesObject, prefix: string, priority: PriorityUse): boolean {
  if (placesItself(object)) return false;
  const spec = mapAt(templateOf(object), "spec");
  if (typeof at(spec, "priorityClassName") === "string" && spec.priorityClassName !== "") return false;
  spec.priorityClassName = priorityClassName(prefix, priority);
  // Admission fills these in from the class, and refuses any other value.
  delete spec.priority;
  delete spec.preemptionPolicy;
  return true;
}
