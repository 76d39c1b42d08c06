import { PublicIPAddress } from "@pulumi/azure-native/network";
import * as pulumi from "@pulumi/pulumi";
import type { SiteContext } from "../cluster";
import type { Entrance } from "../entrance";
import type { AksControlPlane } from "./controlPlane";
import { grant } from "./identity";

/**
 * One zone-redundant address in the site's own group, which AKS takes by name and group once its identity may join it
 * (AKS, "Use a static public IP address with a load balancer").
 */
export function entrance(context: SiteContext, { group, clusterIdentity }: AksControlPlane): Entrance {
  const { site, cloud } = context;
  const name = `${site.name}-public`;
  const address = new PublicIPAddress(
    name,
    {
      ...{ publicIpAddressName: name, resourceGroupName: group.name, location: site.region },
      ...{ publicIPAllocationMethod: "Static", publicIPAddressVersion: "IPv4" },
      ...{ sku: { name: "Standard", tier: "Regional" }, zones: [...site.zones], tags: { ...site.tags } },
    },
    pulumi.mergeOptions(cloud, { protect: true }),
  );
  grant(context, "public", clusterIdentity, "Network Contributor", address.id);
  const prefix = "service.beta.kubernetes.io/azure";
  return {
    addresses: [{ address: address.ipAddress.apply((ip) => ip ?? ""), reference: address.name }],
    annotations: {
      [`${prefix}-load-balancer-resource-group`]: group.name,
      [`${prefix}-pip-name`]: address.name,
    },
  };
}
