import { Route } from "@pulumi/aws/ec2";
import { TransitGateway, VpcAttachment } from "@pulumi/aws/ec2transitgateway";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import type { EksControlPlane } from "../../clusters/eks/controlPlane";
import { named } from "../../clusters/eks/tags";
import type { LinkPlan } from "../../plan/underlay";
import type { Attached, LinkedSite } from "../kind";

/** A VPC with its openings, and its transit gateway where it has VPNs. */
export interface AttachedVpc extends Attached {
  readonly end: LinkedSite<EksControlPlane>;
  readonly transit: Transit | undefined;
}

/** A transit gateway and the VPC's place at it. */
export interface Transit {
  readonly gateway: TransitGateway;
  readonly attachment: VpcAttachment;
}

/** Opens the cluster's security group to the peers' nodes, and makes the transit gateway. */
export function attach(linked: LinkedSite): AttachedVpc {
  const end = linked as LinkedSite<EksControlPlane>;
  openings(end);
  const transit = end.gateway === undefined ? undefined : transitGateway(end, end.gateway.asn);
  // A VPN of AWS has addresses of its own for each tunnel.
  return { end, transit, asn: end.gateway?.asn ?? 0, outsideAddresses: [] };
}

function openings({ site, network, controlPlane, cloud }: LinkedSite<EksControlPlane>): void {
  // The group that EKS gives to the control plane and to every node of managed node groups.
  const securityGroupId = controlPlane.cluster.vpcConfig.clusterSecurityGroupId;
  for (const { use, protocol, port, sources } of network.openings) {
    // For ICMP the fields are type and code, and -1 is every code.
    const toPort = protocol === "icmp" ? -1 : port;
    for (const cidrIpv4 of sources) {
      new SecurityGroupIngressRule(
        `${site.name}-${use}-${cidrIpv4.replace("/", "-")}`,
        { securityGroupId, ipProtocol: protocol, fromPort: port, toPort, cidrIpv4, tags: named(site, use) },
        cloud,
      );
    }
  }
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
  { end }: AttachedVpc,
  link: LinkPlan,
  target:
    | { readonly transitGatewayId: pulumi.Input<string> }
    | { readonly vpcPeeringConnectionId: pulumi.Input<string> },
  after: readonly pulumi.Resource[],
): void {
  const { site, network, controlPlane, cloud } = end;
  for (const { destination } of network.routes.filter(({ via }) => via === link.name)) {
    for (const { zone, table } of controlPlane.network.privateTables) {
      new Route(
        `${site.name}-${zone}-${destination.replace("/", "-")}`,
        { routeTableId: table, destinationCidrBlock: destination, ...target },
        pulumi.mergeOptions(cloud, { dependsOn: [...after] }),
      );
    }
  }
}
