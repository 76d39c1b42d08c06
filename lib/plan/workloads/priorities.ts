import { at, type KubernetesObject, mapAt } from "./objects";
import { templateOf } from "./podTemplates";

/** Importance of a workload, in the spec's words. */
export type Priority = "critical" | "sheddable";

/**
 * Values of the two classes. Critical pods come before all that say nothing (0) and far behind Kubernetes' own (2e9).
 * Sheddable ones come after all that say nothing; below -10, the cluster autoscaler adds no node for them (its
 * `--expendable-pods-priority-cutoff`).
 */
export const PRIORITY_VALUES: Readonly<Record<Priority, number>> = { critical: 1_000_000, sheddable: -1000 };

/** The name of a class: such as `multisite-critical`. */
export function priorityClassName(prefix: string, priority: Priority): string {
  return `${prefix}-${priority}`;
}

/** The classes of a site, one for each priority that its workloads have. */
export function priorityClasses(prefix: string, used: ReadonlySet<Priority>): KubernetesObject[] {
  return (["critical", "sheddable"] as const)
    .filter((priority) => used.has(priority))
    .map((priority) => ({
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name: priorityClassName(prefix, priority), labels: { "multisite/priority": priority } },
      value: PRIORITY_VALUES[priority],
      // No `globalDefault: false`: the API server does not keep it, and the provider would add it again in every run.
      // A sheddable pod waits for room; a critical one takes it from sheddable ones.
      preemptionPolicy: priority === "critical" ? "PreemptLowerPriority" : "Never",
      description:
        priority === "critical"
          ? "Survives the loss of a site: the fleet's plan has counted room for it everywhere."
          : "Runs where room is left, and makes way for critical pods after a loss.",
    }));
}

/**
 * Gives an object's pods the class of their priority, unless they have one of their own.
 * @returns whether the class is used
 */
export function prioritise(object: KubernetesObject, prefix: string, priority: Priority): boolean {
  const spec = mapAt(templateOf(object), "spec");
  if (typeof at(spec, "priorityClassName") === "string" && spec.priorityClassName !== "") return false;
  spec.priorityClassName = priorityClassName(prefix, priority);
  // Admission fills these in from the class, and refuses any other value.
  delete spec.priority;
  delete spec.preemptionPolicy;
  return true;
}
