import { VirtualNetworkPeering } from "@pulumi/azure-native/network";
import * as pulumi from "@pulumi/pulumi";
import type { LinkPlan } from "../../plan/underlay";
import type { UnderlayKind } from "../kind";
import { type AttachedVnet, addresses, attach } from "./attach";
import { AZURE_WORDS, type AzureGateway, type AzureSite, type AzureWideArea } from "./handles";
import { hubProvider, join, wideArea } from "./virtualWan";
import { connect } from "./vpn";

/** Virtual networks on Azure: peered with each other, or at one virtual WAN, and by active-active VPN gateways with other clouds. */
export const azureUnderlay: UnderlayKind<AzureSite, AzureGateway, AzureWideArea> = {
  words: AZURE_WORDS,
  attach,
  addresses,
  peer,
  connect,
  hubProvider,
  wideArea,
  join,
};

/** Each network names the other; both sides are needed, and Azure changes a network once at a time. */
function peer(_link: LinkPlan, first: AttachedVnet, second: AttachedVnet): void {
  const side = (own: AttachedVnet, other: AttachedVnet, after: readonly pulumi.Resource[]) =>
    new VirtualNetworkPeering(
      `${own.site.name}-to-${other.site.name}`,
      {
        resourceGroupName: own.handle.group,
        virtualNetworkName: own.handle.vnetName,
        remoteVirtualNetwork: { id: other.handle.vnetId },
        allowVirtualNetworkAccess: true,
        allowForwardedTraffic: false,
        // Each site has a gateway of its own: one that is lost takes no other site with it.
        allowGatewayTransit: false,
        useRemoteGateways: false,
      },
      pulumi.mergeOptions(own.cloud, { dependsOn: [...own.ready, ...after] }),
    );
  side(second, first, [side(first, second, [])]);
}
