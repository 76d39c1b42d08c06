import { NodePool } from "@pulumi/gcp/container";
import * as pulumi from "@pulumi/pulumi";
import { GKE_AGENT_NOT_READY } from "../../mesh/values";
import { logicalName } from "../../plan/names";
import { OWN_POOL_LABEL } from "../../plan/nodeLabels";
import type { PoolPlan, SitePlan } from "../../plan/plan";
import type { TaintSpec } from "../../plan/spec";
import type { ClusterContext } from "../cluster";
import { TAINT_EFFECTS } from "../taintEffects";
import { bootDisk } from "./bootDisk";
import type { GkeControlPlane } from "./controlPlane";
import { labels } from "./labels";

/** One node pool per pool of the plan. */
export function nodePools(context: ClusterContext, controlPlane: GkeControlPlane): pulumi.Resource[] {
  return context.site.pools.map((pool) => nodePool(context, controlPlane, pool));
}

/**
 * A pool. Google counts nodes by zone; the plan has made sure that the zones divide the pool's total. Names are made up by
 * the provider, so that a replacement is there before the old pool goes.
 *
 * Where an autoscaler may add nodes, its floor is the total itself. The count is given all the same, since Google applies
 * a floor only when it takes nodes away: a floor that rises must bring its nodes. `ignoreNodeCountChanges` keeps the
 * provider from reading how many there are, so that what the autoscaler added is no difference.
 */
function nodePool({ site, cloud }: ClusterContext, { cluster, nodes }: GkeControlPlane, pool: PoolPlan): NodePool {
  const autoscaled = pool.maximumNodes > pool.nodes;
  return new NodePool(
    logicalName("gkeNodePool", site.name, pool.name),
    {
      cluster: cluster.name,
      location: site.region,
      nodeLocations: [...pool.zones],
      // Nodes follow the control plane, in the same update and never before it.
      version: cluster.masterVersion,
      nodeCount: pool.nodesPerZone ?? pool.nodes / pool.zones.length,
      ...(autoscaled && {
        ignoreNodeCountChanges: true,
        autoscaling: {
          totalMinNodeCount: pool.nodes,
          totalMaxNodeCount: pool.maximumNodes,
          locationPolicy: "BALANCED",
        },
      }),
      maxPodsPerNode: pool.maximumPods,
      // A release channel permits no other choice.
      management: { autoRepair: true, autoUpgrade: true },
      upgradeSettings: { strategy: "SURGE", maxSurge: pool.surgeNodes, maxUnavailable: 0 },
      nodeConfig: nodeConfig(site, pool, nodes.email),
    },
    pulumi.mergeOptions(cloud, { dependsOn: [...nodes.grants] }),
  );
}

function nodeConfig(site: SitePlan, pool: PoolPlan, serviceAccount: pulumi.Input<string>) {
  return {
    machineType: pool.machineType,
    imageType: "COS_CONTAINERD",
    diskSizeGb: pool.diskGiB,
    diskType: bootDisk(pool.machineType),
    serviceAccount,
    oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
    spot: pool.spot,
    shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
    workloadMetadataConfig: { mode: "GKE_METADATA" },
    metadata: { "disable-legacy-endpoints": "true" },
    kubeletConfig: { insecureKubeletReadonlyPortEnabled: "FALSE" },
    labels: { ...pool.labels, [OWN_POOL_LABEL]: pool.name },
    taints: [...pool.taints.map(taint), NOT_READY],
    ...(pool.architecture === "arm64" && NO_ARCHITECTURE_TAINT),
    resourceLabels: labels(site),
  };
}

/**
 * Keeps pods off a node until Cilium runs there; its agent takes the taint away.
 * https://docs.cilium.io/en/stable/installation/taints/
 */
const NOT_READY = { key: GKE_AGENT_NOT_READY, value: "true", effect: TAINT_EFFECTS.NoExecute };

/**
 * Without it Google puts kubernetes.io/arch=arm64:NoSchedule on Arm nodes, which the plan counts as open to every pod that
 * their architecture suits. https://docs.cloud.google.com/kubernetes-engine/docs/how-to/prepare-arm-workloads-for-deployment
 */
const NO_ARCHITECTURE_TAINT = { taintConfig: { architectureTaintBehavior: "NONE" } };

function taint({ key, value, effect }: TaintSpec) {
  return { key, value: value ?? "", effect: TAINT_EFFECTS[effect] };
}
