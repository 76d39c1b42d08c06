import { type CloudProvider, isCloud } from "../faultDomains";
import { CLOUD_LINKS, partitionOf } from "./facts";
import type { LinkKind } from "./spec";

/** An end of a possible link. */
export interface LinkEnd {
  readonly provider: string;
  readonly region: string;
  /** Whether the library made its network. */
  readonly isOwn: boolean;
  /** Azure: the tenant of its subscription. */
  readonly tenant?: string | undefined;
}

/** What may link two networks, and what does when nobody says. */
export interface PairSupport {
  readonly allowed: readonly LinkKind[];
  /** What the library makes by itself; undefined when somebody must declare the link. */
  readonly made: LinkKind | undefined;
  /** Why, to follow "since". */
  readonly because: string;
}

/** The kinds of link that a pair of networks supports. */
export function pairSupport(a: LinkEnd, b: LinkEnd): PairSupport {
  const both = a.isOwn && b.isOwn;
  if (a.provider === b.provider && isCloud(a.provider)) return withinCloud(a.provider, a, b, both);
  const allowed: readonly LinkKind[] = ["vpn", "interconnect"];
  const because =
    a.provider === b.provider ? `nobody knows what ${a.provider} has within` : "no cloud peers with another";
  return { allowed, made: both ? "vpn" : undefined, because };
}

function withinCloud(cloud: CloudProvider, a: LinkEnd, b: LinkEnd, both: boolean): PairSupport {
  if (partitionOf(cloud, a.region) !== partitionOf(cloud, b.region)) {
    const because = `${CLOUD_LINKS[cloud].peering} does not cross between ${a.region} and ${b.region}`;
    return { allowed: ["vpn", "interconnect"], made: undefined, because };
  }
  if (inTwoTenants(a, b)) {
    const because = "they are in two tenants, and who builds one network is nobody in the other's";
    return { allowed: ["peering", "vpn", "interconnect"], made: undefined, because };
  }
  const because = `${CLOUD_LINKS[cloud].peering} stays on the cloud's own backbone, wider and without gateways`;
  if (both) return { allowed: ["peering", "interconnect"], made: "peering", because };
  return { allowed: ["peering", "vpn", "interconnect"], made: undefined, because };
}

/** Whether two networks of Azure have no identity in common that the library's providers could be. */
export function inTwoTenants(a: Pick<LinkEnd, "tenant">, b: Pick<LinkEnd, "tenant">): boolean {
  return a.tenant !== undefined && b.tenant !== undefined && a.tenant.toLowerCase() !== b.tenant.toLowerCase();
}

/** MTU of a link that the library makes, in bytes: the smaller of both ends. */
export function madeMtuBytes(kind: LinkKind, ends: readonly [string, string]): number {
  const of = kind === "peering" ? "peeringMtuBytes" : "tunnelMtuBytes";
  return Math.min(...ends.map((provider) => CLOUD_LINKS[provider as CloudProvider][of]));
}

/** Whose gateways: those of sites, or those of hubs. */
export type GatewayRole = "site" | "hub";

/** What `count` tunnels between two gateways of different clouds carry. */
export function tunnelsMbps(count: number, ends: readonly [string, string], role: GatewayRole): number {
  const [a, b] = ends.map((provider) => CLOUD_LINKS[provider as CloudProvider]);
  if (a === undefined || b === undefined) return 0;
  const of = role === "site" ? "gatewayMbps" : "hubGatewayMbps";
  return Math.min(count * Math.min(a.tunnelMbps, b.tunnelMbps), a[of], b[of]);
}
