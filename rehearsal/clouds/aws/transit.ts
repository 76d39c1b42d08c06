import { type Cidr, overlap, readCidr } from "../../../lib/plan/cidr";
import type { CheckFailure } from "../../engine/provider";
import type { Making, Model, Subject } from "../model";
import { all, atMostOne, cidr, cidrsAt, matches, oneOf } from "../rules";
import { select, text } from "../wire";
import type { Thing } from "../world";
import {
  arn,
  CUSTOMER_GATEWAY,
  ec2Id,
  ec2Outputs,
  SUBNET,
  TRANSIT_GATEWAY,
  VPC,
  VPC_ATTACHMENT,
  VPC_PEERING,
  VPN_CONNECTION,
} from "./arns";

const onOff = oneOf("enable", "disable");

/** ASNs of a transit gateway: private ones, of 16 and of 32 bits. */
function isPrivateAsn(asn: unknown): boolean {
  const number = Number(asn);
  return (number >= 64512 && number <= 65534) || (number >= 4_200_000_000 && number <= 4_294_967_294);
}

/** Inside addresses that AWS keeps for itself (CreateVpnConnection, TunnelInsideCidr). */
const KEPT: readonly Cidr[] = ["0.0", "1.0", "2.0", "3.0", "4.0", "5.0", "169.252"].map((tail) => {
  const read = readCidr(`169.254.${tail}/30`);
  if ("fault" in read) throw new Error(`169.254.${tail}/30`);
  return read;
});

const insideCidr = all(cidr(30, 30), (value) => {
  const read = typeof value === "string" ? readCidr(value) : undefined;
  if (read === undefined || "fault" in read) return undefined;
  const isLinkLocal = String(value).startsWith("169.254.");
  if (!isLinkLocal) return `must be a /30 of 169.254.0.0/16; got "${value}"`;
  return KEPT.some((kept) => overlap(kept, read)) ? `must not be one that AWS keeps; got "${value}"` : undefined;
});

const presharedKey = matches(
  /^[A-Za-z1-9._][A-Za-z0-9._]{7,63}$/,
  "8 to 64 letters, digits, . and _ that do not begin with 0",
);

