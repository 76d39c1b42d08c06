import { nodesNotNewer } from "../kubernetesVersions";
import type { Making, Model } from "../model";
import { ascending, atMostOne, between, oneOf } from "../rules";
import { at, select, text } from "../wire";
import { clusterId, poolsFit } from "./gkeRules";
import { clusterName, inRegion, location, MASTER_VERSION, nodeAccount, nodeValues } from "./gkeValues";
import { GKE_CLUSTER, POOL, project } from "./names";

/** Node pools of GKE. Sources: the Kubernetes Engine API reference, and `ForceNew` in terraform-provider-google 7. */
export const gkePoolModels: { readonly [type: string]: Model } = {
  [POOL]: {
    id: (it) => `${clusterId(it)}/nodePools/${text(it.inputs, "name")}`,
    name: clusterName,
    unique: [],
    immutable: [
      "cluster",
      "initialNodeCount",
      "maxPodsPerNode",
      "networkConfig",
      "nodeConfig",
      "placementPolicy",
      "queuedProvisioning",
    ],
    mutable: [
      "networkConfig.enablePrivateNodes",
      ...[
        "labels",
        "taints",
        "tags",
        "machineType",
        "diskSizeGb",
        "diskType",
        "imageType",
        "resourceLabels",
        "workloadMetadataConfig",
        "kubeletConfig",
        "linuxNodeConfig",
        "gcfsConfig",
        "gvnic",
        "loggingVariant",
        "resourceManagerTags",
        "containerdConfig",
        "bootDisk",
      ].map((name) => `nodeConfig.${name}`),
    ],
    values: {
      location,
      "nodeLocations[*]": inRegion,
      nodeCount: between(0, 1000, "nodes per zone"),
      initialNodeCount: between(0, 1000, "nodes per zone"),
      maxPodsPerNode: between(8, 256, "pods"),
      "autoscaling.locationPolicy": oneOf("BALANCED", "ANY"),
      "upgradeSettings.strategy": oneOf("SURGE", "BLUE_GREEN", "SHORT_LIVED"),
      version: MASTER_VERSION,
      ...nodeValues,
    },
    rules: [
      ascending("autoscaling.minNodeCount", "autoscaling.maxNodeCount"),
      ascending("autoscaling.totalMinNodeCount", "autoscaling.totalMaxNodeCount"),
      atMostOne("autoscaling.maxNodeCount", "autoscaling.totalMaxNodeCount"),
      atMostOne("nodeConfig.spot", "nodeConfig.preemptible"),
      ({ inputs }) =>
        at(inputs, "upgradeSettings.maxSurge") === 0 && (at(inputs, "upgradeSettings.maxUnavailable") ?? 0) === 0
          ? {
              property: "upgradeSettings.maxSurge",
              reason: "must be 1 or more when maxUnavailable is 0: an upgrade could take no node",
            }
          : undefined,
    ],
    refers: { cluster: { to: [GKE_CLUSTER], holds: false }, "nodeConfig.serviceAccount": nodeAccount },
    world: [
      (it) =>
        at(it.target("cluster")?.inputs, "enableAutopilot") === true
          ? "cluster: is an Autopilot cluster, which makes its own nodes"
          : undefined,
      poolsFit,
      nodesNotNewer("version", "cluster", "masterVersion"),
    ],
    outputs: (it) => ({
      location: text(it.inputs, "location") ?? text(it.target("cluster")?.outputs, "location"),
      nodeLocations: at(it.target("cluster")?.outputs, "nodeLocations"),
      version: text(it.target("cluster")?.outputs, "masterVersion"),
      nodeCount: Number(at(it.inputs, "initialNodeCount") ?? at(it.inputs, "autoscaling.minNodeCount") ?? 0),
      initialNodeCount: Number(at(it.inputs, "nodeCount") ?? 0),
      maxPodsPerNode: Number(at(it.target("cluster")?.outputs, "defaultMaxPodsPerNode") ?? 110),
      management: { autoRepair: true, autoUpgrade: true },
      instanceGroupUrls: groupUrls(it, "instanceGroupManagers"),
      managedInstanceGroupUrls: groupUrls(it, "instanceGroups"),
      namePrefix: "",
    }),
  },
};

/** A pool's groups of instances, one in each of its zones. */
function groupUrls(it: Making, kind: string): string[] {
  const own = select(it.inputs, "nodeLocations[*]").map(({ value }) => String(value));
  const ofCluster = select(it.target("cluster")?.outputs, "nodeLocations[*]").map(({ value }) => String(value));
  const name = `gke-${text(it.inputs, "name")}-${it.hex(8)}-grp`;
  return (own.length > 0 ? own : ofCluster).map(
    (zone) => `https://www.googleapis.com/compute/v1/projects/${project(it)}/zones/${zone}/${kind}/${name}`,
  );
}
