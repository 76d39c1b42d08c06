import { Attachment } from "@pulumi/aws/autoscaling";
import { SecurityGroup } from "@pulumi/aws/ec2";
import type { NodeGroup } from "@pulumi/aws/eks";
import { Listener, LoadBalancer, TargetGroup } from "@pulumi/aws/lb";
import { SecurityGroupEgressRule, SecurityGroupIngressRule } from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import { MESH_NODE_PORT } from "../../mesh/meshValues";
import { logicalName } from "../../plan/names";
import { isListed, MESH_API_PORT } from "../../plan/underlay";
import type { MeshContext } from "../cluster";
import type { EksControlPlane } from "./controlPlane";
import { prefixList } from "./prefixList";
import { named } from "./tags";

/**
 * An internal network load balancer with the addresses that the plan has promised to the peers, one a zone, in front of
 * the mesh API's port on every node. A resource of ours, since the Service's own controller can be given no address, and
 * AWS's load balancer controller needs a network before it runs.
 */
export function meshEndpoint(
  context: MeshContext,
  controlPlane: EksControlPlane,
  pools: readonly pulumi.Resource[],
): pulumi.Resource[] {
  const { site, cloud } = context;
  const vpcId = controlPlane.cluster.vpcConfig.vpcId;
  const guard = new SecurityGroup(
    `${site.name}-mesh`,
    { vpcId, description: "The mesh API, for the nodes of the peers", tags: named(site, "mesh") },
    cloud,
  );
  const balancer = new LoadBalancer(
    logicalName("loadBalancer", site.name, "mesh"),
    {
      loadBalancerType: "network",
      internal: true,
      securityGroups: [guard.id],
      subnetMappings: controlPlane.network.loadBalancerSubnetIds.map((subnetId, index) => ({
        subnetId,
        ...(site.addresses.mesh[index] !== undefined && { privateIpv4Address: site.addresses.mesh[index] }),
      })),
      // A zone without a node that answers must not turn its address into a hole.
      enableCrossZoneLoadBalancing: true,
      tags: named(site, "mesh"),
    },
    cloud,
  );
  const { target, listener } = forwarding(context, vpcId, balancer);
  return [balancer, listener, ...openings(context, controlPlane, guard), ...attachments(context, target, pools)];
}

function forwarding({ site, cloud }: MeshContext, vpcId: pulumi.Input<string>, balancer: LoadBalancer) {
  const target = new TargetGroup(
    logicalName("targetGroup", site.name, "mesh"),
    {
      vpcId,
      targetType: "instance",
      port: MESH_NODE_PORT,
      protocol: "TCP",
      // Nodes then see the balancer's own addresses, whichever way a peer came: theirs are lost behind a transit gateway.
      preserveClientIp: "false",
      deregistrationDelay: 30,
      healthCheck: { protocol: "TCP", interval: 10, healthyThreshold: 2, unhealthyThreshold: 2 },
      tags: named(site, "mesh"),
    },
    cloud,
  );
  const listener = new Listener(
    `${site.name}-mesh`,
    {
      loadBalancerArn: balancer.arn,
      port: MESH_API_PORT,
      protocol: "TCP",
      defaultActions: [{ type: "forward", targetGroupArn: target.arn }],
      tags: named(site, "mesh"),
    },
    cloud,
  );
  return { target, listener };
}

/** Peers reach the balancer from their nodes, and the balancer reaches one port of ours; nobody else, and nothing more. */
function openings(
  { site, cloud, peers }: MeshContext,
  { cluster }: EksControlPlane,
  guard: SecurityGroup,
): pulumi.Resource[] {
  const nodes = cluster.vpcConfig.clusterSecurityGroupId;
  const node = { ipProtocol: "tcp", fromPort: MESH_NODE_PORT, toPort: MESH_NODE_PORT, tags: named(site, "mesh") };
  return [
    ...fromPeers({ site, cloud, peers }, guard),
    new SecurityGroupEgressRule(
      `${site.name}-mesh`,
      { securityGroupId: guard.id, referencedSecurityGroupId: nodes, ...node },
      cloud,
    ),
    new SecurityGroupIngressRule(
      `${site.name}-mesh`,
      { securityGroupId: nodes, referencedSecurityGroupId: guard.id, description: "The mesh API", ...node },
      cloud,
    ),
  ];
}

type Source = { readonly cidrIpv4: string } | { readonly prefixListId: pulumi.Input<string> };

/** A rule for each peer, named after it; where they are many, one for a list of all. */
function fromPeers({ site, cloud, peers }: Pick<MeshContext, "site" | "cloud" | "peers">, guard: SecurityGroup) {
  const rule = (word: string, description: string, source: Source) =>
    new SecurityGroupIngressRule(
      `${site.name}-mesh-from-${word}`,
      {
        securityGroupId: guard.id,
        ipProtocol: "tcp",
        fromPort: MESH_API_PORT,
        toPort: MESH_API_PORT,
        description,
        ...source,
        tags: named(site, "mesh"),
      },
      cloud,
    );
  const ranges = peers.flatMap(({ nodeCidrs }) => nodeCidrs);
  if (isListed(ranges.length)) {
    const list = prefixList(site, "mesh-peers", ranges, cloud);
    return [list, rule("peers", "Nodes of all peers", { prefixListId: list.id })];
  }
  return peers.flatMap(({ name, nodeCidrs }) =>
    nodeCidrs.map((cidrIpv4, index) =>
      rule(index === 0 ? name : `${name}-${index + 1}`, `Nodes of site ${name}`, { cidrIpv4 }),
    ),
  );
}

/** Every node answers for the mesh API, also one that an autoscaler adds. */
function attachments(
  { site, cloud }: MeshContext,
  target: TargetGroup,
  pools: readonly pulumi.Resource[],
): Attachment[] {
  const options = pulumi.mergeOptions(cloud, { dependsOn: [...pools] });
  return site.pools.map((pool, index) => {
    const group = pools[index] as NodeGroup;
    const name = group.resources.apply((found) => found[0]?.autoscalingGroups?.[0]?.name ?? "");
    return new Attachment(
      `${site.name}-${pool.name}-mesh`,
      { autoscalingGroupName: name, lbTargetGroupArn: target.arn },
      options,
    );
  });
}
