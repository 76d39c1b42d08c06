import { formatAddress, parseCidr } from "../../../lib/plan/cidr";
import type { Making, Model } from "../model";
import { zonesOf } from "../regions";
import { apartFrom, atMostOne, cidr, cidrsAt, exactlyOne, forbids, insideOf, oneOf, requires, zone } from "../rules";
import { at, text } from "../wire";
import type { Thing } from "../world";
import {
  arn,
  CORE_ACCEPTER,
  CORE_NETWORK,
  CORE_VPC,
  EIP,
  ec2Id,
  ec2Outputs,
  INTERNET_GATEWAY,
  NAT_GATEWAY,
  PREFIX_LIST,
  ROUTE_TABLE,
  SUBNET,
  TRANSIT_GATEWAY,
  VPC,
  VPC_ATTACHMENT,
} from "./arns";

/** The ranges of a VPC: its own and those associated with it later. */
function vpcRanges(world: Making["world"]) {
  return (vpc: Thing) => {
    const more = [...world.usersOf(vpc)].filter(
      ({ type }) => type === "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
    );
    return [vpc, ...more].flatMap((thing) => cidrsAt(thing.outputs, "cidrBlock"));
  };
}

const inVpc = { vpcId: { to: [VPC], holds: true } } as const;
const isPublicNat = ({ inputs }: { inputs: unknown }) =>
  (text(inputs, "connectivityType") ?? "public") === "public" && text(inputs, "availabilityMode") !== "regional";
const ROUTE_TARGETS = [
  "carrierGatewayId",
  "coreNetworkArn",
  "egressOnlyGatewayId",
  "gatewayId",
  "localGatewayId",
  "natGatewayId",
  "networkInterfaceId",
  "odbNetworkArn",
  "transitGatewayId",
  "vpcEndpointId",
  "vpcPeeringConnectionId",
];

