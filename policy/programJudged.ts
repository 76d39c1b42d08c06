import {
  type CapacityDemand,
  type CountedPool,
  capacitySite,
  capacityVerdict,
  countPool,
  type DaemonSetSpec,
  type DemandSpec,
  fromGiB,
  measurementProblem,
  type Observed,
  type ObservedSite,
  observedDomains,
  podRanges,
  podResources,
  resources,
  scale,
  sum,
  type Unjudged,
} from "pulumi-multisite/plan";
import { asObserved, declaredAlone, strayPools } from "./declaredPools";
import { acceptedBy } from "./exceptions";
import type { JudgedFleet, JudgedPool, JudgedSite, Requested, Stale, Unknown } from "./judged";
import type { PoolSetting, Settings } from "./settings";
import { stricter } from "./stricter";

/** The sites of a program that no Fleet declares, judged as a fleet of their own. */
export function judgeProgram(observed: Observed, settings: Settings, today: string): JudgedFleet {
  const level = settings.faultDomain ?? "region";
  const domains = observedDomains(observed.sites, level);
  const sites = observed.sites.map((site) => ({
    site,
    domain: domains.get(site),
    pools: countedPools(site, observed, settings),
  }));
  const input = stricter(
    {
      // A site whose fault domain nobody knows may be lost together with any other: it carries nothing.
      sites: sites.map(({ site, domain, pools }) => ({
        ...capacitySite(site, pools, domain ?? `unknown (${site.name})`),
        state: domain === undefined ? ("joining" as const) : ("active" as const),
      })),
      demand: demandOf(observed, settings.demand),
      tolerate: 1,
      faultDomain: level,
    },
    settings,
  );
  return {
    title: "This program",
    urn: undefined,
    settings,
    today,
    problems: [],
    unknown: sites
      .flatMap(({ site, domain, pools }) => unknownOf(site, domain, pools))
      .concat(unknownDemand(observed, settings)),
    sites: sites.map(({ site, domain, pools }) => judgedSite(site, domain, pools)),
    input,
    capacity: capacityVerdict(input),
    stale: [
      ...sites.flatMap(({ site, pools }) => unknownMachines(site, pools)),
      ...badMeasurements(settings, today),
      ...strayPools(observed.sites, settings.pools ?? []),
    ],
    requested: requestedBy(observed, settings.demand !== undefined),
    running: observed.running,
    unjudged: observed.unjudged.filter((one) => !isDeclared(one, observed.sites, settings)),
    traffic: undefined,
    routes: [],
    uncounted: settings.demand === undefined ? observed.workloads.uncounted : [],
    notes: [
      ...observed.notes,
      ...observed.workloads.notes,
      ...sites.flatMap(({ site, pools }) => poolNotes(site, pools)),
    ],
    excepted: acceptedBy(settings, today),
  };
}

/** What the objects of a program request together. */
export function requestedBy({ workloads }: Observed, declared: boolean): Requested {
  const all = workloads.workloads.map((one) => scale(podResources(one), one.replicas));
  return { sum: sum(all), without: workloads.withoutRequests, declared };
}

function countedPools(site: ObservedSite, observed: Observed, settings: Settings): CountedPool[] {
  const daemonSets = [...daemonSetsAt(site.name, observed), ...(settings.demand?.daemonSets ?? [])];
  const shown = site.pools.map((pool) => {
    const own = settings.pools?.find((one) => one.pool === pool.name && (one.site ?? site.name) === site.name);
    return countPool(pool, daemonSets, own === undefined ? {} : declared(own));
  });
  const alone = declaredAlone(site, settings.pools ?? []);
  return [...shown, ...alone.map((one) => countPool(asObserved(site, one), daemonSets, declared(one)))];
}

/** Whether the configuration declares, under its name in the program, what makes nodes that nobody can count. */
function isDeclared({ urn, site }: Unjudged, sites: readonly ObservedSite[], settings: Settings): boolean {
  const name = urn.split("::").at(-1);
  return sites
    .filter((one) => site === undefined || one.name === site)
    .some((one) => declaredAlone(one, settings.pools ?? []).some(({ pool }) => pool === name));
}

/** DaemonSets of a cluster, and those of which nobody can tell the cluster. */
function daemonSetsAt(site: string, observed: Observed): DaemonSetSpec[] {
  const { daemonSets } = observed.workloads;
  return [...(daemonSets.get(site) ?? []), ...(daemonSets.get("") ?? [])];
}

