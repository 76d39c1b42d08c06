import {
  LocalNetworkGateway,
  VirtualNetworkGatewayConnection,
  VpnConnection,
  VpnSite,
} from "@pulumi/azure-native/network";
import * as pulumi from "@pulumi/pulumi";
import type { LinkPlan } from "../../plan/underlay";
import type { GatewayEnd, RemoteTunnel } from "../kind";
import type { AzureGateway } from "./handles";

type Gateway = GatewayEnd<AzureGateway>;

/**
 * What all three clouds negotiate, and nothing weaker. With GCM for encryption Azure wants the same for integrity, and lifetimes
 * are each side's own: https://learn.microsoft.com/azure/vpn-gateway/ipsec-ike-policy-howto
 */
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
export function connect(link: LinkPlan, gateway: Gateway, tunnels: readonly RemoteTunnel[]): void {
  if (gateway.plan.site === undefined) connectHub(link, gateway, tunnels);
  else for (const tunnel of tunnels) connectSite(link, gateway, tunnel);
}

function connectSite(link: LinkPlan, gateway: Gateway, tunnel: RemoteTunnel): void {
  const { plan, at, handle, cloud, ready } = gateway;
  const common = { resourceGroupName: handle.group, location: plan.region, tags: { ...at.tags } };
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
      virtualNetworkGateway1: { id: handle.gatewayId },
      localNetworkGateway2: { id: remote.id },
      sharedKey: tunnel.presharedKey,
      enableBgp: true,
      gatewayCustomBgpIpAddresses: insideAddresses(gateway, tunnel),
      ipsecPolicies: [IPSEC],
    },
    pulumi.mergeOptions(cloud, { dependsOn: [...ready] }),
  );
}

/** A virtual hub knows the other gateway as one site with a link for each tunnel, and connects to all of them at once. */
function connectHub(link: LinkPlan, gateway: Gateway, tunnels: readonly RemoteTunnel[]): void {
  const { plan, at, handle, cloud, ready } = gateway;
  const remote = new VpnSite(
    link.name,
    {
      resourceGroupName: handle.group,
      location: plan.region,
      virtualWan: { id: handle.wan },
      deviceProperties: { deviceVendor: link.ends[0].split("-")[0] ?? "" },
      vpnSiteLinks: tunnels.map((tunnel) => ({
        name: linkName(tunnel),
        ipAddress: tunnel.outsideAddress,
        bgpProperties: { asn: tunnel.remoteAsn, bgpPeeringAddress: tunnel.remoteInsideAddress },
      })),
      tags: { ...at.tags },
    },
    cloud,
  );
  new VpnConnection(
    link.name,
    {
      resourceGroupName: handle.group,
      gatewayName: handle.gatewayName,
      remoteVpnSite: { id: remote.id },
      vpnLinkConnections: tunnels.map((tunnel) => ({
        name: linkName(tunnel),
        vpnSiteLink: { id: pulumi.interpolate`${remote.id}/vpnSiteLinks/${linkName(tunnel)}` },
        vpnConnectionProtocolType: "IKEv2",
        sharedKey: tunnel.presharedKey,
        enableBgp: true,
        vpnGatewayCustomBgpAddresses: insideAddresses(gateway, tunnel),
        ipsecPolicies: [IPSEC],
      })),
    },
    pulumi.mergeOptions(cloud, { dependsOn: [...ready] }),
  );
}

function linkName({ number }: RemoteTunnel): string {
  return `tunnel-${number}`;
}

/** Azure asks for an address of both instances, though a tunnel has its session with one of them. */
function insideAddresses({ plan, handle }: Gateway, tunnel: RemoteTunnel) {
  return [0, 1].map((index) => ({
    ipConfigurationId: pulumi.output(handle.configurations).apply((all) => all[index] ?? ""),
    customBgpIpAddress:
      index === tunnel.interface ? tunnel.insideAddress : (plan.insideAddresses[index === 0 ? 0 : 1][0] ?? ""),
  }));
}
