import type * as pulumi from "@pulumi/pulumi";

/** A virtual network, for its links. */
export interface AzureSite extends AzureGateway {
  readonly vnetId: pulumi.Input<string>;
  readonly vnetName: pulumi.Input<string>;
}

/** A VPN gateway. All but the group is empty without a VPN. */
export interface AzureGateway {
  readonly group: pulumi.Input<string>;
  readonly gatewayId: pulumi.Input<string>;
  readonly gatewayName: pulumi.Input<string>;
  /** Ids of the configurations of both instances. */
  readonly configurations: pulumi.Input<string[]>;
  /** Public addresses of both instances. */
  readonly addresses: pulumi.Input<string[]>;
  /** Id of the virtual WAN; empty in a site. */
  readonly wan: pulumi.Input<string>;
}

/** A virtual WAN and its hubs. */
export interface AzureWideArea {
  readonly group: pulumi.Input<string>;
  readonly wan: pulumi.Input<string>;
}

const GATEWAY = ["group", "gatewayId", "gatewayName", "configurations", "addresses", "wan"] as const;

export const AZURE_WORDS = {
  site: ["vnetId", "vnetName", ...GATEWAY],
  gateway: GATEWAY,
  wideArea: ["group", "wan"],
} as const;