/** Networks of AWS. Sources: the EC2 API reference, and `ForceNew` in terraform-provider-aws 6. */
export const networkModels: { readonly [type: string]: Model } = {
  [VPC]: {
    id: ec2Id("vpc"),
    immutable: ["cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"],
    values: { cidrBlock: cidr(16, 28), instanceTenancy: oneOf("default", "dedicated") },
    rules: [
      requires("cidrBlock", ({ inputs }) => at(inputs, "ipv4IpamPoolId") === undefined, "unless ipv4IpamPoolId is"),
    ],
    handles: ["arn", "defaultSecurityGroupId", "mainRouteTableId"],
    outputs: (it) => {
      const table = `rtb-0${it.hex(16, "rtb")}`;
      const defaults = {
        defaultRouteTableId: table,
        mainRouteTableId: table,
        defaultNetworkAclId: `acl-0${it.hex(16, "acl")}`,
        defaultSecurityGroupId: `sg-0${it.hex(16, "sg")}`,
      };
      const switches = {
        enableDnsSupport: true,
        enableDnsHostnames: false,
        enableNetworkAddressUsageMetrics: false,
        instanceTenancy: "default",
      };
      return {
        ...ec2Outputs("vpc")(it),
        ...defaults,
        ...switches,
        dhcpOptionsId: `dopt-0${it.hex(16, "dopt")}`,
        ipv6AssociationId: "",
        ipv6CidrBlock: "",
        ipv6CidrBlockNetworkBorderGroup: "",
      };
    },
  },
  "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": {
    id: ec2Id("vpc-cidr-assoc"),
    immutable: ["*"],
    values: { cidrBlock: cidr(16, 28) },
    refers: inVpc,
  },
  [SUBNET]: {
    id: ec2Id("subnet"),
    immutable: [
      "vpcId",
      "cidrBlock",
      "availabilityZone",
      "availabilityZoneId",
      "ipv6Native",
      "outpostArn",
      "ipv4IpamPoolId",
    ],
    values: { cidrBlock: cidr(16, 28), availabilityZone: zone("aws") },
    rules: [atMostOne("availabilityZone", "availabilityZoneId")],
    refers: inVpc,
    world: [
      (it) => insideOf("cidrBlock", () => it.target("vpcId"), vpcRanges(it.world))(it),
      apartFrom(
        "cidrBlock",
        (it) => it.target("vpcId"),
        (subnet) => cidrsAt(subnet.inputs, "cidrBlock"),
      ),
    ],
    outputs: (it) => {
      const zoneName = text(it.inputs, "availabilityZone") ?? zonesOf("aws", it.region)?.[0] ?? `${it.region}a`;
      const defaults = {
        mapPublicIpOnLaunch: false,
        assignIpv6AddressOnCreation: false,
        privateDnsHostnameTypeOnLaunch: "ip-name",
      };
      const ipv6 = { ipv6CidrBlock: "", ipv6CidrBlockAssociationId: "" };
      return {
        ...ec2Outputs("subnet")(it),
        ...defaults,
        ...ipv6,
        availabilityZone: zoneName,
        availabilityZoneId: `${it.region}-az${zoneName.charCodeAt(zoneName.length - 1) - 96}`,
      };
    },
  },
  [ROUTE_TABLE]: {
    id: ec2Id("rtb"),
    immutable: ["vpcId"],
    values: { "routes[*].cidrBlock": cidr() },
    refers: {
      ...inVpc,
      "routes[*].gatewayId": { to: [INTERNET_GATEWAY], unless: /^(local|vgw-.*|vpce-.*)$/ },
      "routes[*].natGatewayId": { to: [NAT_GATEWAY] },
    },
    outputs: (it) => ({ ...ec2Outputs("route-table")(it), routes: [], propagatingVgws: [] }),
  },
  "aws:ec2/route:Route": {
    id: ({ hex, inputs }) => `r-${text(inputs, "routeTableId")}${Number.parseInt(hex(8), 16)}`,
    immutable: ["routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"],
    unique: [["routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"]],
    values: { destinationCidrBlock: cidr() },
    rules: [
      exactlyOne("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"),
      exactlyOne(...ROUTE_TARGETS),
    ],
    refers: {
      routeTableId: { to: [ROUTE_TABLE, VPC] },
      gatewayId: { to: [INTERNET_GATEWAY], unless: /^(local|vgw-.*|vpce-.*)$/ },
      natGatewayId: { to: [NAT_GATEWAY] },
      transitGatewayId: { to: [TRANSIT_GATEWAY] },
      destinationPrefixListId: { to: [PREFIX_LIST], holds: true },
      coreNetworkArn: { to: [CORE_NETWORK], isAnywhere: true },
    },
    world: [attachedFirst, attachedToCore],
    outputs: () => ({
      instanceId: "",
      instanceOwnerId: "",
      origin: "CreateRoute",
      state: "active",
      networkInterfaceId: "",
    }),
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    id: ec2Id("rtbassoc"),
    immutable: ["subnetId", "gatewayId"],
    unique: [["subnetId"], ["gatewayId"]],
    rules: [exactlyOne("subnetId", "gatewayId")],
    refers: { subnetId: { to: [SUBNET] }, routeTableId: { to: [ROUTE_TABLE, VPC] } },
    world: [
      (it) => {
        const [subnet, table] = [
          text(it.target("subnetId")?.inputs, "vpcId"),
          text(it.target("routeTableId")?.inputs, "vpcId"),
        ];
        const isSplit = subnet !== undefined && table !== undefined && subnet !== table;
        return isSplit
          ? `routeTableId: the route table is in ${table}, the subnet in ${subnet}; both must be in one VPC`
          : undefined;
      },
    ],
  },
  [INTERNET_GATEWAY]: {
    id: ec2Id("igw"),
    unique: [["vpcId"]],
    refers: inVpc,
    outputs: (it) => ({ ...ec2Outputs("internet-gateway")(it), vpcId: "" }),
  },
  [NAT_GATEWAY]: {
    id: ec2Id("nat"),
    immutable: ["subnetId", "allocationId", "connectivityType", "privateIp", "availabilityMode", "vpcId"],
    unique: [["allocationId"]],
    values: { connectivityType: oneOf("public", "private"), availabilityMode: oneOf("zonal", "regional") },
    rules: [
      requires("allocationId", isPublicNat, "for a public NAT gateway"),
      forbids(
        "allocationId",
        ({ inputs }) => text(inputs, "connectivityType") === "private",
        "for a private NAT gateway",
      ),
      requires("subnetId", ({ inputs }) => text(inputs, "availabilityMode") !== "regional", "for a zonal NAT gateway"),
    ],
    refers: {
      subnetId: { to: [SUBNET], holds: true },
      allocationId: { to: [EIP], holds: true },
      vpcId: { to: [VPC], holds: true },
    },
    outputs: (it) => ({
      publicIp: text(it.target("allocationId")?.outputs, "publicIp") ?? "",
      vpcId: text(it.target("subnetId")?.inputs, "vpcId") ?? "",
      privateIp: hostOf(text(it.target("subnetId")?.inputs, "cidrBlock"), 4),
      networkInterfaceId: `eni-0${it.hex(16, "eni")}`,
      associationId: `eipassoc-0${it.hex(16, "assoc")}`,
      availabilityMode: "zonal",
    }),
  },
  [EIP]: {
    id: ec2Id("eipalloc"),
    immutable: ["domain", "address", "publicIpv4Pool", "networkBorderGroup", "customerOwnedIpv4Pool", "ipamPoolId"],
    values: { domain: oneOf("vpc") },
    outputs: (it) => {
      const digits = it.hex(6, "ip");
      const publicIp = `52.${[0, 2, 4].map((i) => Number.parseInt(digits.slice(i, i + 2), 16)).join(".")}`;
      const facts = {
        domain: "vpc",
        networkBorderGroup: it.region,
        publicIpv4Pool: "amazon",
        instance: "",
        networkInterface: "",
        associationId: "",
        privateIp: "",
      };
      return {
        arn: arn(it, "ec2", `elastic-ip/${it.id}`),
        allocationId: it.id,
        publicIp,
        publicDns: `ec2-${publicIp.replaceAll(".", "-")}.${it.region}.compute.amazonaws.com`,
        ...facts,
      };
    },
  },
};

