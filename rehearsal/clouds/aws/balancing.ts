import { contains, parseAddress, readCidr } from "../../../lib/plan/cidr";
import type { Making, Model } from "../model";
import { between, exactlyOne, forbids, matches, oneOf, requires } from "../rules";
import { at, select, text } from "../wire";
import { arn, EIP, LOAD_BALANCER, NODE_GROUP, SECURITY_GROUPS, SUBNET, TARGET_GROUP, VPC } from "./arns";

const NAME = matches(
  /^(?!internal-)(?!-)[A-Za-z0-9-]{1,32}(?<!-)$/,
  "1 to 32 letters, digits and hyphens, no hyphen first or last, and not internal-",
);
const PORT = between(1, 65535);
const kindOf = (inputs: unknown) => text(inputs, "loadBalancerType") ?? "application";
const LISTENER_PROTOCOLS: { readonly [kind: string]: readonly string[] } = {
  application: ["HTTP", "HTTPS"],
  network: ["TCP", "UDP", "TLS", "TCP_UDP", "QUIC", "TCP_QUIC"],
  gateway: [],
};

/** Load balancers. Sources: the ELB v2 API reference, and `ForceNew` in terraform-provider-aws 6. */
export const balancingModels: { readonly [type: string]: Model } = {
  [LOAD_BALANCER]: {
    id: (it) => arn(it, "elasticloadbalancing", `loadbalancer/${suffix(it)}`),
    name: { property: "name", rule: NAME, maxLength: 32 },
    immutable: ["internal", "loadBalancerType", "name", "namePrefix", "customerOwnedIpv4Pool", "subnetMappings"],
    values: {
      loadBalancerType: oneOf("application", "network", "gateway"),
      ipAddressType: oneOf("ipv4", "dualstack", "dualstack-without-public-ipv4"),
      idleTimeout: between(1, 4000, "seconds"),
    },
    rules: [
      exactlyOne("subnets", "subnetMappings"),
      ({ inputs }) => {
        const index = select(inputs, "subnetMappings[*].privateIpv4Address")[0];
        const fits = kindOf(inputs) === "network" && at(inputs, "internal") === true;
        return index === undefined || fits
          ? undefined
          : { property: index.path, reason: "can be given for an internal network load balancer only" };
      },
      ({ inputs }) => {
        const index = select(inputs, "subnetMappings[*].allocationId")[0];
        const fits = kindOf(inputs) === "network" && at(inputs, "internal") !== true;
        return index === undefined || fits
          ? undefined
          : { property: index.path, reason: "can be given for an internet-facing network load balancer only" };
      },
    ],
    refers: {
      "subnets[*]": { to: [SUBNET], holds: true },
      "subnetMappings[*].subnetId": { to: [SUBNET], holds: true },
      "subnetMappings[*].allocationId": { to: [EIP], holds: true },
      "securityGroups[*]": { to: SECURITY_GROUPS, holds: true },
    },
    world: [oneSubnetPerZone, addressInSubnet],
    undeletable: ({ inputs }) =>
      at(inputs, "enableDeletionProtection") === true
        ? "enableDeletionProtection is on; set it to false, update, and then delete"
        : undefined,
    outputs: (it) => ({
      arn: it.id,
      arnSuffix: it.id.split(":loadbalancer/").at(-1),
      dnsName: `${text(it.inputs, "name")}-${it.hex(10)}.elb.${it.region}.amazonaws.com`,
      vpcId: text(subnetsOf(it)[0]?.inputs, "vpcId") ?? "",
      zoneId: `Z${it.hex(13).toUpperCase()}`,
      internal: false,
      loadBalancerType: "application",
      ipAddressType: "ipv4",
      subnets: subnetsOf(it).map(({ id }) => id),
      subnetMappings: [],
      securityGroups: [],
      namePrefix: "",
    }),
  },
  [TARGET_GROUP]: {
    id: (it) => arn(it, "elasticloadbalancing", `targetgroup/${text(it.inputs, "name")}/${it.hex(16)}`),
    name: { property: "name", rule: NAME, maxLength: 32 },
    immutable: ["name", "namePrefix", "port", "protocol", "protocolVersion", "targetType", "vpcId", "ipAddressType"],
    values: {
      port: PORT,
      protocol: oneOf("GENEVE", "HTTP", "HTTPS", "TCP", "TCP_UDP", "TLS", "UDP", "QUIC", "TCP_QUIC"),
      targetType: oneOf("instance", "ip", "lambda", "alb"),
      "healthCheck.interval": between(5, 300, "seconds"),
      "healthCheck.healthyThreshold": between(2, 10),
      "healthCheck.unhealthyThreshold": between(2, 10),
      "healthCheck.timeout": between(2, 120, "seconds"),
      deregistrationDelay: between(0, 3600, "seconds"),
    },
    rules: ["port", "protocol", "vpcId"].map((path) =>
      requires(path, ({ inputs }) => text(inputs, "targetType") !== "lambda", "unless targetType is lambda"),
    ),
    refers: { vpcId: { to: [VPC] } },
    outputs: (it) => ({
      arn: it.id,
      arnSuffix: it.id.split(":").at(-1),
      loadBalancerArns: [],
      targetType: "instance",
      ipAddressType: "ipv4",
      namePrefix: "",
    }),
  },
  "aws:lb/listener:Listener": {
    id: (it) => `${(text(it.inputs, "loadBalancerArn") ?? "").replace(":loadbalancer/", ":listener/")}/${it.hex(16)}`,
    unique: [["loadBalancerArn", "port"]],
    immutable: ["loadBalancerArn"],
    values: { port: PORT, protocol: oneOf(...Object.values(LISTENER_PROTOCOLS).flat()) },
    rules: [
      requires(
        "certificateArn",
        ({ inputs }) => /^(HTTPS|TLS)$/.test(text(inputs, "protocol") ?? ""),
        "for HTTPS and TLS",
      ),
      forbids(
        "certificateArn",
        ({ inputs }) => /^(HTTP|TCP|UDP|TCP_UDP)$/.test(text(inputs, "protocol") ?? ""),
        "for a protocol without TLS",
      ),
    ],
    refers: {
      loadBalancerArn: { to: [LOAD_BALANCER] },
      "defaultActions[*].targetGroupArn": { to: [TARGET_GROUP], holds: true },
      "defaultActions[*].forward.targetGroups[*].arn": { to: [TARGET_GROUP], holds: true },
    },
    world: [
      (it) => {
        const kind = kindOf(it.target("loadBalancerArn")?.inputs);
        const [protocol, allowed] = [text(it.inputs, "protocol"), LISTENER_PROTOCOLS[kind] ?? []];
        return protocol === undefined || allowed.includes(protocol)
          ? undefined
          : `protocol: a load balancer of type ${kind} takes ${allowed.join(", ") || "none"}; got ${protocol}`;
      },
    ],
    outputs: (it) => ({ arn: it.id }),
  },
  "aws:autoscaling/attachment:Attachment": {
    id: ({ inputs, hex }) => `${text(inputs, "autoscalingGroupName")}-${hex(26)}`,
    immutable: ["*"],
    unique: [["autoscalingGroupName", "lbTargetGroupArn", "elb"]],
    rules: [exactlyOne("lbTargetGroupArn", "elb")],
    refers: {
      lbTargetGroupArn: { to: [TARGET_GROUP] },
      autoscalingGroupName: { to: [NODE_GROUP, "aws:autoscaling/group:Group"], unless: /^(?!eks-)/ },
    },
  },
};

