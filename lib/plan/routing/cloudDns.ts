import { total } from "../grains";
import { recordNames } from "./names";
import type { TrafficCommon, TrafficSite } from "./plan";
import type { Users } from "./received";
import { sitesByPlace } from "./sharedPlaces";

/** What Cloud DNS is told: one CNAME by location, and one record per site that fails over, or with failover "nearest" one for all. */
export interface CloudDnsPlan {
  /** Items of the domain's CNAME, by location, which is a Google Cloud region. */
  readonly items: readonly CloudDnsItem[];
  /** With failover "nearest": the A record that all locations are led to. */
  readonly nearest: CloudDnsNearest | undefined;
  /** CNAMEs of the locations that several sites share, which divide their users. */
  readonly divided: readonly CloudDnsDivided[];
  /** A records that fail over. */
  readonly records: readonly CloudDnsRecord[];
}

export interface CloudDnsItem {
  readonly location: string;
  /** The record that the location's users are led to. */
  readonly target: string;
}

/** An A record that answers with the sites of the nearest location that has a healthy one. */
export interface CloudDnsNearest {
  readonly name: string;
  readonly items: readonly { readonly location: string; readonly sites: readonly string[] }[];
}

/** A CNAME that is answered with one of several records, by weight. */
export interface CloudDnsDivided {
  readonly key: string;
  readonly name: string;
  readonly targets: readonly { readonly target: string; readonly weight: number }[];
}

/** The A record of one site, or of all that take over. */
export interface CloudDnsRecord {
  /** Name of the resource. */
  readonly key: string;
  readonly name: string;
  /** Where the item of its backups is; with one item it is the nearest to everybody. */
  readonly location: string;
  /** Sites that are the answer while one of them is healthy, with all of their addresses. */
  readonly primary: readonly string[];
  /** Sites that are the answer then: all that serve, each with its first address, so that all get the same. */
  readonly backup: readonly string[];
}

/**
 * Cloud DNS takes one kind of policy per record and one item per location, so the domain is a CNAME by location to a
 * record that fails over; where sites share a location, with a CNAME between that divides their users, since several
 * primaries of one record would hand a lost one's users to each other only. Backups are answered alike, whatever the
 * sites' sizes: it cannot weight what fails over. With failover "nearest" the domain is a CNAME as well, so that a fleet may
 * change its mind without a moment in which the name is nobody's.
 */
export function cloudDnsPlan({ domain, sites, failover }: TrafficCommon, users: Users): CloudDnsPlan {
  const locations = [...sitesByPlace(sites, ({ labels }) => labels.gcp)].sort(([a], [b]) => (a < b ? -1 : 1));
  const serving = sites.filter((site) => site.serves);
  const backup = serving.map((site) => site.name);
  if (failover === "nearest") {
    const name = recordNames.nearest(domain);
    const items = locations
      .map(([location, of]) => ({ location, sites: of.filter(serves).map((site) => site.name) }))
      .filter(({ sites: serving }) => serving.length > 0);
    const nearest = items.length > 0 ? { name, items } : undefined;
    return { items: items.map(({ location }) => ({ location, target: name })), nearest, divided: [], records: [] };
  }
  const others = recordNames.others(domain);
  const target = (site: TrafficSite) => (site.serves ? recordNames.site(domain, site.name) : others);
  const at = (location: string) => recordNames.location(domain, location);
  const shared = locations.filter(([, of]) => of.length > 1);
  const records = serving.map((site): CloudDnsRecord => {
    const { name } = site;
    return { key: name, name: target(site), location: site.labels.gcp, primary: [name], backup };
  });
  const all = { key: "others", name: others, location: serving[0]?.labels.gcp ?? "", primary: backup, backup };
  return {
    items: locations.map(([location, of]) => ({
      location,
      target: of.length > 1 ? at(location) : target(of[0] as TrafficSite),
    })),
    nearest: undefined,
    divided: shared.map(([location, of]) => ({
      ...{ key: `at-${location}`, name: at(location) },
      targets: divided(of, users).map(({ site, part }) => ({ target: target(site), weight: part })),
    })),
    records: sites.every(serves) ? records : [...records, all],
  };
}

/**
 * The part of each site in the users of the location that the sites share, together 1: alike where nobody is there. To nine
 * decimals, so that a change elsewhere does not show in the last digits.
 */
function divided(sites: readonly TrafficSite[], users: Users) {
  const parts = sites.map(({ name }) => users[name] ?? 0);
  const together = total(parts);
  return sites.map((site, i) => {
    const part = together > 0 ? (parts[i] ?? 0) / together : 1 / sites.length;
    return { site, part: Math.round(part * 1e9) / 1e9 };
  });
}

function serves(site: TrafficSite): boolean {
  return site.serves;
}
