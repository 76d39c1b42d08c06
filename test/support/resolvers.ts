import type { CloudDnsPlan } from "../../lib/plan/routing/cloudDns";
import type { ServicePlan, TrafficSite } from "../../lib/plan/routing/plan";
import type { Route53Plan, Route53Record } from "../../lib/plan/routing/route53";
import type { TrafficManagerEndpoint, TrafficManagerPlan } from "../../lib/plan/routing/trafficManager";

/** Parts of the users who ask, by the site that they are led to; together 1. */
export type Parts = ReadonlyMap<string, number>;

/** How a service answers the users of a place, by the records that it is told and by nothing else. */
export interface Resolver {
  /** What the service takes for the place of users who are nearest to a site. */
  placeOf(site: TrafficSite): string;
  /** Undefined where nothing of the place is healthy: they are then answered as those of the next nearest place. */
  answer(place: string, alive: ReadonlySet<string>): Parts | undefined;
}

/** Divides users as the service's own resolver does: exactly, where a person asking would be led by chance. */
export function resolverOf(domain: string, service: ServicePlan): Resolver {
  switch (service.service) {
    case "route53":
      return route53Resolver(domain, service);
    case "cloudDns":
      return cloudDnsResolver(service);
    case "trafficManager":
      return trafficManagerResolver(service);
  }
}

/** One answer of several, each as likely as it weighs; alike where nothing weighs anything. */
function mixed(answers: readonly { readonly weight: number; readonly parts: Parts }[]): Parts {
  const all = answers.reduce((sum, { weight }) => sum + weight, 0);
  const mix = new Map<string, number>();
  for (const { weight, parts } of answers)
    for (const [site, part] of parts)
      mix.set(site, (mix.get(site) ?? 0) + part * (all > 0 ? weight / all : 1 / answers.length));
  return mix;
}

function alike(sites: readonly string[]): Parts {
  return new Map(sites.map((site) => [site, 1 / sites.length]));
}

/** Nearest by coordinates, the PRIMARY while it is healthy, and of a weighted set only what is healthy. */
function route53Resolver(domain: string, { records }: Route53Plan): Resolver {
  return {
    placeOf: ({ name }) => name,
    answer: (place, alive) => {
      const healthy = ({ site, alias }: Route53Record): boolean =>
        site === undefined ? records.some((one) => one.name === alias && healthy(one)) : alive.has(site);
      const follow = ({ site, alias }: Route53Record): Parts =>
        site === undefined ? of(records.filter((one) => one.name === alias && healthy(one))) : alike([site]);
      const of = (among: readonly Route53Record[]): Parts => {
        const primary = among.find(({ policy }) => policy.kind === "failover" && policy.type === "PRIMARY");
        if (primary !== undefined) return follow(primary);
        const weightOf = ({ policy }: Route53Record) => (policy.kind === "weighted" ? policy.weight : 1);
        return mixed(among.map((one) => ({ weight: weightOf(one), parts: follow(one) })));
      };
      const nearest = records.filter((one) => one.name === domain && one.setIdentifier === place && healthy(one));
      return nearest.length > 0 ? of(nearest) : undefined;
    },
  };
}

/** By location, one CNAME of several by weight, and all healthy addresses of a set at once. */
function cloudDnsResolver({ items, nearest, divided, records }: CloudDnsPlan): Resolver {
  return {
    placeOf: ({ labels }) => labels.gcp,
    answer: (place, alive) => {
      const healthy = (sites: readonly string[]) => sites.filter((site) => alive.has(site));
      const follow = (name: string): Parts => {
        const division = divided.find((one) => one.name === name);
        if (division !== undefined)
          return mixed(division.targets.map(({ target, weight }) => ({ weight, parts: follow(target) })));
        const { primary = [], backup = [] } = records.find((one) => one.name === name) ?? {};
        const first = healthy(primary);
        return alike(first.length > 0 ? first : healthy(backup));
      };
      const target = items.find(({ location }) => location === place)?.target;
      if (target !== undefined && target !== nearest?.name) return follow(target);
      const there = healthy(nearest?.items.find(({ location }) => location === place)?.sites ?? []);
      return there.length > 0 ? alike(there) : undefined;
    },
  };
}

/** By region, whose healthy endpoints share its users alike; by priority, or by weight. */
function trafficManagerResolver({ profiles }: TrafficManagerPlan): Resolver {
  const endpointsOf = (key: string | undefined) => profiles.find((one) => one.key === key)?.endpoints ?? [];
  return {
    placeOf: ({ labels }) => labels.azure,
    answer: (place, alive) => {
      const healthy = ({ site, nested }: TrafficManagerEndpoint): boolean =>
        site === undefined ? endpointsOf(nested).some(healthy) : alive.has(site);
      const follow = ({ site, nested }: TrafficManagerEndpoint): Parts => {
        if (site !== undefined) return alike([site]);
        const among = endpointsOf(nested).filter(healthy);
        if (profiles.find((one) => one.key === nested)?.routing === "Weighted")
          return mixed(among.map((one) => ({ weight: one.weight ?? 1, parts: follow(one) })));
        return follow(among.reduce((a, b) => ((b.priority ?? 0) < (a.priority ?? 0) ? b : a)));
      };
      const near = endpointsOf("nearest").filter((one) => one.location === place && healthy(one));
      return near.length > 0 ? mixed(near.map((one) => ({ weight: 1, parts: follow(one) }))) : undefined;
    },
  };
}
