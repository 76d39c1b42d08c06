import { overlap } from "../../../lib/plan/cidr";
import type { Making, Model } from "../model";
import {
  apartFrom,
  atMostOne,
  between,
  cidr,
  cidrsAt,
  exactlyOne,
  forbids,
  insideOf,
  matches,
  oneOf,
  region,
  requires,
  zone,
} from "../rules";
import { select, text } from "../wire";
import { GROUP, inGroup, inside, NAT_GATEWAY, NSG, PUBLIC_IP, pathId, SUBNET, VNET } from "./names";

const NETWORK = "Microsoft.Network";
/** Names of Azure networking. */
export const networkName = (property: string, least = 1, most = 80) => ({
  property,
  rule: matches(
    new RegExp(`^(?=.{${least},${most}}$)[A-Za-z0-9]([\\w.-]*\\w)?$`),
    `${least} to ${most} letters, digits and . _ - that begin with a letter or digit and end with one or with _`,
  ),
  maxLength: most,
});
const name = networkName;
const location = region("azure");
const zones = zone("azure");
const prefixes = (inputs: unknown) => [...cidrsAt(inputs, "addressPrefix"), ...cidrsAt(inputs, "addressPrefixes[*]")];

/** Networks of Azure. Source: the Azure Network REST API, 2025-05-01. */
export const networkModels: { readonly [type: string]: Model } = {
  [GROUP]: {
    id: ({ inputs, account }) => `/subscriptions/${account.owner}/resourceGroups/${text(inputs, "resourceGroupName")}`,
    name: {
      property: "resourceGroupName",
      rule: matches(/^[\w().-]{0,89}[\w()-]$/, "1 to 90 letters, digits and _ ( ) . - that do not end with a dot"),
      maxLength: 90,
    },
    unique: [],
    immutable: ["managedBy"],
    values: { location },
    rules: [requires("location", () => true, "here or on the provider")],
    outputs: () => ({ properties: { provisioningState: "Succeeded" }, type: "Microsoft.Resources/resourceGroups" }),
  },
  [VNET]: {
    id: pathId(NETWORK, "virtualNetworks", "virtualNetworkName"),
    name: name("virtualNetworkName", 2, 64),
    unique: [],
    values: {
      location,
      "addressSpace.addressPrefixes[*]": cidr(2, 29),
      "subnets[*].addressPrefix": cidr(2, 29),
      flowTimeoutInMinutes: between(4, 30, "minutes"),
    },
    rules: [
      ({ inputs }) => {
        const ranges = cidrsAt(inputs, "addressSpace.addressPrefixes[*]");
        const isClash = ranges.some((one, i) => ranges.slice(i + 1).some((other) => overlap(one, other)));
        return isClash
          ? { property: "addressSpace.addressPrefixes", reason: "must not overlap each other" }
          : undefined;
      },
      ({ inputs }) => {
        const isGiven =
          select(inputs, "addressSpace.addressPrefixes[*]").length +
            select(inputs, "addressSpace.ipamPoolPrefixAllocations[*]").length >
          0;
        return isGiven || holdsMore(inputs)
          ? undefined
          : { property: "addressSpace", reason: "must be given, with at least one range in addressPrefixes" };
      },
    ],
    refers: inGroup,
  },
  [SUBNET]: {
    id: pathId(NETWORK, "virtualNetworks", "virtualNetworkName", "subnets", "subnetName"),
    name: name("subnetName"),
    unique: [],
    values: {
      addressPrefix: cidr(2, 29),
      "addressPrefixes[*]": cidr(2, 29),
      privateEndpointNetworkPolicies: oneOf("Enabled", "Disabled", "NetworkSecurityGroupEnabled", "RouteTableEnabled"),
    },
    rules: [
      exactlyOne("addressPrefix", "addressPrefixes", "ipamPoolPrefixAllocations"),
      forbids(
        "networkSecurityGroup",
        ({ inputs }) => text(inputs, "subnetName") === "GatewaySubnet",
        "for GatewaySubnet: gateways do not work behind one",
      ),
    ],
    refers: {
      ...inGroup,
      ...inside("virtualNetworkName", VNET, NETWORK, "virtualNetworks"),
      "natGateway.id": { to: [NAT_GATEWAY], holds: true },
      "networkSecurityGroup.id": { to: [NSG], holds: true },
    },
    world: ["addressPrefix", "addressPrefixes[*]"].flatMap((path) => [
      insideOf(
        path,
        (it) => it.target("virtualNetworkName"),
        (vnet) => cidrsAt(vnet.inputs, "addressSpace.addressPrefixes[*]"),
      ),
      apartFrom(
        path,
        (it) => it.target("virtualNetworkName"),
        (subnet) => prefixes(subnet.inputs),
      ),
    ]),
    outputs: () => ({
      ipConfigurations: [],
      ipConfigurationProfiles: [],
      privateEndpoints: [],
      resourceNavigationLinks: [],
      serviceAssociationLinks: [],
      purpose: "",
    }),
  },
  [NAT_GATEWAY]: {
    id: pathId(NETWORK, "natGateways", "natGatewayName"),
    name: name("natGatewayName"),
    unique: [],
    immutable: ["zones", "sku"],
    values: {
      location,
      "sku.name": oneOf("Standard", "StandardV2"),
      idleTimeoutInMinutes: between(4, 120, "minutes"),
      "zones[*]": zones,
    },
    rules: [
      ({ inputs }) =>
        select(inputs, "zones[*]").length > 1 && text(inputs, "sku.name") !== "StandardV2"
          ? { property: "zones", reason: "must be one zone, or none, for a NAT gateway of sku Standard" }
          : undefined,
    ],
    refers: { ...inGroup, "publicIpAddresses[*].id": { to: [PUBLIC_IP], holds: true } },
    world: [sameSku],
  },
  [PUBLIC_IP]: {
    id: pathId(NETWORK, "publicIPAddresses", "publicIpAddressName"),
    name: name("publicIpAddressName"),
    unique: [],
    immutable: ["zones", "sku", "publicIPAddressVersion"],
    values: {
      location,
      "sku.name": oneOf("Basic", "Standard", "StandardV2"),
      "sku.tier": oneOf("Regional", "Global"),
      publicIPAllocationMethod: oneOf("Static", "Dynamic"),
      publicIPAddressVersion: oneOf("IPv4", "IPv6"),
      idleTimeoutInMinutes: between(4, 30, "minutes"),
      "dnsSettings.domainNameLabel": matches(
        /^[a-z][a-z0-9-]{1,61}[a-z0-9]$/,
        "3 to 63 lower-case letters, digits and hyphens",
      ),
      "zones[*]": zones,
    },
    rules: [
      ({ inputs }) =>
        /^Standard/.test(text(inputs, "sku.name") ?? "") && text(inputs, "publicIPAllocationMethod") === "Dynamic"
          ? { property: "publicIPAllocationMethod", reason: 'must be "Static" for an address of sku Standard' }
          : undefined,
    ],
    refers: inGroup,
    outputs: (it) => ({
      ipAddress: `20.${[0, 2, 4].map((i) => Number.parseInt(it.hex(6).slice(i, i + 2), 16)).join(".")}`,
      publicIPAddressVersion: "IPv4",
      publicIPAllocationMethod: text(it.inputs, "publicIPAllocationMethod") ?? "Static",
      ipConfiguration: { etag: "", provisioningState: "Succeeded" },
    }),
  },
  [NSG]: {
    id: pathId(NETWORK, "networkSecurityGroups", "networkSecurityGroupName"),
    name: name("networkSecurityGroupName"),
    unique: [],
    values: {
      location,
      "securityRules[*].priority": between(100, 4096),
      "securityRules[*].access": oneOf("Allow", "Deny"),
      "securityRules[*].direction": oneOf("Inbound", "Outbound"),
      "securityRules[*].protocol": oneOf("*", "Tcp", "Udp", "Icmp", "Esp", "Ah"),
    },
    rules: [
      uniquePriorities,
      atMostOne("securityRules[*].sourceAddressPrefix", "securityRules[*].sourceAddressPrefixes"),
    ],
    refers: inGroup,
    outputs: () => ({ defaultSecurityRules: [], flowLogs: [], networkInterfaces: [], subnets: [] }),
  },
};

