import type { Model } from "../model";
import { exactlyOne, forbids, matches, oneOf, requires } from "../rules";
import { at, text } from "../wire";
import { arn, ec2Id, ec2Outputs, ROLE, ROUTE_TABLE, SECURITY_GROUPS, SUBNET, VPC } from "./arns";

const FLOW_LOG_SOURCES = [
  "eniId",
  "subnetId",
  "transitGatewayAttachmentId",
  "transitGatewayId",
  "vpcId",
  "regionalNatGatewayId",
];

/** Endpoints of services and flow logs of a VPC. Sources: the EC2 API reference, and `ForceNew` in terraform-provider-aws 6. */
export const endpointModels: { readonly [type: string]: Model } = {
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    id: ec2Id("vpce"),
    immutable: [
      "vpcId",
      "serviceName",
      "vpcEndpointType",
      "serviceRegion",
      "resourceConfigurationArn",
      "serviceNetworkArn",
    ],
    values: {
      vpcEndpointType: oneOf("Gateway", "Interface", "GatewayLoadBalancer", "Resource", "ServiceNetwork"),
      serviceName: (value, { inputs, region }) => {
        const named = /^(?:com|cn\.com)\.amazonaws\.([a-z0-9-]+)\.[a-z0-9.-]+$/.exec(String(value))?.[1];
        const isOther =
          named !== undefined &&
          /-\d$/.test(named) &&
          named !== (text(inputs, "serviceRegion") ?? region) &&
          region !== undefined;
        return isOther ? `must be a service of ${region}; got "${value}" of ${named}` : undefined;
      },
    },
    rules: [
      exactlyOne("serviceName", "resourceConfigurationArn", "serviceNetworkArn"),
      forbids(
        "subnetIds",
        ({ inputs }) => (text(inputs, "vpcEndpointType") ?? "Gateway") === "Gateway",
        "for a Gateway endpoint; give routeTableIds",
      ),
      forbids(
        "routeTableIds",
        ({ inputs }) => text(inputs, "vpcEndpointType") === "Interface",
        "for an Interface endpoint; give subnetIds",
      ),
      ({ inputs }) => {
        const isGateway = (text(inputs, "vpcEndpointType") ?? "Gateway") === "Gateway";
        const service = text(inputs, "serviceName");
        if (!isGateway || service === undefined || /\.(s3|dynamodb|s3express)$/.test(service)) return undefined;
        return {
          property: "vpcEndpointType",
          reason: `must be "Interface" for ${service}: only s3, s3express and dynamodb have a Gateway (the default)`,
        };
      },
    ],
    refers: {
      vpcId: { to: [VPC], holds: true },
      "subnetIds[*]": { to: [SUBNET], holds: true },
      "securityGroupIds[*]": { to: SECURITY_GROUPS, holds: true },
      "routeTableIds[*]": { to: [ROUTE_TABLE, VPC] },
    },
    world: [
      (it) => {
        const vpc = it.target("vpcId");
        const isReady =
          vpc === undefined ||
          (at(vpc.outputs, "enableDnsHostnames") === true && at(vpc.outputs, "enableDnsSupport") !== false);
        return at(it.inputs, "privateDnsEnabled") === true && !isReady
          ? `privateDnsEnabled: needs enableDnsHostnames and enableDnsSupport on ${vpc.id}`
          : undefined;
      },
    ],
    outputs: (it) => ({
      ...ec2Outputs("vpc-endpoint")(it),
      state: "available",
      requesterManaged: false,
      ipAddressType: "ipv4",
      vpcEndpointType: "Gateway",
      serviceRegion: it.region,
      prefixListId: `pl-${it.hex(8, "pl")}`,
      privateDnsEnabled: false,
    }),
  },
  "aws:ec2/flowLog:FlowLog": {
    id: ec2Id("fl"),
    immutable: ["*"],
    mutable: ["tags"],
    values: {
      trafficType: oneOf("ACCEPT", "REJECT", "ALL"),
      maxAggregationInterval: oneOf(60, 600),
      logDestinationType: oneOf("cloud-watch-logs", "s3", "kinesis-data-firehose"),
      logDestination: matches(/^arn:/, "an ARN"),
    },
    rules: [
      exactlyOne(...FLOW_LOG_SOURCES),
      requires(
        "trafficType",
        ({ inputs }) =>
          at(inputs, "transitGatewayId") === undefined && at(inputs, "transitGatewayAttachmentId") === undefined,
        "for a VPC, a subnet or an interface",
      ),
      requires(
        "iamRoleArn",
        ({ inputs }) => (text(inputs, "logDestinationType") ?? "cloud-watch-logs") === "cloud-watch-logs",
        "for a destination in CloudWatch Logs",
      ),
    ],
    refers: { vpcId: { to: [VPC] }, subnetId: { to: [SUBNET] }, iamRoleArn: { to: [ROLE] } },
    outputs: (it) => ({
      arn: arn(it, "ec2", `vpc-flow-log/${it.id}`),
      logDestinationType: "cloud-watch-logs",
      maxAggregationInterval: 600,
    }),
  },
};
