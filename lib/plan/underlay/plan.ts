import type { CloudProvider } from "../faultDomains";
import type { LinkKind, UnderlayTopology } from "./spec";

/** How the sites' networks are linked, before anything exists. */
export interface UnderlayPlan {
  readonly topology: UnderlayTopology;
  /** Every site that is linked, by number; a lost one is not. */
  readonly networks: readonly NetworkPlan[];
  /** Where VPNs end: with `mesh` one for each site that has a VPN, with `hubs` two for each cloud. */
  readonly gateways: readonly GatewayPlan[];
  /** With `hubs`: each cloud's wide area network. */
  readonly wideAreaNetworks: readonly WideAreaNetworkPlan[];
  /** With `hubs`: the attachment of each network to its cloud's wide area network. */
  readonly attachments: readonly AttachmentPlan[];
  /** Links, those that are given included, by their names. */
  readonly links: readonly LinkPlan[];
  /** Pairs that nothing links, and what to declare. A pair is listed once. */
  readonly missing: readonly MissingLink[];
  /**
   * The narrowest MTU of the fleet: of all its links, and of its nodes' networks. The value for Cilium's `MTU`, which
   * takes its own overhead off it. Bytes.
   */
  readonly mtuBytes: number;
  /** Which stacks the links are in, and what each makes. */
  readonly stacks: readonly LinkStackPlan[];
  readonly notes: readonly string[];
}

/** One site's part of the underlay. What a join or a leave changes of it are `peers`, `routes` and `openings`. */
export interface NetworkPlan {
  readonly site: string;
  readonly number: number;
  readonly provider: string;
  readonly region: string;
  /** True when the library made the network, and so may change its routes and firewall. */
  readonly isOwn: boolean;
  /** True when it is attached to its cloud's wide area network, and reaches its peers through that. */
  readonly isAttached: boolean;
  /** Ranges of the nodes. */
  readonly nodeCidrs: readonly string[];
  /** Ranges that peers reach: nodes, and load balancers, where the mesh's API is. Announced, and nothing else. */
  readonly reachableCidrs: readonly string[];
  /** Names of the sites it is linked with. */
  readonly peers: readonly string[];
  /** Where its packets to peers go. One entry for each range of each peer. */
  readonly routes: readonly RoutePlan[];
  /** What its firewall lets in: exactly the mesh's ports, from the peers alone. */
  readonly openings: readonly OpeningPlan[];
  /** Azure: the range of its `GatewaySubnet`, in the part of the block that has no other use there. */
  readonly gatewayCidr: string | undefined;
}

export interface RoutePlan {
  readonly destination: string;
  readonly peer: string;
  /** Name of the link, or of the attachment that leads there. */
  readonly via: string;
}

/** One port, open to the peers. */
export interface OpeningPlan {
  /** What for, as a word that resources are named after: `wireguard`. */
  readonly use: string;
  readonly protocol: "tcp" | "udp" | "icmp";
  /** Port; of ICMP the type: 8 is echo. */
  readonly port: number;
  /** Ranges of the peers' nodes, sorted; on AWS, above 160 peers, of their whole blocks, since no quota has room for more. */
  readonly sources: readonly string[];
}

/** One end of VPNs. */
export interface GatewayPlan {
  /** The site's name, or `aws-hub-1`. */
  readonly name: string;
  readonly provider: CloudProvider;
  readonly region: string;
  /** The site whose network it is in; undefined for a hub. */
  readonly site: string | undefined;
  /** Account, project or subscription. */
  readonly owner: string;
  readonly asn: number;
  /** Ranges that it announces to the other clouds. */
  readonly announced: readonly string[];
  /** Its addresses inside tunnels, of its first and its second interface; a link that comes or goes changes the lists. */
  readonly insideAddresses: readonly [readonly string[], readonly string[]];
}

/** A cloud's own wide area network: Cloud WAN, Network Connectivity Center, Virtual WAN. One for each cloud of a fleet. */
export interface WideAreaNetworkPlan {
  /** `aws-wan`. */
  readonly name: string;
  readonly provider: CloudProvider;
  /** Account, project or subscription. */
  readonly owner: string;
  /** Owners of attached networks that are not its own, sorted: what it is shared with. */
  readonly sharedWith: readonly string[];
  /** Where networks meet it: each region with a site or a hub, by name. Empty on Google Cloud, where it is global. */
  readonly edges: readonly EdgePlan[];
}

/** Where a wide area network is present. What is lost with an edge are the sites of its own region. */
export interface EdgePlan {
  readonly region: string;
  /** On AWS that of a hub; undefined where the cloud chooses. */
  readonly asn: number | undefined;
  /** On Azure, whose hubs have a range of their own. */
  readonly range: string | undefined;
}

/** A network at its cloud's wide area network. */
export interface AttachmentPlan {
  readonly name: string;
  readonly site: string;
  readonly provider: CloudProvider;
  readonly region: string;
  /** Account, project or subscription of the site. */
  readonly owner: string;
  /** Bytes. */
  readonly mtuBytes: number;
}

/** A link between two networks, or between the hubs of two clouds. */
export interface LinkPlan {
  /** Both ends' names, the earlier first: `belgium--frankfurt`. */
  readonly name: string;
  /** Names of both ends: sites, or gateways with `hubs`. The order is that of the clouds, then of the names. */
  readonly ends: readonly [string, string];
  /** `network`: nothing links them, since the team has put both into one global network of Google's. */
  readonly kind: LinkKind | "network";
  readonly isGiven: boolean;
  /** Bytes. */
  readonly mtuBytes: number;
  /** What it carries. Undefined for a given link that does not say. */
  readonly bandwidthMbps: number | undefined;
  /** What it carries when one of its tunnels is lost; a peering has none to lose. */
  readonly bandwidthMbpsWithOneTunnelLost: number | undefined;
  /** Empty for what is not a VPN that the library makes. */
  readonly tunnels: readonly TunnelPlan[];
  /** The stack that makes it; undefined when it is given. */
  readonly stack: string | undefined;
}

/** One IPsec tunnel with one BGP session. */
export interface TunnelPlan {
  /** Number within the link, from 1. */
  readonly number: number;
  /** /30 inside the tunnel. */
  readonly insideCidr: string;
  /** Inside addresses of the link's first and second end. */
  readonly insideAddresses: readonly [string, string];
  /** Interface, from 0, of each end's gateway. */
  readonly interfaces: readonly [number, number];
}

export interface MissingLink {
  readonly sites: readonly [string, string];
  /** Why the library does not make it, and what to declare. */
  readonly message: string;
}

/** One stack of links: one for each pair of clouds, and one for each cloud's own links. */
export interface LinkStackPlan {
  /** `links-aws-gcp`. */
  readonly name: string;
  readonly links: readonly string[];
  /** With `hubs`: clouds whose wide area network, hubs and attachments it makes. */
  readonly wideAreaNetworks: readonly CloudProvider[];
  /** Stacks of links that it comes after: those with the hubs that its links end at. */
  readonly after: readonly string[];
  /** Sites whose outputs it reads, so that it comes after their stacks. */
  readonly sites: readonly string[];
}
