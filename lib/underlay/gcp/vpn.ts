import { ExternalVpnGateway, RouterInterface, RouterPeer, VPNTunnel } from "@pulumi/gcp/compute";
import { Spoke } from "@pulumi/gcp/networkconnectivity";
import { labels } from "../../clusters/gke/labels";
import type { LinkPlan } from "../../plan/underlay";
import type { GatewayEnd, RemoteTunnel } from "../kind";
import type { GcpGateway } from "./handles";
import { short } from "./names";

/** The other gateway as Google sees it, and for each tunnel an interface of the router and a BGP session. */
export function connect(link: LinkPlan, gateway: GatewayEnd<GcpGateway>, tunnels: readonly RemoteTunnel[]): void {
  const name = short(link.name);
  const external = new ExternalVpnGateway(
    name,
    {
      redundancyType: tunnels.length === 4 ? "FOUR_IPS_REDUNDANCY" : "TWO_IPS_REDUNDANCY",
      interfaces: tunnels.map(({ outsideAddress }, id) => ({ id, ipAddress: outsideAddress })),
      labels: labels(gateway.at),
    },
    gateway.cloud,
  );
  const made = tunnels.map((tunnel, index) => tunnelOf(link, gateway, external, tunnel, index));
  if (gateway.plan.site === undefined) known(name, gateway, made);
}

/** Makes a hub's tunnels known to Network Connectivity Center: what they learn reaches the spokes, and back. */
function known(name: string, { plan, at, handle, cloud }: GatewayEnd<GcpGateway>, tunnels: readonly VPNTunnel[]): void {
  new Spoke(
    name,
    {
      hub: handle.hub,
      location: plan.region,
      linkedVpnTunnels: {
        uris: tunnels.map(({ selfLink }) => selfLink),
        // Clouds meet by links of their own: Google carries nothing from one to another.
        siteToSiteDataTransfer: false,
        // Without these the gateways' own network knows no way back to the spokes.
        includeImportRanges: ["ALL_IPV4_RANGES"],
      },
      labels: labels(at),
    },
    cloud,
  );
}

function tunnelOf(
  link: LinkPlan,
  { plan: { region }, at, handle, cloud }: GatewayEnd<GcpGateway>,
  external: ExternalVpnGateway,
  remote: RemoteTunnel,
  index: number,
): VPNTunnel {
  const name = short(`${link.name}-${remote.number}`);
  const tunnel = new VPNTunnel(
    name,
    {
      region,
      vpnGateway: handle.vpnGateway,
      vpnGatewayInterface: remote.interface,
      peerExternalGateway: external.id,
      peerExternalGatewayInterface: index,
      sharedSecret: remote.presharedKey,
      router: handle.router,
      ikeVersion: 2,
      labels: labels(at),
    },
    cloud,
  );
  const own = new RouterInterface(
    name,
    { region, router: handle.routerName, ipRange: `${remote.insideAddress}/30`, vpnTunnel: tunnel.name },
    cloud,
  );
  new RouterPeer(
    name,
    {
      region,
      router: handle.routerName,
      interface: own.name,
      peerIpAddress: remote.remoteInsideAddress,
      peerAsn: remote.remoteAsn,
    },
    cloud,
  );
  return tunnel;
}
