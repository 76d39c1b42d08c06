import { at, type Clouds, last, list, type Resource, text } from "./model";
import { azureWan, corePolicy, isIn, members } from "./wideAreas";

/** One end of a tunnel, as one cloud has it configured. */
export interface TunnelEnd {
  /** What it brings packets into: VPC id, network name or VNet id; of a hub the id of its wide area network. */
  readonly network: string;
  /** What has the session: inside addresses differ within it. */
  readonly gateway: string;
  readonly outside: string;
  readonly peerOutside: string;
  readonly inside: string;
  readonly peerInside: string;
  readonly asn: string;
  readonly peerAsn: string;
  /** Ranges that it announces to the other end. */
  readonly announces: readonly string[];
  readonly mtuBytes: number;
  /** What a loss takes: names of the tunnel's resource and of the interface that it uses. */
  readonly parts: readonly string[];
}

/** A tunnel whose two ends agree, so that it is up and BGP exchanges routes. */
export interface Tunnel {
  readonly ends: readonly [TunnelEnd, TunnelEnd];
}

/** The tunnels that come up, and all ends, also those that nobody answers. */
export interface Tunnels {
  readonly up: readonly Tunnel[];
  readonly ends: readonly TunnelEnd[];
}

/** The tunnels that come up: every end whose other end says the same of it. */
export function tunnels(clouds: Clouds): Tunnels {
  const ends = [
    ...awsEnds(clouds),
    ...awsHubEnds(clouds),
    ...gcpEnds(clouds),
    ...azureEnds(clouds),
    ...azureHubEnds(clouds),
  ];
  const waiting = new Map<string, TunnelEnd[]>();
  const up = ends.flatMap((one): Tunnel[] => {
    const own = [one.outside, one.inside, one.asn];
    const other = [one.peerOutside, one.peerInside, one.peerAsn];
    const heard = (waiting.get([...other, ...own].join()) ?? []).filter(({ asn }) => asn !== one.asn);
    const key = [...own, ...other].join();
    waiting.set(key, [...(waiting.get(key) ?? []), one]);
    return heard.map((there) => ({ ends: [there, one] }));
  });
  return { up, ends };
}

function awsEnds(clouds: Clouds): TunnelEnd[] {
  return clouds.all("aws:ec2/vpnConnection:VpnConnection").flatMap((connection) => {
    const gateway = byId(
      clouds,
      "aws:ec2transitgateway/transitGateway:TransitGateway",
      text(connection, "transitGatewayId"),
    );
    const customer = byId(clouds, "aws:ec2/customerGateway:CustomerGateway", text(connection, "customerGatewayId"));
    const propagates = text(gateway, "defaultRouteTablePropagation") === "enable";
    const attachments = clouds
      .all("aws:ec2transitgateway/vpcAttachment:VpcAttachment")
      .filter((one) => text(one, "transitGatewayId") === gateway?.id && propagates);
    return attachments.flatMap((attachment) => {
      const vpc = byId(clouds, "aws:ec2/vpc:Vpc", text(attachment, "vpcId"));
      return awsTunnels(connection, customer, {
        network: vpc?.id ?? "",
        gateway: gateway?.id ?? "",
        asn: text(gateway, "amazonSideAsn"),
        announces: [text(vpc, "cidrBlock")],
      });
    });
  });
}

/** Connections at an edge of a core network, which announces what all of its members have. */
function awsHubEnds(clouds: Clouds): TunnelEnd[] {
  return clouds.all("aws:networkmanager/siteToSiteVpnAttachment:SiteToSiteVpnAttachment").flatMap((attachment) => {
    if (!isIn(clouds, attachment)) return [];
    const connection = clouds
      .all("aws:ec2/vpnConnection:VpnConnection")
      .find((one) => text(one, "arn") === text(attachment, "vpnConnectionArn"));
    if (connection === undefined) return [];
    const customer = byId(clouds, "aws:ec2/customerGateway:CustomerGateway", text(connection, "customerGatewayId"));
    const network = text(attachment, "coreNetworkId");
    const edges = corePolicy(clouds, network)?.["core-network-configuration"]["edge-locations"] ?? [];
    const edge = edges.find(({ location }) => location === text(attachment, "edgeLocation"));
    const announces = [...members(clouds).values()].filter(({ wan }) => wan === network).flatMap((one) => one.exports);
    const gateway = `${network}/${edge?.location}`;
    return awsTunnels(connection, customer, { network, gateway, asn: String(edge?.asn ?? ""), announces });
  });
}

