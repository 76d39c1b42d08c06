import { type Checkers, FRONT_CHECKERS } from "./checkers";
import type { FrontSpec } from "./frontSpec";
import type { TrafficCommon, TrafficSite } from "./plan";
import { sitesByPlace } from "./sharedPlaces";
import type { FailoverTime } from "./times";

/** What an anycast front is told. The DNS services then only say where it is, and it chooses the site. */
export type FrontPlan = {
  readonly time: FailoverTime;
  /** Where its health checks come from. */
  readonly checkers: Checkers;
} & (
  | { readonly service: "globalAccelerator"; readonly spec: FrontSpec; readonly groups: readonly EndpointGroupPlan[] }
  | ({ readonly service: "globalLoadBalancer"; readonly spec: FrontSpec } & LoadBalancerPlan)
  | ({ readonly service: "frontDoor"; readonly spec: FrontSpec } & FrontDoorPlan)
);

/** The sites of one region: an accelerator's listener takes one group for each, and a user goes to the nearest that is healthy. */
export interface EndpointGroupPlan {
  readonly region: string;
  readonly sites: readonly string[];
}

export interface LoadBalancerPlan {
  /** The sites whose nodes it sends users to. */
  readonly sites: readonly string[];
  /** Port of every node by which it does. */
  readonly nodePort: number;
}

export interface FrontDoorPlan {
  /** Name of the profile and of its endpoint, which Azure makes unique by a suffix. */
  readonly label: string;
  readonly origins: readonly OriginPlan[];
  /**
   * Milliseconds by which an origin may be slower than the fastest and still get its part by weight: with 1000 all are alike
   * and users spread by weight at all times, with 0 each goes to the fastest.
   */
  readonly additionalLatencyMilliseconds: 0 | 1000;
}

export interface OriginPlan {
  /** Name of the resource, from the site. */
  readonly key: string;
  readonly site: string;
  /** Place of the address among the site's. */
  readonly address: number;
  /** 1 to 1000. */
  readonly weight: number;
}

/** Checks that Front Door looks back on, a part of which must be good. */
export const SAMPLES = 4;

const DEFAULT_NODE_PORT = 30_443;

/** Characters of an endpoint's name at Front Door. */
const LONGEST_LABEL = 46;

/** A front before all sites that serve. One that does not is no endpoint: a dial or weight of 0 would still be failed over to. */
export function frontPlan(
  { domain, sites, failover, front }: TrafficCommon & { readonly front: FrontSpec },
  time: FailoverTime,
  weights: Readonly<Record<string, number>>,
): FrontPlan {
  const serving = sites.filter(({ serves }) => serves);
  const common = { spec: front, time, checkers: FRONT_CHECKERS[front.service] };
  if (front.service === "globalAccelerator") return { ...common, service: front.service, groups: groupsOf(serving) };
  if (front.service === "globalLoadBalancer")
    return {
      ...{ ...common, service: front.service, nodePort: front.nodePort ?? DEFAULT_NODE_PORT },
      sites: serving.map(({ name }) => name),
    };
  return {
    ...common,
    service: front.service,
    label: domain.replaceAll(/[._]/g, "-").slice(0, LONGEST_LABEL).replace(/-+$/, ""),
    additionalLatencyMilliseconds: failover === "spread" ? 1000 : 0,
    origins: serving.flatMap(({ name, addressCount }) =>
      Array.from({ length: addressCount }, (_, address) => ({
        ...{ key: address === 0 ? name : `${name}-${address + 1}`, site: name, address },
        weight: Math.max(1, Math.round((weights[name] ?? 1000) / addressCount)),
      })),
    ),
  };
}

function groupsOf(sites: readonly TrafficSite[]): EndpointGroupPlan[] {
  const byRegion = sitesByPlace(sites, ({ region }) => region);
  return [...byRegion].map(([region, of]) => ({ region, sites: of.map(({ name }) => name) }));
}
