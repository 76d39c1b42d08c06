import type { Cluster } from "@pulumi/aws/eks";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc";
import type { SiteContext } from "../cluster";
import { named } from "./tags";

/**
 * The ports of the nodes that the control plane calls: webhooks and aggregated APIs. Nodes and control plane share EKS's
 * own security group, whose rule for itself lets all through until a team narrows it: these then keep webhooks working.
 */
export function webhookRules({ site, cloud }: SiteContext, { vpcConfig }: Cluster): SecurityGroupIngressRule[] {
  const group = vpcConfig.clusterSecurityGroupId;
  return site.calledPorts.map(
    ({ name, port }) =>
      new SecurityGroupIngressRule(
        `${site.name}-webhook-${name}`,
        {
          securityGroupId: group,
          referencedSecurityGroupId: group,
          description: `The API server calls ${name}`,
          ipProtocol: "tcp",
          fromPort: port,
          toPort: port,
          tags: named(site, `webhook-${name}`),
        },
        cloud,
      ),
  );
}
