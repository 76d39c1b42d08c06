import {
  capacityInputOf,
  capacityVerdict,
  type FleetPlan,
  type FleetSpec,
  fleetPlan,
  measurementProblem,
  type PoolPlan,
  type Problem,
  type SitePlan,
  SpecError,
  stateFacts,
  subtract,
  UNKNOWN,
} from "pulumi-multisite/plan";
import { acceptedBy } from "./exceptions";
import type { JudgedFleet, JudgedPool, JudgedSite, Stale, Unknown } from "./judged";
import type { Settings } from "./settings";
import { stricter } from "./stricter";

/**
 * A fleet as its component declares it.
 * @param props the component's inputs in plain data: `{ spec }`, or nothing when components' inputs are hidden.
 */
export function judgeFleet(name: string, urn: string, props: unknown, settings: Settings, today: string): JudgedFleet {
  const spec = (props as { readonly spec?: unknown } | undefined)?.spec;
  const unknown = unknownPaths(spec, "spec").map(
    (path): Unknown => ({ path, site: siteAt(spec, path), urn: undefined }),
  );
  const { plan, problems } = planned(withoutUnknown(spec), today, unknown.length > 0);
  const input = plan && stricter(capacityInputOf(plan, { today }), settings);
  return {
    title: `Fleet "${name}"`,
    urn,
    settings,
    today,
    problems,
    unknown,
    sites: (plan?.sites ?? []).map(judgedSite),
    input,
    capacity: input && capacityVerdict(input),
    stale: (plan?.sites ?? []).flatMap((site) => stale(site, today)),
    requested: undefined,
    unjudged: [],
    traffic: plan?.traffic,
    routes: [],
    uncounted: [],
    notes: plan?.capacity.notes ?? [],
    excepted: acceptedBy(settings, today),
  };
}

/**
 * The plan, or why there is none. A spec that is not there, or whose unknown parts had to be left out, is no malformed
 * spec: other rules say what is missing.
 */
function planned(
  spec: unknown,
  today: string,
  incomplete: boolean,
): { readonly plan: FleetPlan | undefined; readonly problems: readonly Problem[] } {
  if (spec === undefined || spec === null) return { plan: undefined, problems: [] };
  try {
    return { plan: fleetPlan(spec as FleetSpec, { today }), problems: [] };
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return { plan: undefined, problems: incomplete ? [] : error.problems };
  }
}

function judgedSite(site: SitePlan): JudgedSite {
  const { name, provider, region, faultDomain, zones, pools, state } = site;
  const serves = stateFacts(state).serves;
  const where = { provider, region, faultDomain, zones };
  // A spec whose ranges do not hold all nodes cannot be planned.
  return { name, urn: undefined, ...where, serves, pools: pools.map(judgedPool), podRanges: [] };
}

function judgedPool(pool: PoolPlan): JudgedPool {
  const { name, machineType, guaranteedNodes, nodes, maximumNodes, spot } = pool;
  const { labels, taints, maximumPods, diskGiB } = pool;
  const perNode = subtract(pool.allocatablePerNode, pool.overheadPerNode);
  return {
    ...{ name, urn: undefined, machineType, spot, perNode },
    nodes: guaranteedNodes,
    possibleNodes: Math.max(nodes, maximumNodes, guaranteedNodes),
    traits: { labels, taints, maximumPods, diskGiB },
  };
}

function stale(site: SitePlan, today: string): Stale[] {
  const spec = site.spec;
  const about = (text: string): Stale => ({ site: site.name, urn: undefined, text });
  if (spec.kind === "existing") {
    const problem = measurementProblem(spec.allocatable.verifiedAt, today);
    return problem === undefined ? [] : [about(`Site ${site.name}: allocatable ${problem}.`)];
  }
  return site.pools.flatMap(({ name, machineType, spec: pool, architecture }) => {
    const { allocatable } = pool;
    if (allocatable === undefined && architecture === undefined) {
      return [
        about(
          `Instance type ${machineType} of pool ${name} at ${site.name} is not in the catalog: give pool.allocatable or update the catalog.`,
        ),
      ];
    }
    const problem = allocatable && measurementProblem(allocatable.verifiedAt, today);
    return problem === undefined ? [] : [about(`Pool ${name} at ${site.name}: allocatable ${problem}.`)];
  });
}

/** Where in a value something is unknown, as paths. */
function unknownPaths(value: unknown, path: string): string[] {
  if (value === UNKNOWN) return [path];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, member]) =>
    unknownPaths(member, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`),
  );
}

/**
 * The value without what is unknown in it. Nodes that are unknown become none, so that the rest can still be planned and
 * judged with the pool counting as nothing; null, which is how NaN arrives, is no value either.
 */
function withoutUnknown(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((member) => member !== UNKNOWN).map(withoutUnknown);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).flatMap(([key, member]): [string, unknown][] => {
    if (member !== UNKNOWN) return [[key, withoutUnknown(member)]];
    return key === "nodes" ? [[key, 0]] : [];
  });
  return Object.fromEntries(entries);
}

/** The name of the site that a path leads into. */
function siteAt(spec: unknown, path: string): string | undefined {
  const index = /^spec\.sites\[(\d+)\]/.exec(path)?.[1];
  const sites = (spec as { readonly sites?: unknown } | null | undefined)?.sites;
  if (index === undefined || !Array.isArray(sites)) return undefined;
  const name: unknown = (sites[Number(index)] as { readonly name?: unknown } | undefined)?.name;
  return typeof name === "string" ? name : undefined;
}
