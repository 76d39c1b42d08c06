import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  capacitySite,
  countPool,
  type ObservedPool,
  type ObservedResource,
  observe,
  UNKNOWN,
} from "../../../lib/plan/observed";
import type { Resources } from "../../../lib/plan/resources";
import { mayRunOn } from "../../../lib/plan/schedulable";
import type { SentResource } from "../../support/packProcess";
import { urnOf } from "../../support/packProcess";
import { AKS, AKS_POOL, EKS, EKS_POOL, GKE, GKE_POOL } from "../../support/programs";

const GROUP = "azure-native:resources:ResourceGroup";

interface Sent extends SentResource {
  /** Inputs, where they were seen. */
  readonly given?: readonly string[];
}

/** Resources as `observe` takes them; `UNKNOWN` stands for itself. */
export function observed(sent: readonly Sent[]): ObservedResource[] {
  return sent.map(({ type, name, urn, props, parent, provider, propertyDependencies, ignoreChanges, given }) => ({
    urn: urn ?? urnOf(type, name),
    type,
    name,
    props,
    ignoreChanges: ignoreChanges ?? [],
    propertyDependencies: propertyDependencies ?? {},
    ...(given === undefined ? {} : { given }),
    ...(parent === undefined ? {} : { parent }),
    ...(provider === undefined ? {} : { provider }),
  }));
}

interface Expected {
  readonly nodes: number;
  readonly region?: string;
  readonly machineTypes?: readonly (string | null)[];
  readonly unknown?: readonly string[];
  readonly spot?: boolean;
  readonly maximum?: number;
  readonly pools?: number;
  /** Nodes of all pools of the cluster. */
  readonly all?: number;
  /** What the notes say. */
  readonly says?: RegExp;
  readonly perNode?: Partial<Resources>;
}

const N2 = { machineType: "n2-standard-4" };

