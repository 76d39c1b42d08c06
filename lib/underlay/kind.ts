import type * as pulumi from "@pulumi/pulumi";
import type { ControlPlane } from "../clusters/cluster";
import type { SitePlan } from "../plan/plan";
import type { GatewayPlan, LinkPlan, NetworkPlan } from "../plan/underlay";

/** A site whose network the library made, as its links meet it. */
export interface LinkedSite<C extends ControlPlane = ControlPlane> {
  readonly site: SitePlan;
  readonly network: NetworkPlan;
  /** Undefined for a site without a VPN. */
  readonly gateway: GatewayPlan | undefined;
  readonly controlPlane: C;
  /** Options of all of its resources: parent, and the provider of the site's own account. */
  readonly cloud: pulumi.CustomResourceOptions;
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
  readonly asn: number;
  /** Public addresses of its interfaces. */
  readonly outsideAddresses: readonly pulumi.Input<string>[];
}

/** What a gateway makes that chooses addresses and keys of tunnels by itself, by the tunnel's number less one. */
export interface OfferedTunnel {
  readonly outsideAddress: pulumi.Input<string>;
  readonly presharedKey: pulumi.Input<string>;
}

/** A site's network once the library has hold of it: what its links attach to. */
export interface Attached extends OutsideEnd {
  readonly end: LinkedSite;
}

/** How one cloud links its networks: builders, no base class. Each makes resources with the options of its site alone. */
export interface UnderlayKind<A extends Attached = Attached> {
  /** Firewall openings, and with a VPN the gateway. */
  attach(end: LinkedSite): A;

  /** Links two networks of the cloud over its own backbone, routes included. */
  peer(link: LinkPlan, first: A, second: A): void;

  /**
   * Makes tunnels whose addresses and keys the cloud chooses, routes included. Only clouds that are the first end of
   * their links have it.
   */
  offer?(link: LinkPlan, attached: A, other: OutsideEnd): readonly OfferedTunnel[];

  /** Makes this gateway's side of a link's tunnels, routes included. */
  connect(link: LinkPlan, attached: A, tunnels: readonly RemoteTunnel[]): void;
}
