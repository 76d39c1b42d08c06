import { machine } from "../../plan/machines";
import { OWN_POOL_LABEL } from "../../plan/nodeLabels";
import type { PoolPlan, SitePlan } from "../../plan/plan";
import type { TaintSpec } from "../../plan/spec";
import { systemPool as firstSystemPool } from "../../plan/systemPool";
import type { AksNetwork } from "./network";
import { trustedLaunch } from "./trustedLaunch";

/**
 * The pool that also carries the system pods: AKS makes no cluster without one. The plan has made sure that there is one,
 * and knows which.
 */
export function systemPool(site: SitePlan): PoolPlan {
  const pool = firstSystemPool(site.pools, ({ machineType }) => machine("azure", machineType));
  if (!pool) throw new Error(`the plan of site ${site.name} has no pool that AKS's system pods can use`);
  return pool;
}

/**
 * What the pools inside the cluster's own description and those beside it have in common. No taint says that Cilium is
 * missing: taints of an AKS pool cannot be removed through Kubernetes, and without a CNI its nodes are not ready anyway.
 *
 * `count` is given also where an autoscaler may add nodes, since AKS applies a floor only when it takes nodes away
 * (https://github.com/kubernetes/autoscaler/issues/4401): a floor that rises must bring its nodes.
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
    nodeLabels: { ...pool.labels, [OWN_POOL_LABEL]: pool.name, ...(pool.spot && { [SPOT.key]: SPOT.value }) },
    nodeTaints: taints(pool).map(text),
    ...(trustedLaunch(pool.machineType) && { securityProfile: { enableSecureBoot: true, enableVTPM: true } }),
    tags: { ...site.tags },
    ...(pool.spot
      ? { scaleSetPriority: "Spot", scaleSetEvictionPolicy: "Delete", spotMaxPrice: -1 }
      : // Spot pools have no surge.
        { upgradeSettings: { maxSurge: String(pool.surgeNodes), maxUnavailable: "0" } }),
  };
}

/** Label and taint that AKS gives every spot pool. Left out here, they would be a difference for ever. */
const SPOT = { key: "kubernetes.azure.com/scalesetpriority", value: "spot", effect: "NoSchedule" } as const;

function taints(pool: PoolPlan): readonly TaintSpec[] {
  return pool.spot ? [...pool.taints.filter(({ key }) => key !== SPOT.key), SPOT] : pool.taints;
}

function text({ key, value, effect }: TaintSpec): string {
  return `${key}${value === undefined ? "" : `=${value}`}:${effect}`;
}
