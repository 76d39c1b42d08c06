import { RoleAssignment } from "@pulumi/azure-native/authorization";
import { HubVirtualNetworkConnection, VirtualHub, VirtualWan, VpnGateway } from "@pulumi/azure-native/network";
import * as azure from "@pulumi/azure-native/provider";
import { ResourceGroup } from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import { specOf } from "../../clusters/cluster";
import type { GatewayPlan } from "../../plan/underlay";
import { AZURE_HUB_SCALE_UNITS } from "../../plan/underlay/facts";
import type { Attached, GatewayEnd, HubContext, WideArea } from "../kind";
import { addresses } from "./attach";
import type { AzureGateway, AzureSite, AzureWideArea } from "./handles";

/** What `join` needs of hubs: a virtual network is connected to that of its own region. */
interface Wide extends WideArea<AzureWideArea, AzureGateway> {
  readonly hubs: ReadonlyMap<string, VirtualHub>;
  /** Object id of who builds the hubs, where it must be let into other subscriptions. */
  readonly principal: string | undefined;
}

/** The provider of the virtual WAN's subscription. */
export function hubProvider(
  { plan, gateways, sites, spec }: Omit<HubContext, "cloud">,
  options: pulumi.ResourceOptions,
): azure.Provider {
  const tenantId = spec.hubOwners?.azure?.tenant ?? specOf(sites[0]!, "aks").tenant;
  const location = gateways[0]?.region ?? plan.edges[0]!.region;
  return new azure.Provider(plan.name, { subscriptionId: plan.owner, tenantId, location }, options);
}

/**
 * A virtual WAN with a hub in every region of a site, since a network can be connected to one hub alone: so it is lost with
 * its own region and with no other. Hubs of one WAN reach each other by themselves, and two of them have gateways.
 */
export function wideArea(context: HubContext): Wide {
  const { plan, gateways, spec, tags, cloud } = context;
  const location = gateways[0]?.region ?? plan.edges[0]!.region;
  const group = new ResourceGroup(
    plan.name,
    { location, tags: { ...tags } },
    pulumi.mergeOptions(cloud, { protect: true }),
  );
  const wan = new VirtualWan(
    plan.name,
    {
      resourceGroupName: group.name,
      location,
      type: "Standard",
      // Clouds meet by links of their own: Azure carries nothing from one to another.
      allowBranchToBranchTraffic: false,
      tags: { ...tags },
    },
    pulumi.mergeOptions(cloud, { protect: true }),
  );
  const hubs = new Map(plan.edges.map(({ region, range }) => [region, virtualHub(context, group, wan, region, range)]));
  const ends = gateways.map((gateway) => hubGateway(context, group, wan, hubs.get(gateway.region)!, gateway));
  const principal = spec.hubOwners?.azure?.principal;
  return { plan, handle: { group: group.name, wan: wan.id }, gateways: ends, cloud, ready: [], hubs, principal };
}

function virtualHub(
  { tags, cloud }: HubContext,
  group: ResourceGroup,
  wan: VirtualWan,
  region: string,
  addressPrefix: string | undefined,
): VirtualHub {
  if (addressPrefix === undefined) throw new Error(`the virtual hub in ${region} has no range`);
  return new VirtualHub(
    `azure-${region}`,
    {
      resourceGroupName: group.name,
      location: region,
      virtualWan: { id: wan.id },
      addressPrefix,
      sku: "Standard",
      // The shorter way wins, so that a site leaves by its own region's gateway while there is one.
      hubRoutingPreference: "ASPath",
      virtualRouterAutoScaleConfiguration: { minCapacity: 2 },
      tags: { ...tags },
    },
    cloud,
  );
}

/** Two instances that both serve. Azure names them, and gives them its own ASN. */
const INSTANCES = ["Instance0", "Instance1"];

function hubGateway(
  { tags, cloud }: HubContext,
  group: ResourceGroup,
  wan: VirtualWan,
  hub: VirtualHub,
  plan: GatewayPlan,
): GatewayEnd<AzureGateway> {
  const gateway = new VpnGateway(
    plan.name,
    {
      resourceGroupName: group.name,
      location: plan.region,
      virtualHub: { id: hub.id },
      vpnGatewayScaleUnit: AZURE_HUB_SCALE_UNITS,
      bgpSettings: {
        asn: plan.asn,
        bgpPeeringAddresses: INSTANCES.map((ipconfigurationId, index) => ({
          ipconfigurationId,
          customBgpIpAddresses: [...plan.insideAddresses[index]!],
        })),
      },
      tags: { ...tags },
    },
    cloud,
  );
  const handle = {
    group: group.name,
    gatewayId: gateway.id,
    gatewayName: gateway.name,
    configurations: INSTANCES,
    addresses: gateway.ipConfigurations.apply((all) =>
      INSTANCES.map((name) => all.find(({ id }) => id === name)?.publicIpAddress ?? ""),
    ),
    wan: wan.id,
  };
  const at = { name: plan.name, tags };
  return { plan, at, handle, outsideAddresses: addresses(handle), cloud, ready: [gateway] };
}

/** Connects each network to the hub of its region. Azure changes a hub once at a time. */
export function join(wide: WideArea<AzureWideArea, AzureGateway>, attached: readonly Attached<AzureSite>[]): void {
  const { hubs, principal } = wide as Wide;
  const before = new Map<string, pulumi.Resource>();
  for (const { site, handle, cloud, ready } of attached) {
    const hub = hubs.get(site.region);
    if (hub === undefined) throw new Error(`there is no virtual hub in ${site.region}`);
    const isForeign = specOf(site, "aks").subscription !== wide.plan.owner;
    const allowed = isForeign && principal !== undefined ? [letIn(site.name, handle, principal, cloud)] : [];
    const previous = before.get(site.region);
    const connection = new HubVirtualNetworkConnection(
      site.name,
      {
        resourceGroupName: wide.handle.group,
        virtualHubName: hub.name,
        remoteVirtualNetwork: { id: handle.vnetId },
        // Nodes leave for the internet as before, and for nothing else through the hub.
        enableInternetSecurity: false,
      },
      pulumi.mergeOptions(wide.cloud, {
        dependsOn: [
          ...ready,
          ...allowed,
          ...wide.gateways.flatMap((end) => end.ready),
          ...(previous ? [previous] : []),
        ],
      }),
    );
    before.set(site.region, connection);
  }
}

/** `Network Contributor`, by the id that it has in every tenant (Azure built-in roles). */
const NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7";

/** A connection changes the network too, so that who makes it must be allowed to. */
function letIn(
  site: string,
  { vnetId }: AzureSite,
  principalId: string,
  cloud: pulumi.CustomResourceOptions,
): RoleAssignment {
  const subscription = pulumi.output(vnetId).apply((id) => id.split("/").slice(0, 3).join("/"));
  return new RoleAssignment(
    `${site}-wan`,
    {
      scope: vnetId,
      principalId,
      principalType: "ServicePrincipal",
      roleDefinitionId: pulumi.interpolate`${subscription}/providers/Microsoft.Authorization/roleDefinitions/${NETWORK_CONTRIBUTOR}`,
    },
    cloud,
  );
}
