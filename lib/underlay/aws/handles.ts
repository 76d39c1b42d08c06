import type * as pulumi from "@pulumi/pulumi";

/** A VPC, for its links. */
export interface AwsSite extends AwsGateway {
  readonly vpcId: pulumi.Input<string>;
  /** One subnet in each zone, where attachments have their network interfaces. */
  readonly subnetIds: pulumi.Input<string[]>;
  /** Route table of the private subnets of each zone. */
  readonly tables: pulumi.Input<Record<string, string>>;
}

/** Where VPN connections end: at a site's transit gateway, or at the edge of a core network. */
export interface AwsGateway {
  /** Empty at a hub, and in a site without a VPN. */
  readonly transitGatewayId: pulumi.Input<string>;
  /** Empty in a site. */
  readonly coreNetworkId: pulumi.Input<string>;
}

/** A core network of Cloud WAN. */
export interface AwsWideArea {
  readonly coreNetworkId: pulumi.Input<string>;
  readonly coreNetworkArn: pulumi.Input<string>;
  /** ARN of what shares it with other accounts; empty where nothing must. */
  readonly shareArn: pulumi.Input<string>;
}

const GATEWAY = ["transitGatewayId", "coreNetworkId"] as const;

export const AWS_WORDS = {
  site: ["vpcId", "subnetIds", "tables", ...GATEWAY],
  gateway: GATEWAY,
  wideArea: ["coreNetworkId", "coreNetworkArn", "shareArn"],
} as const;
