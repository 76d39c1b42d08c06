import { overlap, parseAddress } from "../../../lib/plan/cidr";
import type { CheckFailure } from "../../engine/provider";
import type { Making, Model, Subject } from "../model";
import { between, cidrsAt, matches, oneOf, region, requires } from "../rules";
import { select, text } from "../wire";
import {
  CONNECTION,
  inGroup,
  inside,
  LOCAL_GATEWAY,
  NETWORK_GATEWAY,
  NSG,
  PUBLIC_IP,
  pathId,
  SECURITY_RULE,
  SUBNET,
  VNET,
  VNET_PEERING,
} from "./names";
import { networkName as name } from "./network";
import { mayJoin } from "./permissions";

const NETWORK = "Microsoft.Network";
const location = region("azure");
export const PUBLIC = matches(/^(?!10\.|192\.168\.|169\.254\.)\d{1,3}(\.\d{1,3}){3}$/, "a public IPv4 address");

/** ASNs that Azure keeps (VPN Gateway FAQ, BGP). A gateway's own may be 65515, its default. */
const KEPT_ASNS = [8074, 8075, 12076, 65517, 65518, 65519, 65520];

export function asn(value: unknown): string | undefined {
  const isKept = KEPT_ASNS.includes(value as number);
  return isKept ? `must not be one that Azure keeps; got ${value}` : between(1, 4_294_967_295)(value, {} as Subject);
}

/** Inside addresses of Azure: 169.254.21.0 to 169.254.22.255, and nothing else of that range. */
export function apipa(value: unknown): string | undefined {
  const [address, low, high] = [value, "169.254.21.0", "169.254.22.255"].map((one) => parseAddress(String(one)) ?? 0);
  const isLinkLocal = String(value).startsWith("169.254.");
  return !isLinkLocal || ((address ?? 0) >= (low ?? 0) && (address ?? 0) <= (high ?? 0))
    ? undefined
    : `must be from 169.254.21.0 to 169.254.22.255; got "${value}"`;
}

