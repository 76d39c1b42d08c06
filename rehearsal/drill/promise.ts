import type { FleetPlan } from "../../lib/plan/plan";
import type { WorkloadSpec } from "../../lib/plan/spec";

/** A workload of which the sites that are left have fewer pods than are demanded, by the plan. */
export interface Shortage {
  readonly workload: string;
  readonly placed: number;
  readonly demanded: number;
}

/**
 * The workloads that must be whole when these sites are gone: not what may be shed, and not what runs once and ran there,
 * which the plan says in every run is gone with its site.
 */
export function promised({ spec, capacity }: FleetPlan, lost: readonly string[]): WorkloadSpec[] {
  const gone = capacity.placements.filter(({ site }) => lost.includes(site));
  return (spec.demand.workloads ?? []).filter(
    ({ name, priority, spread }) =>
      priority !== "sheddable" && !(spread === "singleton" && gone.some(({ replicas }) => (replicas[name] ?? 0) > 0)),
  );
}

/**
 * What the placement cannot carry when these sites are gone: pods are placed for the loss that the spec tolerates, and no
 * room adds any, since autoscalers are bounded by the placement as well.
 */
export function shortages(plan: FleetPlan, lost: readonly string[]): Shortage[] {
  const left = plan.capacity.placements.filter(({ site }) => !lost.includes(site));
  return promised(plan, lost).flatMap(({ name, replicas }) => {
    const placed = left.reduce((sum, one) => sum + (one.replicas[name] ?? 0), 0);
    return placed < replicas ? [{ workload: name, placed, demanded: replicas }] : [];
  });
}

/** What is to be known of a loss for which too few pods are placed. */
export function shortageNote(lost: readonly string[], short: readonly Shortage[]): string {
  const left = short.map(({ workload, placed, demanded }) => `${workload} ${placed} of ${demanded}`).join(", ");
  return (
    "Pods are placed for the loss that the spec tolerates, and whatever room there is adds none: without " +
    `${lost.join(" and ")} the others run ${left}. To carry this loss as well, raise tolerate.`
  );
}
