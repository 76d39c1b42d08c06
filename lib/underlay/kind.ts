import type * as pulumi from "@pulumi/pulumi";
import type { ControlPlane } from "../clusters/cluster";
import type { SitePlan } from "../plan/plan";
import type { GatewayPlan, LinkPlan, NetworkPlan, UnderlaySpec, WideAreaNetworkPlan } from "../plan/underlay";

/** A site whose network the library made, as its links meet it. */
export interface LinkedSite<C extends ControlPlane = ControlPlane> {
  readonly site: SitePlan;
  readonly network: NetworkPlan;
  /** Undefined for a site without a VPN of its own. */
  readonly gateway: GatewayPlan | undefined;
  readonly controlPlane: C;
  /** Options of all of its resources: parent, and the provider of the site's own account. */
  readonly cloud: pulumi.CustomResourceOptions;
}

/** A link's place in a site or a hub: what resources are named and tagged after. */
export interface Place {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The other end of one tunnel, as a gateway is told of it. */
export interface RemoteTunnel {
  readonly number: number;
  /** Where the other gateway answers on the internet. */
  readonly outsideAddress: pulumi.Input<string>;
  /** Secret. */
  readonly presharedKey: pulumi.Input<string>;
  readonly insideCidr: string;
  readonly insideAddress: string;
  readonly remoteInsideAddress: string;
  readonly remoteAsn: number;
  /** Interface of this gateway, from 0. */
  readonly interface: number;
}

/** A gateway that waits for others to come. */
export interface OutsideEnd {
  readonly plan: GatewayPlan;
  /** Public addresses of its interfaces; none where each tunnel has an address of its own. */
  readonly outsideAddresses: readonly pulumi.Input<string>[];
}

/** A gateway of a site or of a hub. */
export interface GatewayEnd<G = object> extends OutsideEnd {
  readonly at: Place;
  readonly handle: G;
  readonly cloud: pulumi.CustomResourceOptions;
  /** What must be there before anything hangs on it. */
  readonly ready: readonly pulumi.Resource[];
}

/** What a gateway makes that chooses addresses and keys of tunnels by itself, by the tunnel's number less one. */
export interface OfferedTunnel {
  readonly outsideAddress: pulumi.Input<string>;
  readonly presharedKey: pulumi.Input<string>;
}

/** A site's network once the library has hold of it: what its links attach to. */
export interface Attached<S = object, G = object> {
  readonly site: SitePlan;
  readonly network: NetworkPlan;
  readonly handle: S;
  readonly gateway: GatewayEnd<G> | undefined;
  readonly cloud: pulumi.CustomResourceOptions;
  readonly ready: readonly pulumi.Resource[];
}

/** A cloud's wide area network and its hubs' gateways. */
export interface WideArea<W = object, G = object> {
  readonly plan: WideAreaNetworkPlan;
  readonly handle: W;
  readonly gateways: readonly GatewayEnd<G>[];
  /** Options of all of its resources: parent, and the provider of the hubs' owner. */
  readonly cloud: pulumi.CustomResourceOptions;
  readonly ready: readonly pulumi.Resource[];
}

/** What a wide area network is built from. */
export interface HubContext {
  readonly plan: WideAreaNetworkPlan;
  readonly gateways: readonly GatewayPlan[];
  /** The cloud's sites, by number. */
  readonly sites: readonly SitePlan[];
  readonly spec: UnderlaySpec;
  readonly tags: Readonly<Record<string, string>>;
  /** Parent, and the provider of the hubs' owner. */
  readonly cloud: pulumi.CustomResourceOptions;
}

/**
 * How one cloud links its networks: builders, no base class. What a builder hands to the next are ids and names alone, its
 * handles, so that a stack of links has them from the outputs of others.
 * @typeParam S handle of a site's network, G of a gateway, W of a wide area network
 */
export interface UnderlayKind<S extends object = object, G extends object = object, W extends object = object> {
  /** The words of each handle, by which another stack's outputs are read. */
  readonly words: {
    readonly site: readonly string[];
    readonly gateway: readonly string[];
    readonly wideArea: readonly string[];
  };

  /** Firewall openings, and with a VPN the site's gateway. */
  attach(end: LinkedSite): Attached<S, G>;

  /** Public addresses of a gateway, from its handle. */
  addresses(handle: G): readonly pulumi.Input<string>[];

  /** Links two networks of the cloud over its own backbone, routes included. */
  peer(link: LinkPlan, first: Attached<S, G>, second: Attached<S, G>): void;

  /**
   * Makes tunnels whose addresses and keys the cloud chooses. Only clouds that are the first end of their links have it.
   */
  offer?(link: LinkPlan, gateway: GatewayEnd<G>, other: OutsideEnd): readonly OfferedTunnel[];

  /** Makes this gateway's side of a link's tunnels. */
  connect(link: LinkPlan, gateway: GatewayEnd<G>, tunnels: readonly RemoteTunnel[]): void;

  /** Routes of a site's network to the other end of a VPN, where the cloud learns them not by itself. */
  route?(link: LinkPlan, attached: Attached<S, G>): void;

  /** The explicit provider of the hubs' account, project or subscription. */
  hubProvider(context: Omit<HubContext, "cloud">, options: pulumi.ResourceOptions): pulumi.ProviderResource;

  /** The wide area network, its hubs and their gateways, shared with the owners of the sites. */
  wideArea(context: HubContext): WideArea<W, G>;

  /** Attaches the cloud's networks to its wide area network, routes included. */
  join(wide: WideArea<W, G>, attached: readonly Attached<S, G>[]): void;
}
