import type * as pulumi from "@pulumi/pulumi";

/** A VPC network, for its links. */
export interface GcpSite extends GcpGateway {
  /** Id of the network. */
  readonly network: pulumi.Input<string>;
}

/** An HA VPN gateway and its router. Empty without a VPN. */
export interface GcpGateway {
  readonly vpnGateway: pulumi.Input<string>;
  readonly router: pulumi.Input<string>;
  readonly routerName: pulumi.Input<string>;
  /** Public addresses of both interfaces. */
  readonly addresses: pulumi.Input<string[]>;
  /** Id of the hub that tunnels are made known to; empty in a site. */
  readonly hub: pulumi.Input<string>;
}

/** A hub of Network Connectivity Center. */
export interface GcpWideArea {
  readonly hub: pulumi.Input<string>;
}

const GATEWAY = ["vpnGateway", "router", "routerName", "addresses", "hub"] as const;

export const GCP_WORDS = { site: ["network", ...GATEWAY], gateway: GATEWAY, wideArea: ["hub"] } as const;

export const NO_GATEWAY: GcpGateway = { vpnGateway: "", router: "", routerName: "", addresses: [], hub: "" };
