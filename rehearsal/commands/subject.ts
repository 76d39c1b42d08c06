import { capacityVerdict } from "../../lib/plan/capacity";
import type { CapacityInput } from "../../lib/plan/capacityInput";
import type { DemandFromManifests } from "../../lib/plan/demand";
import { capacityInputOf, fleetPlan } from "../../lib/plan/fleetPlan";
import { asAsked, FLEET, known, type ObservedResource, observe } from "../../lib/plan/observed";
import { capacitySite, countPool } from "../../lib/plan/observed/capacity";
import { observedRegion } from "../../lib/plan/observed/domains";
import type { FleetPlan } from "../../lib/plan/plan";
import { SpecError } from "../../lib/plan/problems";
import { type Resources, resources, sum } from "../../lib/plan/resources";
import { podResources } from "../../lib/plan/schedulable";
import type { DemandSpec, FleetSpec, WorkloadSpec } from "../../lib/plan/spec";
import type { CapacityVerdict } from "../../lib/plan/verdict";
import { goneNote, isGone, shortageNote, shortages } from "../drill/promise";
import type { ResourceView } from "../engine";
import { amounts } from "../report/amounts";
import type { ReportDemand, ReportSite } from "../report/report";
import { UserError } from "../userError";

/** What a program builds, and what it must carry: the matter of every command. */
export interface Subject {
  /** Name of the Fleet; undefined for a program that builds its sites without one. */
  readonly fleet: string | undefined;
  readonly plan: FleetPlan | undefined;
  readonly sites: ReportSite[];
  readonly demand: ReportDemand;
  readonly input: CapacityInput;
  readonly verdict: CapacityVerdict;
  /** False for a program without sites, or without a Fleet and any demand: there is nothing that could fail to hold. */
  readonly isJudged: boolean;
}

/** What a subject depends on beside the program. */
export interface SubjectOptions {
  /** Demand that stands in for the program's. */
  readonly manifests: DemandFromManifests | undefined;
  /** Day of the run, `YYYY-MM-DD`. */
  readonly today: string;
}

/**
 * Finds the fleet of a program in its resources: its `Fleet`, or else the clusters and pools that it builds by itself.
 * @throws UserError for more than one Fleet, and for a spec that cannot be planned.
 */
export function subjectOf(all: readonly ResourceView[], options: SubjectOptions): Subject {
  const several = severalFleets(all);
  if (several !== undefined) throw new UserError(several);
  const fleet = all.find((resource) => resource.type === FLEET);
  return fleet === undefined ? observedSubject(all, options) : fleetSubject(fleet, options);
}

/** What is wrong with a program of more than one Fleet; undefined for any other. */
export function severalFleets(all: readonly Pick<ResourceView, "type" | "name">[]): string | undefined {
  const names = all.filter(({ type }) => type === FLEET).map(({ name }) => name);
  if (names.length < 2) return undefined;
  return `The program has ${names.length} fleets (${names.join(", ")}): one program is one fleet; put each in its own.`;
}

function fleetSubject(fleet: ResourceView, { manifests, today }: SubjectOptions): Subject {
  const given = fleet.inputs.spec as FleetSpec;
  const spec: FleetSpec = manifests === undefined ? given : { ...given, demand: demandOf(manifests) };
  const plan = planned(spec, today);
  return {
    fleet: fleet.name,
    plan,
    sites: plan.sites.map((site) => ({
      name: site.name,
      number: site.number,
      state: site.state,
      provider: site.provider,
      region: site.region,
      faultDomain: site.faultDomain,
      nodeCidr: site.addresses.nodeCidr,
      podCidr: site.addresses.podCidr,
      serviceCidr: site.addresses.serviceCidr,
      guaranteed: amounts(site.guaranteed),
    })),
    demand: manifests === undefined ? rawDemand(plan.spec.demand) : rawManifests(manifests),
    input: capacityInputOf(plan, { today }),
    verdict: { ...plan.capacity, notes: [...plan.capacity.notes, ...(manifests?.notes ?? [])] },
    isJudged: true,
  };
}

