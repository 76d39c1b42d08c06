import { type CapacityJudgement, capacityJudgement } from "../../lib/plan/capacity";
import { capacityInputOf } from "../../lib/plan/fleetPlan";
import type { FleetPlan } from "../../lib/plan/plan";
import type { ScalingMode } from "../../lib/plan/workloads";
import { nodesOf } from "../clusters/sites/nodes";
import { lossOf } from "../commands/subject";
import { Autoscaling } from "./autoscaling";
import { type DrillFleet, exactly, NO_PODS, type Reached, type Targets } from "./fleet";
import { isGone, promised, shortages } from "./promise";
import type { DrillLoss, DrillReport, DrillSite, DrillStep } from "./report";
import { UsersInALoss } from "./users/loss";
import type { Population } from "./users/population";

export interface DrillOptions {
  readonly scaling: ScalingMode;
  /** The day of the run, `YYYY-MM-DD`. */
  readonly today: string;
  /** Seconds that each step waits until all its pods run, from when nothing else is waited for. */
  readonly patienceSeconds: number;
  readonly progress: (text: string) => void;
  /** Those who use the fleet's name, where it has one. */
  readonly users?: Population | undefined;
  /** Sleeps; an interruption ends it. */
  readonly sleep: (seconds: number) => Promise<void>;
}

/**
 * Loses sites, all of them at once, and brings them back: before, each site must run what the plan places there; then the
 * sites are killed, and the others must carry the demand; then they return, drained until all their pods run.
 */
export async function lose(fleet: DrillFleet, lost: readonly string[], options: DrillOptions): Promise<DrillLoss> {
  const name = lost.join(" and ");
  const all = serving(fleet);
  const survivors = all.filter((site) => !lost.includes(site));
  const scaling = options.scaling === "reserved" ? await Autoscaling.of(fleet, all) : undefined;
  const steps: DrillStep[] = [];
  const until = (targets: Targets, since: number) =>
    fleet.until(targets, since, options.patienceSeconds, scaling && exactly);

  options.progress(`before losing ${name}: waiting until every site runs its pods`);
  const everyday = scaling === undefined ? fleet.planned(all) : await scaling.settle(all);
  const before = await until(everyday, performance.now());
  steps.push(step("before", fleet, everyday, [], { ...before, seconds: before.seconds === null ? null : 0 }, options));
  const users = options.users && new UsersInALoss(options.users, lost, options.progress);
  await users?.before();

  options.progress(`losing ${name}: its control plane and nodes are killed`);
  const killed = performance.now();
  await Promise.all([...lost.map((site) => fleet.sites[site]?.kill()), users?.kill()]);
  const needed = scaling === undefined ? fleet.planned(survivors) : await scaling.follow(survivors, options);
  const after = await until(needed, killed);
  steps.push(step("lost", fleet, needed, lost, after, options));
  await users?.lost();

  options.progress(`bringing ${name} back`);
  const returned = performance.now();
  await Promise.all(lost.map((site) => fleet.sites[site]?.start()));
  const ready = (performance.now() - returned) / 1000;
  const again = scaling === undefined ? fleet.planned(all) : await scaling.settle(all);
  const back = await until(again, returned);
  steps.push({ ...step("back", fleet, again, [], back, options), secondsToReady: seconds(ready) });
  await users?.back();

  const met = users?.met() ?? null;
  const carried = steps.every((one) => one.secondsToFull !== null && one.short.length === 0) && met?.held !== false;
  const gone = (fleet.plan.spec.demand.workloads ?? [])
    .filter((one) => one.priority !== "sheddable" && isGone(fleet.plan.capacity, one, lost))
    .map((one) => one.name);
  return { lost: [...lost], planned: plannedOf(fleet, lost, options.today), carried, gone, steps, users: met };
}

/** Sites that carry traffic by the plan, and so run something. */
export function serving(fleet: DrillFleet): string[] {
  return fleet.plan.capacity.placements.map(({ site }) => site);
}

/** The sites with a control plane on this machine: all but those that are lost by the plan already. */
export function startedSites({ sites }: Pick<FleetPlan, "sites">): DrillReport["sites"] {
  return sites
    .filter(({ state }) => state !== "lost")
    .map((site) => {
      const { name, kind, region, faultDomain } = site;
      return { name, kind, region, faultDomain, nodes: nodesOf(site).length };
    });
}

