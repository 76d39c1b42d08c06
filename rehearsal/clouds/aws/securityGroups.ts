import type { Model } from "../model";
import { anyCidr, ascending, between, exactlyOne, forbids, matches, oneOf, requires } from "../rules";
import { text } from "../wire";
import {
  arn,
  ec2Id,
  ec2Outputs,
  LAUNCH_TEMPLATE,
  PREFIX_LIST,
  SECURITY_GROUP,
  SECURITY_GROUPS,
  SUBNET,
  VPC,
} from "./arns";

const port = between(-1, 65535);
const isAllTraffic = ({ inputs }: { inputs: unknown }) => text(inputs, "ipProtocol") === "-1";
const PROTOCOL = matches(
  /^(-1|all|tcp|udp|icmp|icmpv6|\d{1,3})$/i,
  '"tcp", "udp", "icmp", "icmpv6", "-1" or a number of IANA',
);
const securityGroupName = matches(
  /^(?!sg-)[\w .:\-/()#,@[\]+=&;{}!$*]{1,255}$/,
  "1 to 255 characters that do not begin with sg-",
);

/** One rule of a security group, as a resource of its own. */
const ruleModel: Model = {
  id: ec2Id("sgr"),
  immutable: ["securityGroupId"],
  unique: [
    [
      "securityGroupId",
      "ipProtocol",
      "fromPort",
      "toPort",
      "cidrIpv4",
      "cidrIpv6",
      "prefixListId",
      "referencedSecurityGroupId",
    ],
  ],
  values: { cidrIpv4: anyCidr, fromPort: port, toPort: port, ipProtocol: PROTOCOL },
  rules: [
    exactlyOne("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"),
    // Of ICMP the two are a type and a code.
    (it) => (/^icmp/i.test(text(it.inputs, "ipProtocol") ?? "") ? undefined : ascending("fromPort", "toPort")(it)),
    requires(
      "fromPort",
      (it) => !isAllTraffic(it) && /^(tcp|udp)$/.test(text(it.inputs, "ipProtocol") ?? ""),
      "for tcp and udp",
    ),
    requires(
      "toPort",
      (it) => !isAllTraffic(it) && /^(tcp|udp)$/.test(text(it.inputs, "ipProtocol") ?? ""),
      "for tcp and udp",
    ),
    forbids("fromPort", isAllTraffic, "when ipProtocol is -1, which means all ports"),
    forbids("toPort", isAllTraffic, "when ipProtocol is -1, which means all ports"),
  ],
  refers: {
    securityGroupId: { to: SECURITY_GROUPS },
    prefixListId: { to: [PREFIX_LIST], holds: true },
    referencedSecurityGroupId: { to: SECURITY_GROUPS, unless: /^\d{12}\// },
  },
  outputs: (it) => ({ arn: arn(it, "ec2", `security-group-rule/${it.id}`), securityGroupRuleId: it.id }),
};

const inline = (side: string) => ({
  [`${side}[*].cidrBlocks[*]`]: anyCidr,
  [`${side}[*].fromPort`]: port,
  [`${side}[*].toPort`]: port,
  [`${side}[*].protocol`]: PROTOCOL,
});

/** Security groups and launch templates. Source: the EC2 API reference, and `ForceNew` in terraform-provider-aws 6. */
export const securityGroupModels: { readonly [type: string]: Model } = {
  [SECURITY_GROUP]: {
    id: ec2Id("sg"),
    name: { property: "name", rule: securityGroupName },
    unique: [["vpcId", "name"]],
    immutable: ["name", "namePrefix", "description", "vpcId"],
    values: {
      ...inline("ingress"),
      ...inline("egress"),
      description: matches(
        /^[\w .:\-/()#,@[\]+=&;{}!$*]{1,255}$/,
        "1 to 255 letters, digits and . _-:/()#,@[]+=&;{}!$*",
      ),
    },
    refers: {
      vpcId: { to: [VPC], holds: true },
      "ingress[*].securityGroups[*]": { to: SECURITY_GROUPS },
      "egress[*].securityGroups[*]": { to: SECURITY_GROUPS },
    },
    defaults: () => ({ description: "Managed by Pulumi" }),
    outputs: (it) => ({ ...ec2Outputs("security-group")(it), ingress: [], egress: [], namePrefix: "" }),
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ruleModel,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ruleModel,
  "aws:ec2/securityGroupRule:SecurityGroupRule": {
    id: ({ hex }) => `sgrule-${Number.parseInt(hex(8), 16)}`,
    immutable: ["*"],
    mutable: ["description"],
    unique: [
      [
        "securityGroupId",
        "type",
        "protocol",
        "fromPort",
        "toPort",
        "cidrBlocks",
        "ipv6CidrBlocks",
        "prefixListIds",
        "self",
        "sourceSecurityGroupId",
      ],
    ],
    values: {
      type: oneOf("ingress", "egress"),
      fromPort: port,
      toPort: port,
      "cidrBlocks[*]": anyCidr,
      protocol: PROTOCOL,
    },
    rules: [ascending("fromPort", "toPort")],
    refers: {
      securityGroupId: { to: SECURITY_GROUPS },
      sourceSecurityGroupId: { to: SECURITY_GROUPS, unless: /^\d{12}\// },
    },
  },
  [LAUNCH_TEMPLATE]: {
    id: ec2Id("lt"),
    name: {
      property: "name",
      rule: matches(/^[\w().\-/]{3,128}$/, "3 to 128 letters, digits and ( ) . - / _"),
      maxLength: 128,
    },
    immutable: ["name", "namePrefix"],
    values: {
      "metadataOptions.httpTokens": oneOf("required", "optional"),
      "metadataOptions.httpEndpoint": oneOf("enabled", "disabled"),
      "metadataOptions.httpPutResponseHopLimit": between(1, 64),
      "blockDeviceMappings[*].ebs.volumeType": oneOf("standard", "gp2", "gp3", "io1", "io2", "sc1", "st1"),
      "blockDeviceMappings[*].ebs.volumeSize": between(1, 65536, "GiB"),
      "tagSpecifications[*].resourceType": matches(
        /^[a-z]+(-[a-z]+)*$/,
        'a resource type such as "instance" or "volume"',
      ),
      userData: matches(/^[A-Za-z0-9+/\r\n]*={0,2}\s*$/, "encoded in Base64"),
    },
    refers: {
      "vpcSecurityGroupIds[*]": { to: SECURITY_GROUPS },
      "networkInterfaces[*].securityGroups[*]": { to: SECURITY_GROUPS },
      "networkInterfaces[*].subnetId": { to: [SUBNET] },
    },
    outputs: (it) => {
      const metadata = {
        httpEndpoint: "enabled",
        httpTokens: "optional",
        httpPutResponseHopLimit: 1,
        httpProtocolIpv6: "",
        instanceMetadataTags: "",
      };
      return {
        arn: arn(it, "ec2", `launch-template/${it.id}`),
        latestVersion: 1,
        defaultVersion: 1,
        metadataOptions: metadata,
        namePrefix: "",
      };
    },
    counters: ["latestVersion"],
  },
};
