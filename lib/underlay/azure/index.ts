import {
  LocalNetworkGateway,
  VirtualNetworkGatewayConnection,
  VirtualNetworkPeering,
} from "@pulumi/azure-native/network";
import * as pulumi from "@pulumi/pulumi";
import type { LinkPlan } from "../../plan/underlay";
import type { RemoteTunnel, UnderlayKind } from "../kind";
import { type AttachedVnet, attach, ipConfigurationId } from "./attach";

/** Virtual networks on Azure: peered with each other, and by an active-active VPN gateway with other clouds. */
export const azureUnderlay: UnderlayKind<AttachedVnet> = { attach, peer, connect };

/** Each network names the other; both sides are needed, and Azure changes a network once at a time. */
function peer(_link: LinkPlan, first: AttachedVnet, second: AttachedVnet): void {
  const side = (own: AttachedVnet, other: AttachedVnet, after: readonly pulumi.Resource[]) => {
    const { site, controlPlane, cloud } = own.end;
    const [here, there] = [controlPlane.network, other.end.controlPlane.network];
    if (here.vnet === undefined || there.vnet === undefined) throw new Error(`site ${site.name} has no own network`);
    return new VirtualNetworkPeering(
      `${site.name}-to-${other.end.site.name}`,
      {
        resourceGroupName: controlPlane.group.name,
        virtualNetworkName: here.vnet.name,
        remoteVirtualNetwork: { id: there.vnet.id },
        allowVirtualNetworkAccess: true,
        allowForwardedTraffic: false,
        // Each site has a gateway of its own: one that is lost takes no other site with it.
        allowGatewayTransit: false,
        useRemoteGateways: false,
      },
      pulumi.mergeOptions(cloud, { dependsOn: [...here.ready, ...after] }),
    );
  };
  side(second, first, [side(first, second, [])]);
}

/** What all three clouds negotiate, and nothing weaker (their lists of supported IKE ciphers, 2026-11). */
const IPSEC = {
  ikeEncryption: "AES256",
  ikeIntegrity: "SHA256",
  dhGroup: "DHGroup14",
  ipsecEncryption: "GCMAES256",
  ipsecIntegrity: "GCMAES256",
  pfsGroup: "PFS2048",
  saLifeTimeSeconds: 3600,
  // By time alone: AWS and Google count no bytes.
  saDataSizeKilobytes: 0,
};

/** For each tunnel the other end as Azure sees it, and a connection to it. */
function connect(link: LinkPlan, { end, gateway }: AttachedVnet, tunnels: readonly RemoteTunnel[]): void {
  if (gateway === undefined) throw new Error(`site ${end.site.name} has a VPN but no gateway`);
  const { site, controlPlane, cloud } = end;
  const common = { resourceGroupName: controlPlane.group.name, location: site.region, tags: { ...site.tags } };
  for (const tunnel of tunnels) {
    const name = `${link.name}-${tunnel.number}`;
    const remote = new LocalNetworkGateway(
      name,
      {
        ...common,
        gatewayIpAddress: tunnel.outsideAddress,
        bgpSettings: { asn: tunnel.remoteAsn, bgpPeeringAddress: tunnel.remoteInsideAddress },
      },
      cloud,
    );
    new VirtualNetworkGatewayConnection(
      name,
      {
        ...common,
        connectionType: "IPsec",
        connectionProtocol: "IKEv2",
        virtualNetworkGateway1: { id: gateway.id },
        localNetworkGateway2: { id: remote.id },
        sharedKey: tunnel.presharedKey,
        enableBgp: true,
        gatewayCustomBgpIpAddresses: [0, 1].map((index) => ({
          ipConfigurationId: ipConfigurationId(controlPlane, site.name, index),
          customBgpIpAddress:
            index === tunnel.interface
              ? tunnel.insideAddress
              : (end.gateway?.insideAddresses[index === 0 ? 0 : 1][0] ?? ""),
        })),
        ipsecPolicies: [IPSEC],
      },
      pulumi.mergeOptions(cloud, { dependsOn: [gateway] }),
    );
  }
}
