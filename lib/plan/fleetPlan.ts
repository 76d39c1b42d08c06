import { type BlockPool, blockPool, siteAddresses } from "./addresses";
import { capacityVerdict } from "./capacity";
import type { CapacityInput, CapacitySite, NodeGroup } from "./capacityInput";
import { assumedOn, crowdingOf } from "./daemonSets";
import { faultDomainOf, providerOf } from "./faultDomains";
import { gatewayOverhead } from "./gateway/overhead";
import { ceil } from "./grains";
import { exception, stateFacts } from "./life";
import { ciliumVersionOf, meshPlan } from "./mesh/meshPlan";
import { meshOverhead } from "./mesh/overhead";
import { cloudLabels } from "./nodeLabels";
import { overheadPerNode } from "./overhead";
import { coordinatesOf, defaultZones } from "./places";
import type { FleetPlan, PoolPlan, SitePlan } from "./plan";
import { guaranteedBy, measured, nodeTraits, offeredPerNode, poolPlans } from "./pools";
import { type Problem, readSpec, SpecError } from "./problems";
import { fromGiB, type Resources, resources, scale, subtract, ZERO } from "./resources";
import { routingInput } from "./routing/input";
import { trafficPlan } from "./routing/plan";
import { trafficSites } from "./routing/sites";
import { runFrom } from "./runFrom";
import { takenPorts } from "./schedulable";
import type { DaemonSetSpec, DemandSpec, ExistingSiteSpec, FleetSpec, SiteSpec } from "./spec";
import { staleNotes } from "./staleFacts";
import { trustPlan } from "./trust/trustPlan";
import { underlayPlan } from "./underlay/underlayPlan";
import { DEFAULT_KUBERNETES_VERSION } from "./versions";
import { calledPorts } from "./webhookPorts";

/** Days that audit logs are kept when a site says nothing. */
const DEFAULT_AUDIT_LOG_DAYS = 90;

/** What a plan depends on beside the spec. */
export interface FleetPlanOptions {
  /** The day of the run, `YYYY-MM-DD`, for what ends on a day. @default none: no day has passed */
  readonly today?: string;
}

/**
 * Everything that follows from a spec, before anything exists. Pure: equal specs give equal plans, and a site's own
 * facts follow from the site and the fleet's settings, never from its neighbours.
 * @throws SpecError with every problem of a spec that cannot be planned. A fleet that cannot lose a site is no error but
 *   the plan's verdict.
 */
export function fleetPlan(input: FleetSpec, options: FleetPlanOptions = {}): FleetPlan {
  const { spec, problems } = readSpec(input);
  if (spec === undefined) throw new SpecError(problems);
  const from = blockPool(spec.addresses);
  const sites = [...spec.sites].sort((a, b) => a.number - b.number).map((site) => sitePlan(site, spec, from));
  const lost = exception(
    sites.filter((site) => stateFacts(site.state).lost).map((site) => site.name),
    spec.degradedUntil,
    options.today,
  );
  const verdict = capacityVerdict(capacityInput(spec, sites, lost.degraded));
  const underlay = spec.underlay && underlayPlan(sites, spec.underlay, spec.retired?.length ?? 0, from);
  const mesh = meshPlan(spec, sites, underlay?.mtuBytes);
  const notes = [...lost.notes, ...poolNotes(sites), ...staleNotes(sites, options.today)];
  return {
    spec,
    sites,
    tolerate: spec.tolerate ?? 1,
    headroom: spec.headroom ?? 0,
    maximumSites: spec.addresses?.maximumSites ?? 255,
    capacity: { ...verdict, notes: [...verdict.notes, ...notes] },
    traffic: trafficPlan(spec.traffic, sites, verdict),
    trust:
      spec.trust && trustPlan(spec.trust, sites, spec.addresses?.maximumSites ?? 255, isMeshed(spec), spec.faultDomain),
    underlay,
    ...(mesh && { mesh }),
  };
}