function awsTunnels(
  connection: Resource,
  customer: Resource | undefined,
  at: Pick<TunnelEnd, "network" | "gateway" | "asn" | "announces">,
): TunnelEnd[] {
  return [1, 2].map((number) => ({
    ...at,
    outside: text(connection, `tunnel${number}Address`),
    peerOutside: text(customer, "ipAddress"),
    inside: text(connection, `tunnel${number}VgwInsideAddress`),
    peerInside: text(connection, `tunnel${number}CgwInsideAddress`),
    peerAsn: text(customer, "bgpAsn"),
    mtuBytes: 1399,
    parts: [`${connection.id}/${number}`, connection.id ?? ""],
  }));
}

function gcpEnds(clouds: Clouds): TunnelEnd[] {
  return clouds.all("gcp:compute/vPNTunnel:VPNTunnel").flatMap((tunnel) => {
    const gateway = named(clouds, "gcp:compute/haVpnGateway:HaVpnGateway", text(tunnel, "vpnGateway"));
    const external = named(
      clouds,
      "gcp:compute/externalVpnGateway:ExternalVpnGateway",
      text(tunnel, "peerExternalGateway"),
    );
    const router = named(clouds, "gcp:compute/router:Router", text(tunnel, "router"));
    const own = clouds
      .all("gcp:compute/routerInterface:RouterInterface")
      .find((one) => last(text(one, "vpnTunnel")) === text(tunnel, "name"));
    const peer = clouds
      .all("gcp:compute/routerPeer:RouterPeer")
      .find((one) => own !== undefined && text(one, "interface") === text(own, "name"));
    if (own === undefined || peer === undefined) return [];
    const index = Number(at(tunnel, "vpnGatewayInterface"));
    const remote = list(external, "interfaces").find(
      (one) => (one as { id: number }).id === at(tunnel, "peerExternalGatewayInterface"),
    ) as { ipAddress: string } | undefined;
    return [
      {
        network: gcpHub(clouds, tunnel) ?? last(text(gateway, "network")),
        gateway: gateway?.id ?? "",
        outside: (list(gateway, "vpnInterfaces")[index] as { ipAddress: string } | undefined)?.ipAddress ?? "",
        peerOutside: remote?.ipAddress ?? "",
        inside: text(own, "ipRange").split("/")[0] ?? "",
        peerInside: text(peer, "peerIpAddress"),
        asn: text(router, "bgp.asn"),
        peerAsn: text(peer, "peerAsn"),
        announces: list(router, "bgp.advertisedIpRanges").map((one) => (one as { range: string }).range),
        mtuBytes: 1406,
        parts: [tunnel.id ?? "", `${gateway?.id}/${index}`],
      },
    ];
  });
}

/** The hub that a tunnel is known to, if what the hub knows comes back into the network of the tunnel. */
function gcpHub(clouds: Clouds, tunnel: Resource): string | undefined {
  const spoke = clouds
    .all("gcp:networkconnectivity/spoke:Spoke")
    .find((one) => list(one, "linkedVpnTunnels.uris").some((uri) => last(String(uri)) === text(tunnel, "name")));
  const imports = list(spoke, "linkedVpnTunnels.includeImportRanges").includes("ALL_IPV4_RANGES");
  return imports && text(spoke, "state") === "ACTIVE" ? text(spoke, "hub") : undefined;
}