/** VPNs, peerings and security rules of Azure. Source: the Azure Network REST API, 2025-05-01, and the VPN Gateway FAQ. */
export const vpnModels: { readonly [type: string]: Model } = {
  [SECURITY_RULE]: {
    id: pathId(NETWORK, "networkSecurityGroups", "networkSecurityGroupName", "securityRules", "securityRuleName"),
    name: name("securityRuleName"),
    unique: [["networkSecurityGroupName", "resourceGroupName", "direction", "priority"]],
    values: {
      priority: between(100, 4096),
      access: oneOf("Allow", "Deny"),
      direction: oneOf("Inbound", "Outbound"),
      protocol: oneOf("Tcp", "Udp", "Icmp", "Esp", "Ah", "*"),
    },
    rules: [
      oneForm("sourceAddressPrefix", "sourceAddressPrefixes"),
      oneForm("destinationAddressPrefix", "destinationAddressPrefixes"),
      oneForm("destinationPortRange", "destinationPortRanges"),
      oneForm("sourcePortRange", "sourcePortRanges"),
    ],
    refers: { ...inGroup, ...inside("networkSecurityGroupName", NSG, NETWORK, "networkSecurityGroups") },
  },
  [NETWORK_GATEWAY]: {
    id: pathId(NETWORK, "virtualNetworkGateways", "virtualNetworkGatewayName"),
    name: name("virtualNetworkGatewayName"),
    unique: [],
    immutable: ["gatewayType", "vpnType"],
    values: {
      location,
      gatewayType: oneOf("Vpn", "ExpressRoute", "LocalGateway"),
      vpnType: oneOf("RouteBased", "PolicyBased"),
      vpnGatewayGeneration: oneOf("None", "Generation1", "Generation2"),
      "sku.name": matches(
        /^(Basic|VpnGw[1-5](AZ)?|ErGw[123]AZ|ErGwScale|Standard|HighPerformance|UltraPerformance)$/,
        "a SKU of VPN or ExpressRoute gateways",
      ),
      "bgpSettings.asn": asn,
      "bgpSettings.bgpPeeringAddresses[*].customBgpIpAddresses[*]": apipa,
    },
    rules: [activeActiveNeedsTwo, basicDoesLess],
    refers: {
      ...inGroup,
      "ipConfigurations[*].subnet.id": { to: [SUBNET], holds: true },
      "ipConfigurations[*].publicIPAddress.id": { to: [PUBLIC_IP], holds: true },
    },
    world: [inGatewaySubnet, ownConfigurations],
  },
  [LOCAL_GATEWAY]: {
    id: pathId(NETWORK, "localNetworkGateways", "localNetworkGatewayName"),
    name: name("localNetworkGatewayName"),
    unique: [],
    values: { location, gatewayIpAddress: PUBLIC, "bgpSettings.asn": asn, "bgpSettings.bgpPeeringAddress": apipa },
    rules: [
      requires(
        "localNetworkAddressSpace",
        ({ inputs }) => text(inputs, "bgpSettings.bgpPeeringAddress") === undefined,
        "without bgpSettings",
      ),
    ],
    refers: inGroup,
  },
  [CONNECTION]: {
    id: pathId(NETWORK, "connections", "virtualNetworkGatewayConnectionName"),
    name: name("virtualNetworkGatewayConnectionName"),
    unique: [],
    immutable: ["connectionType", "connectionProtocol"],
    values: {
      location,
      connectionType: oneOf("IPsec", "Vnet2Vnet", "ExpressRoute", "VPNClient"),
      connectionProtocol: oneOf("IKEv1", "IKEv2"),
      sharedKey: matches(/^[\x21-\x7e]{1,128}$/, "1 to 128 printable ASCII characters"),
      "gatewayCustomBgpIpAddresses[*].customBgpIpAddress": apipa,
    },
    rules: [
      requires("sharedKey", ({ inputs }) => text(inputs, "connectionType") === "IPsec", "for IPsec"),
      requires("localNetworkGateway2", ({ inputs }) => text(inputs, "connectionType") === "IPsec", "for IPsec"),
    ],
    refers: {
      ...inGroup,
      "virtualNetworkGateway1.id": { to: [NETWORK_GATEWAY], holds: true },
      "localNetworkGateway2.id": { to: [LOCAL_GATEWAY], holds: true },
    },
    world: [otherSystem, knownInside, onceEach],
    outputs: () => ({ connectionStatus: "Connected", egressBytesTransferred: 0, ingressBytesTransferred: 0 }),
  },
  [VNET_PEERING]: {
    id: pathId(NETWORK, "virtualNetworks", "virtualNetworkName", "virtualNetworkPeerings", "virtualNetworkPeeringName"),
    name: name("virtualNetworkPeeringName"),
    unique: [],
    rules: [
      ({ inputs }) =>
        inputs.useRemoteGateways === true && inputs.allowGatewayTransit === true
          ? { property: "useRemoteGateways", reason: "cannot be true together with allowGatewayTransit" }
          : undefined,
    ],
    refers: {
      ...inGroup,
      ...inside("virtualNetworkName", VNET, NETWORK, "virtualNetworks"),
      "remoteVirtualNetwork.id": { to: [VNET], holds: true },
    },
    world: [vnetsApart, peeredOnce, mayJoin],
    outputs: () => ({ peeringState: "Connected", peeringSyncLevel: "FullyInSync" }),
  },
};

/** One of the two spellings of a property, with a value. */
function oneForm(one: string, many: string) {
  return ({ inputs }: Subject): CheckFailure | undefined => {
    const given = [one, many].filter((path) => select(inputs, path).length > 0 || inputs[path] !== undefined);
    if (given.length === 1) return undefined;
    return {
      property: one,
      reason: `exactly one of ${one}, ${many} must be given; got ${given.join(" and ") || "none"}`,
    };
  };
}

function activeActiveNeedsTwo({ inputs }: Subject): CheckFailure | undefined {
  const configurations = select(inputs, "ipConfigurations[*]").length;
  if (inputs.activeActive !== true || configurations >= 2) return undefined;
  return { property: "ipConfigurations", reason: `must be two for an active-active gateway; got ${configurations}` };
}

function basicDoesLess({ inputs }: Subject): CheckFailure | undefined {
  const isBasic = text(inputs, "sku.name") === "Basic";
  const more = ["activeActive", "enableBgp"].find((path) => inputs[path] === true);
  return isBasic && more !== undefined
    ? { property: more, reason: "cannot be true for a gateway of SKU Basic" }
    : undefined;
}

