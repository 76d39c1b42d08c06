import { contains, formatAddress, overlap, parseAddress } from "../../../lib/plan/cidr";
import type { Making, Model } from "../model";
import { anyCidr, between, cidr, cidrsAt, exactlyOne, forbids, has, matches, oneOf, region, requires } from "../rules";
import { hex } from "../sdk/madeUp";
import { at, select, text } from "../wire";
import type { Thing } from "../world";
import { ADDRESS, idIn, NETWORK, ROUTER, SUBNETWORK } from "./names";

/** Names of Compute Engine. */
export const computeName = {
  property: "name",
  rule: matches(
    /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
    "1 to 63 lower-case letters, digits and hyphens that begin with a letter and do not end with a hyphen",
  ),
  maxLength: 63,
} as const;

const inNetwork = { network: { to: [NETWORK], holds: true } } as const;
const selfLinks = ["selfLink"];
const isInternal = ({ inputs }: { inputs: unknown }) => text(inputs, "addressType") === "INTERNAL";
const isEgress = ({ inputs }: { inputs: unknown }) => text(inputs, "direction") === "EGRESS";

/** Networks of Google Cloud. Sources: the Compute Engine API reference, and `ForceNew` in terraform-provider-google 7. */
export const networkModels: { readonly [type: string]: Model } = {
  [NETWORK]: {
    id: idIn(() => "global/networks"),
    name: computeName,
    unique: [],
    immutable: ["autoCreateSubnetworks", "description", "enableUlaInternalIpv6", "networkProfile"],
    values: { routingMode: oneOf("REGIONAL", "GLOBAL"), mtu: between(1300, 8896, "bytes") },
    handles: selfLinks,
    outputs: (it) => ({
      gatewayIpv4: "",
      mtu: 1460,
      routingMode: "REGIONAL",
      networkId: it.hex(12),
      numericId: String(Number.parseInt(it.hex(12), 16)),
      deletionPolicy: "DELETE",
    }),
  },
  [SUBNETWORK]: {
    id: idIn((it) => `regions/${it.region}/subnetworks`),
    name: computeName,
    unique: [],
    immutable: ["network", "purpose", "description", "externalIpv6Prefix"],
    values: {
      region: region("gcp"),
      ipCidrRange: cidr(4, 29),
      "secondaryIpRanges[*].ipCidrRange": cidr(4, 29),
      "secondaryIpRanges[*].rangeName": computeName.rule,
      stackType: oneOf("IPV4_ONLY", "IPV4_IPV6", "IPV6_ONLY"),
    },
    rules: [
      requires(
        "ipCidrRange",
        ({ inputs }) =>
          ["reservedInternalRange", "ipCollection"].every((one) => at(inputs, one) === undefined) &&
          text(inputs, "stackType") !== "IPV6_ONLY",
        "for a subnetwork with IPv4",
      ),
      ({ inputs }) => {
        const names = select(inputs, "secondaryIpRanges[*].rangeName");
        const double = names.find(({ value }, i) => names.findIndex((one) => one.value === value) !== i);
        return double === undefined
          ? undefined
          : { property: double.path, reason: `must be unique within the subnetwork; "${double.value}" is given twice` };
      },
    ],
    refers: inNetwork,
    world: [apartInNetwork, ownRangesApart],
    handles: selfLinks,
    outputs: (it) => ({
      creationTimestamp: "2026-01-01T00:00:00.000-00:00",
      gatewayAddress: gateway(it),
      subnetworkId: Number.parseInt(it.hex(12), 16),
      purpose: "PRIVATE",
      stackType: "IPV4_ONLY",
      privateIpv6GoogleAccess: "DISABLE_GOOGLE_ACCESS",
      secondaryIpRanges: [],
      deletionPolicy: "DELETE",
      ipv6CidrRange: "",
      ipv6GceEndpoint: "",
      state: "READY",
    }),
  },
  [ROUTER]: {
    id: idIn((it) => `regions/${it.region}/routers`),
    name: computeName,
    unique: [],
    immutable: ["network", "encryptedInterconnectRouter"],
    values: {
      region: region("gcp"),
      "bgp.asn": between(1, 4_294_967_295),
      "bgp.advertiseMode": oneOf("DEFAULT", "CUSTOM"),
    },
    rules: [requires("network", ({ inputs }) => at(inputs, "nccGateway") === undefined, "unless nccGateway is")],
    refers: inNetwork,
    handles: selfLinks,
  },
  "gcp:compute/routerNat:RouterNat": {
    id: (it) =>
      `${it.account.owner}/${it.region}/${text(it.inputs, "router")?.split("/").at(-1)}/${text(it.inputs, "name")}`,
    name: computeName,
    unique: [],
    immutable: ["router", "type", "endpointTypes"],
    values: {
      natIpAllocateOption: oneOf("AUTO_ONLY", "MANUAL_ONLY"),
      sourceSubnetworkIpRangesToNat: oneOf(
        "ALL_SUBNETWORKS_ALL_IP_RANGES",
        "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES",
        "LIST_OF_SUBNETWORKS",
      ),
      minPortsPerVm: between(2, 65536),
      maxPortsPerVm: between(64, 65536),
      "logConfig.filter": oneOf("ERRORS_ONLY", "TRANSLATIONS_ONLY", "ALL"),
    },
    rules: [
      requires(
        "natIps",
        ({ inputs }) => text(inputs, "natIpAllocateOption") === "MANUAL_ONLY",
        "when natIpAllocateOption is MANUAL_ONLY",
      ),
      forbids(
        "natIps",
        ({ inputs }) => text(inputs, "natIpAllocateOption") === "AUTO_ONLY",
        "when natIpAllocateOption is AUTO_ONLY",
      ),
      requires(
        "subnetworks",
        ({ inputs }) => text(inputs, "sourceSubnetworkIpRangesToNat") === "LIST_OF_SUBNETWORKS",
        "when sourceSubnetworkIpRangesToNat is LIST_OF_SUBNETWORKS",
      ),
    ],
    refers: {
      router: { to: [ROUTER], holds: true },
      "natIps[*]": { to: [ADDRESS], holds: true },
      "subnetworks[*].name": { to: [SUBNETWORK] },
    },
  },
  [ADDRESS]: {
    id: idIn((it) => `regions/${it.region}/addresses`),
    name: computeName,
    unique: [["subnetwork", "address"]],
    immutable: ["*"],
    mutable: ["labels"],
    values: {
      region: region("gcp"),
      addressType: oneOf("INTERNAL", "EXTERNAL"),
      networkTier: oneOf("PREMIUM", "STANDARD"),
      purpose: oneOf(
        "GCE_ENDPOINT",
        "SHARED_LOADBALANCER_VIP",
        "VPC_PEERING",
        "IPSEC_INTERCONNECT",
        "PRIVATE_SERVICE_CONNECT",
      ),
    },
    rules: [
      forbids("subnetwork", (it) => !isInternal(it), "for an external address; set addressType to INTERNAL"),
      forbids("networkTier", isInternal, "for an internal address"),
    ],
    refers: { subnetwork: { to: [SUBNETWORK], holds: true }, network: { to: [NETWORK], holds: true } },
    world: [addressInSubnetwork],
    handles: selfLinks,
    outputs: (it) => ({
      address: isInternal(it)
        ? gateway(it, 10)
        : `34.${Number.parseInt(hex(2, it.id), 16)}.${Number.parseInt(hex(2, it.id, 1), 16)}.${Number.parseInt(hex(2, it.id, 2), 16)}`,
      addressType: "EXTERNAL",
      networkTier: "PREMIUM",
      purpose: "",
      prefixLength: 0,
      users: [],
      deletionPolicy: "DELETE",
    }),
  },
  "gcp:compute/firewall:Firewall": {
    id: idIn(() => "global/firewalls"),
    name: computeName,
    unique: [],
    immutable: ["network", "direction"],
    values: {
      direction: oneOf("INGRESS", "EGRESS"),
      priority: between(0, 65535),
      "sourceRanges[*]": anyCidr,
      "destinationRanges[*]": anyCidr,
      "allows[*].protocol": matches(
        /^(tcp|udp|icmp|esp|ah|sctp|ipip|all|\d{1,3})$/i,
        '"tcp", "udp", "icmp", "esp", "ah", "sctp", "ipip", "all" or a number of IANA',
      ),
      "allows[*].ports[*]": matches(/^\d{1,5}(-\d{1,5})?$/, 'a port such as "443" or a range such as "8000-8080"'),
    },
    rules: [
      exactlyOne("allows", "denies"),
      forbids("sourceRanges", isEgress, "when direction is EGRESS; give destinationRanges"),
      forbids("sourceTags", isEgress, "when direction is EGRESS"),
      forbids(
        "destinationRanges",
        (it) => !isEgress(it) && has(it.inputs, "sourceRanges") === false && has(it.inputs, "sourceTags") === false,
        "without sourceRanges or sourceTags when direction is INGRESS",
      ),
      requires(
        "sourceRanges",
        (it) => !isEgress(it) && !["sourceTags", "sourceServiceAccounts"].some((path) => has(it.inputs, path)),
        "when direction is INGRESS and there are neither sourceTags nor sourceServiceAccounts",
      ),
    ],
    refers: inNetwork,
    handles: selfLinks,
    outputs: () => ({
      direction: "INGRESS",
      priority: 1000,
      destinationRanges: [],
      enableLogging: false,
      deletionPolicy: "DELETE",
    }),
  },
};

