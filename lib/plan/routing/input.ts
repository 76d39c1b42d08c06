import type { TrafficSite } from "./plan";
import type { Users } from "./received";
import { type SharedPlaces, sitesByPlace } from "./sharedPlaces";
import type { DnsService, FrontSpec, TrafficSpec } from "./spec";

/** How the services hand on the users of a lost site, as the capacity arithmetic reads it. */
export interface RoutingInput {
  /** The services in use. Every resolver asks whichever it likes, so any mix of their answers is possible. */
  readonly services: readonly ServiceHandover[];
  /** Part of all users that each site is nearest to. @default in proportion to what the sites can carry */
  readonly users?: Users | undefined;
}

/** How one service hands on users. */
export interface ServiceHandover {
  readonly service: string;
  /**
   * `weighted`: over all healthy sites, in proportion to weights. `equal`: over all healthy sites alike. `nearest`: to the
   * next nearest one of each user, which nobody knows beforehand. `spill`: to the next nearest one that has room, so that
   * none is asked for more than it carries while another has room.
   */
  readonly handover: "weighted" | "equal" | "nearest" | "spill";
  /** The largest weight that the service takes; its weights are whole numbers. 1 where it has none. */
  readonly mostWeight: number;
  /** The smallest: with 0 a site is left out while any other is healthy, with 1 it always gets a little. */
  readonly leastWeight: 0 | 1;
  /** Whether all users are divided by the weights at all times, wherever they are. @default only those of a lost site */
  readonly always?: true;
  /** Places that sites share, and how it divides the users of each. @default it tells all sites apart */
  readonly shared?: SharedPlaces;
}

/**
 * The weights that services offer. Route 53: 0 to 255, where records of weight 0 are the answer once all others are
 * unhealthy (Developer Guide, "How Amazon Route 53 chooses records when health checking is configured"); Traffic Manager:
 * 1 to 1000; Cloud DNS cannot weight what fails over, and answers with all the backups alike.
 */
const WEIGHTS: Readonly<Record<DnsService, Pick<ServiceHandover, "leastWeight" | "mostWeight">>> = {
  route53: { leastWeight: 0, mostWeight: 255 },
  cloudDns: { leastWeight: 1, mostWeight: 1 },
  trafficManager: { leastWeight: 1, mostWeight: 1000 },
};

/**
 * What the capacity arithmetic needs of a traffic spec.
 * @param sites those that the services know
 */
export function routingInput(
  { providers, front, failover, users }: TrafficSpec,
  sites: readonly TrafficSite[],
): RoutingInput {
  const handovers = front === undefined ? dnsHandovers(providers, failover) : [frontHandover(front, failover)];
  const services = handovers.map((one) => ({ ...one, ...sharedAt(one, sites) }));
  return { services, ...(users !== undefined && { users }) };
}

function dnsHandovers(providers: TrafficSpec["providers"], failover: TrafficSpec["failover"]): ServiceHandover[] {
  return providers.map(({ service }): ServiceHandover => {
    const weights = WEIGHTS[service];
    if (failover === "nearest") return { service, handover: "nearest", ...weights };
    return { service, handover: weights.mostWeight === 1 ? "equal" : "weighted", ...weights };
  });
}

/**
 * What services that know places by region make of sites that share one. Where users spread they divide them by what they are
 * told: Cloud DNS by exact weights, so that each site gets its own, Traffic Manager by whole ones. With `nearest` they give them
 * to all healthy sites of the region alike; Cloud DNS and an accelerator, which know all addresses of a site, to all addresses.
 */
function sharedAt(
  { service, handover }: ServiceHandover,
  sites: readonly TrafficSite[],
): Pick<ServiceHandover, "shared"> {
  const places = (placeOf: (site: TrafficSite) => string) =>
    [...sitesByPlace(sites, placeOf).values()].map((of) => of.map(({ name }) => name)).filter((of) => of.length > 1);
  const addresses = Object.fromEntries(sites.map(({ name, addressCount }) => [name, addressCount]));
  if (service === "trafficManager") {
    const parts = Object.fromEntries(sites.map(({ name }) => [name, 1]));
    return { shared: { places: places(({ labels }) => labels.azure), ...(handover === "nearest" && { parts }) } };
  }
  if (service === "cloudDns" && handover === "nearest")
    return { shared: { places: places(({ labels }) => labels.gcp), parts: addresses } };
  if (service === "globalAccelerator") return { shared: { places: places(({ region }) => region), parts: addresses } };
  return {};
}

/**
 * Global Accelerator goes to the next nearest group and never spreads (Developer Guide, "How failover works"). Front Door
 * takes origins of one priority by weight, 1 to 1000, among those that are not slower than the fastest by more than the
 * latency that it is told ("Traffic routing methods to origin"). Google's fills the nearest region up to its target and sends
 * what is over to the next ("Request distribution", waterfall by region).
 */
function frontHandover({ service }: FrontSpec, failover: TrafficSpec["failover"]): ServiceHandover {
  if (service === "globalAccelerator") return { service, handover: "nearest", mostWeight: 255, leastWeight: 0 };
  const weights = { mostWeight: 1000, leastWeight: 1 } as const;
  if (service === "globalLoadBalancer")
    return { service, handover: failover === "nearest" ? "nearest" : "spill", mostWeight: 1, leastWeight: 1 };
  if (failover === "nearest") return { service, handover: "nearest", ...weights };
  return { service, handover: "weighted", always: true, ...weights };
}
