import { partition } from "../awsPartition";
import type { CloudProvider } from "../faultDomains";

/** What a cloud's networks and gateways are, as far as a link depends on it, by the clouds' own pages (2026-11). */
export interface CloudLinkFacts {
  /** MTU of the nodes' own network as the library makes it, bytes. */
  readonly networkMtuBytes: number;
  /** MTU between two of its networks in different regions, bytes. */
  readonly peeringMtuBytes: number;
  /** Largest packet inside a VPN tunnel, bytes. */
  readonly tunnelMtuBytes: number;
  /** What one tunnel carries. */
  readonly tunnelMbps: number;
  /** What a site's gateway carries, all tunnels together; Infinity where only the tunnels limit it. */
  readonly gatewayMbps: number;
  /** What a hub's gateway carries, all tunnels together; Infinity where only the tunnels limit it. */
  readonly hubGatewayMbps: number;
  /** MTU between two networks at its wide area network, bytes. */
  readonly attachmentMtuBytes: number;
  /** What its people call the peering. */
  readonly peering: string;
  /** What its own wide area network is called. */
  readonly wideAreaNetwork: string;
}

/**
 * Scale units of the VPN gateway of one virtual hub. Each gives both of its instances 500 Mbit/s, of which one instance's are
 * counted: the other may be lost (https://learn.microsoft.com/azure/virtual-wan/gateway-settings, "Site-to-site").
 */
export const AZURE_HUB_SCALE_UNITS = 2;

export const CLOUD_LINKS: Readonly<Record<CloudProvider, CloudLinkFacts>> = {
  aws: {
    // 9001 in a VPC, 8500 over inter-Region peering: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/network_mtu.html
    networkMtuBytes: 9001,
    peeringMtuBytes: 8500,
    // The tunnel interface has 1399, and a tunnel 1.25 Gbit/s: https://docs.aws.amazon.com/vpn/latest/s2svpn/cgw-best-practice.html
    // and https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-limits.html
    tunnelMtuBytes: 1399,
    tunnelMbps: 1250,
    gatewayMbps: Number.POSITIVE_INFINITY,
    hubGatewayMbps: Number.POSITIVE_INFINITY,
    // https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-quotas.html, "MTU"; for edges of Cloud WAN AWS says the same where it
    // announced path MTU discovery for both (November 2024). Were it less, larger packets would be answered by ICMP, and mtuBytes of
    // fleets on AWS alone would have to come down: between clouds tunnels are narrower anyway.
    attachmentMtuBytes: 8500,
    peering: "VPC peering",
    wideAreaNetwork: "Cloud WAN",
  },
  gcp: {
    // A VPC network has 1460 unless it is told otherwise; peered ones carry the smaller: https://cloud.google.com/vpc/docs/mtu
    networkMtuBytes: 1460,
    peeringMtuBytes: 1460,
    // Payload of an AEAD cipher over IPv4: https://cloud.google.com/network-connectivity/docs/vpn/concepts/mtu-considerations
    tunnelMtuBytes: 1406,
    // 250,000 packets a second are 1 to 3 Gbit/s; the least is what a plan may count on:
    // https://cloud.google.com/network-connectivity/docs/vpn/quotas
    tunnelMbps: 1000,
    gatewayMbps: Number.POSITIVE_INFINITY,
    hubGatewayMbps: Number.POSITIVE_INFINITY,
    attachmentMtuBytes: 1460,
    peering: "VPC Network Peering",
    wideAreaNetwork: "Network Connectivity Center",
  },
  azure: {
    networkMtuBytes: 1500,
    peeringMtuBytes: 1500,
    // The other end's tunnel interface is to have 1400, where it clamps no TCP. Azure states none of its own; a capture saw 1422
    // pass (msxfaq.de, azure_vpn_und_mtu). https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-about-vpn-devices
    tunnelMtuBytes: 1400,
    tunnelMbps: 1000,
    // VpnGw2AZ; what it carries is of the whole gateway, however many tunnels end there:
    // https://learn.microsoft.com/azure/vpn-gateway/about-gateway-skus
    gatewayMbps: 1250,
    hubGatewayMbps: AZURE_HUB_SCALE_UNITS * 500,
    attachmentMtuBytes: 1500,
    peering: "VNet peering",
    wideAreaNetwork: "Virtual WAN",
  },
};

/** The order in which a link names its ends, and tunnels number their addresses. AWS takes the first of each /30. */
export const CLOUD_ORDER: readonly string[] = ["aws", "gcp", "azure"];

/** Most sites whose networks are linked pair by pair: 28 pairs. Above, pairs cost more than hubs and exceed Azure's routes. */
export const MOST_IN_MESH = 8;

/** Hubs of one cloud: one may be lost with its region. */
export const HUBS_PER_CLOUD = 2;

/**
 * The first private 16-bit ASN less one: gateway of site n has 64512 + n, at most 65023, below what Azure keeps
 * (65515 to 65520) and hubs have. 16 bits, since every cloud's every gateway takes those.
 */
export const SITE_ASN_BASE = 64512;

/** ASNs of the hubs. Virtual WAN's is 65515 whatever one asks for. */
export const HUB_ASNS: Readonly<Record<CloudProvider, readonly [number, number]>> = {
  aws: [65101, 65102],
  gcp: [65111, 65112],
  azure: [65515, 65515],
};

/**
 * What Cloud WAN takes the ASNs of its edges from, beside those of the hubs: none of another gateway of a fleet. Edges
 * without a hub have no tunnel, so that theirs is nobody's business.
 */
export const EDGE_ASN_RANGES: readonly string[] = ["65101-65110", "65121-65199"];

/** Parts of a cloud that no peering crosses: its regions for China and for governments. */
export function partitionOf(provider: string, region: string): string {
  if (provider === "aws") return partition(region);
  if (provider === "azure") return /^(china|usgov|usdod)/.exec(region)?.[1] ?? "";
  return "";
}
