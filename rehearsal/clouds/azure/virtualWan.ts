import { overlap } from "../../../lib/plan/cidr";
import type { CheckFailure } from "../../engine/provider";
import type { Making, Model, Subject } from "../model";
import { between, cidr, cidrsAt, matches, oneOf, region, requires } from "../rules";
import { select, text } from "../wire";
import type { Thing } from "../world";
import {
  HUB_CONNECTION,
  HUB_GATEWAY,
  HUB_VPN,
  inGroup,
  inside,
  pathId,
  VIRTUAL_HUB,
  VIRTUAL_WAN,
  VNET,
  VPN_SITE,
} from "./names";
import { networkName as name } from "./network";
import { mayJoin } from "./permissions";
import { apipa, asn, PUBLIC } from "./vpn";

const NETWORK = "Microsoft.Network";
const location = region("azure");
const INSTANCES = ["Instance0", "Instance1"];

/** Virtual WAN of Azure. Source: the Azure Network REST API, 2025-05-01, and the Virtual WAN guide and FAQ. */
export const virtualWanModels: { readonly [type: string]: Model } = {
  [VIRTUAL_WAN]: {
    id: pathId(NETWORK, "virtualWans", "virtualWANName"),
    name: name("virtualWANName"),
    unique: [],
    values: { location, type: oneOf("Basic", "Standard") },
    refers: inGroup,
    outputs: () => ({ virtualHubs: [], vpnSites: [], office365LocalBreakoutCategory: "None" }),
  },
  [VIRTUAL_HUB]: {
    id: pathId(NETWORK, "virtualHubs", "virtualHubName"),
    name: name("virtualHubName"),
    unique: [],
    immutable: ["addressPrefix", "virtualWan.id"],
    values: {
      location,
      addressPrefix: cidr(8, 24),
      sku: oneOf("Basic", "Standard"),
      hubRoutingPreference: oneOf("ExpressRoute", "VpnGateway", "ASPath"),
      "virtualRouterAutoScaleConfiguration.minCapacity": between(2, 50, "routing infrastructure units"),
    },
    rules: [requires("addressPrefix", () => true, "with a /24 or wider"), requires("virtualWan", () => true, "")],
    refers: { ...inGroup, "virtualWan.id": { to: [VIRTUAL_WAN], holds: true } },
    world: [hubsApart],
    outputs: () => ({ routingState: "Provisioned", virtualRouterAsn: 65515, bgpConnections: [], ipConfigurations: [] }),
  },
  [HUB_CONNECTION]: {
    id: pathId(NETWORK, "virtualHubs", "virtualHubName", "hubVirtualNetworkConnections", "connectionName"),
    name: name("connectionName"),
    unique: [],
    immutable: ["remoteVirtualNetwork.id"],
    refers: {
      ...inGroup,
      ...inside("virtualHubName", VIRTUAL_HUB, NETWORK, "virtualHubs"),
      "remoteVirtualNetwork.id": { to: [VNET], holds: true },
    },
    world: [oneHubEach, apartFromHubs, mayJoin],
  },
  [HUB_GATEWAY]: {
    id: pathId(NETWORK, "vpnGateways", "gatewayName"),
    name: name("gatewayName"),
    unique: [["virtualHub.id"]],
    values: {
      location,
      vpnGatewayScaleUnit: between(1, 20, "scale units"),
      // The gateway of a virtual hub has this one whatever one asks for.
      "bgpSettings.asn": oneOf(65515),
      "bgpSettings.bgpPeeringAddresses[*].customBgpIpAddresses[*]": apipa,
      "bgpSettings.bgpPeeringAddresses[*].ipconfigurationId": oneOf(...INSTANCES),
    },
    rules: [requires("virtualHub", () => true, "")],
    refers: { ...inGroup, "virtualHub.id": { to: [VIRTUAL_HUB], holds: true } },
    world: [sameRegion],
    outputs: (it) => ({
      ipConfigurations: INSTANCES.map((id) => ({
        id,
        publicIpAddress: `20.${[0, 2, 4].map((i) => Number.parseInt(it.hex(6, id).slice(i, i + 2), 16)).join(".")}`,
        privateIpAddress: "10.0.0.4",
      })),
    }),
  },
  [VPN_SITE]: {
    id: pathId(NETWORK, "vpnSites", "vpnSiteName"),
    name: name("vpnSiteName"),
    unique: [],
    values: {
      location,
      "vpnSiteLinks[*].ipAddress": PUBLIC,
      "vpnSiteLinks[*].bgpProperties.asn": asn,
      "vpnSiteLinks[*].bgpProperties.bgpPeeringAddress": apipa,
    },
    rules: [linksOfSite],
    refers: { ...inGroup, "virtualWan.id": { to: [VIRTUAL_WAN], holds: true } },
  },
  [HUB_VPN]: {
    id: pathId(NETWORK, "vpnGateways", "gatewayName", "vpnConnections", "connectionName"),
    name: name("connectionName"),
    unique: [],
    values: {
      "vpnLinkConnections[*].vpnConnectionProtocolType": oneOf("IKEv1", "IKEv2"),
      "vpnLinkConnections[*].sharedKey": matches(/^[\x21-\x7e]{1,128}$/, "1 to 128 printable ASCII characters"),
      "vpnLinkConnections[*].vpnGatewayCustomBgpAddresses[*].customBgpIpAddress": apipa,
    },
    rules: [requires("vpnLinkConnections", () => true, "with one for each link of the site")],
    refers: {
      ...inGroup,
      ...inside("gatewayName", HUB_GATEWAY, NETWORK, "vpnGateways"),
      "remoteVpnSite.id": { to: [VPN_SITE], holds: true },
    },
    world: [ofOneWan, onceEach, knownLinks, knownInside],
    outputs: () => ({ connectionStatus: "Connected", egressBytesTransferred: 0, ingressBytesTransferred: 0 }),
  },
};

