import { NetworkSecurityGroup, Subnet, VirtualNetwork } from "@pulumi/azure-native/network";
import * as pulumi from "@pulumi/pulumi";
import { type SiteContext, specOf } from "../cluster";
import type { Group } from "./group";

/** Where the site's nodes and internal load balancers are. */
export interface AksNetwork {
  readonly nodeSubnetId: pulumi.Input<string>;
  readonly loadBalancerSubnetId: pulumi.Input<string>;
  /** What the cluster's identity must be allowed to use: the whole network, or the given subnets. */
  readonly scopes: Readonly<Record<string, pulumi.Input<string>>>;
  /** The site's own network, for links to others; undefined for given subnets. */
  readonly vnet: OwnVnet | undefined;
  /** What must be there before the cluster: while one subnet is being made, Azure refuses to touch its network. */
  readonly ready: readonly pulumi.Resource[];
}

/** A network of the site's own. */
export interface OwnVnet {
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  /** Name of the security group of all its subnets. */
  readonly guard: pulumi.Output<string>;
}

/** The subnets that the spec gives, or a network of the site's own. */
export function network(context: SiteContext, group: Group): AksNetwork {
  const given = specOf(context.site, "aks").network;
  if (!given) return ownNetwork(context, group);
  return {
    nodeSubnetId: given.subnetId,
    loadBalancerSubnetId: given.loadBalancerSubnetId,
    scopes: { "node-subnet": given.subnetId, "load-balancer-subnet": given.loadBalancerSubnetId },
    vnet: undefined,
    ready: [],
  };
}

/** A virtual network with a subnet for the nodes and one that only load balancers use. Both span the region's zones. */
function ownNetwork({ site, cloud }: SiteContext, group: Group): AksNetwork {
  const vnet = new VirtualNetwork(
    site.name,
    {
      resourceGroupName: group.name,
      location: site.region,
      addressSpace: { addressPrefixes: [site.addresses.network] },
      tags: { ...site.tags },
    },
    // Subnets are resources of their own: the network reports them, and must not take them for its own.
    pulumi.mergeOptions(cloud, { protect: true, ignoreChanges: ["subnets"] }),
  );
  const guard = new NetworkSecurityGroup(
    site.name,
    { resourceGroupName: group.name, location: site.region, tags: { ...site.tags } },
    pulumi.mergeOptions(cloud, { ignoreChanges: ["securityRules"] }),
  );
  const subnet = (word: string, addressPrefix: string, after: pulumi.Resource[]) =>
    new Subnet(
      `${site.name}-${word}`,
      {
        resourceGroupName: group.name,
        virtualNetworkName: vnet.name,
        addressPrefix,
        networkSecurityGroup: { id: guard.id },
        // Nodes leave by the cluster's load balancer; nothing by Azure's implicit way out.
        defaultOutboundAccess: false,
      },
      pulumi.mergeOptions(cloud, { dependsOn: after }),
    );
  const nodes = subnet("nodes", site.addresses.nodeCidr, []);
  // Azure changes one subnet of a network at a time and refuses a second meanwhile (AnotherOperationInProgress).
  const loadBalancers = subnet("load-balancers", site.addresses.loadBalancerCidr, [nodes]);
  return {
    nodeSubnetId: nodes.id,
    loadBalancerSubnetId: loadBalancers.id,
    scopes: { network: vnet.id },
    vnet: { id: vnet.id, name: vnet.name, guard: guard.name },
    ready: [loadBalancers],
  };
}