/** Transit gateways, VPNs and peerings of VPCs. Sources: the EC2 API reference, and `ForceNew` in terraform-provider-aws 6. */
export const transitModels: { readonly [type: string]: Model } = {
  [TRANSIT_GATEWAY]: {
    id: ec2Id("tgw"),
    immutable: ["multicastSupport"],
    values: {
      amazonSideAsn: (value) =>
        isPrivateAsn(value) ? undefined : `must be a private ASN, 64512 to 65534; got ${value}`,
      vpnEcmpSupport: onOff,
      defaultRouteTableAssociation: onOff,
      defaultRouteTablePropagation: onOff,
      autoAcceptSharedAttachments: onOff,
    },
    outputs: (it) => ({
      ...ec2Outputs("transit-gateway")(it),
      amazonSideAsn: 64512,
      vpnEcmpSupport: "enable",
      defaultRouteTableAssociation: "enable",
      defaultRouteTablePropagation: "enable",
      autoAcceptSharedAttachments: "disable",
      associationDefaultRouteTableId: `tgw-rtb-0${it.hex(16, "rtb")}`,
      propagationDefaultRouteTableId: `tgw-rtb-0${it.hex(16, "rtb")}`,
    }),
  },
  [VPC_ATTACHMENT]: {
    id: ec2Id("tgw-attach"),
    immutable: ["transitGatewayId", "vpcId"],
    unique: [["transitGatewayId", "vpcId"]],
    refers: {
      transitGatewayId: { to: [TRANSIT_GATEWAY], holds: true },
      vpcId: { to: [VPC], holds: true },
      "subnetIds[*]": { to: [SUBNET], holds: true },
    },
    world: [subnetsOfOneVpc],
    outputs: (it) => ({ arn: arn(it, "ec2", `transit-gateway-attachment/${it.id}`), vpcOwnerId: it.account.owner }),
  },
  [CUSTOMER_GATEWAY]: {
    id: ec2Id("cgw"),
    immutable: ["bgpAsn", "bgpAsnExtended", "ipAddress", "type", "certificateArn", "deviceName"],
    values: {
      type: oneOf("ipsec.1"),
      bgpAsn: matches(/^[1-9]\d{0,9}$/, "an ASN in decimal digits"),
      ipAddress: matches(/^(?!10\.|192\.168\.|169\.254\.)\d{1,3}(\.\d{1,3}){3}$/, "a public IPv4 address"),
    },
    rules: [atMostOne("bgpAsn", "bgpAsnExtended")],
    outputs: ec2Outputs("customer-gateway"),
  },
  [VPN_CONNECTION]: {
    id: ec2Id("vpn"),
    immutable: ["type", "staticRoutesOnly", "enableAcceleration", "tunnelInsideIpVersion"],
    values: {
      type: oneOf("ipsec.1"),
      tunnel1InsideCidr: insideCidr,
      tunnel2InsideCidr: insideCidr,
      tunnel1PresharedKey: presharedKey,
      tunnel2PresharedKey: presharedKey,
      tunnel1StartupAction: oneOf("add", "start"),
      tunnel2StartupAction: oneOf("add", "start"),
      tunnel1DpdTimeoutAction: oneOf("clear", "none", "restart"),
      tunnel2DpdTimeoutAction: oneOf("clear", "none", "restart"),
    },
    // With neither it waits to be attached to a core network.
    rules: [atMostOne("transitGatewayId", "vpnGatewayId"), tunnelsApart],
    refers: {
      transitGatewayId: { to: [TRANSIT_GATEWAY], holds: true },
      customerGatewayId: { to: [CUSTOMER_GATEWAY], holds: true },
    },
    world: [asnOfItsOwn, insideFree],
    outputs: vpnOutputs,
  },
  [VPC_PEERING]: {
    id: ec2Id("pcx"),
    immutable: ["vpcId", "peerVpcId", "peerOwnerId", "peerRegion"],
    unique: [["vpcId", "peerVpcId"]],
    rules: [
      ({ inputs }) =>
        inputs.autoAccept === true && text(inputs, "peerRegion") !== undefined
          ? {
              property: "autoAccept",
              reason: "cannot be true with peerRegion; accept it by a VpcPeeringConnectionAccepter",
            }
          : undefined,
    ],
    refers: { vpcId: { to: [VPC], holds: true } },
    world: [peersApart],
    outputs: (it) => ({ acceptStatus: "pending-acceptance", peerOwnerId: it.account.owner, peerRegion: it.region }),
  },
  "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter": {
    id: ({ inputs }) => text(inputs, "vpcPeeringConnectionId") ?? "",
    immutable: ["vpcPeeringConnectionId"],
    unique: [["vpcPeeringConnectionId"]],
    world: [acceptedWhereItLeads],
    outputs: () => ({ acceptStatus: "active" }),
  },
};

function subnetsOfOneVpc(it: Making): string | undefined {
  const vpc = it.target("vpcId")?.id;
  const zones = new Set<unknown>();
  for (const subnet of it.targets("subnetIds[*]")) {
    if (text(subnet.inputs, "vpcId") !== vpc) return `subnetIds: ${subnet.id} is not in ${vpc}`;
    const zone = text(subnet.outputs, "availabilityZone");
    if (zones.has(zone)) return `subnetIds: two subnets are in ${zone}; give one for each zone`;
    zones.add(zone);
  }
  return undefined;
}

function tunnelsApart({ inputs }: Subject): CheckFailure | undefined {
  const [one, two] = [...cidrsAt(inputs, "tunnel1InsideCidr"), ...cidrsAt(inputs, "tunnel2InsideCidr")];
  return one !== undefined && two !== undefined && overlap(one, two)
    ? { property: "tunnel2InsideCidr", reason: "must differ from tunnel1InsideCidr" }
    : undefined;
}

/** BGP between two systems needs two numbers: AWS takes a session of one for its own and never brings it up. */
function asnOfItsOwn(it: Making): string | undefined {
  const own = it.target("transitGatewayId")?.outputs.amazonSideAsn;
  const other = text(it.target("customerGatewayId")?.inputs, "bgpAsn");
  return own !== undefined && other === String(own)
    ? `customerGatewayId: the customer gateway has the ASN of the transit gateway, ${other}; give each its own`
    : undefined;
}