/** What the plan says of exactly this loss: whether there is room, and whether pods are placed in it. */
function plannedOf(fleet: DrillFleet, lost: readonly string[], today: string): DrillLoss["planned"] {
  const { verdict } = verdictOf(fleet, lost, today);
  return verdict === "holds" && shortages(fleet.plan, lost).length > 0 ? "does not hold" : verdict;
}

/** The plan's verdict on the room that is left by this loss, with nothing more to fail. */
function verdictOf({ plan }: DrillFleet, lost: readonly string[], today: string): CapacityJudgement {
  return capacityJudgement(lossOf(capacityInputOf(plan, { today }), plan.capacity, lost));
}

function step(
  name: DrillStep["step"],
  fleet: DrillFleet,
  targets: Targets,
  lost: readonly string[],
  reached: Reached,
  { today }: DrillOptions,
): DrillStep {
  const sites = serving(fleet).map((site) =>
    siteAt(site, fleet, targets.get(site) ?? {}, reached, lost.includes(site)),
  );
  const workloads = (fleet.plan.spec.demand.workloads ?? []).filter(({ priority }) => priority !== "sheddable");
  const whole = promised(fleet.plan, lost);
  const runningOf = (workload: string) =>
    [...reached.pods.values()].reduce((sum, pods) => sum + (pods.get(workload) ?? NO_PODS).running, 0);
  const headrooms = verdictOf(fleet, lost, today).losses.flatMap(({ resources }) =>
    resources.map((one) => one.headroom ?? []),
  );
  return {
    step: name,
    secondsToFull: reached.seconds === null ? null : seconds(reached.seconds),
    secondsToReady: null,
    running: sites.reduce((sum, { running }) => sum + running, 0),
    pending: sites.reduce((sum, { pending }) => sum + pending, 0),
    demanded: workloads.reduce((sum, { replicas }) => sum + replicas, 0),
    headroom: headrooms.length === 0 ? null : Math.min(...headrooms.flat()),
    sites,
    short: whole
      .map(({ name: workload, replicas }) => ({ workload, running: runningOf(workload), demanded: replicas }))
      .filter(({ running, demanded }) => running < demanded),
  };
}

function siteAt(
  site: string,
  { daemonSets, plan }: DrillFleet,
  wanted: Readonly<Record<string, number>>,
  reached: Reached,
  isLost: boolean,
): DrillSite {
  const pods = reached.pods.get(site) ?? new Map();
  const refusals = reached.refusals.get(site);
  const refusedEverywhere = [...daemonSets].filter((name) => refusals?.has(name) === true);
  const workloads = [...new Set([...Object.keys(wanted), ...pods.keys(), ...refusedEverywhere])].sort();
  const rows = workloads.map((workload) => {
    const { running, pending, reasons } = pods.get(workload) ?? NO_PODS;
    const planned = wanted[workload] ?? 0;
    const isMissing = running + pending < planned || (running + pending === 0 && daemonSets.has(workload));
    const refused = (isMissing && refusals?.get(workload)) || null;
    return { workload, planned, running, pending, reasons: { ...reasons }, refused };
  });
  // Of a DaemonSet a node each has one: it is no part of the demand, and is told of only where it waits.
  const placed = rows.filter(({ workload }) => !daemonSets.has(workload));
  const everywhere = rows
    .filter(({ workload, pending, refused }) => daemonSets.has(workload) && (pending > 0 || refused !== null))
    .map((row) => ({ ...row, planned: row.refused === null ? row.running + row.pending : nodesAt(plan, site) }));
  const sum = (of: (row: (typeof rows)[number]) => number) => placed.reduce((total, row) => total + of(row), 0);
  return {
    site,
    isLost,
    planned: sum((row) => row.planned),
    running: sum((row) => row.running),
    pending: sum((row) => row.pending) + everywhere.reduce((total, { pending }) => total + pending, 0),
    waiting: [...placed.filter((row) => row.running < row.planned || row.pending > 0), ...everywhere],
  };
}

/** Nodes that a site guarantees: a DaemonSet has a pod on each at most. */
function nodesAt({ sites }: FleetPlan, name: string): number {
  const site = sites.find((one) => one.name === name);
  if (site?.spec.kind === "existing") return site.spec.allocatable.nodes ?? 1;
  return (site?.pools ?? []).reduce((sum, { guaranteedNodes }) => sum + guaranteedNodes, 0);
}

function seconds(value: number): number {
  return Number(value.toFixed(2));
}
