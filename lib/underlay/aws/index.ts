import { CustomerGateway, VpcPeeringConnection, VpcPeeringConnectionAccepter, VpnConnection } from "@pulumi/aws/ec2";
import { specOf } from "../../clusters/cluster";
import { named } from "../../clusters/eks/tags";
import type { LinkPlan, TunnelPlan } from "../../plan/underlay";
import type { OfferedTunnel, OutsideEnd, UnderlayKind } from "../kind";
import { type AttachedVpc, attach, routes } from "./attach";

/**
 * VPCs on AWS: peered directly with each other, and by Site-to-Site VPN at a transit gateway with other clouds. AWS makes
 * addresses and keys of its tunnels, and its provider keeps the keys secret, so that nobody hands one in.
 */
export const awsUnderlay: UnderlayKind<AttachedVpc> = {
  attach,
  peer,
  offer,
  connect: (link) => {
    throw new Error(`AWS is the first end of its links, but not of ${link.name}`);
  },
};

/** A connection that one account asks for and the other accepts, each by its own provider. */
function peer(link: LinkPlan, first: AttachedVpc, second: AttachedVpc): void {
  const [asking, accepting] = [first.end, second.end];
  const connection = new VpcPeeringConnection(
    link.name,
    {
      vpcId: asking.controlPlane.network.vpcId,
      peerVpcId: accepting.controlPlane.network.vpcId,
      peerOwnerId: specOf(accepting.site, "eks").account,
      peerRegion: accepting.site.region,
      tags: named(asking.site, link.name),
    },
    asking.cloud,
  );
  const accepted = new VpcPeeringConnectionAccepter(
    link.name,
    { vpcPeeringConnectionId: connection.id, autoAccept: true, tags: named(accepting.site, link.name) },
    accepting.cloud,
  );
  for (const end of [first, second]) routes(end, link, { vpcPeeringConnectionId: connection.id }, [accepted]);
}

/** A VPN connection for each address of the other gateway, of two tunnels each. */
function offer(link: LinkPlan, attached: AttachedVpc, other: OutsideEnd): OfferedTunnel[] {
  const { end, transit } = attached;
  if (transit === undefined) throw new Error(`site ${end.site.name} has a VPN but no gateway`);
  const connections = other.outsideAddresses.map((ipAddress, index) => {
    const name = `${link.name}-${index + 1}`;
    const customer = new CustomerGateway(
      name,
      { type: "ipsec.1", bgpAsn: String(other.asn), ipAddress, tags: named(end.site, name) },
      end.cloud,
    );
    const [one, two] = link.tunnels.filter(({ interfaces }) => interfaces[1] === index);
    return new VpnConnection(
      name,
      {
        type: "ipsec.1",
        transitGatewayId: transit.gateway.id,
        customerGatewayId: customer.id,
        ...settings("tunnel1", one!),
        ...settings("tunnel2", two!),
        tags: named(end.site, name),
      },
      end.cloud,
    );
  });
  routes(attached, link, { transitGatewayId: transit.gateway.id }, [transit.attachment]);
  return connections.flatMap((connection) => [
    { outsideAddress: connection.tunnel1Address, presharedKey: connection.tunnel1PresharedKey },
    { outsideAddress: connection.tunnel2Address, presharedKey: connection.tunnel2PresharedKey },
  ]);
}

/** What all three clouds negotiate, and nothing weaker (their lists of supported IKE ciphers, 2026-11). */
function settings<T extends "tunnel1" | "tunnel2">(tunnel: T, plan: TunnelPlan) {
  return {
    [`${tunnel}InsideCidr`]: plan.insideCidr,
    [`${tunnel}IkeVersions`]: ["ikev2"],
    [`${tunnel}Phase1EncryptionAlgorithms`]: ["AES256"],
    [`${tunnel}Phase1IntegrityAlgorithms`]: ["SHA2-256"],
    [`${tunnel}Phase1DhGroupNumbers`]: [14],
    [`${tunnel}Phase2EncryptionAlgorithms`]: ["AES256-GCM-16"],
    [`${tunnel}Phase2IntegrityAlgorithms`]: ["SHA2-256"],
    [`${tunnel}Phase2DhGroupNumbers`]: [14],
    // Both sides dial, and dial again: a tunnel comes back without anyone.
    [`${tunnel}StartupAction`]: "start",
    [`${tunnel}DpdTimeoutAction`]: "restart",
  };
}
