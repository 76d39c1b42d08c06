import { LaunchTemplate } from "@pulumi/aws/ec2";
import { NodeGroup } from "@pulumi/aws/eks";
import * as pulumi from "@pulumi/pulumi";
import { AGENT_NOT_READY } from "../../mesh/values";
import { dnsSuffix } from "../../plan/awsPartition";
import { OWN_POOL_LABEL } from "../../plan/nodeLabels";
import type { PoolPlan, SitePlan } from "../../plan/plan";
import type { TaintSpec } from "../../plan/spec";
import type { ClusterContext } from "../cluster";
import { TAINT_EFFECTS } from "../taintEffects";
import type { EksControlPlane } from "./controlPlane";
import { type RoleWithPolicies, role } from "./roles";
import { named } from "./tags";
import { userData } from "./userData";

/** One managed node group and launch template per pool, and one role for all nodes of the site. */
export function nodePools(context: ClusterContext, controlPlane: EksControlPlane): pulumi.Resource[] {
  const { site, cloud } = context;
  // What joins a cluster and pulls images, and no more: pods get their rights by Pod Identity, and Cilium's overlay
  // needs nothing of EC2.
  const nodes = role(
    site,
    {
      word: "nodes",
      service: `ec2.${dnsSuffix(site.region)}`,
      actions: ["sts:AssumeRole"],
      policies: ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"],
    },
    cloud,
  );
  return site.pools.map((pool) => nodeGroup(context, controlPlane, nodes, pool));
}

/**
 * A pool. Its minimum is what the plan guarantees: an autoscaler may add nodes and take them back, never below. Names are
 * made up by the provider, so that a replacement is there before the old group goes.
 */
function nodeGroup(
  { site, cloud }: ClusterContext,
  { cluster, network }: EksControlPlane,
  { role, attachments }: RoleWithPolicies,
  pool: PoolPlan,
): NodeGroup {
  const template = launchTemplate(site, pool, cloud);
  return new NodeGroup(
    `${site.name}-${pool.name}`,
    {
      clusterName: cluster.name,
      version: site.kubernetesVersion!,
      nodeRoleArn: role.arn,
      subnetIds: network.nodeSubnetIds(pool.zones),
      amiType: amiType(pool),
      capacityType: pool.spot ? "SPOT" : "ON_DEMAND",
      instanceTypes: [pool.machineType],
      launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
      // EKS wants room for one node even in a group without any. The desired size is given also where an autoscaler moves it:
      // EKS takes no minimum above it, and a floor that rises must bring its nodes.
      scalingConfig: { minSize: pool.nodes, desiredSize: pool.nodes, maxSize: Math.max(pool.maximumNodes, 1) },
      updateConfig: { maxUnavailable: pool.surgeNodes },
      nodeRepairConfig: { enabled: true },
      labels: { ...pool.labels, [OWN_POOL_LABEL]: pool.name },
      taints: [...pool.taints.map(taint), NOT_READY],
      tags: named(site, pool.name),
    },
    pulumi.mergeOptions(cloud, { dependsOn: [...attachments] }),
  );
}

/**
 * Keeps pods off a node until Cilium runs there; its agent takes the taint away.
 * https://docs.cilium.io/en/stable/installation/taints/
 */
const NOT_READY = { key: AGENT_NOT_READY, value: "true", effect: TAINT_EFFECTS.NoExecute };

function taint({ key, value, effect }: TaintSpec) {
  return { key, effect: TAINT_EFFECTS[effect], ...(value !== undefined && { value }) };
}

/** The Amazon Linux 2023 image of a pool: by its architecture, and with drivers where its machines have accelerators. */
function amiType(pool: PoolPlan): string {
  const architecture = pool.architecture === "arm64" ? "ARM_64" : "x86_64";
  const accelerators = Object.keys(pool.allocatablePerNode.extended);
  if (accelerators.includes("nvidia.com/gpu")) return `AL2023_${architecture}_NVIDIA`;
  if (accelerators.some((name) => name.startsWith("aws.amazon.com/neuron"))) return `AL2023_${architecture}_NEURON`;
  return `AL2023_${architecture}_STANDARD`;
}

function launchTemplate(site: SitePlan, pool: PoolPlan, cloud: pulumi.CustomResourceOptions): LaunchTemplate {
  const tags = named(site, pool.name);
  return new LaunchTemplate(
    `${site.name}-${pool.name}`,
    {
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: { volumeSize: pool.diskGiB, volumeType: "gp3", encrypted: "true", deleteOnTermination: "true" },
        },
      ],
      // One hop ends at the node: a pod cannot fetch the node's credentials.
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      userData: userData(pool.maximumPods),
      updateDefaultVersion: true,
      // A node group's own tags stop at the group: what it starts is tagged here.
      tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({ resourceType, tags })),
      tags,
    },
    cloud,
  );
}