function declared({ nodes, allocatable }: Pick<PoolSetting, "nodes" | "allocatable">) {
  return {
    ...(nodes !== undefined && { nodes }),
    ...(allocatable && {
      allocatable: resources({
        cpuMillis: Math.floor(allocatable.cpu * 1000),
        memoryMiB: fromGiB(allocatable.memoryGiB),
        pods: Math.floor(allocatable.pods),
        ephemeralStorageMiB: fromGiB(allocatable.ephemeralStorageGiB ?? 0),
      }),
    }),
  };
}

/** What the pack's configuration declares, or else what the program's own objects request. */
function demandOf(observed: Observed, given: DemandSpec | undefined): CapacityDemand {
  if (given === undefined) return { workloads: observed.workloads.workloads };
  const totals = resources({
    cpuMillis: Math.ceil((given.cpu ?? 0) * 1000),
    memoryMiB: fromGiB(given.memoryGiB ?? 0),
    pods: given.pods ?? 0,
    ephemeralStorageMiB: fromGiB(given.ephemeralStorageGiB ?? 0),
    extended: given.extended ?? {},
  });
  return { totals, workloads: given.workloads };
}

function judgedSite(site: ObservedSite, faultDomain: string | undefined, pools: readonly CountedPool[]): JudgedSite {
  const { name, provider, region, zones, cluster } = site;
  const serves = faultDomain !== undefined;
  // What is only declared has its pods' addresses from wherever its network has them.
  const shown = pools.filter(({ pool }) => site.pools.includes(pool));
  const where = { provider, region, faultDomain, zones };
  return { name, urn: cluster.urn, ...where, serves, pools: pools.map(judgedPool), podRanges: podRanges(site, shown) };
}

function judgedPool({ pool, nodes, possibleNodes, perNode }: CountedPool): JudgedPool {
  const { name, urn, description } = pool;
  const machineType = description.machineTypes[0] ?? undefined;
  return { name, urn, machineType, nodes, possibleNodes, spot: description.spot === true, perNode };
}

function unknownOf(site: ObservedSite, domain: string | undefined, pools: readonly CountedPool[]): Unknown[] {
  const about = (urn: string | undefined) => (path: string) => ({ path, site: site.name, urn });
  return [
    ...(domain === undefined ? ["the region"] : []).map(about(site.cluster.urn)),
    ...pools.flatMap(({ pool, nodes }) =>
      nodes > 0 ? [] : pool.unknown.map((path) => `${pool.name}.${path}`).map(about(pool.urn)),
    ),
  ];
}

/**
 * Objects whose requests cannot be read have a demand that nobody knows, unless the configuration declares one. What is missing
 * below something that cannot be read itself is no matter of its own.
 */
function unknownDemand({ workloads: { problems } }: Observed, settings: Settings): Unknown[] {
  if (settings.demand !== undefined) return [];
  const isBelow = (path: string) => problems.some((other) => /^[.[]/.test(tailAfter(other.path, path)));
  return problems
    .filter(({ path }) => !isBelow(path))
    .map(({ path, message }) => ({ path, demand: message, site: undefined, urn: undefined }));
}

/** What a path has after another that it begins with; empty where it does not. */
function tailAfter(start: string, path: string): string {
  return path.startsWith(start) ? path.slice(start.length) : "";
}

function unknownMachines(site: ObservedSite, pools: readonly CountedPool[]): Stale[] {
  return pools.flatMap(({ pool, nodes, architecture }) => {
    const [type] = pool.description.machineTypes;
    const isKnown = architecture !== undefined || nodes > 0 || typeof type !== "string" || pool.unknown.length > 0;
    if (isKnown) return [];
    const text = `Instance type ${type} of pool ${pool.name} at ${site.name} is not in the catalog: give the pool's \`allocatable\` in the pack's configuration, or update the catalog.`;
    return [{ site: site.name, urn: pool.urn, text }];
  });
}

function badMeasurements(settings: Settings, today: string): Stale[] {
  return (settings.pools ?? []).flatMap(({ site, pool, allocatable }) => {
    const problem = allocatable && measurementProblem(allocatable.verifiedAt, today);
    if (problem === undefined) return [];
    const where = site === undefined ? "" : ` at ${site}`;
    return [{ site, urn: undefined, text: `Pool ${pool}${where}: allocatable ${problem}.` }];
  });
}

function poolNotes(site: ObservedSite, pools: readonly CountedPool[]): string[] {
  return pools.flatMap(({ notes }) => notes.map((note) => `Site ${site.name}: ${note}`));
}
