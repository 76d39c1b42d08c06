import type { TrafficSpec } from "../../lib";
import type { FleetSpec } from "../../lib/plan/spec";
import { aksSite, eksSite, fleetSpec, gkeSite } from "./specs";

const GUID = "00000000-1111-2222-3333-444444444444";

export const ROUTE53 = { service: "route53", account: "111122223333" } as const;
export const CLOUD_DNS = { service: "cloudDns", project: "shop-production" } as const;
export const TRAFFIC_MANAGER = { service: "trafficManager", subscription: GUID, tenant: GUID } as const;

export const ACCELERATOR = { service: "globalAccelerator", account: "111122223333" } as const;
export const LOAD_BALANCER = { service: "globalLoadBalancer", project: "shop-production" } as const;
export const FRONT_DOOR = { service: "frontDoor", subscription: GUID, tenant: GUID } as const;

/** Traffic that is valid as it is. */
export function traffic(change: Partial<TrafficSpec> = {}): TrafficSpec {
  return { domain: "shop.example.com", zone: "example.com", providers: [ROUTE53, CLOUD_DNS], ...change };
}

/** One site in each cloud, with a public name. */
export function threeClouds(change: Partial<TrafficSpec> = {}, fleet: Partial<FleetSpec> = {}): FleetSpec {
  const sites = [eksSite("frankfurt", 1), gkeSite("belgium", 2), aksSite("amsterdam", 3)];
  return fleetSpec(sites, { traffic: traffic(change), ...fleet });
}
