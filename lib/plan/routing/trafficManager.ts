import type { TrafficCommon } from "./plan";
import type { TrafficManagerSpec } from "./spec";

/** What Traffic Manager is told: N+2 profiles, the domain's CNAME leading to the first. */
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
 * stays in the first and hands its users on.
 */
export function trafficManagerPlan(
  { domain, sites, failover }: TrafficCommon,
  spec: TrafficManagerSpec,
  weights: Readonly<Record<string, number>>,
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
  const first: TrafficManagerProfile = {
    ...{ key: "nearest", label, routing: "Performance" },
    endpoints: sites.map((site) => ({ name: site.name, nested: `${site.name}-site`, location: site.labels.azure })),
  };
  return { target, profiles: [others, ...each, first] };
}

/** The label of the first profile. */
export function profileLabel(domain: string, { label }: Pick<TrafficManagerSpec, "label">): string {
  return label ?? domain.replaceAll(/[._]/g, "-");
}
