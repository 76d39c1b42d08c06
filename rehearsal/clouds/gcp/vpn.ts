import { overlap } from "../../../lib/plan/cidr";
import type { Making, Model } from "../model";
import { all, between, exactlyOne, matches, oneOf, region, requires } from "../rules";
import { hex } from "../sdk/madeUp";
import { at, select, text } from "../wire";
import { EXTERNAL_GATEWAY, HA_GATEWAY, idIn, NETWORK, ROUTER, SUBNETWORK, VPN_TUNNEL } from "./names";
import { computeName, rangesOf } from "./network";

const PEERING = "gcp:compute/networkPeering:NetworkPeering";
const selfLinks = ["selfLink"];
const selfLink = (it: Making) => ({ selfLink: `https://www.googleapis.com/compute/v1/${it.id}` });
const PUBLIC = matches(/^(?!10\.|192\.168\.|169\.254\.)\d{1,3}(\.\d{1,3}){3}$/, "a public IPv4 address");

/** How many interfaces an external gateway of each redundancy has. */
const INTERFACES: { readonly [redundancy: string]: number } = {
  SINGLE_IP_INTERNALLY_REDUNDANT: 1,
  TWO_IPS_REDUNDANCY: 2,
  FOUR_IPS_REDUNDANCY: 4,
};

/** VPNs and peerings of Google Cloud. Sources: the Compute Engine API reference, and `ForceNew` in terraform-provider-google 7. */
export const vpnModels: { readonly [type: string]: Model } = {
  [HA_GATEWAY]: {
    id: idIn((it) => `regions/${it.region}/vpnGateways`),
    name: computeName,
    unique: [],
    immutable: ["network", "region", "stackType", "gatewayIpVersion", "description"],
    values: { region: region("gcp"), stackType: oneOf("IPV4_ONLY", "IPV4_IPV6", "IPV6_ONLY") },
    refers: { network: { to: [NETWORK], holds: true } },
    handles: selfLinks,
    outputs: (it) => ({
      ...selfLink(it),
      stackType: "IPV4_ONLY",
      vpnInterfaces: [0, 1].map((id) => ({
        id,
        ipAddress: `35.242.${Number.parseInt(hex(2, it.id, id), 16)}.${10 + id}`,
      })),
    }),
  },
  [EXTERNAL_GATEWAY]: {
    id: idIn(() => "global/externalVpnGateways"),
    name: computeName,
    unique: [],
    immutable: ["redundancyType", "interfaces", "description"],
    values: { redundancyType: oneOf(...Object.keys(INTERFACES)), "interfaces[*].ipAddress": PUBLIC },
    rules: [
      ({ inputs }) => {
        const wanted = INTERFACES[text(inputs, "redundancyType") ?? ""];
        const given = at(inputs, "interfaces");
        if (wanted === undefined || !Array.isArray(given) || given.length === wanted) return undefined;
        const reason = `must be ${wanted} for ${text(inputs, "redundancyType")}; got ${given.length}`;
        return { property: "interfaces", reason };
      },
    ],
    handles: selfLinks,
    outputs: selfLink,
  },
  [VPN_TUNNEL]: {
    id: idIn((it) => `regions/${it.region}/vpnTunnels`),
    name: computeName,
    unique: [["vpnGateway", "vpnGatewayInterface", "peerExternalGateway", "peerExternalGatewayInterface"]],
    immutable: [
      "vpnGateway",
      "vpnGatewayInterface",
      "peerExternalGateway",
      "peerExternalGatewayInterface",
      "peerGcpGateway",
      "peerIp",
      "router",
      "region",
      "sharedSecret",
      "ikeVersion",
    ],
    values: { region: region("gcp"), ikeVersion: oneOf(1, 2), vpnGatewayInterface: between(0, 1) },
    rules: [
      exactlyOne("vpnGateway", "targetVpnGateway"),
      requires(
        "router",
        ({ inputs }) => at(inputs, "vpnGateway") !== undefined,
        "for an HA VPN gateway: it routes by BGP",
      ),
      requires("sharedSecret", ({ inputs }) => at(inputs, "sharedSecretWo") === undefined, "unless sharedSecretWo is"),
    ],
    refers: {
      vpnGateway: { to: [HA_GATEWAY], holds: true },
      peerExternalGateway: { to: [EXTERNAL_GATEWAY], holds: true },
      router: { to: [ROUTER], holds: true },
    },
    world: [oneNetwork, interfaceIsThere],
    handles: selfLinks,
    outputs: (it) => ({
      ...selfLink(it),
      tunnelId: it.hex(12),
      detailedStatus: "Tunnel is up and running.",
      peerIp: "",
    }),
  },
  "gcp:compute/routerInterface:RouterInterface": {
    id: (it) => `${it.region}/${last(text(it.inputs, "router"))}/${text(it.inputs, "name")}`,
    name: computeName,
    unique: [["router", "name"], ["router", "ipRange"], ["vpnTunnel"]],
    immutable: ["*"],
    values: {
      region: region("gcp"),
      ipRange: all(matches(/^169\.254\.\d{1,3}\.\d{1,3}\/30$/, "an address of 169.254.0.0/16 with /30"), kept),
    },
    rules: [exactlyOne("vpnTunnel", "interconnectAttachment", "subnetwork")],
    refers: { router: { to: [ROUTER], holds: true }, vpnTunnel: { to: [VPN_TUNNEL], holds: true } },
  },
  "gcp:compute/routerPeer:RouterPeer": {
    id: (it) =>
      `projects/${it.account.owner}/regions/${it.region}/routers/${last(text(it.inputs, "router"))}/${text(it.inputs, "name")}`,
    name: computeName,
    unique: [
      ["router", "name"],
      ["router", "interface"],
    ],
    immutable: ["interface", "router", "region", "name"],
    values: { region: region("gcp"), peerAsn: between(1, 4_294_967_295) },
    rules: [requires("peerIpAddress", () => true, "for a session over a tunnel")],
    refers: { router: { to: [ROUTER], holds: true } },
    world: [peerOfInterface],
  },
  [PEERING]: {
    id: (it) => `${last(text(it.inputs, "network"))}/${text(it.inputs, "name")}`,
    name: computeName,
    unique: [["network", "peerNetwork"]],
    immutable: ["network", "peerNetwork", "name"],
    refers: { network: { to: [NETWORK], holds: true }, peerNetwork: { to: [NETWORK], holds: true } },
    world: [subnetsApart],
    outputs: () => ({ state: "ACTIVE", stateDetails: "Connected." }),
  },
};

