import type { Account, Reference, Subject } from "../model";
import type { ResourceSchema } from "../sdk/package";
import { text } from "../wire";

export const GROUP = "azure-native:resources:ResourceGroup";
export const VNET = "azure-native:network:VirtualNetwork";
export const SUBNET = "azure-native:network:Subnet";
export const NAT_GATEWAY = "azure-native:network:NatGateway";
export const PUBLIC_IP = "azure-native:network:PublicIPAddress";
export const NSG = "azure-native:network:NetworkSecurityGroup";
export const SECURITY_RULE = "azure-native:network:SecurityRule";
export const NETWORK_GATEWAY = "azure-native:network:VirtualNetworkGateway";
export const LOCAL_GATEWAY = "azure-native:network:LocalNetworkGateway";
export const CONNECTION = "azure-native:network:VirtualNetworkGatewayConnection";
export const VNET_PEERING = "azure-native:network:VirtualNetworkPeering";
export const VIRTUAL_WAN = "azure-native:network:VirtualWan";
export const VIRTUAL_HUB = "azure-native:network:VirtualHub";
export const HUB_CONNECTION = "azure-native:network:HubVirtualNetworkConnection";
export const HUB_GATEWAY = "azure-native:network:VpnGateway";
export const VPN_SITE = "azure-native:network:VpnSite";
export const HUB_VPN = "azure-native:network:VpnConnection";
export const AKS_CLUSTER = "azure-native:containerservice:ManagedCluster";
export const IDENTITY = "azure-native:managedidentity:UserAssignedIdentity";
export const VAULT = "azure-native:keyvault:Vault";
export const VAULT_KEY = "azure-native:keyvault:Key";
export const VAULT_SECRET = "azure-native:keyvault:Secret";
export const WORKSPACE = "azure-native:operationalinsights:Workspace";

/**
 * The inputs that make a resource's path: texts that the cloud does not answer with, since they are in its id. The SDK
 * lists no such thing; everything else that a resource takes is in its outputs too.
 */
export function pathNames(schema: ResourceSchema): string[] {
  return [...schema.inputs]
    .filter(([name, { type }]) => name !== "id" && type.kind === "string" && !schema.outputs.has(name))
    .map(([name]) => name);
}

/** Ids of Azure are one whatever their case. */
export function lowerId(value: string): string {
  return value.toLowerCase();
}

/** The id of a resource group. */
export function groupId(name: string, { owner }: Account): string {
  return `/subscriptions/${owner}/resourceGroups/${name}`.toLowerCase();
}

/** The id of a thing in a resource group: `provider` and then kinds and inputs by turns, as the API's paths are written. */
export function pathId(provider: string, ...steps: readonly string[]) {
  return ({ inputs, account }: Subject): string => {
    const names = steps.map((step, i) => (i % 2 === 0 ? step : (text(inputs, step) ?? "")));
    return `/subscriptions/${account.owner}/resourceGroups/${text(inputs, "resourceGroupName")}/providers/${provider}/${names.join("/")}`;
  };
}

/** That the resource group exists. */
export const inGroup = {
  resourceGroupName: { to: [GROUP], handle: (name: string, { account }: Subject) => groupId(name, account) },
} as const;

/** That the thing exists in which this one lies, which the input names. */
export function inside(
  input: string,
  type: string,
  provider: string,
  kind: string,
): { readonly [path: string]: Reference } {
  return { [input]: { to: [type], handle: (_, subject) => pathId(provider, kind, input)(subject) } };
}