function suffix(it: { inputs: unknown; hex(length: number): string }): string {
  return `${{ application: "app", network: "net", gateway: "gwy" }[kindOf(it.inputs)] ?? "app"}/${text(it.inputs, "name")}/${it.hex(16)}`;
}

function subnetsOf(it: Making) {
  return [...it.targets("subnets[*]"), ...it.targets("subnetMappings[*].subnetId")];
}

function oneSubnetPerZone(it: Making): string | undefined {
  const zones = subnetsOf(it).map(({ outputs }) => text(outputs, "availabilityZone"));
  const double = zones.find((zone, i) => zones.indexOf(zone) !== i);
  if (double !== undefined) return `subnets: at most one subnet of each zone; ${double} has several`;
  const named = [...select(it.inputs, "subnets[*]"), ...select(it.inputs, "subnetMappings[*].subnetId")];
  const isShort = kindOf(it.inputs) === "application" && named.length < 2;
  return isShort
    ? `subnets: an application load balancer needs subnets in two zones at least; got ${named.length}`
    : undefined;
}

/** AWS keeps the first four addresses and the last of every subnet. */
function addressInSubnet(it: Making): string | undefined {
  const mappings = select(it.inputs, "subnetMappings[*]").map(({ value }) => value);
  for (const mapping of mappings) {
    const address = parseAddress(text(mapping, "privateIpv4Address") ?? "");
    const subnet = it.targets("subnetMappings[*].subnetId").find(({ id }) => id === text(mapping, "subnetId"));
    const range = readCidr(text(subnet?.inputs, "cidrBlock") ?? "");
    if (address === undefined || subnet === undefined || "fault" in range) continue;
    const isInside = contains(range, { start: address, prefix: 32 });
    const isKept = address < range.start + 4 || address === range.start + 2 ** (32 - range.prefix) - 1;
    if (!isInside || isKept)
      return `subnetMappings: ${text(mapping, "privateIpv4Address")} must lie in ${text(subnet.inputs, "cidrBlock")} of ${subnet.id}, not among its first four addresses or its last`;
  }
  return undefined;
}