/** A site has up to four links, each told from the others by its name. */
function linksOfSite({ inputs }: Subject): CheckFailure | undefined {
  const links = select(inputs, "vpnSiteLinks[*]");
  if (links.length > 4) return { property: "vpnSiteLinks", reason: `must be 4 at most; got ${links.length}` };
  for (const path of ["name", "ipAddress"]) {
    const values = select(inputs, `vpnSiteLinks[*].${path}`).map(({ value }) => value);
    const twice = values.find((value, index) => values.indexOf(value) < index);
    if (twice !== undefined)
      return { property: "vpnSiteLinks", reason: `must differ in ${path}; ${String(twice)} is given twice` };
  }
  return undefined;
}

const wanOf = (thing: Pick<Thing, "uses"> | undefined) =>
  thing?.uses.find(({ target }) => target.type === VIRTUAL_WAN)?.target;
const hubOf = (thing: Pick<Thing, "uses"> | undefined) =>
  thing?.uses.find(({ target }) => target.type === VIRTUAL_HUB)?.target;

function hubsApart(it: Making): string | undefined {
  const wan = it.target("virtualWan.id");
  if (wan === undefined) return undefined;
  const mine = cidrsAt(it.inputs, "addressPrefix");
  const clash = [...it.world.usersOf(wan)].find(
    (other) =>
      other.type === VIRTUAL_HUB &&
      other.id.toLowerCase() !== it.id.toLowerCase() &&
      cidrsAt(other.inputs, "addressPrefix").some((theirs) => mine.some((one) => overlap(one, theirs))),
  );
  return clash === undefined ? undefined : `addressPrefix: it overlaps that of ${clash.id}`;
}

/** A network is connected to one hub of all there are. */
function oneHubEach(it: Making): string | undefined {
  const vnet = it.target("remoteVirtualNetwork.id");
  if (vnet === undefined) return undefined;
  const other = [...it.world.usersOf(vnet)].find(
    ({ type, id }) => type === HUB_CONNECTION && id.toLowerCase() !== it.id.toLowerCase(),
  );
  return other === undefined
    ? undefined
    : `remoteVirtualNetwork: ${vnet.id} is connected by ${other.id} already; a network has one hub`;
}

function apartFromHubs(it: Making): string | undefined {
  const [vnet, hub] = [it.target("remoteVirtualNetwork.id"), it.target("virtualHubName")];
  const mine = cidrsAt(vnet?.inputs, "addressSpace.addressPrefixes[*]");
  const wan = wanOf(hub);
  const hubs = wan === undefined ? [] : [...it.world.usersOf(wan)].filter(({ type }) => type === VIRTUAL_HUB);
  const clash = hubs.find((one) =>
    cidrsAt(one.inputs, "addressPrefix").some((theirs) => mine.some((range) => overlap(range, theirs))),
  );
  return clash === undefined ? undefined : `remoteVirtualNetwork: ${vnet?.id} overlaps ${clash.id}`;
}

function sameRegion(it: Making): string | undefined {
  const hub = it.target("virtualHub.id");
  const there = text(hub?.outputs, "location");
  return there === undefined || there === it.region
    ? undefined
    : `location: ${hub?.id} is in ${there}, not in ${it.region}`;
}

function ofOneWan(it: Making): string | undefined {
  const [gateway, site] = [it.target("gatewayName"), it.target("remoteVpnSite.id")];
  const [own, other] = [wanOf(hubOf(gateway)), wanOf(site)];
  return own === undefined || other === undefined || own === other
    ? undefined
    : `remoteVpnSite: ${site?.id} is of ${other.id}, the gateway of ${own.id}`;
}

/** A gateway has one connection to each site. */
function onceEach(it: Making): string | undefined {
  const [gateway, site] = [it.target("gatewayName"), it.target("remoteVpnSite.id")];
  if (gateway === undefined || site === undefined) return undefined;
  const other = [...it.world.usersOf(gateway)].find(
    (one) =>
      one.type === HUB_VPN &&
      one.id.toLowerCase() !== it.id.toLowerCase() &&
      one.uses.some(({ target }) => target === site),
  );
  return other === undefined ? undefined : `remoteVpnSite: ${other.id} leads to ${site.id} already`;
}

function knownLinks(it: Making): string | undefined {
  const site = it.target("remoteVpnSite.id");
  if (site === undefined) return undefined;
  const known = select(site.inputs, "vpnSiteLinks[*].name").map(({ value }) =>
    `${site.id}/vpnSiteLinks/${value}`.toLowerCase(),
  );
  const strange = select(it.inputs, "vpnLinkConnections[*].vpnSiteLink.id").find(
    ({ value }) => !known.includes(String(value).toLowerCase()),
  );
  return strange === undefined ? undefined : `${strange.path}: ${strange.value} is no link of ${site.id}`;
}

function knownInside(it: Making): string | undefined {
  const gateway = it.target("gatewayName");
  if (gateway === undefined) return undefined;
  const known = select(gateway.inputs, "bgpSettings.bgpPeeringAddresses[*].customBgpIpAddresses[*]").map(
    ({ value }) => value,
  );
  const strange = select(it.inputs, "vpnLinkConnections[*].vpnGatewayCustomBgpAddresses[*].customBgpIpAddress").find(
    ({ value }) => !known.includes(value),
  );
  return strange === undefined ? undefined : `${strange.path}: ${strange.value} is no address of ${gateway.id}`;
}
