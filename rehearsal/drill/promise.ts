import type { FleetPlan } from "../../lib/plan/plan";
import type { WorkloadSpec } from "../../lib/plan/spec";
import type { CapacityVerdict } from "../../lib/plan/verdict";

/** A workload of which the sites that are left have fewer pods than are demanded, by the plan. */
export interface Shortage {
  readonly workload: string;
  readonly placed: number;
  readonly demanded: number;
}

/** Whether a workload runs once and ran in a site that is lost: the plan says in every run that it is gone with its site. */
export function isGone(
  { placements }: Pick<CapacityVerdict, "placements">,
  { name, spread }: WorkloadSpec,
  lost: readonly string[],
): boolean {
  return (
    spread === "singleton" && placements.some(({ site, replicas }) => lost.includes(site) && (replicas[name] ?? 0) > 0)
  );
}

/** The workloads that must be whole when these sites are gone: not what may be shed, and not what is gone with them. */
export function promised(plan: FleetPlan, lost: readonly string[]): WorkloadSpec[] {
  return (plan.spec.demand.workloads ?? []).filter(
    (one) => one.priority !== "sheddable" && !isGone(plan.capacity, one, lost),
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

/** What is to be known of workloads that run once, went with their sites, and have no place in the others. */
export function goneNote(gone: readonly WorkloadSpec[]): string {
  const names = gone.map(({ name }) => name).join(", ");
  return `What runs once is gone with its site, and the others have no place for all of it, by its requirements or for want of room: ${names}.`;
}
