import { Attachment } from "@pulumi/aws/autoscaling";
import { SecurityGroup } from "@pulumi/aws/ec2";
import type { NodeGroup } from "@pulumi/aws/eks";
import { Listener, LoadBalancer, TargetGroup } from "@pulumi/aws/lb";
import { SecurityGroupEgressRule, SecurityGroupIngressRule } from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import { logicalName } from "../../plan/names";
import type { ClusterContext } from "../cluster";
import type { Entrance } from "../entrance";
import type { EksControlPlane } from "./controlPlane";
import { named } from "./tags";

/** Ports of the balancer. */
const PORTS = { https: 443, http: 80 } as const;

/**
 * A public network load balancer with the site's reserved addresses, one a zone, in front of the gateway's ports on every
 * node. A resource of ours, so that no controller has to be installed, and paid attention to, before users can come.
 */
export function gatewayEndpoint(
  context: ClusterContext,
  { cluster, network }: EksControlPlane,
  entrance: Entrance,
  pools: readonly pulumi.Resource[],
  ports: { readonly https: number; readonly http: number },
): void {
  const { site, cloud } = context;
  const name = `${site.name}-gateway`;
  const { vpcId, clusterSecurityGroupId: nodes } = cluster.vpcConfig;
  const tags = named(site, "gateway");
  const guard = new SecurityGroup(name, { vpcId, description: "The gateway, for everybody", tags }, cloud);
  const balancer = new LoadBalancer(
    logicalName("loadBalancer", name),
    {
      ...{ loadBalancerType: "network", internal: false, securityGroups: [guard.id], tags },
      subnetMappings: network.publicSubnetIds.map((subnetId, index) => ({
        subnetId,
        ...(entrance.addresses[index] && { allocationId: entrance.addresses[index].reference }),
      })),
      // A zone without a node that answers must not turn its address into a hole.
      enableCrossZoneLoadBalancing: true,
    },
    cloud,
  );
  for (const word of ["https", "http"] as const) {
    const target = targetGroup(context, vpcId, word, ports[word]);
    new Listener(
      `${name}-${word}`,
      {
        ...{ loadBalancerArn: balancer.arn, port: PORTS[word], protocol: "TCP", tags },
        defaultActions: [{ type: "forward", targetGroupArn: target.arn }],
      },
      cloud,
    );
    openings(context, word, { guard: guard.id, nodes, port: ports[word] });
    attachments(context, word, target, pools);
  }
}

/** Nodes see users' own addresses, which the balancer keeps by itself. */
function targetGroup(
  { site, cloud }: ClusterContext,
  vpcId: pulumi.Input<string>,
  word: keyof typeof PORTS,
  port: number,
): TargetGroup {
  return new TargetGroup(
    logicalName("targetGroup", site.name, "gateway", word),
    {
      ...{ vpcId, targetType: "instance", port, protocol: "TCP", preserveClientIp: "true", deregistrationDelay: 30 },
      healthCheck: { protocol: "TCP", interval: 10, healthyThreshold: 2, unhealthyThreshold: 2 },
      tags: named(site, "gateway"),
    },
    cloud,
  );
}

/** Everybody reaches the balancer, and only it the nodes. */
function openings(
  { site, cloud }: ClusterContext,
  word: keyof typeof PORTS,
  { guard, nodes, port }: { guard: pulumi.Input<string>; nodes: pulumi.Input<string>; port: number },
): void {
  const name = `${site.name}-gateway-${word}`;
  const tags = named(site, "gateway");
  const of = (one: number) => ({ ipProtocol: "tcp", fromPort: one, toPort: one, tags });
  new SecurityGroupIngressRule(
    `${name}-from-users`,
    { securityGroupId: guard, cidrIpv4: "0.0.0.0/0", description: "Users", ...of(PORTS[word]) },
    cloud,
  );
  new SecurityGroupEgressRule(name, { securityGroupId: guard, referencedSecurityGroupId: nodes, ...of(port) }, cloud);
  new SecurityGroupIngressRule(
    name,
    { securityGroupId: nodes, referencedSecurityGroupId: guard, description: "The gateway", ...of(port) },
    cloud,
  );
}

/** Every node leads to the gateway, also one that an autoscaler adds. */
function attachments(
  { site, cloud }: ClusterContext,
  word: keyof typeof PORTS,
  target: TargetGroup,
  pools: readonly pulumi.Resource[],
): void {
  const options = pulumi.mergeOptions(cloud, { dependsOn: [...pools] });
  site.pools.forEach((pool, index) => {
    const group = pools[index] as NodeGroup;
    const name = group.resources.apply((found) => found[0]?.autoscalingGroups?.[0]?.name ?? "");
    new Attachment(
      `${site.name}-${pool.name}-gateway-${word}`,
      { autoscalingGroupName: name, lbTargetGroupArn: target.arn },
      options,
    );
  });
}
