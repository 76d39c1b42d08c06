import { Route } from "@pulumi/aws/ec2";
import { TransitGateway, VpcAttachment } from "@pulumi/aws/ec2transitgateway";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import type { EksControlPlane } from "../../clusters/eks/controlPlane";
import { prefixList } from "../../clusters/eks/prefixList";
import { named } from "../../clusters/eks/tags";
import { isListed, type LinkPlan, type OpeningPlan } from "../../plan/underlay";
import type { Attached, LinkedSite } from "../kind";
import type { AwsGateway, AwsSite } from "./handles";

export type AttachedVpc = Attached<AwsSite, AwsGateway>;

/** Opens the cluster's security group to the peers' nodes, and makes the transit gateway. */
export function attach(linked: LinkedSite): AttachedVpc {
  const end = linked as LinkedSite<EksControlPlane>;
  const { site, network, gateway: plan, controlPlane, cloud } = end;
  openings(end);
  const transit = plan === undefined ? undefined : transitGateway(end, plan.asn);
  const { vpcId, controlPlaneSubnetIds, privateTables } = controlPlane.network;
  const gateway = { transitGatewayId: transit?.gateway.id ?? "", coreNetworkId: "" };
  const ready = transit === undefined ? [] : [transit.attachment];
  return {
    site,
    network,
    cloud,
    ready,
    handle: {
      vpcId,
      subnetIds: pulumi.all([...controlPlaneSubnetIds]),
      tables: pulumi.all(Object.fromEntries(privateTables.map(({ zone, table }) => [zone, table]))),
      ...gateway,
    },
    // A VPN of AWS has addresses of its own for each tunnel.
    gateway: plan && {
      plan,
      at: site,
      handle: gateway,
      outsideAddresses: [],
      cloud,
      ready,
    },
  };
}

function openings(end: LinkedSite<EksControlPlane>): void {
  const { site, network, cloud } = end;
  if (network.openings.length === 0) return;
  // With many peers one list that all rules name, in place of a rule for each port and peer.
  const [{ sources = [] } = {}] = network.openings;
  const isList = isListed(sources.length, network.isAttached);
  const list = isList ? prefixList(site, "peer-nodes", sources, cloud) : undefined;
  for (const opening of network.openings) {
    if (list !== undefined) {
      opened(end, opening, opening.use, { prefixListId: list.id });
      continue;
    }
    for (const cidrIpv4 of opening.sources) {
      opened(end, opening, `${opening.use}-${cidrIpv4.replace("/", "-")}`, { cidrIpv4 });
    }
  }
}

function opened(
  { site, controlPlane, cloud }: LinkedSite<EksControlPlane>,
  { use, protocol, port }: OpeningPlan,
  word: string,
  source: { readonly cidrIpv4: string } | { readonly prefixListId: pulumi.Input<string> },
): void {
  // The group that EKS gives to the control plane and to every node of managed node groups.
  const securityGroupId = controlPlane.cluster.vpcConfig.clusterSecurityGroupId;
  // For ICMP the fields are type and code, and -1 is every code.
  const toPort = protocol === "icmp" ? -1 : port;
  new SecurityGroupIngressRule(
    `${site.name}-${word}`,
    { securityGroupId, ipProtocol: protocol, fromPort: port, toPort, ...source, tags: named(site, use) },
    cloud,
  );
}

/** A transit gateway and the VPC's place at it. */
interface Transit {
  readonly gateway: TransitGateway;
  readonly attachment: VpcAttachment;
}

/** The site's own gateway: what is lost with it is the site. Its one route table learns the VPC and what BGP says. */
function transitGateway({ site, controlPlane, cloud }: LinkedSite<EksControlPlane>, asn: number): Transit {
  const gateway = new TransitGateway(
    site.name,
    {
      description: `links site ${site.name}`,
      amazonSideAsn: asn,
      // Tunnels of one destination share the load, and one that is lost leaves its part to the others.
      vpnEcmpSupport: "enable",
      autoAcceptSharedAttachments: "disable",
      defaultRouteTableAssociation: "enable",
      defaultRouteTablePropagation: "enable",
      tags: named(site, "transit"),
    },
    cloud,
  );
  const attachment = new VpcAttachment(
    site.name,
    {
      transitGatewayId: gateway.id,
      vpcId: controlPlane.network.vpcId,
      // One in each zone: a zone without one cannot send to the gateway.
      subnetIds: [...controlPlane.network.controlPlaneSubnetIds],
      tags: named(site, "transit"),
    },
    cloud,
  );
  return { gateway, attachment };
}

/** Sends what is for the link's other end through `target`, from the private subnets of every zone. */
export function routes(
  { site, network, handle, cloud }: AttachedVpc,
  link: LinkPlan,
  target:
    | { readonly transitGatewayId: pulumi.Input<string> }
    | { readonly vpcPeeringConnectionId: pulumi.Input<string> },
  after: readonly pulumi.Resource[],
): void {
  for (const { destination } of network.routes.filter(({ via }) => via === link.name)) {
    for (const zone of site.zones) {
      new Route(
        `${site.name}-${zone}-${destination.replace("/", "-")}`,
        { routeTableId: tableOf(handle, zone), destinationCidrBlock: destination, ...target },
        pulumi.mergeOptions(cloud, { dependsOn: [...after] }),
      );
    }
  }
}

/** The route table of a zone's private subnets. */
export function tableOf({ tables }: AwsSite, zone: string): pulumi.Output<string> {
  return pulumi.output(tables).apply((byZone) => byZone[zone] ?? "");
}