/** An address of a range, counted from its first. */
function hostOf(range: string | undefined, index: number): string {
  if (range === undefined) return "";
  return formatAddress(parseCidr(range).start + index);
}

/** A route to a transit gateway is refused until the VPC is attached to it (InvalidTransitGatewayID.NotFound). */
function attachedFirst(it: Making): string | undefined {
  const [gateway, table] = [it.target("transitGatewayId"), it.target("routeTableId")];
  const vpc = text(table?.inputs, "vpcId");
  if (gateway === undefined || vpc === undefined) return undefined;
  const isAttached = [...it.world.usersOf(gateway)].some(
    ({ type, inputs }) => type === VPC_ATTACHMENT && text(inputs, "vpcId") === vpc,
  );
  return isAttached
    ? undefined
    : `transitGatewayId: ${vpc} is not attached to ${gateway.id} yet; make the route after that`;
}

/** A route to a core network is refused until the VPC's attachment is available (InvalidCoreNetworkArn). */
function attachedToCore(it: Making): string | undefined {
  const [core, table] = [it.target("coreNetworkArn"), it.target("routeTableId")];
  const vpc = text(table?.inputs, "vpcId");
  if (core === undefined || vpc === undefined) return undefined;
  const isAttached = [...it.world.usersOf(core)].some(
    (one) =>
      one.type === CORE_VPC &&
      one.uses.some(({ target }) => target.id === vpc) &&
      (text(one.outputs, "state") === "AVAILABLE" ||
        [...it.world.usersOf(one)].some(({ type }) => type === CORE_ACCEPTER)),
  );
  return isAttached
    ? undefined
    : `coreNetworkArn: ${vpc} is not attached to ${core.id} yet; make the route once its attachment is accepted`;
}