/** The plan of what may be no spec, or undefined: its problems then join those of others, so that all are told at once. */
export function planOrProblems(spec: unknown, problems: Problem[]): FleetPlan | undefined {
  try {
    return fleetPlan(spec as FleetSpec);
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

function sitePlan(site: SiteSpec, fleet: FleetSpec, from: BlockPool): SitePlan {
  const zones = defaultZones(site);
  const addresses = siteAddresses(site, zones, from);
  const built = site.kind === "existing" ? undefined : site;
  const pools = built === undefined ? [] : poolPlans(built, zones, daemonSetsOf(fleet));
  return {
    spec: site,
    name: site.name,
    number: site.number,
    kind: site.kind,
    state: site.state ?? "active",
    provider: providerOf(site),
    region: site.region,
    zones,
    faultDomain: faultDomainOf(site, zones, fleet.faultDomain ?? "region"),
    coordinates: coordinatesOf(site),
    addresses,
    apiAccess: built?.apiAccess,
    runFrom: runFrom(site, addresses),
    kubernetesVersion: built === undefined ? undefined : (built.kubernetesVersion ?? DEFAULT_KUBERNETES_VERSION),
    ciliumVersion: ciliumVersionOf(site, fleet),
    auditLogDays: built?.auditLogDays ?? DEFAULT_AUDIT_LOG_DAYS,
    pools,
    calledPorts: calledPorts(site, fleet),
    guaranteed: site.kind === "existing" ? offeredByExisting(site, fleet.demand.daemonSets ?? []) : guaranteedBy(pools),
    tags: {
      ...fleet.tags,
      ...site.tags,
      "multisite-site": site.name,
      "multisite-number": String(site.number),
    },
  };
}

/** What runs on the nodes of sites that the library builds, beside what it installs in all of them. */
function daemonSetsOf(fleet: FleetSpec): DaemonSetSpec[] {
  return [...(fleet.demand.daemonSets ?? []), ...gatewayOverhead(fleet.traffic?.gateway), ...meshOverhead(fleet)];
}

/** What a plan's capacity was judged by, for who asks it further questions: `capacityVerdict` of it is the plan's. */
export function capacityInputOf(plan: FleetPlan, options: FleetPlanOptions = {}): CapacityInput {
  const lost = plan.sites.filter((site) => stateFacts(site.state).lost).map((site) => site.name);
  return capacityInput(plan.spec, plan.sites, exception(lost, plan.spec.degradedUntil, options.today).degraded);
}

/** The plan's sites and demand as the N+1 arithmetic reads them. */
function capacityInput(spec: FleetSpec, sites: readonly SitePlan[], degraded: boolean): CapacityInput {
  return {
    sites: sites.map((site) => capacitySite(site, spec)),
    demand: { totals: demandTotals(spec.demand), workloads: spec.demand.workloads },
    tolerate: spec.tolerate ?? 1,
    headroom: spec.headroom ?? 0,
    faultDomain: spec.faultDomain ?? "region",
    degraded,
    ...(spec.traffic && { routing: routingInput(spec.traffic, trafficSites(sites)) }),
  };
}

function capacitySite(site: SitePlan, fleet: FleetSpec): CapacitySite {
  const { name, faultDomain, provider, region, state, spec } = site;
  const daemonSets = fleet.demand.daemonSets ?? [];
  const all = daemonSetsOf(fleet);
  const groups =
    spec.kind === "existing" ? [declared(spec, daemonSets)] : site.pools.map((pool) => nodeGroup(site, pool, all));
  const nodeGroups = groups.map((group) => ({ ...group, hostPorts: takenPorts(daemonSets, group) }));
  return { name, faultDomain, provider, region, state, nodeGroups };
}

function nodeGroup(site: SitePlan, pool: PoolPlan, daemonSets: readonly DaemonSetSpec[]): NodeGroup {
  const node = nodeTraits(site, pool);
  const room = { allocatable: pool.allocatablePerNode, own: overheadPerNode(site.kind, node, []) };
  return {
    ...node,
    crowding: crowdingOf(daemonSets, [node], room),
    pool: pool.name,
    count: pool.guaranteedNodes,
    perNode: offeredPerNode(pool),
    addable: addable(site, pool),
  };
}

/** Nodes that a fix may add at a time: GKE has as many in each zone, and nothing that counts as zero helps. */
function addable(site: SitePlan, pool: PoolPlan): number {
  if (pool.spot) return 0;
  return site.kind === "gke" ? Math.max(1, pool.zones.length) : 1;
}

/** What is known of the nodes of a cluster that exists, all alike: nobody says which other labels they have. */
function existingNodes({ kind, allocatable, region }: ExistingSiteSpec) {
  return {
    count: allocatable.nodes ?? 1,
    architecture: allocatable.architecture ?? ("amd64" as const),
    labels: cloudLabels({ kind, region, zones: [] }),
    openLabels: "any" as const,
  };
}

/** What they offer together, less the fleet's DaemonSets. */
function offeredByExisting(site: ExistingSiteSpec, daemonSets: readonly DaemonSetSpec[]): Resources {
  const { count, ...traits } = existingNodes(site);
  return subtract(measured(site.allocatable), scale(overheadPerNode(site.kind, traits, daemonSets), count));
}

function declared(site: ExistingSiteSpec, daemonSets: readonly DaemonSetSpec[]): NodeGroup {
  const { count, ...node } = existingNodes(site);
  const total = offeredByExisting(site, daemonSets);
  const each = scale(total, 1 / count);
  const room = { allocatable: scale(measured(site.allocatable), 1 / count), own: ZERO };
  return {
    pool: undefined,
    count,
    crowding: crowdingOf(daemonSets, [node], room),
    assumed: assumedOn(daemonSets, [node]),
    perNode: { ...each, cpuMillis: Math.floor(each.cpuMillis), pods: Math.floor(each.pods) },
    total,
    ...node,
    addable: 0,
  };
}

function demandTotals(demand: DemandSpec): Resources {
  return resources({
    cpuMillis: ceil((demand.cpu ?? 0) * 1000),
    memoryMiB: fromGiB(demand.memoryGiB ?? 0),
    pods: demand.pods ?? 0,
    ephemeralStorageMiB: fromGiB(demand.ephemeralStorageGiB ?? 0),
    extended: demand.extended ?? {},
  });
}

function poolNotes(sites: readonly SitePlan[]): string[] {
  return sites.flatMap((site) => site.pools.flatMap((pool) => pool.notes.map((note) => `Site ${site.name}: ${note}`)));
}

function isMeshed({ mesh }: FleetSpec): boolean {
  return mesh !== undefined && mesh.implementation !== "none";
}
