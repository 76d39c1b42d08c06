import { PublicIPAddress, SecurityRule, Subnet, VirtualNetworkGateway } from "@pulumi/azure-native/network";
import * as pulumi from "@pulumi/pulumi";
import type { AksControlPlane } from "../../clusters/aks/controlPlane";
import type { GatewayPlan, OpeningPlan } from "../../plan/underlay";
import type { Attached, LinkedSite } from "../kind";
import type { AzureGateway, AzureSite } from "./handles";

export type AttachedVnet = Attached<AzureSite, AzureGateway>;

/** Opens the network's security group to the peers' nodes and closes it to all else of them, and makes the gateway. */
export function attach(linked: LinkedSite): AttachedVnet {
  const end = linked as LinkedSite<AksControlPlane>;
  const { site, network, gateway: plan, controlPlane, cloud } = end;
  const { vnet, ready } = controlPlane.network;
  if (vnet === undefined) throw new Error(`site ${site.name} has no own network`);
  openings(end);
  const made = plan && vpnGateway(end, plan);
  const handle = { group: controlPlane.group.name, ...(made?.handle ?? NO_GATEWAY) };
  return {
    site,
    network,
    cloud,
    ready,
    handle: { ...handle, vnetId: vnet.id, vnetName: vnet.name },
    gateway: plan &&
      made && { plan, at: site, handle, outsideAddresses: addresses(handle), cloud, ready: [made.resource] },
  };
}

const NO_GATEWAY = { gatewayId: "", gatewayName: "", configurations: [], addresses: [], wan: "" };

/** Of both instances. */
export function addresses(handle: AzureGateway): pulumi.Output<string>[] {
  return [0, 1].map((index) => pulumi.output(handle.addresses).apply((all) => all[index] ?? ""));
}

/** Where the rules of the mesh begin; below 4096, where rules of Azure's own follow. */
const FIRST_PRIORITY = 200;
const LAST_PRIORITY = 4000;

function openings({ site, network, controlPlane, cloud }: LinkedSite<AksControlPlane>): void {
  const { vnet } = controlPlane.network;
  if (vnet === undefined || network.openings.length === 0) return;
  const rule = (word: string, args: RuleArgs) =>
    new SecurityRule(
      `${site.name}-${word}`,
      {
        resourceGroupName: controlPlane.group.name,
        networkSecurityGroupName: vnet.guard,
        securityRuleName: word,
        direction: "Inbound",
        sourcePortRange: "*",
        destinationAddressPrefixes: [...network.reachableCidrs],
        ...args,
      },
      cloud,
    );
  network.openings.forEach((opening, index) => {
    rule(opening.use, { ...allowed(opening), priority: FIRST_PRIORITY + index * 10 });
  });
  // Azure's own rule lets in everything that a link leads here ("VirtualNetwork").
  rule("no-more-of-peers", {
    access: "Deny",
    priority: LAST_PRIORITY,
    protocol: "*",
    sourceAddressPrefixes: [...new Set(network.routes.map(({ destination }) => destination))],
    destinationPortRange: "*",
    destinationAddressPrefixes: ["0.0.0.0/0"],
  });
}

type RuleArgs = Partial<ConstructorParameters<typeof SecurityRule>[1]> &
  Pick<ConstructorParameters<typeof SecurityRule>[1], "access" | "priority" | "protocol">;

function allowed({ protocol, port, sources }: OpeningPlan) {
  return {
    access: "Allow",
    protocol: { tcp: "Tcp", udp: "Udp", icmp: "Icmp" }[protocol],
    sourceAddressPrefixes: [...sources],
    // ICMP has no ports, and Azure tells its types not apart.
    destinationPortRange: protocol === "icmp" ? "*" : String(port),
  };
}

function publicAddress({ site, controlPlane, cloud }: LinkedSite<AksControlPlane>, number: number): PublicIPAddress {
  return new PublicIPAddress(
    `${site.name}-vpn-${number}`,
    {
      resourceGroupName: controlPlane.group.name,
      location: site.region,
      sku: { name: "Standard" },
      publicIPAllocationMethod: "Static",
      ...(site.zones.length > 0 && { zones: [...site.zones] }),
      tags: { ...site.tags },
    },
    cloud,
  );
}

/** Two instances that both serve, in two zones where the region has them. */
function vpnGateway(end: LinkedSite<AksControlPlane>, plan: GatewayPlan) {
  const { site, controlPlane, cloud } = end;
  const subnetId = gatewaySubnet(end).id;
  const publicAddresses = [1, 2].map((number) => publicAddress(end, number));
  const configurations = [0, 1].map((index) => configurationId(controlPlane, site.name, index));
  const resource = new VirtualNetworkGateway(
    site.name,
    {
      resourceGroupName: controlPlane.group.name,
      location: site.region,
      virtualNetworkGatewayName: `${site.name}-vpn`,
      gatewayType: "Vpn",
      vpnType: "RouteBased",
      vpnGatewayGeneration: "Generation2",
      sku: { name: "VpnGw2AZ", tier: "VpnGw2AZ" },
      activeActive: true,
      enableBgp: true,
      ipConfigurations: publicAddresses.map(({ id }, index) => ({
        name: `instance-${index}`,
        privateIPAllocationMethod: "Dynamic",
        publicIPAddress: { id },
        subnet: { id: subnetId },
      })),
      bgpSettings: {
        asn: plan.asn,
        bgpPeeringAddresses: configurations.map((ipconfigurationId, index) => ({
          ipconfigurationId,
          customBgpIpAddresses: [...plan.insideAddresses[index]!],
        })),
      },
      tags: { ...site.tags },
    },
    cloud,
  );
  const ipAddresses = publicAddresses.map(({ ipAddress }) => ipAddress.apply((address) => address ?? ""));
  return {
    resource,
    handle: {
      gatewayId: resource.id,
      gatewayName: resource.name,
      configurations: pulumi.all(configurations),
      addresses: pulumi.all(ipAddresses),
      wan: "",
    },
  };
}

function gatewaySubnet({ site, network, controlPlane, cloud }: LinkedSite<AksControlPlane>): Subnet {
  const { vnet, ready } = controlPlane.network;
  if (vnet === undefined || network.gatewayCidr === undefined) throw new Error(`site ${site.name} has no own network`);
  return new Subnet(
    `${site.name}-gateway`,
    // The name is Azure's, and so is that no security group may be there.
    {
      resourceGroupName: controlPlane.group.name,
      virtualNetworkName: vnet.name,
      subnetName: "GatewaySubnet",
      addressPrefix: network.gatewayCidr,
    },
    pulumi.mergeOptions(cloud, { dependsOn: [...ready] }),
  );
}

/** Ids of a gateway's configurations follow from names; the gateway itself is given them before it exists. */
function configurationId(controlPlane: AksControlPlane, site: string, index: number): pulumi.Output<string> {
  return controlPlane.group.resource.id.apply(
    (group) =>
      `${group}/providers/Microsoft.Network/virtualNetworkGateways/${site}-vpn/ipConfigurations/instance-${index}`,
  );
}