/** Inside addresses are unique among all VPN connections of one transit gateway. */
function insideFree(it: Making): string | undefined {
  const gateway = it.target("transitGatewayId");
  if (gateway === undefined) return undefined;
  for (const other of it.world.usersOf(gateway)) {
    if (other.type !== VPN_CONNECTION || other.id === it.id) continue;
    const clash = insides(it.inputs).find((one) => insides(other.inputs).some((theirs) => overlap(one, theirs)));
    if (clash !== undefined) return `tunnel1InsideCidr, tunnel2InsideCidr: ${other.id} has the same inside addresses`;
  }
  return undefined;
}

function insides(inputs: unknown): Cidr[] {
  return [...cidrsAt(inputs, "tunnel1InsideCidr"), ...cidrsAt(inputs, "tunnel2InsideCidr")];
}

function vpnOutputs(it: Making) {
  const asn = String(it.target("transitGatewayId")?.outputs.amazonSideAsn ?? 64512);
  const tunnel = (number: 1 | 2) => {
    const digits = it.hex(6, `tunnel${number}`);
    const address = `3.${[0, 2, 4].map((i) => Number.parseInt(digits.slice(i, i + 2), 16)).join(".")}`;
    const inside = text(it.inputs, `tunnel${number}InsideCidr`) ?? `169.254.${100 + number}.0/30`;
    const [first = "", last = 0] = [inside.replace(/\d+\/30$/, ""), Number(/(\d+)\/30$/.exec(inside)?.[1] ?? 0)];
    return {
      [`tunnel${number}Address`]: address,
      [`tunnel${number}BgpAsn`]: asn,
      [`tunnel${number}PresharedKey`]: `k${it.hex(31, `key${number}`)}`,
      [`tunnel${number}InsideCidr`]: inside,
      [`tunnel${number}VgwInsideAddress`]: `${first}${last + 1}`,
      [`tunnel${number}CgwInsideAddress`]: `${first}${last + 2}`,
    };
  };
  return {
    arn: arn(it, "ec2", `vpn-connection/${it.id}`),
    ...tunnel(1),
    ...tunnel(2),
    customerGatewayConfiguration: "<vpn_connection/>",
    transitGatewayAttachmentId: `tgw-attach-0${it.hex(16, "attachment")}`,
  };
}

/** The other VPC is of another region, and often of another account: it is found wherever it is. */
function otherVpc(it: Making): Thing | undefined {
  return it.world.elsewhere(VPC, text(it.inputs, "peerVpcId") ?? "");
}

function peersApart(it: Making): string | undefined {
  const [own, other] = [it.target("vpcId"), otherVpc(it)];
  if (own === undefined || other === undefined) return undefined;
  if (own === other) return "peerVpcId: a VPC cannot be peered with itself";
  const [mine, theirs] = [cidrsAt(own.inputs, "cidrBlock"), cidrsAt(other.inputs, "cidrBlock")];
  if (mine.some((one) => theirs.some((two) => overlap(one, two))))
    return `peerVpcId: ${other.id} overlaps ${own.id}; peered VPCs must be apart`;
  const back = [...it.world.usersOf(other)].some(
    ({ type, inputs }) => type === VPC_PEERING && text(inputs, "peerVpcId") === own.id,
  );
  return back ? `peerVpcId: ${other.id} is peered with ${own.id} already` : undefined;
}

/** Only the region and account that a peering leads to can accept it. */
function acceptedWhereItLeads(it: Making): string | undefined {
  const id = text(it.inputs, "vpcPeeringConnectionId") ?? "";
  const connection = it.world.elsewhere(VPC_PEERING, id);
  if (connection === undefined) return `vpcPeeringConnectionId: ${id} does not exist`;
  const [region, owner] = ["peerRegion", "peerOwnerId"].map((path) => text(connection.outputs, path));
  const wrong = select(it.inputs, "region").length === 0 && region !== it.region ? it.region : undefined;
  if (wrong !== undefined) return `vpcPeeringConnectionId: ${id} leads to ${region}, and ${wrong} cannot accept it`;
  return owner !== it.account.owner ? `vpcPeeringConnectionId: ${id} leads to account ${owner}` : undefined;
}