/** A standard NAT gateway takes standard addresses only. */
function sameSku(it: Making): string | undefined {
  const wanted = text(it.inputs, "sku.name") ?? "Standard";
  const other = it
    .targets("publicIpAddresses[*].id")
    .find(({ inputs }) => (text(inputs, "sku.name") ?? "Basic") !== wanted);
  return other === undefined
    ? undefined
    : `publicIpAddresses: ${other.id} has sku ${text(other.inputs, "sku.name") ?? "Basic"}; a NAT gateway of sku ${wanted} takes ${wanted} only`;
}

function uniquePriorities({ inputs }: { inputs: unknown }) {
  const seen = new Set<string>();
  for (const { path, value } of select(inputs, "securityRules[*]")) {
    const key = `${text(value, "direction")} ${select(value, "priority")[0]?.value}`;
    if (seen.has(key))
      return { property: `${path}.priority`, reason: `must be unique within its direction; ${key} is given twice` };
    seen.add(key);
  }
  return undefined;
}

/** True when the address space is there but not known yet. */
function holdsMore(inputs: unknown): boolean {
  const space = (inputs as { addressSpace?: { addressPrefixes?: unknown } } | undefined)?.addressSpace;
  return (
    typeof space === "string" ||
    typeof space?.addressPrefixes === "string" ||
    (Array.isArray(space?.addressPrefixes) && space.addressPrefixes.length > 0)
  );
}
