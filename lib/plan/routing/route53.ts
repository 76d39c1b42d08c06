import { recordNames } from "./names";
import type { TrafficCommon, TrafficSite } from "./plan";
import type { Route53Spec } from "./spec";

/** What Route 53 is told: four records and one health check per site. */
export interface Route53Plan {
  /** Sites that are checked: those that serve. */
  readonly checked: readonly string[];
  readonly records: readonly Route53Record[];
}

/** One resource record set of type A. */
export interface Route53Record {
  /** Name of the resource, from the site and never from an index. */
  readonly key: string;
  readonly name: string;
  /** What tells records of one name and type apart. */
  readonly setIdentifier: string;
  readonly policy: Route53Policy;
  /** The record of this zone that it stands for, whose health is evaluated. */
  readonly alias?: string;
  /** Or the site whose addresses it holds, and whose health check it carries. */
  readonly site?: string;
}

export type Route53Policy =
  | { readonly kind: "geoproximity"; readonly latitude: string; readonly longitude: string }
  | { readonly kind: "latency"; readonly region: string }
  | { readonly kind: "failover"; readonly type: "PRIMARY" | "SECONDARY" }
  | { readonly kind: "weighted"; readonly weight: number };

/**
 * Nearest first, then failover: the domain's record for each site stands for the site's own name, whose PRIMARY is the
 * site and whose SECONDARY stands for one weighted set of all the sites, which the dead ones leave by their own health
 * checks. A site that does not serve has only the first, which stands for the shared set.
 */
export function route53Plan(
  { domain, sites, failover }: TrafficCommon,
  { steering = "geoproximity" }: Route53Spec,
  weights: Readonly<Record<string, number>>,
): Route53Plan {
  const places = apart(sites);
  const nearest = (site: TrafficSite): Route53Policy =>
    steering === "latency" ? { kind: "latency", region: site.labels.aws } : { kind: "geoproximity", ...places(site) };
  const serving = sites.filter((site) => site.serves);
  const first = (site: TrafficSite, rest: Pick<Route53Record, "alias" | "site">): Route53Record => ({
    ...{ key: `${site.name}-nearest`, name: domain, setIdentifier: site.name, policy: nearest(site) },
    ...rest,
  });
  const checked = serving.map((site) => site.name);
  if (failover === "nearest") return { checked, records: serving.map((site) => first(site, { site: site.name })) };
  const others = recordNames.others(domain);
  const records = sites.flatMap((site): Route53Record[] => {
    if (!site.serves) return [first(site, { alias: others })];
    const name = recordNames.site(domain, site.name);
    const policy = (type: "PRIMARY" | "SECONDARY") => ({ kind: "failover", type }) as const;
    return [
      first(site, { alias: name }),
      { key: `${site.name}-primary`, name, setIdentifier: "primary", policy: policy("PRIMARY"), site: site.name },
      { key: `${site.name}-secondary`, name, setIdentifier: "secondary", policy: policy("SECONDARY"), alias: others },
      {
        ...{ key: `${site.name}-weighted`, name: others, setIdentifier: site.name, site: site.name },
        policy: { kind: "weighted", weight: weights[site.name] ?? 1 },
      },
    ];
  });
  return { checked, records };
}

/**
 * Coordinates as Route 53 takes them, two decimals, and no two alike: sites of one place are set a hundredth of a degree
 * apart, which is a kilometre.
 */
function apart(sites: readonly TrafficSite[]): (site: TrafficSite) => { latitude: string; longitude: string } {
  const taken = new Set<string>();
  const places = new Map<string, { latitude: string; longitude: string }>();
  for (const { name, latitude, longitude } of sites) {
    const north = latitude.toFixed(2);
    let east = longitude;
    const step = longitude > 170 ? -0.01 : 0.01;
    while (taken.has(`${north} ${east.toFixed(2)}`)) east += step;
    taken.add(`${north} ${east.toFixed(2)}`);
    places.set(name, { latitude: north, longitude: east.toFixed(2) });
  }
  return (site) => places.get(site.name) ?? { latitude: "0.00", longitude: "0.00" };
}