function planned(spec: FleetSpec, today: string): FleetPlan {
  try {
    return fleetPlan(spec, { today });
  } catch (error) {
    if (error instanceof SpecError) throw new UserError(error.message);
    throw error;
  }
}

/** The sites of a program without a Fleet, judged for the loss of any one region, as the policy pack does. */
function observedSubject(all: readonly ResourceView[], { manifests }: SubjectOptions): Subject {
  const observed = observe(all.map(observedResource(all)));
  const common = observed.workloads.daemonSets.get("") ?? [];
  const counted = observed.sites.map((site) => {
    const daemonSets = [
      ...common,
      ...(observed.workloads.daemonSets.get(site.name) ?? []),
      ...(manifests?.daemonSets ?? []),
    ];
    const pools = site.pools.map((pool) => countPool(pool, daemonSets));
    const faultDomain = observedRegion(site) ?? `unknown region of ${site.name}`;
    return { site, pools, faultDomain };
  });
  const workloads = manifests?.workloads ?? observed.workloads.workloads;
  const input: CapacityInput = {
    sites: counted.map(({ site, pools, faultDomain }) => capacitySite(site, pools, faultDomain)),
    demand: { workloads },
    tolerate: 1,
    faultDomain: "region",
  };
  const verdict = capacityVerdict(input);
  const notes = [
    ...observed.notes,
    ...observed.unjudged.map((one) => one.text),
    ...counted.flatMap(({ site, pools }) =>
      pools.flatMap((pool) => pool.notes.map((note) => `Site ${site.name}: ${note}`)),
    ),
    ...(manifests?.notes ?? observed.workloads.notes),
  ];
  return {
    fleet: undefined,
    plan: undefined,
    sites: counted.map(({ site, pools, faultDomain }) => {
      const cidr = (use: string) => site.cluster.cidrs.find((one) => one.use === use)?.cidr ?? null;
      return {
        name: site.name,
        number: null,
        state: "active",
        provider: site.provider,
        region: site.region ?? "unknown",
        faultDomain,
        nodeCidr: cidr("nodes"),
        podCidr: cidr("pods"),
        serviceCidr: cidr("services"),
        guaranteed: amounts(sum(pools.flatMap((pool) => Array.from({ length: pool.nodes }, () => pool.perNode)))),
      };
    }),
    demand:
      manifests === undefined
        ? { ...sumOf(workloads), withoutRequests: [...observed.workloads.withoutRequests] }
        : rawManifests(manifests),
    input,
    verdict: { ...verdict, notes: [...verdict.notes, ...notes] },
    isJudged: counted.length > 0 && workloads.some((workload) => workload.replicas > 0),
  };
}

/** Resources of a rehearsal as the plan's functions and the policies read them. */
export function observedResource(all: readonly ResourceView[]): (resource: ResourceView) => ObservedResource {
  const byUrn = new Map(all.map((resource) => [resource.urn, resource]));
  return (resource) => {
    const provider = byUrn.get(resource.provider.slice(0, resource.provider.lastIndexOf("::")));
    return {
      urn: resource.urn,
      type: resource.type,
      name: resource.name,
      ...(resource.parent && { parent: resource.parent }),
      ...(provider && {
        provider: { urn: provider.urn, type: provider.type, name: provider.name, props: known(provider.inputs) },
      }),
      ...asAsked(known(resource.inputs), known(resource.outputs)),
      ignoreChanges: resource.ignoreChanges,
      propertyDependencies: resource.propertyDependencies,
    };
  };
}

function demandOf(manifests: DemandFromManifests): DemandSpec {
  return { workloads: manifests.workloads, daemonSets: manifests.daemonSets };
}

