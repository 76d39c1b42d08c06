import { type Cidr, formatAddress, formatCidr, parseCidr, part } from "../cidr";
import type { TunnelPlan } from "./plan";

/**
 * Inside addresses where Azure takes part: its gateways accept 169.254.21.0 to 169.254.22.255 alone
 * (https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-howto-aws-bgp). 32 ranges of four tunnels.
 */
const AZURE_START = parseCidr("169.254.21.0/24").start;
const AZURE_RANGES = 32;

/**
 * Inside addresses elsewhere: 169.254.32.0 to 169.254.95.255, away from what AWS keeps (169.254.0.0 to 169.254.5.3 and
 * 169.254.169.252/30) and from the clouds' metadata at 169.254.169.254. 1024 ranges: one for every sum of two numbers.
 */
const OTHER_START = parseCidr("169.254.32.0/24").start;
const OTHER_RANGES = 1024;

/** Prefix length of the inside addresses of one link: four tunnels. */
export const LINK_RANGE_PREFIX = 28;

const TUNNEL_PREFIX = 30;

/** An end of a link, as far as its tunnels depend on it. */
export interface TunnelEnd {
  readonly provider: string;
  /** Number of the site, or of the hub: what tells the links of one gateway apart. */
  readonly number: number;
}

/**
 * The range of one link's tunnels. Two links that share a gateway have different ranges, because the other ends' numbers
 * differ: a site that joins or leaves moves no other's tunnels. With Azure, numbers that differ by a multiple of 32 meet
 * again; the spec's checks find those, and `tunnelRange` parts them.
 */
export function linkRange(ends: readonly [TunnelEnd, TunnelEnd]): Cidr {
  const sum = ends[0].number + ends[1].number;
  const withAzure = ends.some(({ provider }) => provider === "azure");
  const [start, ranges] = withAzure ? [AZURE_START, AZURE_RANGES] : [OTHER_START, OTHER_RANGES];
  return { start: start + (sum % ranges) * 2 ** (32 - LINK_RANGE_PREFIX), prefix: LINK_RANGE_PREFIX };
}

/** Where a range of tunnels may be, given who takes part. */
export function rangeAllowed(range: Cidr, withAzure: boolean): boolean {
  const inside = (start: number, ranges: number) =>
    range.start >= start && range.start + 16 <= start + ranges * 16 && range.prefix === LINK_RANGE_PREFIX;
  return withAzure ? inside(AZURE_START, AZURE_RANGES) : inside(OTHER_START, OTHER_RANGES);
}

/**
 * The tunnels of a link. AWS makes two for each address of the other side, so that a link with AWS has four; others pair
 * interface with interface. Either survives the loss of an interface, of an address and of a tunnel.
 */
export function tunnels(ends: readonly [TunnelEnd, TunnelEnd], range: Cidr): TunnelPlan[] {
  const withAws = ends.some(({ provider }) => provider === "aws");
  const count = withAws ? 4 : 2;
  return Array.from({ length: count }, (_, index) => {
    const inside = part(range, TUNNEL_PREFIX, index);
    const second = withAws ? Math.floor(index / 2) : index;
    return {
      number: index + 1,
      insideCidr: formatCidr(inside),
      insideAddresses: [formatAddress(inside.start + 1), formatAddress(inside.start + 2)],
      // Tunnels of one AWS connection differ at AWS and meet at one address of the other side.
      interfaces: [withAws ? index % 2 : index, second],
    };
  });
}