/** All ranges of a subnetwork: of nodes and secondary. */
export function rangesOf(subnetwork: Thing) {
  return [
    ...cidrsAt(subnetwork.inputs, "ipCidrRange"),
    ...cidrsAt(subnetwork.inputs, "secondaryIpRanges[*].ipCidrRange"),
  ];
}

function apartInNetwork(it: Making): string | undefined {
  const network = it.target("network");
  if (network === undefined) return undefined;
  const mine = [...cidrsAt(it.inputs, "ipCidrRange"), ...cidrsAt(it.inputs, "secondaryIpRanges[*].ipCidrRange")];
  for (const other of it.world.usersOf(network)) {
    if (other.type !== SUBNETWORK || other.id === it.id) continue;
    const clash = rangesOf(other).find((theirs) => mine.some((range) => overlap(range, theirs)));
    if (clash !== undefined)
      return `ipCidrRange, secondaryIpRanges: a range overlaps one of ${other.id}; choose one that is free in the network`;
  }
  return undefined;
}

function ownRangesApart({ inputs }: Making): string | undefined {
  const mine = [...cidrsAt(inputs, "ipCidrRange"), ...cidrsAt(inputs, "secondaryIpRanges[*].ipCidrRange")];
  const isClash = mine.some((one, i) => mine.slice(i + 1).some((other) => overlap(one, other)));
  return isClash ? "secondaryIpRanges: the ranges of the subnetwork overlap each other" : undefined;
}

/** Google keeps the first two addresses and the last two of every primary range. */
function addressInSubnetwork(it: Making): string | undefined {
  const subnetwork = it.target("subnetwork");
  const [address, [range]] = [
    parseAddress(text(it.inputs, "address") ?? ""),
    cidrsAt(subnetwork?.inputs, "ipCidrRange"),
  ];
  if (address === undefined || range === undefined) return undefined;
  const last = range.start + 2 ** (32 - range.prefix) - 1;
  const isFree = contains(range, { start: address, prefix: 32 }) && address >= range.start + 2 && address <= last - 2;
  return isFree
    ? undefined
    : `address: ${text(it.inputs, "address")} must lie in ${text(subnetwork?.inputs, "ipCidrRange")} of ${subnetwork?.id}, not among its first two addresses or its last two`;
}

function gateway(it: Making, index = 1): string {
  const [range] = cidrsAt(it.type === SUBNETWORK ? it.inputs : it.target("subnetwork")?.inputs, "ipCidrRange");
  return formatAddress((range?.start ?? 0) + index);
}
