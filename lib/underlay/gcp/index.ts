import {
  ExternalVpnGateway,
  Firewall,
  HaVpnGateway,
  NetworkPeering,
  Router,
  RouterInterface,
  RouterPeer,
  VPNTunnel,
} from "@pulumi/gcp/compute";
import * as pulumi from "@pulumi/pulumi";
import type { GkeControlPlane } from "../../clusters/gke/controlPlane";
import { labels } from "../../clusters/gke/labels";
import { shorten } from "../../plan/names";
import type { LinkPlan } from "../../plan/underlay";
import type { Attached, LinkedSite, RemoteTunnel, UnderlayKind } from "../kind";

/** A VPC network with its openings, and its gateway where it has VPNs. */
interface AttachedNetwork extends Attached {
  readonly end: LinkedSite<GkeControlPlane>;
  readonly gateway: { readonly vpn: HaVpnGateway; readonly router: Router } | undefined;
}

/**
 * Networks on Google Cloud: peered with each other, and by HA VPN with other clouds. Google routes by itself: peerings
 * exchange subnets, and a router what BGP says.
 */
export const gcpUnderlay: UnderlayKind<AttachedNetwork> = { attach, peer, connect };

function attach(linked: LinkedSite): AttachedNetwork {
  const end = linked as LinkedSite<GkeControlPlane>;
  openings(end);
  const gateway = end.gateway === undefined ? undefined : haGateway(end, end.gateway.asn, end.gateway.announced);
  const outsideAddresses = [0, 1].flatMap((index) =>
    gateway === undefined ? [] : [gateway.vpn.vpnInterfaces.apply((interfaces) => interfaces[index]?.ipAddress ?? "")],
  );
  return { end, gateway, asn: end.gateway?.asn ?? 0, outsideAddresses };
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

/** A gateway of two interfaces in two failure domains, and a router that announces what peers may reach. */
function haGateway(
  { site, controlPlane, cloud }: LinkedSite<GkeControlPlane>,
  asn: number,
  announced: readonly string[],
) {
  const { network } = controlPlane.network;
  const vpn = new HaVpnGateway(`${site.name}-vpn`, { network, region: site.region, labels: labels(site) }, cloud);
  const router = new Router(
    `${site.name}-vpn`,
    {
      network,
      region: site.region,
      bgp: { asn, advertiseMode: "CUSTOM", advertisedIpRanges: announced.map((range) => ({ range })) },
    },
    cloud,
  );
  return { vpn, router };
}

/** Google's names have 63 characters, and its provider adds eight. */
function short(name: string): string {
  return shorten(name, 55);
}

/** Each network names the other; both sides are needed. Google changes one peering of a network at a time. */
function peer(_link: LinkPlan, first: AttachedNetwork, second: AttachedNetwork): void {
  const side = (own: AttachedNetwork, other: AttachedNetwork, after: pulumi.Resource[]) =>
    new NetworkPeering(
      short(`${own.end.site.name}-to-${other.end.site.name}`),
      {
        network: own.end.controlPlane.network.network,
        peerNetwork: other.end.controlPlane.network.network,
        // What a site learns from its own VPNs is no business of its peers: they have links of their own.
        exportCustomRoutes: false,
        importCustomRoutes: false,
      },
      pulumi.mergeOptions(own.end.cloud, { dependsOn: after }),
    );
  side(second, first, [side(first, second, [])]);
}

/** The other gateway as Google sees it, and for each tunnel an interface of the router and a BGP session. */
function connect(link: LinkPlan, { end, gateway }: AttachedNetwork, tunnels: readonly RemoteTunnel[]): void {
  if (gateway === undefined) throw new Error(`site ${end.site.name} has a VPN but no gateway`);
  const external = new ExternalVpnGateway(
    short(link.name),
    {
      redundancyType: tunnels.length === 4 ? "FOUR_IPS_REDUNDANCY" : "TWO_IPS_REDUNDANCY",
      interfaces: tunnels.map(({ outsideAddress }, id) => ({ id, ipAddress: outsideAddress })),
      labels: labels(end.site),
    },
    end.cloud,
  );
  for (const [index, tunnel] of tunnels.entries()) tunnelOf(link, { end, gateway }, external, tunnel, index);
}

function tunnelOf(
  link: LinkPlan,
  {
    end,
    gateway,
  }: { readonly end: LinkedSite; readonly gateway: { readonly vpn: HaVpnGateway; readonly router: Router } },
  external: ExternalVpnGateway,
  remote: RemoteTunnel,
  index: number,
): void {
  const name = short(`${link.name}-${remote.number}`);
  const { region } = end.site;
  const tunnel = new VPNTunnel(
    name,
    {
      region,
      vpnGateway: gateway.vpn.id,
      vpnGatewayInterface: remote.interface,
      peerExternalGateway: external.id,
      peerExternalGatewayInterface: index,
      sharedSecret: remote.presharedKey,
      router: gateway.router.id,
      ikeVersion: 2,
      labels: labels(end.site),
    },
    end.cloud,
  );
  const at = new RouterInterface(
    name,
    { region, router: gateway.router.name, ipRange: `${remote.insideAddress}/30`, vpnTunnel: tunnel.name },
    end.cloud,
  );
  new RouterPeer(
    name,
    {
      region,
      router: gateway.router.name,
      interface: at.name,
      peerIpAddress: remote.remoteInsideAddress,
      peerAsn: remote.remoteAsn,
    },
    end.cloud,
  );
}