function inGatewaySubnet(it: Making): string | undefined {
  const subnet = it.targets("ipConfigurations[*].subnet.id")[0];
  if (subnet === undefined) return undefined;
  if (text(subnet.inputs, "subnetName") !== "GatewaySubnet")
    return `ipConfigurations: ${subnet.id} must be named GatewaySubnet`;
  const [range] = cidrsAt(subnet.inputs, "addressPrefix");
  if (range !== undefined && range.prefix > 27) return `ipConfigurations: ${subnet.id} must be /27 or wider`;
  const isBasic = it
    .targets("ipConfigurations[*].publicIPAddress.id")
    .find(({ inputs }) => text(inputs, "sku.name") !== "Standard");
  return isBasic === undefined ? undefined : `ipConfigurations: ${isBasic.id} must be of SKU Standard`;
}

/** Custom addresses are of the gateway's own configurations. */
function ownConfigurations(it: Making): string | undefined {
  const own = select(it.inputs, "ipConfigurations[*].name").map(({ value }) =>
    `${it.id}/ipConfigurations/${value}`.toLowerCase(),
  );
  const strange = select(it.inputs, "bgpSettings.bgpPeeringAddresses[*].ipconfigurationId").find(
    ({ value }) => !own.includes(String(value).toLowerCase()),
  );
  return strange === undefined
    ? undefined
    : `${strange.path}: ${strange.value} is none of this gateway's configurations`;
}

function otherSystem(it: Making): string | undefined {
  const own = select(it.target("virtualNetworkGateway1.id")?.inputs, "bgpSettings.asn")[0]?.value;
  const other = select(it.target("localNetworkGateway2.id")?.inputs, "bgpSettings.asn")[0]?.value;
  return own !== undefined && own === other ? `localNetworkGateway2: it has the gateway's own ASN ${own}` : undefined;
}

function knownInside(it: Making): string | undefined {
  const gateway = it.target("virtualNetworkGateway1.id");
  if (gateway === undefined) return undefined;
  const known = select(gateway.inputs, "bgpSettings.bgpPeeringAddresses[*].customBgpIpAddresses[*]").map(
    ({ value }) => value,
  );
  const strange = select(it.inputs, "gatewayCustomBgpIpAddresses[*].customBgpIpAddress").find(
    ({ value }) => !known.includes(value),
  );
  return strange === undefined ? undefined : `${strange.path}: ${strange.value} is no address of ${gateway.id}`;
}

/** A gateway has one connection to each other gateway. */
function onceEach(it: Making): string | undefined {
  const [gateway, local] = [it.target("virtualNetworkGateway1.id"), it.target("localNetworkGateway2.id")];
  if (gateway === undefined || local === undefined) return undefined;
  const address = text(local.inputs, "gatewayIpAddress");
  for (const other of it.world.usersOf(gateway)) {
    if (other.type !== CONNECTION || other.id === it.id) continue;
    const theirs = other.uses.find(({ target }) => target.type === LOCAL_GATEWAY)?.target;
    if (theirs !== undefined && text(theirs.inputs, "gatewayIpAddress") === address)
      return `localNetworkGateway2: ${other.id} leads to ${address} already`;
  }
  return undefined;
}

function vnetsApart(it: Making): string | undefined {
  const [own, other] = [it.target("virtualNetworkName"), it.target("remoteVirtualNetwork.id")];
  if (own === undefined || other === undefined) return undefined;
  if (own.id === other.id) return "remoteVirtualNetwork: a network cannot be peered with itself";
  const [mine, theirs] = [own, other].map(({ inputs }) => cidrsAt(inputs, "addressSpace.addressPrefixes[*]"));
  return mine?.some((one) => theirs?.some((two) => overlap(one, two)))
    ? `remoteVirtualNetwork: ${other.id} overlaps ${own.id}; peered networks must be apart`
    : undefined;
}

function peeredOnce(it: Making): string | undefined {
  const [own, other] = [it.target("virtualNetworkName"), it.target("remoteVirtualNetwork.id")];
  if (own === undefined || other === undefined) return undefined;
  for (const one of it.world.usersOf(own)) {
    if (one.type !== VNET_PEERING || one.id === it.id) continue;
    const isSame = one.uses.some(({ target, path }) => target === other && path === "remoteVirtualNetwork.id");
    if (isSame) return `remoteVirtualNetwork: ${one.id} leads to ${other.id} already`;
  }
  return undefined;
}
