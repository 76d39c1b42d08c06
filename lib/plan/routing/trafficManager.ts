import type { TrafficCommon, TrafficSite } from "./plan";
import type { Users } from "./received";
import { divisionWeights, sitesByPlace } from "./sharedPlaces";
import type { TrafficManagerSpec } from "./spec";

/** What Traffic Manager is told: N+2 profiles and one for each region that sites share, the domain's CNAME leading to the first. */
export interface TrafficManagerPlan {
  /** What the domain's CNAME holds. */
  readonly target: string;
  /** The profile that the CNAME names comes last: each comes after those that it nests. */
  readonly profiles: readonly TrafficManagerProfile[];
}

export interface TrafficManagerProfile {
  /** Name of the resource. */
  readonly key: string;
  /** Label below trafficmanager.net, and name of the profile. */
  readonly label: string;
  readonly routing: "Performance" | "Priority" | "Weighted";
  readonly endpoints: readonly TrafficManagerEndpoint[];
}

export interface TrafficManagerEndpoint {
  readonly name: string;
  /** The site whose address it is, with the place of the address among the site's. */
  readonly site?: string;
  readonly address?: number;
  /** Or the key of the profile that it nests. */
  readonly nested?: string;
  /** Azure region that a performance profile takes it to be in. */
  readonly location?: string;
  readonly priority?: number;
  /** 1 to 1000. */
  readonly weight?: number;
}

const SUFFIX = "trafficmanager.net";

/**
 * By performance to a profile per site; each by priority to the site's addresses, then to one weighted profile of all
 * the sites, which all of them nest. A profile is healthy while one of its endpoints is, so that a lost site's profile
 * stays in the first and hands its users on. Where sites share a region, a weighted profile between divides its users, since
 * endpoints of one region share them alike, whatever the sites' sizes (Azure, "Performance traffic-routing method").
 */
export function trafficManagerPlan(
  { domain, sites, failover }: TrafficCommon,
  spec: TrafficManagerSpec,
  weights: Readonly<Record<string, number>>,
  users: Users,
): TrafficManagerPlan {
  const label = profileLabel(domain, spec);
  const target = `${label}.${SUFFIX}`;
  if (sites.length === 0) return { target, profiles: [] };
  const serving = sites.filter((site) => site.serves);
  const addressOf = (site: string, address: number, rest: object): TrafficManagerEndpoint => ({
    ...{ name: address === 0 ? site : `${site}-${address + 1}`, site, address },
    ...rest,
  });
  if (failover === "nearest") {
    const endpoints = serving.map((site) => addressOf(site.name, 0, { location: site.labels.azure }));
    return { target, profiles: [{ key: "nearest", label, routing: "Performance", endpoints }] };
  }
  const others: TrafficManagerProfile = {
    ...{ key: "others", label: `${label}-others`, routing: "Weighted" },
    endpoints: serving.map((site) => addressOf(site.name, 0, { weight: weights[site.name] ?? 1 })),
  };
  const each = sites.map((site): TrafficManagerProfile => {
    const count = site.serves ? site.addressCount : 0;
    const own = Array.from({ length: count }, (_, i) => addressOf(site.name, i, { priority: i + 1 }));
    const endpoints = [...own, { name: "others", nested: "others", priority: count + 1 }];
    return { key: `${site.name}-site`, label: `${label}-at-${site.name}`, routing: "Priority", endpoints };
  });
  const regions = [...sitesByPlace(sites, ({ labels }) => labels.azure)];
  const shared = regions
    .filter(([, of]) => of.length > 1)
    .map(([region, of]) => dividedProfile(`${label}-in-${region}`, region, of, users));
  const first: TrafficManagerProfile = {
    ...{ key: "nearest", label, routing: "Performance" },
    endpoints: regions.map(([location, of]) => ({ ...regionsEndpoint(location, of), location })),
  };
  return { target, profiles: [others, ...each, ...shared, first] };
}

/** What a region leads to: the profile of its site, or the one that divides its users. */
function regionsEndpoint(region: string, sites: readonly TrafficSite[]): TrafficManagerEndpoint {
  const [site] = sites;
  return site === undefined || sites.length > 1
    ? { name: `in-${region}`, nested: `in-${region}` }
    : { name: site.name, nested: `${site.name}-site` };
}

/** The profile that divides the users of a region that sites share. */
function dividedProfile(
  label: string,
  region: string,
  sites: readonly TrafficSite[],
  users: Users,
): TrafficManagerProfile {
  const names = sites.map(({ name }) => name);
  const weights = divisionWeights(names, users);
  return {
    ...{ key: `in-${region}`, label, routing: "Weighted" },
    endpoints: names.map((name, i) => ({ name, nested: `${name}-site`, weight: weights[i] ?? 1 })),
  };
}

/** The label of the first profile. */
export function profileLabel(domain: string, { label }: Pick<TrafficManagerSpec, "label">): string {
  return label ?? domain.replaceAll(/[._]/g, "-");
}