function rawManifests({ totals, withoutRequests }: DemandFromManifests): ReportDemand {
  return { cpu: totals.cpu, memoryGiB: totals.memoryGiB, pods: totals.pods, withoutRequests };
}

/** Declared totals where they say more than the workloads, as the verdict reads them. */
function rawDemand(demand: DemandSpec): ReportDemand {
  const workloads = sumOf(demand.workloads ?? []);
  const withoutRequests = (demand.workloads ?? []).flatMap((workload) =>
    (workload.containersWithoutRequests ?? []).map((container) => `${workload.name}/${container}`),
  );
  return {
    cpu: Math.max(demand.cpu ?? 0, workloads.cpu),
    memoryGiB: Math.max(demand.memoryGiB ?? 0, workloads.memoryGiB),
    pods: Math.max(demand.pods ?? 0, workloads.pods),
    withoutRequests,
  };
}

function sumOf(workloads: readonly WorkloadSpec[]): { cpu: number; memoryGiB: number; pods: number } {
  const totals: Resources[] = workloads.map((workload) => {
    const pod = podResources(workload);
    const times = workload.replicas;
    return resources({ cpuMillis: pod.cpuMillis * times, memoryMiB: pod.memoryMiB * times, pods: times });
  });
  const { cpu, memoryGiB, pods } = amounts(sum(totals));
  return { cpu, memoryGiB, pods };
}

/**
 * The same fleet when these sites are gone, all at once, and nothing else may fail: whether there is room, and what is placed
 * in it once they are declared lost. Notes say what runs there until then, and what ran once and has no other place.
 */
export function without(
  subject: Pick<Subject, "plan" | "input" | "verdict">,
  sites: readonly string[],
): CapacityVerdict {
  const known = subject.input.sites.map((site) => site.name);
  const unknown = sites.filter((site) => !known.includes(site));
  if (unknown.length > 0) {
    throw new UserError(
      `--lose ${unknown.join(", ")}: there is no such site; the sites are ${known.join(", ") || "none"}.`,
    );
  }
  const anew = capacityVerdict(withLost(subject.input, subject.verdict, sites));
  const workloads = anew.holds ? [] : (subject.input.demand.workloads ?? []);
  const gone = workloads.filter((one) => isGone(subject.verdict, one, sites));
  const verdict = gone.length === 0 ? anew : capacityVerdict(lossOf(subject.input, subject.verdict, sites));
  const domains = [
    ...new Set(subject.input.sites.filter((site) => sites.includes(site.name)).map((site) => site.faultDomain)),
  ];
  const losses = verdict.losses.map((loss) => ({ ...loss, faultDomains: domains, sites: [...sites] }));
  const short = verdict.holds && subject.plan ? shortages(subject.plan, sites) : [];
  const notes = [
    ...verdict.notes,
    ...(gone.length === 0 ? [] : [goneNote(gone)]),
    ...(short.length === 0 ? [] : [shortageNote(sites, short)]),
  ];
  return { ...verdict, tolerate: domains.length, losses, notes };
}

/**
 * What is left to judge when these sites are gone, and nothing else may fail: without what runs once and went with them.
 * @param verdict of the whole fleet: the users of the sites that are gone are where they were.
 */
export function lossOf(input: CapacityInput, verdict: CapacityVerdict, lost: readonly string[]): CapacityInput {
  const { demand } = input;
  const workloads = demand.workloads?.filter((one) => !isGone(verdict, one, lost));
  return withLost({ ...input, demand: { ...demand, workloads } }, verdict, lost);
}

function withLost(input: CapacityInput, verdict: CapacityVerdict, lost: readonly string[]): CapacityInput {
  const { users } = verdict.routing ?? {};
  const routing = input.routing && { ...input.routing, ...(users && { users }) };
  return {
    ...input,
    tolerate: 0,
    degraded: false,
    ...(routing && { routing }),
    sites: input.sites.map((site) => (lost.includes(site.name) ? { ...site, state: "lost" } : site)),
  };
}