/** A cluster "c" and its pools: what counts of the last pool. */
const cases: [title: string, resources: Sent[], expected: Expected][] = [
  ["EKS, fixed size", [eks(), group({ scalingConfig: sizes(3, 3, 3) })], { nodes: 3, region: "eu-central-1" }],
  ["EKS, room to grow: the minimum", [eks(), group({ scalingConfig: sizes(1, 3, 9) })], { nodes: 1, maximum: 9 }],
  [
    "EKS, the desired size is left to others",
    [eks(), { ...group({ scalingConfig: sizes(2, 2, 2) }), ignoreChanges: ["scalingConfig.desiredSize"] }],
    { nodes: 2 },
  ],
  ["EKS, spot", [eks(), group({ capacityType: "SPOT" })], { nodes: 0, spot: true, maximum: 3 }],
  [
    "EKS, no machine type: AWS takes t3.medium",
    [eks(), group({ instanceTypes: undefined })],
    { nodes: 3, machineTypes: ["t3.medium"] },
  ],
  [
    "EKS, unknown size",
    [eks(), group({ scalingConfig: { desiredSize: UNKNOWN, minSize: 1, maxSize: 3 } })],
    { nodes: 0, unknown: ["scalingConfig.desiredSize"] },
  ],
  [
    "EKS, NaN, which arrives as null",
    [eks(), group({ scalingConfig: sizes(3, null as never, 3) })],
    { nodes: 0, unknown: ["scalingConfig.desiredSize"] },
  ],
  [
    "EKS, a cluster whose name is not known and that the group's was made from",
    [
      eks({ name: UNKNOWN }),
      { ...group({ clusterName: UNKNOWN }), propertyDependencies: { clusterName: [urnOf(EKS, "c")] } },
    ],
    { nodes: 3 },
  ],
  [
    "EKS, what the provider chooses at preview is its default",
    [
      eks(),
      {
        ...group({ capacityType: UNKNOWN, diskSize: UNKNOWN }),
        propertyDependencies: { clusterName: [urnOf(EKS, "c")] },
      },
    ],
    { nodes: 3 },
  ],
  [
    "EKS, unknown because the program made it from something",
    [
      eks(),
      {
        ...group({ capacityType: UNKNOWN }),
        propertyDependencies: { clusterName: [urnOf(EKS, "c")], capacityType: [urnOf("x:y:Z", "z")] },
      },
    ],
    { nodes: 0, unknown: ["capacityType"] },
  ],
  [
    "EKS, machine type and pods of a launch template",
    [
      eks(),
      { type: TEMPLATE(), name: "lt", props: { instanceType: "m6i.2xlarge", userData: userData("maxPods: 60") } },
      templated({ instanceTypes: undefined, launchTemplate: { id: UNKNOWN, version: UNKNOWN } }),
    ],
    { nodes: 3, machineTypes: ["m6i.2xlarge"] },
  ],
  [
    "EKS, a spot launch template",
    [
      eks(),
      { type: TEMPLATE(), name: "lt", props: { instanceMarketOptions: { marketType: "spot" } } },
      templated({ launchTemplate: { id: "lt" } }),
    ],
    { nodes: 0, spot: true },
  ],
  [
    "EKS, a launch template that is not in the program",
    [eks(), group({ launchTemplate: { id: "lt-1" } })],
    { nodes: 0, unknown: ["launchTemplate (it is not in this program)"] },
  ],
  [
    "EKS, the region of the provider",
    [{ type: EKS, name: "c", props: { name: "c" }, provider: aws("sa-east-1") }, group({})],
    { nodes: 3, region: "sa-east-1" },
  ],
  [
    "EKS, the region of the subnets",
    [
      { type: "aws:ec2/subnet:Subnet", name: "s", props: { availabilityZone: "us-east-2b" } },
      {
        type: EKS,
        name: "c",
        props: { name: "c" },
        propertyDependencies: { vpcConfig: [urnOf("aws:ec2/subnet:Subnet", "s")] },
      },
      group({}),
    ],
    { nodes: 3, region: "us-east-2" },
  ],
  [
    "EKS, a template without multithreading",
    [
      eks(),
      { type: TEMPLATE(), name: "lt", props: { cpuOptions: { coreCount: 2, threadsPerCore: 1 } } },
      templated({ launchTemplate: { id: "lt" } }),
    ],
    // Two cores fewer than an m6i.xlarge has.
    { nodes: 3, perNode: { cpuMillis: 3920 - 2000 - 340 } },
  ],
  [
    "EKS, a template that leaves the number of cores open",
    [
      eks(),
      { type: TEMPLATE(), name: "lt", props: { cpuOptions: { threadsPerCore: 1 } } },
      templated({ launchTemplate: { id: "lt" } }),
    ],
    { nodes: 0, unknown: ["launchTemplate.cpuOptions.coreCount"] },
  ],
  [
    "EKS, a template with all cores",
    [
      eks(),
      { type: TEMPLATE(), name: "lt", props: { cpuOptions: { coreCount: 2, threadsPerCore: 2 } } },
      templated({ launchTemplate: { id: "lt" } }),
    ],
    { nodes: 3, perNode: { cpuMillis: 3920 - 340 } },
  ],
  ...(
    [
      ["/dev/sdb", undefined, 17_393],
      ["/dev/xvda", undefined, 459_761],
      ["/dev/xvda", "BOTTLEROCKET_x86_64", 17_393],
      ["/dev/xvdb", "BOTTLEROCKET_x86_64", 459_761],
    ] as const
  ).map(([deviceName, amiType, ephemeralStorageMiB]): [string, SentResource[], Expected] => [
    `EKS, a disk at ${deviceName} of ${amiType ?? "Amazon Linux"}`,
    [
      eks(),
      { type: TEMPLATE(), name: "lt", props: { blockDeviceMappings: [{ deviceName, ebs: { volumeSize: 500 } }] } },
      templated({ launchTemplate: { id: "lt" }, amiType }),
    ],
    { nodes: 3, perNode: { ephemeralStorageMiB } },
  ]),
  ...(
    [
      ["1", { latestVersion: 2, defaultVersion: 2 }, 0],
      ["2", { latestVersion: 2, defaultVersion: 1 }, 3],
      ["$Latest", { latestVersion: 2, defaultVersion: 1 }, 3],
      ["$Default", { latestVersion: 2, defaultVersion: 1 }, 0],
      ["1", { latestVersion: UNKNOWN, arn: UNKNOWN }, 3],
      ["1", { latestVersion: UNKNOWN, arn: "arn:aws:ec2:eu-central-1:1:launch-template/lt-1" }, 0],
      [UNKNOWN, { latestVersion: UNKNOWN, arn: UNKNOWN }, 3],
    ] as const
  ).map(([version, props, nodes]): [string, SentResource[], Expected] => [
    `EKS, version ${String(version)} of a template with ${Object.values(props).map(String).join(" and ")}`,
    [
      eks(),
      { type: TEMPLATE(), name: "lt", props: { ...props, instanceType: "m6i.8xlarge" } },
      templated({ launchTemplate: { id: "lt", version }, instanceTypes: undefined }),
    ],
    {
      nodes,
      machineTypes: ["m6i.8xlarge"],
      unknown: nodes > 0 ? [] : ["launchTemplate.version (the program holds another one)"],
    },
  ]),
  [
    "EKS, the minimum is left to others",
    [eks(), { ...group({ scalingConfig: sizes(9, 9, 9) }), ignoreChanges: ["scalingConfig.minSize"] }],
    { nodes: 0, unknown: ["scalingConfig.minSize (its changes are ignored)"] },
  ],
  [
    "EKS, the minimum of spot machines is left to others",
    [eks(), { ...group({ scalingConfig: sizes(9, 9, 9), capacityType: "SPOT" }), ignoreChanges: ["scalingConfig"] }],
    { nodes: 0, spot: true },
  ],
  [
    "EKS, user data that reserves more than the service does",
    [
      eks(),
      { type: TEMPLATE(), name: "lt", props: { userData: userData("bootstrap.sh c --kube-reserved=cpu=2") } },
      templated({ launchTemplate: { id: "lt" } }),
    ],
    {
      nodes: 0,
      unknown: ["launchTemplate.userData (it sets kube-reserved)"],
      says: /declare the pool's `nodes` and `allocatable` under `pools`/,
    },
  ],
  [
    "EKS, a Capacity Block",
    [eks(), group({ capacityType: "CAPACITY_BLOCK", instanceTypes: ["p5.48xlarge"] })],
    { nodes: 0, maximum: 3, says: /Pool g is of a Capacity Block, which ends on a fixed day/ },
  ],
  [
    "EKS, GPUs",
    [eks(), group({ instanceTypes: ["g5.xlarge"], amiType: "AL2023_x86_64_NVIDIA" })],
    { nodes: 3, perNode: { extended: { "nvidia.com/gpu": 1 } } },
  ],
  [
    "EKS, GPUs without their driver",
    [eks(), group({ instanceTypes: ["g5.xlarge"], amiType: "AL2023_x86_64_STANDARD" })],
    { nodes: 3, perNode: { extended: {} }, says: /no driver for nvidia\.com\/gpu.*`amiType`/ },
  ],
  ["EKS, Windows", [eks(), group({ amiType: "WINDOWS_CORE_2022_x86_64" })], { nodes: 0 }],

  [
    "GKE, a regional pool counts per zone",
    [gke("europe-west1"), nodePool({ nodeCount: 1 })],
    { nodes: 3, region: "europe-west1" },
  ],
  [
    "GKE, a zonal pool",
    [gke("europe-west1-b"), nodePool({ nodeCount: 2, location: "europe-west1-b" })],
    { nodes: 2, region: "europe-west1" },
  ],
  [
    "GKE, listed zones",
    [gke("europe-west1"), nodePool({ nodeCount: 2, nodeLocations: ["europe-west1-b", "europe-west1-c"] })],
    { nodes: 4 },
  ],
  [
    "GKE, the cluster's zones",
    [gke("europe-west1", { nodeLocations: ["europe-west1-b"] }), nodePool({ nodeCount: 2 })],
    { nodes: 2 },
  ],
  [
    "GKE, autoscaling limits in total",
    [
      gke("europe-west1"),
      nodePool({ initialNodeCount: 1, autoscaling: { totalMinNodeCount: 3, totalMaxNodeCount: 9 } }),
    ],
    { nodes: 3, maximum: 9 },
  ],
  [
    "GKE, a minimum that nobody climbs to",
    [gke("europe-west1"), nodePool({ initialNodeCount: 1, autoscaling: { minNodeCount: 3, maxNodeCount: 5 } })],
    { nodes: 3, maximum: 15 },
  ],
  [
    "GKE, preemptible",
    [gke("europe-west1"), nodePool({ nodeCount: 1, nodeConfig: { machineType: "n2-standard-4", preemptible: true } })],
    { nodes: 0, spot: true },
  ],
  [
    "GKE, unknown zones",
    [gke("europe-west1"), nodePool({ nodeCount: 1, nodeLocations: ["europe-west1-b", UNKNOWN] })],
    { nodes: 0, unknown: ["nodeLocations[1]"] },
  ],
  [
    "GKE, a pool inside the cluster",
    [gke("europe-west1", { nodePools: [{ name: "p", nodeCount: 2, nodeConfig: { machineType: "n2-standard-4" } }] })],
    { nodes: 6 },
  ],
  [
    "GKE, the default pool",
    [gke("europe-west1-b", { initialNodeCount: 4, nodeConfig: { machineType: "n2-standard-4" } })],
    { nodes: 4 },
  ],

  [
    "GKE, a minimum that starts with nothing",
    [gke("europe-west1"), nodePool({ autoscaling: { minNodeCount: 3, maxNodeCount: 9 } })],
    { nodes: 0, maximum: 27 },
  ],
  [
    "GKE, a total minimum that starts with nothing",
    [gke("europe-west1"), nodePool({ autoscaling: { totalMinNodeCount: 3, totalMaxNodeCount: 9 } })],
    { nodes: 0, maximum: 9 },
  ],
  [
    "GKE, the cluster's zones are unknown",
    [gke("europe-west1", { nodeLocations: UNKNOWN }), nodePool({ nodeCount: 2 })],
    { nodes: 0, unknown: ["cluster.nodeLocations"] },
  ],
  [
    "GKE, one of the cluster's zones is unknown",
    [gke("europe-west1", { nodeLocations: ["europe-west1-b", UNKNOWN] }), nodePool({ nodeCount: 2 })],
    { nodes: 0, unknown: ["cluster.nodeLocations"] },
  ],
  [
    "GKE, the cluster's zones are unknown and the pool lists its own",
    [gke("europe-west1", { nodeLocations: UNKNOWN }), nodePool({ nodeCount: 2, nodeLocations: ["europe-west1-b"] })],
    { nodes: 2 },
  ],
  [
    "GKE, the cluster's zones are unknown and its pools are in it",
    [gke("europe-west1", { nodeLocations: UNKNOWN, nodePools: [{ ...inlinePool(), nodeCount: 2 }] })],
    { nodes: 0, unknown: ["nodeLocations"] },
  ],
  [
    "GKE, the cluster's zones are the provider's choice",
    [
      { ...gke("europe-west1", { nodeLocations: UNKNOWN }), propertyDependencies: { location: [] } },
      nodePool({ nodeCount: 2 }),
    ],
    { nodes: 6 },
  ],
  [
    "GKE, a cluster of literals whose inputs were seen",
    [
      {
        ...gke("europe-west1", { nodeLocations: UNKNOWN, nodePools: UNKNOWN, defaultMaxPodsPerNode: UNKNOWN }),
        given: ["location", "removeDefaultNodePool", "initialNodeCount"],
      },
      nodePool({ nodeCount: 2 }),
    ],
    { nodes: 6, pools: 1 },
  ],
  [
    "GKE, inputs that were seen and are unknown",
    [
      { ...gke("europe-west1", { nodeLocations: UNKNOWN }), given: ["location", "nodeLocations"] },
      { ...nodePool({ nodeCount: UNKNOWN }), given: ["cluster", "location", "nodeCount", "nodeConfig"] },
    ],
    { nodes: 0, unknown: ["nodeCount", "cluster.nodeLocations"] },
  ],
  [
    "GKE, a label whose value is not known",
    [gke("europe-west1"), nodePool({ nodeCount: 2, nodeConfig: { ...N2, labels: { cell: UNKNOWN, tier: "web" } } })],
    { nodes: 6 },
  ],
  [
    "GKE, one zone listed twice",
    [gke("europe-west1"), nodePool({ nodeCount: 2, nodeLocations: ["europe-west1-b", "europe-west1-b"] })],
    { nodes: 2 },
  ],
  [
    "GKE, the cluster's location is unknown",
    [
      { type: GKE, name: "c", props: { name: "c", location: UNKNOWN } },
      { ...nodePool({ nodeCount: 2, location: undefined }), provider: google({ region: "europe-west1" }) },
    ],
    { nodes: 0, unknown: ["cluster.location"] },
  ],
  [
    "GKE, the cluster's location is unknown and the pool's is not",
    [{ type: GKE, name: "c", props: { name: "c", location: UNKNOWN } }, nodePool({ nodeCount: 2 })],
    { nodes: 6, region: "europe-west1" },
  ],
  [
    "GKE, a zonal cluster and a pool that does not say where it is",
    [
      gke("europe-west1-b"),
      { ...nodePool({ nodeCount: 2, location: undefined }), provider: google({ region: "europe-west1" }) },
    ],
    { nodes: 2, region: "europe-west1" },
  ],
  [
    "GKE, a cluster that is not in the program",
    [{ ...nodePool({ nodeCount: 2 }), propertyDependencies: {} }],
    { nodes: 0, unknown: ["nodeLocations (its cluster is not in this program)"] },
  ],
  [
    "GKE, a zonal cluster that is not in the program",
    [{ ...nodePool({ nodeCount: 2, location: "europe-west1-b" }), propertyDependencies: {} }],
    { nodes: 2 },
  ],
  [
    "GKE, what the cluster's outputs list is no other pool",
    [
      { ...gke("europe-west1", { nodePools: [inlinePool()] }), propertyDependencies: { location: [] } },
      nodePool({ nodeCount: 1 }),
    ],
    { nodes: 3, pools: 1 },
  ],
  [
    "GKE, what the cluster's outputs list and no resource has is in no program",
    [
      {
        ...gke("europe-west1", { nodePools: [inlinePool("old")], initialNodeCount: 1, nodeConfig: N2 }),
        propertyDependencies: { location: [], initialNodeCount: [] },
      },
    ],
    { nodes: 3, pools: 1 },
  ],
  [
    "GKE, a state that does not tell inputs from outputs: pools of one name are one",
    [gke("europe-west1", { nodePools: [inlinePool("p")] }), nodePool({ name: "p", nodeCount: 1 })],
    { nodes: 3, pools: 1 },
  ],
  [
    "GKE, a state that does not tell inputs from outputs: a pool without a known name may be any",
    [gke("europe-west1", { nodePools: [inlinePool("p")] }), nodePool({ name: UNKNOWN, nodeCount: 1 })],
    { nodes: 3, pools: 1 },
  ],
  [
    "GKE, a pool inside the cluster beside one of its own",
    [gke("europe-west1", { nodePools: [inlinePool("q")] }), nodePool({ name: "p", nodeCount: 1 })],
    { nodes: 3, pools: 2 },
  ],
  [
    "GKE, pools inside the cluster of which nothing is known",
    [{ ...gke("europe-west1", { nodePools: UNKNOWN }), propertyDependencies: { nodePools: [] } }],
    { nodes: 0, machineTypes: [null], unknown: ["nodePools"] },
  ],
  [
    "GKE, pools inside the cluster that a preview shows and nobody gave",
    [
      { ...gke("europe-west1", { nodePools: UNKNOWN }), propertyDependencies: { location: [] } },
      nodePool({ nodeCount: 1 }),
    ],
    { nodes: 3, pools: 1 },
  ],
  [
    "GKE, a node count that is left to others",
    [gke("europe-west1"), { ...nodePool({ nodeCount: 2 }), ignoreChanges: ["nodeCount"] }],
    { nodes: 0, maximum: 6 },
  ],
  [
    "GKE, a node count that is left to the autoscaler",
    [
      gke("europe-west1"),
      {
        ...nodePool({ nodeCount: 2, autoscaling: { minNodeCount: 1, maxNodeCount: 5 } }),
        ignoreChanges: ["nodeCount"],
      },
    ],
    { nodes: 3 },
  ],
  [
    "GKE, queued provisioning",
    [
      gke("europe-west1"),
      nodePool({
        initialNodeCount: 1,
        queuedProvisioning: { enabled: true },
        autoscaling: { minNodeCount: 1, maxNodeCount: 5 },
      }),
    ],
    { nodes: 0, spot: true },
  ],
  [
    "GKE, flex start",
    [gke("europe-west1"), nodePool({ nodeCount: 2, nodeConfig: { ...N2, flexStart: true } })],
    { nodes: 0, spot: true },
  ],

  ["AKS, fixed size", [aks(), agentPool({ count: 3 })], { nodes: 3, region: "westeurope" }],
  [
    "AKS, autoscaled",
    [aks(), agentPool({ count: 5, enableAutoScaling: true, minCount: 2, maxCount: 9 })],
    { nodes: 2, maximum: 9 },
  ],
  ["AKS, spot", [aks(), agentPool({ count: 3, scaleSetPriority: "Spot" })], { nodes: 0, spot: true }],
  [
    "AKS, only for the cluster's own pods",
    [aks(), agentPool({ count: 3, nodeTaints: ["CriticalAddonsOnly=true:NoSchedule"] })],
    { nodes: 0 },
  ],
  ["AKS, without a count", [aks(), agentPool({})], { nodes: 0, unknown: ["count"] }],
  [
    "AKS, a profile of the cluster",
    [aks({ agentPoolProfiles: [{ name: "p", count: 4, vmSize: "Standard_D4s_v5", mode: "System" }] })],
    { nodes: 4 },
  ],
  [
    "AKS of the classic provider",
    [
      {
        type: "azure:containerservice/kubernetesCluster:KubernetesCluster",
        name: "c",
        props: { location: "West Europe", defaultNodePool: { name: "p", nodeCount: 2, vmSize: "Standard_D4s_v5" } },
      },
    ],
    { nodes: 2, region: "westeurope" },
  ],
  [
    "AKS, a cluster whose name is not known and that the pool's was made from",
    [aks({ name: UNKNOWN }), agentPool({ count: 2, resourceName: UNKNOWN })],
    { nodes: 2, region: "westeurope" },
  ],
  [
    "AKS with an API version in its type",
    [
      { ...aks(), type: "azure-native:containerservice/v20240901:ManagedCluster" },
      {
        ...agentPool({ count: 1 }),
        type: "azure-native:containerservice/v20240901:AgentPool",
        propertyDependencies: { resourceName: [urnOf("azure-native:containerservice/v20240901:ManagedCluster", "c")] },
      },
    ],
    { nodes: 1 },
  ],
  [
    "AKS, a stopped pool, in any case",
    [aks(), agentPool({ count: 3, powerState: { code: "stopped" } })],
    { nodes: 0, says: /Pool p is stopped \(powerState\).*Start it/ },
  ],
  ["AKS, a running pool", [aks(), agentPool({ count: 3, powerState: { code: "Running" } })], { nodes: 3 }],
  [
    "AKS, a gateway pool",
    [aks(), agentPool({ count: 3, mode: "Gateway" })],
    { nodes: 0, says: /Pool p is a gateway \(mode\)/ },
  ],
  ["AKS, spot in lower case", [aks(), agentPool({ count: 3, scaleSetPriority: "spot" })], { nodes: 0, spot: true }],
  ["AKS, Windows in lower case", [aks(), agentPool({ count: 3, osType: "windows" })], { nodes: 0, says: /Windows/ }],
  [
    "AKS, profiles that the cluster's outputs repeat",
    [aks({ agentPoolProfiles: [profile("system"), profile("apps")] }), agentPool({ count: 3, agentPoolName: "apps" })],
    { nodes: 3, all: 6 },
  ],
  [
    "AKS, a profile of a pool whose name is made up",
    [
      aks({ agentPoolProfiles: [profile("system"), profile("p1a2b3c4")] }),
      { ...agentPool({ count: 3, name: UNKNOWN }) },
    ],
    { nodes: 3, all: 6 },
  ],
  [
    "AKS, profiles that are not known",
    [{ ...aks({ agentPoolProfiles: UNKNOWN }), propertyDependencies: { agentPoolProfiles: [], location: [] } }],
    { nodes: 0, unknown: ["agentPoolProfiles"], says: /c \(agentPoolProfiles\) counts as 0/ },
  ],
  [
    "AKS, a cluster elsewhere than its resource group, and a pool that has its name",
    [
      { type: GROUP, name: "rg", props: { location: "northeurope" } },
      { ...aks({ resourceName: "prod" }), propertyDependencies: { resourceGroupName: [urnOf(GROUP, "rg")] } },
      {
        ...agentPool({ resourceName: "prod", count: 3 }),
        propertyDependencies: { resourceGroupName: [urnOf(GROUP, "rg")] },
      },
    ],
    { nodes: 3, region: "westeurope" },
  ],
  [
    "AKS, the location of the resource group",
    [
      { type: GROUP, name: "rg", props: { location: "northeurope" } },
      { ...aks({ location: undefined }), propertyDependencies: { resourceGroupName: [urnOf(GROUP, "rg")] } },
      agentPool({ count: 3 }),
    ],
    { nodes: 3, region: "northeurope" },
  ],
  [
    "AKS, the count is left to others",
    [aks(), { ...agentPool({ count: 3 }), ignoreChanges: ["count"] }],
    { nodes: 0, unknown: ["count (its changes are ignored)"], says: /declare the pool's `nodes` and `allocatable`/ },
  ],
  [
    "AKS, the count of an autoscaled pool is left to others: the minimum",
    [
      aks(),
      {
        ...agentPool({ count: 3, enableAutoScaling: true, minCount: 2, maxCount: 9 }),
        ignoreChanges: ["count"],
      },
    ],
    { nodes: 2 },
  ],
  [
    "AKS, the count of a profile is left to others",
    [{ ...aks({ agentPoolProfiles: [profile("p")] }), ignoreChanges: ["agentPoolProfiles[*].count"] }],
    { nodes: 0, unknown: ["agentPoolProfiles[0].count (its changes are ignored)"] },
  ],
  [
    "AKS, a profile for the cluster's own pods, and profiles are left to others",
    [
      {
        ...aks({ agentPoolProfiles: [{ ...profile("p"), nodeTaints: ["CriticalAddonsOnly=true:NoSchedule"] }] }),
        ignoreChanges: ["agentPoolProfiles"],
      },
    ],
    { nodes: 0 },
  ],
  [
    "AKS, pods write to the temporary disk",
    [aks(), agentPool({ count: 3, osDiskSizeGB: 512, kubeletDiskType: "Temporary" })],
    { nodes: 3, perNode: { ephemeralStorageMiB: 0 }, says: /temporary disk \(kubeletDiskType\)/ },
  ],
  [
    "AKS, GPUs",
    [aks(), agentPool({ count: 3, vmSize: "Standard_NC4as_T4_v3" })],
    { nodes: 3, perNode: { extended: { "nvidia.com/gpu": 1 } } },
  ],
  [
    "AKS, GPUs without their driver",
    [aks(), agentPool({ count: 3, vmSize: "Standard_NC4as_T4_v3", gpuProfile: { driver: "none" } })],
    { nodes: 3, perNode: { extended: {} }, says: /no driver for nvidia\.com\/gpu/ },
  ],
];

describe("pools of any program", () => {
  for (const [title, sent, expected] of cases) {
    it(title, () => {
      const { sites, notes } = observe(observed(sent));
      assert.equal(sites.length, 1, notes.join());
      const [site] = sites;
      const pool = site?.pools.at(-1);
      assert.ok(site !== undefined && pool !== undefined);
      const { description } = pool;
      const counted = countPool(pool, []);
      assert.equal(counted.nodes, expected.nodes);
      const { all, says, perNode } = expected;
      if (all !== undefined) assert.equal(nodesOf(site.pools), all);
      if (says !== undefined) assert.match(counted.notes.join(" "), says);
      if (perNode !== undefined) assert.deepEqual({ ...counted.perNode, ...perNode }, counted.perNode);
      assert.deepEqual(pool.unknown, expected.unknown ?? []);
      assert.equal(description.spot, expected.spot ?? false);
      if (expected.region !== undefined) assert.equal(site.region, expected.region);
      if (expected.machineTypes !== undefined) assert.deepEqual(description.machineTypes, expected.machineTypes);
      if (expected.pools !== undefined) assert.equal(site.pools.length, expected.pools);
      if (expected.maximum !== undefined) assert.equal(pool.maximumNodes, expected.maximum);
    });
  }

  it("reads pods per node from a launch template's user data, plain or in Base64", () => {
    for (const text of [
      userData("maxPods: 60"),
      "kubelet:\n  config:\n    maxPods: 60\n",
      userData("bootstrap.sh c --kubelet-extra-args '--max-pods=60'"),
    ]) {
      const template = { type: TEMPLATE(), name: "lt", props: { userData: text } };
      const [site] = observe(observed([eks(), template, templated({ launchTemplate: { id: "lt" } })])).sites;
      assert.equal(site?.pools[0]?.description.maxPods, 60);
    }
  });

  it("offers of a GKE node what its node config leaves", () => {
    const node = (nodeConfig: object) => {
      const pool = configured(nodeConfig);
      return { ...countPool(pool, []), unknown: pool.unknown, taints: pool.taints };
    };
    const whole = node({}).perNode;
    const threads = (threadsPerCore: unknown) => node({ advancedMachineFeatures: { threadsPerCore } });
    assert.equal(threads(1).perNode.cpuMillis, whole.cpuMillis - 2000);
    assert.equal(threads(2).perNode.cpuMillis, whole.cpuMillis);
    assert.deepEqual(threads(UNKNOWN).unknown, ["nodeConfig.advancedMachineFeatures.threadsPerCore"]);
    const pages = (hugepagesConfig: object) => node({ linuxNodeConfig: { hugepagesConfig } });
    assert.equal(pages({ hugepageSize2m: 1024 }).perNode.memoryMiB, whole.memoryMiB - 2048);
    assert.equal(pages({ hugepageSize1g: 3 }).perNode.memoryMiB, whole.memoryMiB - 3072);
    assert.equal(pages({ hugepageSize2m: UNKNOWN }).nodes, 0);
    assert.deepEqual(node({ linuxNodeConfig: UNKNOWN, guestAccelerators: UNKNOWN }).perNode, whole);
    const gpus = (accelerator: object) => node({ guestAccelerators: [accelerator] }).perNode.extended;
    assert.deepEqual(gpus({ type: "nvidia-tesla-t4", count: 2 }), { "nvidia.com/gpu": 2 });
    assert.deepEqual(gpus({ type: "nvidia-tesla-a100", count: 1, gpuPartitionSize: "1g.5gb" }), {});
    assert.equal(node({ guestAccelerators: [{ type: "nvidia-tesla-t4", count: UNKNOWN }] }).nodes, 0);
    assert.deepEqual(node({ sandboxConfig: { sandboxType: "gvisor" } }).taints, [
      { key: "sandbox.gke.io/runtime", value: "gvisor", effect: "NoSchedule" },
    ]);
  });

  it("lets onto GKE's Arm, GPU and sandbox nodes the pods that GKE gives a toleration", () => {
    const pod = { cpu: 1, memoryGiB: 1 };
    const arm = { ...pod, architectures: ["arm64" as const] };
    const gpu = { ...pod, extended: { "nvidia.com/gpu": 1 } };
    const t2a = { machineType: "t2a-standard-4" };
    const t4 = { type: "nvidia-tesla-t4", count: 1 };
    const rows: [nodeConfig: object, plain: boolean, arm: boolean, gpu: boolean][] = [
      [{}, true, false, true],
      [t2a, false, true, false],
      [{ ...t2a, taintConfig: { architectureTaintBehavior: "ARM" } }, false, true, false],
      [{ ...t2a, taintConfig: { architectureTaintBehavior: "NONE" } }, true, true, true],
      [{ machineType: "a2-highgpu-1g" }, false, false, true],
      [{ machineType: "n1-standard-8", guestAccelerators: [t4] }, false, false, true],
      [{ sandboxConfig: { sandboxType: "gvisor" } }, false, false, false],
      // Such a taint of the program's own is no other than Google's.
      [{ ...t2a, taints: [{ key: "kubernetes.io/arch", value: "arm64", effect: "NO_SCHEDULE" }] }, false, true, false],
      [{ taints: [{ key: "kubernetes.io/arch", value: "arm64", effect: "NO_SCHEDULE" }] }, false, false, false],
    ];
    for (const [nodeConfig, ...expected] of rows) {
      const pool = configured(nodeConfig);
      const { architecture } = countPool(pool, []);
      const traits = { labels: pool.labels, taints: pool.taints, architecture };
      assert.deepEqual(
        [pod, arm, gpu].map((one) => mayRunOn(one, traits)),
        expected,
        JSON.stringify(nodeConfig),
      );
    }
    const unknown = configured({ ...t2a, taintConfig: { architectureTaintBehavior: UNKNOWN } });
    assert.deepEqual(unknown.unknown, ["nodeConfig.taintConfig.architectureTaintBehavior"]);
  });

  it("leaves room for DaemonSets that ask for a label whose value is not known", () => {
    const pool = configured({ labels: { cell: UNKNOWN } });
    assert.deepEqual([pool.labels, pool.openLabels], [{}, ["cell"]]);
    const agent = (nodeSelector: Record<string, string>) => ({ name: "agent", cpu: 1, memoryGiB: 1, nodeSelector });
    const cpuMillis = (nodeSelector: Record<string, string>) =>
      countPool(pool, [agent(nodeSelector)]).perNode.cpuMillis;
    const whole = countPool(pool, []).perNode.cpuMillis;
    assert.equal(cpuMillis({ cell: "a" }), whole - 1000);
    assert.equal(cpuMillis({ cell: "a", tier: "web" }), whole);
  });

  it("counts ephemeral storage of a GKE node where it is", () => {
    const storage = (nodeConfig: object) => {
      const pool = configured(nodeConfig);
      return pool.description.diskGiB;
    };
    assert.equal(storage({ diskSizeGb: 1000 }), 1000);
    const ssds = (localSsdCount: unknown) => ({ ephemeralStorageLocalSsdConfig: { localSsdCount } });
    assert.equal(storage({ diskSizeGb: 1000, ...ssds(1) }), 375);
    assert.equal(storage({ ...ssds(2) }), 750);
    assert.equal(storage({ ...ssds(UNKNOWN) }), null);
    assert.equal(storage({ diskSizeGb: 1000, ephemeralStorageConfig: { localSsdCount: 1 } }), 375);
    assert.equal(storage({ diskSizeGb: 1000, machineType: "c3-standard-4-lssd" }), 375);
    assert.equal(storage({ diskSizeGb: 100, ...ssds(0) }), 100);
  });

  it("takes clusters of one name for one another's neither by region nor by chance", () => {
    const sent = ["north", "west"].flatMap((place): SentResource[] => [
      { type: GROUP, name: place, props: { location: `${place}europe` } },
      {
        type: AKS,
        name: place,
        props: { resourceName: "prod", location: `${place}europe` },
        propertyDependencies: { resourceGroupName: [urnOf(GROUP, place)] },
      },
      {
        ...agentPool({ resourceName: "prod", count: 3 }),
        name: `${place}-p`,
        propertyDependencies: { resourceGroupName: [urnOf(GROUP, place)] },
      },
    ]);
    const { sites } = observe(observed(sent));
    assert.deepEqual(
      sites.map(({ region, pools }) => [region, pools.map(({ name }) => name)]),
      [
        ["northeurope", ["north-p"]],
        ["westeurope", ["west-p"]],
      ],
    );
    const untold = observe(observed(sent.map((one) => ({ ...one, propertyDependencies: {} }))));
    assert.equal(untold.notes.length, 2);
    assert.deepEqual(nodesOf(untold.sites.flatMap(({ pools }) => pools)), 0);
  });

  it("does not know where a cluster is whose location is not known, whatever its resource group says", () => {
    const group = { type: GROUP, name: "rg", props: { location: "northeurope" } };
    const from = { location: [], resourceGroupName: [urnOf(GROUP, "rg")] };
    const cluster = { ...aks({ location: UNKNOWN }), propertyDependencies: from };
    const [site] = observe(observed([group, cluster, agentPool({ count: 3 })])).sites;
    assert.equal(site?.region, undefined);
  });

  it("knows the labels that clouds set on nodes", () => {
    const labelled = (sent: readonly SentResource[]) => {
      const [site] = observe(observed(sent)).sites;
      assert.ok(site !== undefined);
      const [group] = capacitySite(site, [countPool(site.pools.at(-1) as ObservedPool, [])], "d").nodeGroups;
      return { ...group?.labels, type: group?.machineType };
    };
    assert.deepEqual(labelled([aks(), agentPool({ count: 3, agentPoolName: "apps", nodeLabels: { tier: "web" } })]), {
      "topology.kubernetes.io/region": "westeurope",
      "kubernetes.azure.com/agentpool": "apps",
      tier: "web",
      type: "Standard_D4s_v5",
    });
    assert.deepEqual(labelled([eks(), group({ nodeGroupName: "apps", capacityType: "ON_DEMAND" })]), {
      "topology.kubernetes.io/region": "eu-central-1",
      "eks.amazonaws.com/nodegroup": "apps",
      "eks.amazonaws.com/capacityType": "ON_DEMAND",
      type: "m6i.xlarge",
    });
    assert.equal(labelled([eks(), group({ instanceTypes: ["m6i.xlarge", "m5.xlarge"] })]).type, undefined);
  });

  it("takes off a DaemonSet that may run on some of the machine types that a group mixes, or in its region", () => {
    const [site] = observe(observed([eks(), group({ instanceTypes: ["m6i.xlarge", "m5.xlarge"] })])).sites;
    const pool = site?.pools[0] as ObservedPool;
    const whole = countPool(pool, []).perNode.cpuMillis;
    for (const nodeSelector of [
      { "node.kubernetes.io/instance-type": "m5.xlarge" },
      { "topology.kubernetes.io/region": "eu-central-1" },
    ]) {
      const agent = { name: "agent", cpu: 0.5, memoryGiB: 0.1, nodeSelector };
      assert.equal(countPool(pool, [agent]).perNode.cpuMillis, whole - 500);
    }
  });

  it("lets declared facts stand in for what the program leaves open", () => {
    const open = group({
      scalingConfig: { desiredSize: UNKNOWN, minSize: UNKNOWN, maxSize: UNKNOWN },
      instanceTypes: [UNKNOWN],
    });
    const pool = observe(observed([eks(), open])).sites[0]?.pools[0];
    assert.ok(pool !== undefined);
    const allocatable = { cpuMillis: 4000, memoryMiB: 8192, pods: 58, ephemeralStorageMiB: 0, extended: {} };
    assert.equal(countPool(pool, [], { nodes: 3 }).nodes, 0);
    assert.equal(countPool(pool, [], { nodes: 3, allocatable }).nodes, 3);
  });
});

function nodesOf(pools: readonly ObservedPool[]): number {
  return pools.reduce((sum, pool) => sum + countPool(pool, []).nodes, 0);
}

function eks(props: object = {}): SentResource {
  return { type: EKS, name: "c", props: { name: "c", region: "eu-central-1", ...props } };
}

function sizes(minSize: number, desiredSize: number, maxSize: number) {
  return { minSize, desiredSize, maxSize };
}

function group(props: object): SentResource {
  const given = {
    clusterName: "c",
    instanceTypes: ["m6i.xlarge"],
    scalingConfig: sizes(3, 3, 3),
    ...props,
  };
  return {
    type: EKS_POOL,
    name: "g",
    props: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}

function TEMPLATE(): string {
  return "aws:ec2/launchTemplate:LaunchTemplate";
}

function templated(props: object): SentResource {
  const from = { clusterName: [urnOf(EKS, "c")], launchTemplate: [urnOf(TEMPLATE(), "lt")] };
  return { ...group(props), propertyDependencies: from };
}

function userData(text: string): string {
  return Buffer.from(`#!/bin/sh\n${text}\n`).toString("base64");
}

function profile(name: string) {
  return { name, count: 3, vmSize: "Standard_D4s_v5" };
}

function aws(region: string) {
  return { urn: urnOf("pulumi:providers:aws", "p"), type: "pulumi:providers:aws", name: "p", props: { region } };
}

function gke(location: string, props: object = {}): SentResource {
  return { type: GKE, name: "c", props: { name: "c", location, ...props } };
}

/** A pool of such nodes, each of its properties given by the program. */
function configured(nodeConfig: object): ObservedPool {
  const given = { cluster: [urnOf(GKE, "c")], location: [], nodeCount: [], nodeConfig: [] };
  const pool = { ...nodePool({ nodeCount: 1, nodeConfig: { ...N2, ...nodeConfig } }), propertyDependencies: given };
  const found = observe(observed([gke("europe-west1"), pool])).sites[0]?.pools.at(-1);
  assert.ok(found !== undefined);
  return found;
}

function inlinePool(name = "p"): object {
  return { name, nodeCount: 1, nodeConfig: N2 };
}

function google(props: object) {
  return { urn: urnOf("pulumi:providers:gcp", "g"), type: "pulumi:providers:gcp", name: "g", props };
}

function nodePool(props: object): SentResource {
  return {
    type: GKE_POOL,
    name: "p",
    props: { cluster: "c", location: "europe-west1", nodeConfig: { machineType: "n2-standard-4" }, ...props },
    propertyDependencies: { cluster: [urnOf(GKE, "c")] },
  };
}

function aks(props: object = {}): SentResource {
  return { type: AKS, name: "c", props: { location: "West Europe", ...props } };
}

function agentPool(props: object): SentResource {
  return {
    type: AKS_POOL,
    name: "p",
    props: { vmSize: "Standard_D4s_v5", ...props },
    propertyDependencies: { resourceName: [urnOf(AKS, "c")] },
  };
}
