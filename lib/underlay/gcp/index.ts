import { Firewall, NetworkPeering } from "@pulumi/gcp/compute";
import * as pulumi from "@pulumi/pulumi";
import type { GkeControlPlane } from "../../clusters/gke/controlPlane";
import type { LinkPlan } from "../../plan/underlay";
import type { Attached, LinkedSite, UnderlayKind } from "../kind";
import { addresses, haGateway } from "./gateway";
import { GCP_WORDS, type GcpGateway, type GcpSite, type GcpWideArea, NO_GATEWAY } from "./handles";
import { hubProvider, join, wideArea } from "./hub";
import { short } from "./names";
import { connect } from "./vpn";

type AttachedNetwork = Attached<GcpSite, GcpGateway>;

/**
 * Networks on Google Cloud: peered with each other, or spokes of one Network Connectivity Center hub, and by HA VPN with
 * other clouds. Google routes by itself: peerings and hubs exchange subnets, and a router what BGP says.
 */
export const gcpUnderlay: UnderlayKind<GcpSite, GcpGateway, GcpWideArea> = {
  words: GCP_WORDS,
  attach,
  addresses,
  peer,
  connect,
  hubProvider,
  wideArea,
  join,
};

function attach(linked: LinkedSite): AttachedNetwork {
  const end = linked as LinkedSite<GkeControlPlane>;
  const { site, network: plan, gateway, controlPlane, cloud } = end;
  openings(end);
  const { network } = controlPlane.network;
  const made = gateway && haGateway(`${site.name}-vpn`, { network, plan: gateway, at: site, cloud });
  return {
    site,
    network: plan,
    cloud,
    ready: [],
    handle: { network, ...(made?.handle ?? NO_GATEWAY) },
    gateway: made,
  };
}

function openings({ site, network, controlPlane, cloud }: LinkedSite<GkeControlPlane>): void {
  for (const { use, protocol, port, sources } of network.openings) {
    new Firewall(
      `${site.name}-${use}`,
      {
        network: controlPlane.network.network,
        direction: "INGRESS",
        sourceRanges: [...sources],
        // Of ICMP Google tells no types apart.
        allows: [protocol === "icmp" ? { protocol } : { protocol, ports: [String(port)] }],
      },
      cloud,
    );
  }
}

/** Each network names the other; both sides are needed. Google changes one peering of a network at a time. */
function peer(_link: LinkPlan, first: AttachedNetwork, second: AttachedNetwork): void {
  const side = (own: AttachedNetwork, other: AttachedNetwork, after: pulumi.Resource[]) =>
    new NetworkPeering(
      short(`${own.site.name}-to-${other.site.name}`),
      {
        network: own.handle.network,
        peerNetwork: other.handle.network,
        // What a site learns from its own VPNs is no business of its peers: they have links of their own.
        exportCustomRoutes: false,
        importCustomRoutes: false,
      },
      pulumi.mergeOptions(own.cloud, { dependsOn: after }),
    );
  side(second, first, [side(first, second, [])]);
}
