import type { PoolPlan, SitePlan } from "../../plan/plan";
import type { TaintSpec } from "../../plan/spec";
import type { AksNetwork } from "./network";

/**
 * The pool that also carries the system pods: AKS makes no cluster without one, and it must be able to run what tolerates
 * nothing. The plan has made sure that there is one.
 */
export function systemPool(site: SitePlan): PoolPlan {
  const pool = site.pools.find((candidate) => candidate.taints.length === 0 && !candidate.spot);
  if (!pool) throw new Error(`site ${site.name} has no pool without taints that is not spot`);
  return pool;
}

/**
 * What the pools inside the cluster's own description and those beside it have in common. No taint says that Cilium is
 * missing: taints of an AKS pool cannot be removed through Kubernetes, and without a CNI its nodes are not ready anyway.
 */
export function poolArgs(site: SitePlan, pool: PoolPlan, network: AksNetwork) {
  const autoscaled = pool.maximumNodes > pool.nodes;
  return {
    type: "VirtualMachineScaleSets",
    vmSize: pool.machineType,
    osType: "Linux",
    osSKU: "AzureLinux",
    osDiskSizeGB: pool.diskGiB,
    osDiskType: "Managed",
    orchestratorVersion: site.kubernetesVersion!,
    availabilityZones: [...pool.zones],
    count: pool.nodes,
    enableAutoScaling: autoscaled,
    ...(autoscaled && { minCount: pool.nodes, maxCount: pool.maximumNodes }),
    maxPods: pool.maximumPods,
    vnetSubnetID: network.nodeSubnetId,
    enableNodePublicIP: false,
    nodeLabels: { ...pool.labels, "multisite-pool": pool.name },
    nodeTaints: pool.taints.map(taint),
    securityProfile: { enableSecureBoot: true, enableVTPM: true },
    upgradeSettings: { maxSurge: String(pool.surgeNodes), maxUnavailable: "0" },
    tags: { ...site.tags },
    ...(pool.spot && { scaleSetPriority: "Spot", scaleSetEvictionPolicy: "Delete", spotMaxPrice: -1 }),
  };
}

function taint({ key, value, effect }: TaintSpec): string {
  return `${key}${value === undefined ? "" : `=${value}`}:${effect}`;
}
