import type { Cidr } from "../cidr";
import type { CloudProvider } from "../faultDomains";
import type { SitePlan } from "../plan";
import { hubRangeOf } from "./hubRanges";
import { ownerOf } from "./networks";
import type { EdgePlan, GatewayPlan, WideAreaNetworkPlan } from "./plan";
import type { UnderlaySpec } from "./spec";

/** What virtual hubs have their ranges from; undefined where the pool has none. */
export type HubRanges = Cidr | undefined;

/** A cloud's wide area network: where it is present, whose it is, and whom it must let in. */
export function wideAreaNetwork(
  cloud: CloudProvider,
  sites: readonly SitePlan[],
  spec: UnderlaySpec,
  gateways: readonly GatewayPlan[],
  ranges: HubRanges,
): WideAreaNetworkPlan {
  const own = sites.filter((site) => site.provider === cloud);
  const owner = hubOwner(cloud, sites, spec);
  const others = new Set(own.map((site) => ownerOf(site.spec)).filter((one) => one !== owner));
  return {
    name: `${cloud}-wan`,
    provider: cloud,
    owner,
    sharedWith: [...others].sort(),
    edges: edges(cloud, own, gateways, ranges),
  };
}

/** Account, project or subscription of a cloud's hubs. */
export function hubOwner(cloud: CloudProvider, sites: readonly SitePlan[], { hubOwners }: UnderlaySpec): string {
  const given = {
    aws: hubOwners?.aws?.account,
    gcp: hubOwners?.gcp?.project,
    azure: hubOwners?.azure?.subscription,
  }[cloud];
  const first = sites.find((site) => site.provider === cloud);
  return given ?? (first === undefined ? "" : ownerOf(first.spec));
}

function edges(
  cloud: CloudProvider,
  sites: readonly SitePlan[],
  gateways: readonly GatewayPlan[],
  ranges: HubRanges,
): EdgePlan[] {
  if (cloud === "gcp") return [];
  const hubs = gateways.filter(({ provider }) => provider === cloud);
  const regions = [...new Set([...sites, ...hubs].map(({ region }) => region))].sort();
  return regions.map((region) => ({
    region,
    asn: cloud === "aws" ? hubs.find((hub) => hub.region === region)?.asn : undefined,
    range: cloud === "azure" ? hubRangeOf(region, ranges) : undefined,
  }));
}
