import { type Cidr, contains, overlap, parseCidr } from "./cidr";

/** A range that nobody may give to a site, and who keeps it. */
export interface ReservedRange {
  readonly cidr: string;
  /** Who keeps it, to follow "is kept by". */
  readonly keeper: string;
  /**
   * `anywhere`: not even a cluster that exists can have it. `built`: our clusters may not have it, since one of the
   * clouds cannot give it or cannot reach a peer in it; a cluster that exists in it may stay.
   */
  readonly scope: "anywhere" | "built";
  /** Document that says so, and the day on which it was read. */
  readonly source: string;
  readonly date: string;
}

const IANA = "IANA IPv4 Special-Purpose Address Registry";
const AKS = "Azure/azure-aks-docs articles/aks/concepts-network-ip-address-planning.md";
const VNET = "Azure Virtual Network FAQ, address ranges that cannot be added";
const VPC = "Google Cloud VPC, Subnets, prohibited IPv4 subnet ranges";
const AWS = "Amazon VPC User Guide, VPC CIDR blocks, IPv4 considerations";
const READ = "2026-11-20";

/** What EKS, GKE, AKS and the Internet's own rules keep for themselves. */
export const RESERVED_RANGES: readonly ReservedRange[] = [
  { cidr: "0.0.0.0/8", keeper: `"this network" (RFC 791)`, scope: "anywhere", source: IANA, date: READ },
  { cidr: "127.0.0.0/8", keeper: "loopback (RFC 1122)", scope: "anywhere", source: IANA, date: READ },
  {
    cidr: "169.254.0.0/16",
    keeper: "link-local and every cloud's metadata",
    scope: "anywhere",
    source: IANA,
    date: READ,
  },
  { cidr: "224.0.0.0/4", keeper: "multicast (RFC 5771)", scope: "anywhere", source: IANA, date: READ },
  { cidr: "240.0.0.0/4", keeper: "future use and broadcast (RFC 1112)", scope: "anywhere", source: IANA, date: READ },
  { cidr: "100.64.0.0/10", keeper: "carrier-grade NAT (RFC 6598)", scope: "built", source: IANA, date: READ },
  {
    cidr: "172.17.0.0/16",
    keeper: "Docker's bridge on nodes, and AWS services",
    scope: "built",
    source: AWS,
    date: READ,
  },
  { cidr: "172.30.0.0/16", keeper: "AKS", scope: "built", source: AKS, date: READ },
  { cidr: "172.31.0.0/16", keeper: "AKS", scope: "built", source: AKS, date: READ },
  { cidr: "192.0.2.0/24", keeper: "AKS", scope: "built", source: AKS, date: READ },
  { cidr: "168.63.129.16/32", keeper: "Azure's platform", scope: "anywhere", source: VNET, date: READ },
  { cidr: "199.36.153.4/30", keeper: "Google's APIs", scope: "anywhere", source: VPC, date: READ },
  { cidr: "199.36.153.8/30", keeper: "Google's APIs", scope: "anywhere", source: VPC, date: READ },
];

/** RFC 1918. Sites that are built lie in these: EKS takes its service range from no other. */
export const PRIVATE_RANGES: readonly string[] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

let parsed: readonly (readonly [Cidr, ReservedRange])[] | undefined;

/** The first reserved range that a range touches, for a site that is built or one that exists. */
export function reservedRange(cidr: Cidr, scope: "built" | "existing"): ReservedRange | undefined {
  parsed ??= RESERVED_RANGES.map((range) => [parseCidr(range.cidr), range] as const);
  for (const [reserved, range] of parsed) {
    if ((scope === "built" || range.scope === "anywhere") && overlap(reserved, cidr)) return range;
  }
  return undefined;
}

/** Whether a range lies wholly in one of RFC 1918's. */
export function isPrivate(cidr: Cidr): boolean {
  return PRIVATE_RANGES.some((range) => contains(parseCidr(range), cidr));
}

/** What clusters that exist may have their nodes in: all of it is routed between networks, and none of it by the internet. */
export const INTERNAL_RANGES: readonly string[] = [...PRIVATE_RANGES, "100.64.0.0/10"];

/** Whether a range lies wholly in one that peers of a cluster that exists reach by links. */
export function isInternal(cidr: Cidr): boolean {
  return INTERNAL_RANGES.some((range) => contains(parseCidr(range), cidr));
}