function last(path: string | undefined): string {
  return path?.split("/").at(-1) ?? "";
}

/** Google's metadata server answers in this range. */
function kept(value: unknown): string | undefined {
  return String(value).startsWith("169.254.169.25") ? `must not be near 169.254.169.254; got "${value}"` : undefined;
}

function oneNetwork(it: Making): string | undefined {
  const [gateway, router] = ["vpnGateway", "router"].map((path) => text(it.target(path)?.inputs, "network"));
  return gateway !== undefined && router !== undefined && last(gateway) !== last(router)
    ? `router: it is in ${router}, the gateway in ${gateway}; both must be in one network`
    : undefined;
}

function interfaceIsThere(it: Making): string | undefined {
  const external = it.target("peerExternalGateway");
  const id = it.inputs.peerExternalGatewayInterface;
  if (external === undefined || typeof id !== "number") return undefined;
  const ids = select(external.inputs, "interfaces[*].id").map(({ value }) => value);
  return ids.includes(id) ? undefined : `peerExternalGatewayInterface: ${external.id} has no interface ${id}`;
}

/** A session has its interface's other address, and another system's number. */
function peerOfInterface(it: Making): string | undefined {
  const router = it.target("router");
  if (router === undefined) return undefined;
  if (it.inputs.peerAsn === at(router.inputs, "bgp.asn"))
    return `peerAsn: ${it.inputs.peerAsn} is the router's own; a session over a VPN is with another system`;
  const own = [...it.world.usersOf(router)].find(
    ({ type, inputs }) =>
      type === "gcp:compute/routerInterface:RouterInterface" && text(inputs, "name") === text(it.inputs, "interface"),
  );
  if (own === undefined) return `interface: ${router.id} has no interface ${text(it.inputs, "interface")}`;
  const [range, peer] = [text(own.inputs, "ipRange") ?? "", text(it.inputs, "peerIpAddress") ?? ""];
  const block = (address: string) => Math.floor(Number(address.split("/")[0]?.split(".").at(-1)) / 4);
  const isOther = range.split("/")[0] !== peer && block(range) === block(peer);
  return isOther ? undefined : `peerIpAddress: ${peer} is not the other address of ${range}`;
}

function subnetsApart(it: Making): string | undefined {
  const [own, other] = [it.target("network"), it.target("peerNetwork")];
  if (own === undefined || other === undefined) return undefined;
  if (own.id === other.id) return "peerNetwork: a network cannot be peered with itself";
  const ranges = (network: typeof own) =>
    [...it.world.usersOf(network)].filter(({ type }) => type === SUBNETWORK).flatMap(rangesOf);
  const mine = ranges(own);
  return ranges(other).some((theirs) => mine.some((one) => overlap(one, theirs)))
    ? `peerNetwork: a subnet of ${other.id} overlaps one of ${own.id}; peered networks must be apart`
    : undefined;
}