function azureEnds(clouds: Clouds): TunnelEnd[] {
  return clouds.all("azure-native:network:VirtualNetworkGatewayConnection").flatMap((connection) => {
    const gateway = byId(
      clouds,
      "azure-native:network:VirtualNetworkGateway",
      text(connection, "virtualNetworkGateway1.id"),
    );
    const remote = byId(
      clouds,
      "azure-native:network:LocalNetworkGateway",
      text(connection, "localNetworkGateway2.id"),
    );
    if (at(connection, "enableBgp") !== true || at(gateway, "enableBgp") !== true) return [];
    const insides = list(connection, "gatewayCustomBgpIpAddresses") as {
      ipConfigurationId: string;
      customBgpIpAddress: string;
    }[];
    return (list(gateway, "ipConfigurations") as IpConfiguration[]).map((configuration): TunnelEnd => {
      const vnet = byId(
        clouds,
        "azure-native:network:VirtualNetwork",
        configuration.subnet.id.replace(/\/subnets\/.*$/, ""),
      );
      const inside = insides.find(({ ipConfigurationId }) => last(ipConfigurationId) === configuration.name);
      return {
        network: vnet?.id?.toLowerCase() ?? "",
        gateway: gateway?.id ?? "",
        outside: text(
          byId(clouds, "azure-native:network:PublicIPAddress", configuration.publicIPAddress.id),
          "ipAddress",
        ),
        peerOutside: text(remote, "gatewayIpAddress"),
        inside: inside?.customBgpIpAddress ?? "",
        peerInside: text(remote, "bgpSettings.bgpPeeringAddress"),
        asn: text(gateway, "bgpSettings.asn"),
        peerAsn: text(remote, "bgpSettings.asn"),
        announces: list(vnet, "addressSpace.addressPrefixes").map(String),
        mtuBytes: 1400,
        parts: [connection.id ?? "", configuration.publicIPAddress.id],
      };
    });
  });
}

/** Connections of a virtual hub, of which each instance dials every link, and which announces what all hubs have. */
function azureHubEnds(clouds: Clouds): TunnelEnd[] {
  return clouds.all("azure-native:network:VpnConnection").flatMap((connection) => {
    const gateway = clouds
      .all("azure-native:network:VpnGateway")
      .find((one) => connection.id?.toLowerCase().startsWith(`${one.id?.toLowerCase()}/`));
    const hub = byId(clouds, "azure-native:network:VirtualHub", text(gateway, "virtualHub.id"));
    const site = byId(clouds, "azure-native:network:VpnSite", text(connection, "remoteVpnSite.id"));
    const network = azureWan(clouds, text(hub, "virtualWan.id"));
    if (network === undefined || gateway === undefined) return [];
    const announces = [...members(clouds).values()].filter(({ wan }) => wan === network).flatMap((one) => one.exports);
    return (list(connection, "vpnLinkConnections") as LinkConnection[]).flatMap((link) => {
      const remote = (list(site, "vpnSiteLinks") as SiteLink[]).find(({ name }) => name === last(link.vpnSiteLink.id));
      if (remote === undefined || !link.enableBgp) return [];
      return (list(gateway, "ipConfigurations") as { id: string; publicIpAddress: string }[]).map(
        ({ id, publicIpAddress }): TunnelEnd => ({
          network,
          gateway: gateway.id ?? "",
          outside: publicIpAddress,
          peerOutside: remote.ipAddress,
          inside:
            link.vpnGatewayCustomBgpAddresses.find(({ ipConfigurationId }) => ipConfigurationId === id)
              ?.customBgpIpAddress ?? "",
          peerInside: remote.bgpProperties.bgpPeeringAddress,
          asn: text(gateway, "bgpSettings.asn"),
          peerAsn: String(remote.bgpProperties.asn),
          announces,
          mtuBytes: 1400,
          parts: [`${connection.id}/${link.name}`, `${gateway.id}/${id}`],
        }),
      );
    });
  });
}

interface LinkConnection {
  readonly name: string;
  readonly enableBgp: boolean;
  readonly vpnSiteLink: { readonly id: string };
  readonly vpnGatewayCustomBgpAddresses: readonly {
    readonly ipConfigurationId: string;
    readonly customBgpIpAddress: string;
  }[];
}

interface SiteLink {
  readonly name: string;
  readonly ipAddress: string;
  readonly bgpProperties: { readonly asn: number; readonly bgpPeeringAddress: string };
}

interface IpConfiguration {
  readonly name: string;
  readonly subnet: { readonly id: string };
  readonly publicIPAddress: { readonly id: string };
}

/** A thing by its id, in whose case counts nothing on Azure. */
export function byId(clouds: Clouds, type: string, id: string): Resource | undefined {
  return clouds.byId(type, id);
}

function named(clouds: Clouds, type: string, path: string): Resource | undefined {
  return clouds.where(type, "name", last(path))[0];
}
