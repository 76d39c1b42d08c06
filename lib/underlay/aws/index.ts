import { VpcPeeringConnection, VpcPeeringConnectionAccepter } from "@pulumi/aws/ec2";
import { specOf } from "../../clusters/cluster";
import { named } from "../../clusters/eks/tags";
import type { LinkPlan } from "../../plan/underlay";
import type { UnderlayKind } from "../kind";
import { type AttachedVpc, attach, routes } from "./attach";
import { join } from "./coreAttachments";
import { hubProvider, wideArea } from "./coreNetwork";
import { AWS_WORDS, type AwsGateway, type AwsSite, type AwsWideArea } from "./handles";
import { offer } from "./vpn";

/**
 * VPCs on AWS: peered directly with each other, or attached to one Cloud WAN, and by Site-to-Site VPN with other clouds.
 * AWS makes addresses and keys of its tunnels, and its provider keeps the keys secret, so that nobody hands one in.
 */
export const awsUnderlay: UnderlayKind<AwsSite, AwsGateway, AwsWideArea> = {
  words: AWS_WORDS,
  attach,
  addresses: () => [],
  peer,
  offer,
  connect: (link) => {
    throw new Error(`AWS is the first end of its links, but not of ${link.name}`);
  },
  route: (link, attached) =>
    routes(attached, link, { transitGatewayId: attached.handle.transitGatewayId }, attached.ready),
  hubProvider,
  wideArea,
  join,
};

/** A connection that one account asks for and the other accepts, each by its own provider. */
function peer(link: LinkPlan, asking: AttachedVpc, accepting: AttachedVpc): void {
  const connection = new VpcPeeringConnection(
    link.name,
    {
      vpcId: asking.handle.vpcId,
      peerVpcId: accepting.handle.vpcId,
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
  for (const end of [asking, accepting]) routes(end, link, { vpcPeeringConnectionId: connection.id }, [accepted]);
}
