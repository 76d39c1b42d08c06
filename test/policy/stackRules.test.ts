import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { observe } from "pulumi-multisite/plan";
import { rules } from "../../policy/policies";
import { declaredVersusReal } from "../../policy/rules/n1-018-declared-vs-real";
import { type SentResource, urnOf } from "../support/packProcess";
import { deployment, EKS, eksCluster, eksPool, inCluster, kubernetes, threeClusters } from "../support/programs";
import { type Given, onStack, UNKNOWN_VALUE } from "./fakes";

const LOSS = "n1-004-site-loss-aggregate";
const ALL = ["multisite", ...rules.map(({ name }) => name)];

const SITES = ["frankfurt", "ireland", "stockholm"];

const SELF_MANAGED: SentResource = {
  type: "aws:autoscaling/group:Group",
  name: "own",
  props: { tags: [{ key: "kubernetes.io/cluster/shop-ireland", value: "owned" }] },
};

const container = { name: "c", resources: { requests: { cpu: "1m", memory: "1Mi" } } };

/** An object in Ireland that runs one small pod. */
function pods(type: string, name: string, spec: object, pod: object = {}): SentResource {
  return inCluster("ireland", type, name, { ...spec, template: { spec: { containers: [container], ...pod } } });
}

/** What the pack's configuration says of nodes that the program cannot show. */
const OWN_NODES = {
  ...{ site: "stockholm", pool: "own", nodes: 1 },
  allocatable: { cpu: 3.9, memoryGiB: 13, pods: 58, verifiedAt: "2026-11-01" },
};

/** Many nodes beside a site's others that keep out what does not tolerate them. */
function closedPool(site: string): SentResource {
  return eksPool(
    site,
    50,
    { taints: [{ key: "dedicated", value: "db", effect: "NO_SCHEDULE" }] },
    { name: `${site}-db` },
  );
}

/** What each rule says of each program: the exact messages, or how they begin. */
type Case = [title: string, rule: string, resources: SentResource[], messages: (string | RegExp)[], given?: Given];

const cases: Case[] = [
  [
    "one node short",
    LOSS,
    threeClusters([3, 3, 2]),
    [
      "Losing frankfurt: cpu left 17.9 < demand 18 (short 0.1, 0.6%). The loss of ireland leaves too little as well. With 3 equal sites each must carry 50% of demand (1.50x total). Add 1 x m6i.xlarge to pool stockholm-apps of site stockholm (2 -> 3).",
    ],
  ],
  ["with that node", LOSS, threeClusters([3, 3, 3]), []],
  ["with a smaller demand, which is declared", LOSS, threeClusters([3, 3, 2]), [], demand(10)],
  [
    "sites and no demand",
    "n1-001-topology-declared",
    threeClusters([3, 3, 3]).filter(({ type }) => !type.startsWith("kubernetes:")),
    [
      'This program: no demand visible to the policy; N+1 cannot be proven. Set `demand` of the policy "multisite" in the pack\'s configuration, or give the containers requests.',
    ],
  ],
  [
    "clusters alone, of which the rule about demand has said enough",
    LOSS,
    SITES.map((site, i) => eksCluster(site, ["eu-central-1", "eu-west-1", "eu-north-1"][i] ?? "")),
    [],
  ],
  [
    "a demand of pods alone, whose memory nobody knows",
    LOSS,
    SITES.map((site, i) => eksCluster(site, ["eu-central-1", "eu-west-1", "eu-north-1"][i] ?? "")),
    [
      "Losing frankfurt: pods left 0 < demand 30 (short 30, 100%). The loss of stockholm, ireland leaves too little as well. With 3 equal sites each must carry 50% of demand (1.50x total).",
    ],
    { shared: { demand: { pods: 30 } } },
  ],
  ...[
    "aws-native:eks:Cluster",
    "google-native:container/v1:Cluster",
    "azure-native_containerservice_v20240801:containerservice:ManagedCluster",
    "digitalocean:index/kubernetesCluster:KubernetesCluster",
  ].map(
    (type): Case => [
      `a program whose only cluster is ${type}`,
      "n1-001-topology-declared",
      [{ type, name: "shop", props: {} }],
      [
        `This program: clusters that the policy does not read; N+1 cannot be proven. Of ${type} "shop" it knows neither nodes nor places: make them with the packages aws, gcp, azure or azure-native (without a version), or accept it as an exception for N1-001 and N1-004.`,
      ],
    ],
  ),
  [
    "a program whose only cluster is not read",
    LOSS,
    [{ type: "aws-native:eks:Cluster", name: "shop", props: {} }],
    ["This program has no site that can be read, so nothing shows that it outlives the loss of one."],
  ],
  [
    "a cluster that is not read beside those that are",
    "n1-001-topology-declared",
    [...threeClusters([3, 3, 3]), { type: "aws-native:eks:Cluster", name: "other", props: {} }],
    [],
  ],
  [
    "a size that is not known",
    "n1-002-capacity-known",
    threeClusters([3, 3, UNKNOWN_VALUE]),
    ["scalingConfig.desiredSize", "scalingConfig.minSize", "scalingConfig.maxSize"].map(
      (path) =>
        `This program: stockholm-apps.${path} of site stockholm is unknown at preview. Give a literal, or set the pool's \`nodes\` and \`allocatable\` in the pack's configuration.`,
    ),
  ],
  [
    "an object of which nothing is known, told once",
    "n1-002-capacity-known",
    [...threeClusters([3, 3, 3]), inCluster("ireland", "apps/v1:Deployment", "late", UNKNOWN_VALUE as never)],
    [
      'This program: the demand of Deployment "ireland-late" (Deployment late) spec is unknown at preview. Give a literal, or set `demand` of the policy "multisite" in the pack\'s configuration.',
    ],
  ],
  [
    "what an object asks for is known and wrong",
    "n1-002-capacity-known",
    [...threeClusters([3, 3, 3]), deployment("ireland", "late", "3", { cpu: "1", memory: "1Gi" })],
    [
      'This program: the demand cannot be read: Deployment "ireland-late" (Deployment late) spec.replicas must be a whole number from 0 to 2147483647, got "3": write it without quotes. Correct it, or set `demand` of the policy "multisite" in the pack\'s configuration.',
    ],
  ],
  [
    "replicas that are not known",
    "n1-002-capacity-known",
    [...threeClusters([3, 3, 3]), deployment("ireland", "late", UNKNOWN_VALUE, { cpu: "1", memory: "1Gi" })],
    [],
    demand(10),
  ],
  [
    "one cluster",
    "n1-003-site-count",
    threeClusters([3, 3, 3]).slice(0, 4),
    ["1 fault domain for 1 tolerated failure: need 2. Add sites in other fault domains."],
  ],
  [
    "a quorum with a site of which no node is guaranteed",
    "n1-003-site-count",
    threeClusters([9, 9, 9], { capacityType: "SPOT" }),
    [
      '2 fault domains for 1 tolerated failure: need 3 for quorum store "etcd". Two sites cannot keep a majority. No node is guaranteed at stockholm. Add sites in other fault domains.',
    ],
    { shared: { quorum: ["etcd"] } },
  ],
  [
    "a quorum with nodes everywhere",
    "n1-003-site-count",
    threeClusters([9, 9, 1]),
    [],
    { shared: { quorum: ["etcd"] } },
  ],
  [
    "nearest routing to nodes that the demand cannot use",
    "n1-005-survivor-overload",
    [...threeClusters([4, 4, 4]), ...SITES.map(closedPool)],
    [
      'Losing stockholm: routing "nearest" sends its 33.3% to frankfurt, which would need 18 cpu and guarantees 14.32. Use routing "spread" or add 2 x m6i.xlarge.',
    ],
    { shared: { routing: { model: "nearest" }, demand: { cpu: 27, memoryGiB: 18, pods: 18 } } },
  ],
  [
    "nearest routing to nodes that a workload tolerates",
    "n1-005-survivor-overload",
    [...threeClusters([4, 4, 4]), ...SITES.map(closedPool)],
    [],
    {
      shared: {
        routing: { model: "nearest" },
        demand: {
          workloads: [{ name: "web", replicas: 27, cpu: 1, memoryGiB: 0.6, tolerations: [{ operator: "Exists" }] }],
        },
      },
    },
  ],
  [
    "nearest routing to nodes that the sums fit and the pods do not",
    "n1-005-survivor-overload",
    threeClusters([3, 3, 3]),
    [
      'Losing stockholm: routing "nearest" sends its 33.3% to frankfurt, which would carry 66.7% of the demand, and its nodes have room for the pods of 50%. Use routing "spread" or add nodes.',
    ],
    {
      shared: {
        routing: { model: "nearest" },
        demand: { workloads: [{ name: "web", replicas: 6, cpu: 2, memoryGiB: 1 }] },
      },
    },
  ],
  [
    "an autoscaler's maximum of which one node is there",
    "n1-006-guaranteed-not-max",
    threeClusters([3, 3, 1], { scalingConfig: { minSize: 1, desiredSize: 1, maxSize: 9 } }),
    [
      "Pool stockholm-apps at stockholm: only 1 of 9 nodes is guaranteed; autoscaling during an outage is not counted (static stability). This program would hold only with all of them.",
    ],
  ],
  [
    "an autoscaler's maximum that would save it",
    "n1-006-guaranteed-not-max",
    threeClusters([3, 3, 2], { scalingConfig: { minSize: 2, desiredSize: 3, maxSize: 6 } }),
    [
      "Pool stockholm-apps at stockholm: only 2 of 6 nodes are guaranteed; autoscaling during an outage is not counted (static stability). This program would hold only with all of them.",
    ],
  ],
  [
    "spot machines that would save it",
    "n1-007-interruptible",
    threeClusters([3, 3, 3], { capacityType: "SPOT" }),
    [
      "Pool stockholm-apps at stockholm is interruptible and counts as 0. This program would hold only with its 3 nodes.",
    ],
  ],
  [
    "one provider",
    "n1-008-shared-dependency",
    threeClusters([3, 3, 3]),
    ["All sites depend on aws; its failure is not covered by N+1."],
  ],
  [
    "a pod range for two nodes",
    "n1-010-pods-and-ips",
    [
      {
        type: "gcp:container/cluster:Cluster",
        name: "c",
        props: { location: "europe-west1", ipAllocationPolicy: { clusterIpv4CidrBlock: "10.4.0.0/23" } },
      },
      {
        type: "gcp:container/nodePool:NodePool",
        name: "p",
        props: { nodeCount: 1, nodeConfig: { machineType: "n2-standard-4" } },
        propertyDependencies: { cluster: [urnOf("gcp:container/cluster:Cluster", "c")] },
      },
    ],
    ["Site c: 10.4.0.0/23 gives 512 pod addresses; failover needs 1024 incl. surge 1."],
  ],
  [
    "a pod range of a pool's own, for a blue-green upgrade",
    "n1-010-pods-and-ips",
    [
      {
        type: "gcp:container/cluster:Cluster",
        name: "c",
        props: { location: "europe-west1", ipAllocationPolicy: { clusterIpv4CidrBlock: "10.4.0.0/16" } },
      },
      {
        type: "gcp:container/nodePool:NodePool",
        name: "p",
        props: {
          ...{ nodeCount: 1, nodeConfig: { machineType: "n2-standard-4" } },
          upgradeSettings: { strategy: "BLUE_GREEN" },
          networkConfig: { createPodRange: true, podRange: "more", podIpv4CidrBlock: "10.5.0.0/22" },
        },
        propertyDependencies: { cluster: [urnOf("gcp:container/cluster:Cluster", "c")] },
      },
    ],
    ["Site c: 10.5.0.0/22 of pool p gives 1024 pod addresses; failover needs 1536 incl. surge 3."],
  ],
  [
    "a pod larger than every node",
    "n1-011-largest-pod-fits",
    [...threeClusters([3, 3, 3]), deployment("ireland", "big", 1, { cpu: "6", memory: "1Gi" })],
    ["frankfurt", "ireland", "stockholm"].map(
      (site) =>
        `Workload big (6 cpu/1 GiB) fits no guaranteed node at ${site} (largest allocatable 3.58 cpu/13.41 GiB).`,
    ),
  ],
  ["replicas that wait for a loss", "n1-012-replicas-prescaled", threeClusters([3, 3, 3]), [], web(24)],
  ["replicas where the objects are the demand", "n1-012-replicas-prescaled", threeClusters([3, 3, 3]), []],
  [
    "replicas that would be missing after a loss",
    "n1-012-replicas-prescaled",
    threeClusters([3, 3, 3]),
    [
      ["frankfurt", "eu-north-1"],
      ["stockholm", "eu-central-1"],
      ["ireland", "eu-central-1"],
    ].map(
      ([site, lost]) =>
        `default/web at ${site}: max 12 replicas < 15 required when aws/${lost} is lost; nodes would be idle while pods are missing (3 short).`,
    ),
    web(30),
  ],
  [
    "an autoscaler that starts pods only after a loss",
    "n1-012-replicas-prescaled",
    [...threeClusters([3, 3, 3]), autoscaler("ireland", 4, 15)],
    [
      "default/web at ireland: min 4 replicas < 12 required when aws/eu-central-1 is lost; 8 would have to start while everybody is busy. Run 12 before the loss.",
    ],
    web(24),
  ],
  [
    "a workload that one cluster lacks",
    "n1-012-replicas-prescaled",
    threeClusters([3, 3, 3]).map((one) =>
      one.name === "stockholm-web"
        ? { ...one, name: "stockholm-other", props: { ...one.props, metadata: { name: "other" } } }
        : one,
    ),
    [
      "web at stockholm: max 0 replicas < 12 required when aws/eu-central-1 is lost; nodes would be idle while pods are missing (12 short).",
    ],
    web(24),
  ],
  [
    "replicas in another namespace than the default",
    "n1-012-replicas-prescaled",
    threeClusters([3, 3, 3]).map((one) => inNamespace("shop", one)),
    ["frankfurt", "stockholm", "ireland"].map((site) => {
      const lost = site === "frankfurt" ? "eu-north-1" : "eu-central-1";
      return `shop/web at ${site}: max 12 replicas < 15 required when aws/${lost} is lost; nodes would be idle while pods are missing (3 short).`;
    }),
    web(30),
  ],
  [
    "a workload that may be one of two",
    "n1-012-replicas-prescaled",
    [
      ...threeClusters([3, 3, 3]).map((one) => inNamespace("shop", one)),
      inNamespace("blog", { ...deployment("ireland", "web", 1, { cpu: "1", memory: "1Gi" }), name: "ireland-blog" }),
    ],
    [
      "Workload web of the demand may be blog/web or shop/web, so its replicas are not judged: name it with its namespace.",
    ],
    web(30),
  ],
  [
    "a budget that allows nobody to go",
    "n1-014-upgrade-safety",
    [
      ...threeClusters([3, 3, 3]),
      budget("ireland", { minAvailable: 12 }),
      budget("frankfurt", { maxUnavailable: "0%" }),
    ],
    [
      "PDB default/web at frankfurt allows 0 disruptions: maxUnavailable 0% of 12 pods, so no node that runs them can be drained. Set maxUnavailable: 1.",
      "PDB default/web at ireland allows 0 disruptions: minAvailable 12 of 12 pods, so no node that runs them can be drained. Set maxUnavailable: 1.",
    ],
  ],
  [
    "two budgets for the same pods",
    "n1-014-upgrade-safety",
    [
      ...threeClusters([3, 3, 3]),
      budget("ireland", { minAvailable: 2 }),
      inCluster("ireland", "policy/v1:PodDisruptionBudget", "second", {
        minAvailable: 2,
        selector: { matchLabels: {} },
      }),
    ],
    [
      "Deployment default/web at ireland is covered by 2 PDBs (default/second, default/web): Kubernetes evicts no pod that more than one covers, so no node that runs it can be drained. Leave one.",
    ],
  ],
  [
    "budgets that allow a pod to go, cover none, or are not known",
    "n1-014-upgrade-safety",
    [
      ...threeClusters([3, 3, 3]),
      budget("ireland", { minAvailable: 11 }),
      budget("frankfurt", { maxUnavailable: 0, selector: { matchLabels: { app: "other" } } }),
      deployment("stockholm", "late", UNKNOWN_VALUE, { cpu: "1", memory: "1Gi" }),
      budget("stockholm", { minAvailable: "50%" }),
    ],
    [],
  ],
  [
    "workloads beyond what is declared",
    "n1-013-demand-truth",
    threeClusters([3, 3, 3]),
    [
      "Declared cpu demand 10 (15 with the replicas that wait for a loss) is below the 18 requested by workloads in this stack.",
      "Declared memoryGiB demand 10 GiB (15 GiB with the replicas that wait for a loss) is below the 36 GiB requested by workloads in this stack.",
      "Declared pods demand 10 (15 with the replicas that wait for a loss) is below the 36 requested by workloads in this stack.",
    ],
    demand(10),
  ],
  [
    "containers without requests",
    "n1-013-demand-truth",
    [...threeClusters([3, 3, 3]), deployment("ireland", "vague", 1, undefined)],
    ["Containers without requests count as nothing: vague/vague."],
  ],
  [
    "a machine type that nobody knows",
    "n1-019-stale-facts",
    threeClusters([3, 3, 3], { instanceTypes: ["m99.huge"] }),
    [
      "Instance type m99.huge of pool stockholm-apps at stockholm is not in the catalog: give the pool's `allocatable` in the pack's configuration, or update the catalog.",
    ],
  ],
  [
    "clusters and pools of providers that are not understood",
    "multisite",
    [
      ...threeClusters([3, 3, 3]),
      { type: "aws-native:eks:Nodegroup", name: "more", props: {} },
      { type: "digitalocean:index/kubernetesCluster:KubernetesCluster", name: "other", props: {} },
    ],
    [
      'Nodegroup "more" is made by a provider whose clusters and pools are not judged. It counts as nothing: declare what it guarantees under `pools` in the pack\'s configuration.',
      'KubernetesCluster "other" is made by a provider whose clusters and pools are not judged. It counts as nothing: declare what it guarantees under `pools` in the pack\'s configuration.',
    ],
  ],
  [
    "Karpenter",
    "multisite",
    [...threeClusters([3, 3, 3]), inCluster("ireland", "karpenter.sh/v1:NodePool", "default", {})],
    [
      'NodePool "ireland-default" makes nodes on demand and guarantees none. It counts as nothing: declare what it guarantees under `pools` in the pack\'s configuration.',
    ],
  ],
  [
    "self-managed nodes",
    "multisite",
    [...threeClusters([3, 3, 3]), SELF_MANAGED],
    [
      'Group "own" is a group of self-managed nodes, which is not judged. It counts as nothing: declare what it guarantees under `pools` in the pack\'s configuration.',
    ],
  ],
  [
    "self-managed nodes that a setting declares",
    "multisite",
    [...threeClusters([3, 3, 2]), SELF_MANAGED],
    [],
    { shared: { pools: [OWN_NODES] } },
  ],
  [
    "self-managed nodes that a setting declares",
    LOSS,
    threeClusters([3, 3, 2]),
    [],
    { shared: { pools: [OWN_NODES] } },
  ],
  [
    "self-managed nodes of which a setting does not say all",
    LOSS,
    threeClusters([3, 3, 2]),
    [/^Losing frankfurt: cpu left 17\.9 < demand 18/],
    { shared: { pools: [{ site: "stockholm", pool: "own", nodes: 1 }] } },
  ],
  [
    "pools of the configuration that are nowhere, and called much like one that is there",
    "n1-019-stale-facts",
    threeClusters([3, 3, 3]),
    [
      "Setting pools: pool own is of site stokholm, which is not here (did you mean stockholm?): give one of frankfurt, ireland, stockholm.",
      "Setting pools: site stockholm has no pool stockholm-app (did you mean stockholm-apps?): give its name, or one that is less like it.",
      "Setting pools: no site has a pool stockholm-aps (did you mean stockholm-apps?): give its name.",
      "Setting pools: site ireland has no pool own in this program: give both its `nodes` and its `allocatable`, by which it counts.",
    ],
    {
      shared: {
        pools: [
          OWN_NODES,
          { site: "stockholm", pool: "stockholm-apps", nodes: 3 },
          { ...OWN_NODES, site: "stokholm" },
          { ...OWN_NODES, pool: "stockholm-app" },
          { pool: "stockholm-aps", nodes: 3 },
          // Of another stack with the same configuration.
          { pool: "elsewhere", nodes: 3 },
          { ...OWN_NODES, site: "oslo" },
          { site: "ireland", pool: "own", nodes: 3 },
        ],
      },
    },
  ],
  [
    "a pool that is nearly named as another counts once",
    LOSS,
    threeClusters([3, 3, 2]),
    [/^Losing frankfurt: cpu left 17\.9 < demand 18/],
    { shared: { pools: [{ ...OWN_NODES, pool: "stockholm-app" }] } },
  ],
  [
    "an exception for a site that is nowhere, and called much like one that is there",
    "n1-019-stale-facts",
    threeClusters([3, 3, 3]),
    [
      "Exception for N1-004 is about site irland, which is not here (did you mean ireland?): give one of frankfurt, ireland, stockholm, or end it.",
    ],
    {
      shared: {
        exceptions: ["oslo", "irland", "ireland"].map((site) => ({
          ...{ rule: "N1-004", site, reason: "moving", expires: "2026-12-31" },
        })),
      },
    },
  ],
  [
    "lists and patches of workloads, and replicas that the program lets go of",
    "multisite",
    [
      ...threeClusters([3, 3, 3]),
      inCluster("ireland", "apps/v1:DeploymentPatch", "more", { replicas: 50 }),
      inCluster("ireland", "apps/v1:DeploymentPatch", "no-more", { paused: false }),
      { ...pods("apps/v1:Deployment", "free", { replicas: 1 }), ignoreChanges: ["spec.replicas"] },
    ],
    [
      /^Patches do not say all of what they ask for, .*: DeploymentPatch "ireland-more"\.$/,
      /^Numbers of pods whose changes the program ignores .*: Deployment "ireland-free" \(spec\.replicas\)\.$/,
    ],
  ],
  [
    "a list of workloads that needs a node more",
    LOSS,
    [
      ...threeClusters([3, 3, 3]),
      {
        ...inCluster("ireland", "apps/v1:DeploymentList", "all", {}),
        props: {
          items: [
            {
              metadata: { name: "a" },
              spec: {
                replicas: 9,
                template: {
                  spec: { containers: [{ name: "c", resources: { requests: { cpu: "2", memory: "1Gi" } } }] },
                },
              },
            },
          ],
        },
      },
    ],
    [/^Losing frankfurt: cpu left 21\.48 < demand 36/],
  ],
  [
    "what a setting says of a pool was measured in the future",
    "n1-019-stale-facts",
    threeClusters([3, 3, 3]),
    ["Pool own at stockholm: allocatable is dated 2999-01-01, after today (2026-11-20): correct the date."],
    { shared: { pools: [{ ...OWN_NODES, allocatable: { ...OWN_NODES.allocatable, verifiedAt: "2999-01-01" } }] } },
  ],
  [
    "a demand that is larger than what is counted, where it holds",
    "multisite",
    [
      ...threeClusters([3, 3, 3]),
      inCluster("ireland", "autoscaling/v2:HorizontalPodAutoscaler", "other", {
        scaleTargetRef: { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: "other" },
        maxReplicas: 50,
      }),
      inCluster("ireland", "autoscaling.k8s.io/v1:VerticalPodAutoscaler", "web", {}),
      inCluster("ireland", "core/v1:ResourceQuota", "all", {}),
      deployment("ireland", "vague", 1, { cpu: "1m" }),
      pods("batch/v1:Job", "paused", { suspend: true }),
      pods("apps/v1:Deployment", "claims", {}, { resourceClaims: [{ name: "gpu" }] }),
      inCluster("ireland", "batch/v1:CronJob", "nightly", {
        jobTemplate: { spec: { template: { spec: { containers: [container] } } } },
      }),
      { ...deployment("ireland", "web", 1, { cpu: "1m", memory: "1Mi" }), name: "ireland-web-again" },
      { type: "kubernetes:helm.sh/v3:Release", name: "shop", props: { chart: "shop" } },
    ],
    [
      /^Written more than once, so only the last counts: .*web/,
      /^Requests that a VerticalPodAutoscaler raises are not counted: .*web/,
      /^Suspended, so counted as nothing: .*paused/,
      /^Devices asked for by resource claims are not counted: .*claims/,
      /^CronJobs that may overlap \(concurrencyPolicy Allow\) are counted as one run at a time: .*nightly/,
      /^Autoscalers of workloads that are not in the manifests: .*other/,
      /^Containers that lack a request for memory only: .*vague/,
      "What Helm releases bring is not in the program, so its requests count as nothing: shop. Declare `demand` in the pack's configuration.",
    ],
  ],
  [
    "a Rollout of another object's pods, where it holds",
    "multisite",
    [
      ...threeClusters([3, 3, 3]),
      inCluster("ireland", "argoproj.io/v1alpha1:Rollout", "shop", { replicas: 50, workloadRef: { name: "shop" } }),
      inCluster("ireland", "cert-manager.io/v1:Certificate", "shop", {}),
    ],
    [/^Custom resources may start pods that are not counted: .*Rollout/],
  ],
  [
    "custom resources that start no pods, where it holds",
    "multisite",
    [...threeClusters([3, 3, 3]), inCluster("ireland", "cert-manager.io/v1:Certificate", "shop", {})],
    [],
  ],
  [
    "a release where the demand is declared",
    "multisite",
    [...threeClusters([3, 3, 3]), { type: "kubernetes:helm.sh/v3:Release", name: "shop", props: { chart: "shop" } }],
    [],
    demand(10),
  ],
];

/** A demand of so many replicas of the clusters' Deployment. */
function web(replicas: number): Given {
  return { shared: { demand: { workloads: [{ name: "web", replicas, cpu: 0.5, memoryGiB: 1 }] } } };
}

function autoscaler(site: string, minReplicas: number, maxReplicas: number): SentResource {
  const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
  return inCluster(site, "autoscaling/v2:HorizontalPodAutoscaler", "hpa", { scaleTargetRef, minReplicas, maxReplicas });
}

function inNamespace(namespace: string, one: SentResource): SentResource {
  if (!one.type.startsWith("kubernetes:")) return one;
  return { ...one, props: { ...one.props, metadata: { name: "web", namespace } } };
}

function budget(site: string, spec: object): SentResource {
  return {
    ...inCluster(site, "policy/v1:PodDisruptionBudget", "web", { selector: { matchLabels: {} }, ...spec }),
    name: `${site}-budget`,
  };
}

function demand(amount: number): Given {
  return { shared: { demand: { cpu: amount, memoryGiB: amount, pods: amount } } };
}

describe("the rules on programs without a Fleet", () => {
  for (const [title, rule, resources, messages, given] of cases) {
    it(`${rule}: ${title}`, () => {
      const found = onStack(rule, resources, given).messages;
      assert.equal(found.length, messages.length, found.join("\n"));
      for (const [i, message] of messages.entries())
        if (typeof message === "string") assert.equal(found[i], message);
        else assert.match(found[i] ?? "", message);
    });
  }

  it("apply to no stack without sites", () => {
    const bucket = { type: "aws:s3/bucket:Bucket", name: "b", props: { bucket: UNKNOWN_VALUE } };
    for (const name of ALL) {
      const { messages, notApplicable } = onStack(name, [bucket, deployment("x", "web", 3, { cpu: "1" })]);
      assert.deepEqual(messages, []);
      assert.equal(notApplicable, "The stack has no sites.");
    }
  });

  it("are violated by a demand that is not known", () => {
    const late = deployment("ireland", "late", UNKNOWN_VALUE, { cpu: "1", memory: "1Gi" });
    const { messages } = onStack("n1-002-capacity-known", [...threeClusters([3, 3, 3]), late]);
    assert.equal(messages.length, 1);
    assert.match(messages[0] ?? "", /Deployment "ireland-late"/);
  });

  it("count an autoscaler's maximum of replicas", () => {
    const scaler = inCluster("ireland", "autoscaling/v2:HorizontalPodAutoscaler", "web", {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      maxReplicas: 40,
    });
    assert.deepEqual(onStack(LOSS, threeClusters([3, 3, 3])).messages, []);
    assert.equal(onStack(LOSS, [...threeClusters([3, 3, 3]), scaler]).messages.length, 1);
  });

  it("take the DaemonSets of a cluster off its nodes", () => {
    const agent = (site: string) =>
      inCluster(site, "apps/v1:DaemonSet", "agent", {
        template: { spec: { containers: [{ name: "agent", resources: { requests: { cpu: "1", memory: "1Gi" } } }] } },
      });
    const everywhere = ["frankfurt", "ireland", "stockholm"].map(agent);
    assert.equal(onStack(LOSS, [...threeClusters([3, 3, 3]), ...everywhere]).messages.length, 1);
  });

  it("join a pool to its cluster by name when nothing says what the name was made from", () => {
    const [cluster, pool, ...others] = threeClusters([3, 3, 3]);
    const byName = { ...pool!, propertyDependencies: {} };
    assert.deepEqual(onStack(LOSS, [cluster!, byName, ...others]).messages, []);
  });

  it("see a pool that a setting declares", () => {
    const pools = [
      {
        pool: "stockholm-apps",
        nodes: 3,
        allocatable: { cpu: 3.9, memoryGiB: 13, pods: 58, verifiedAt: "2026-11-01" },
      },
    ];
    const unknown = threeClusters([3, 3, UNKNOWN_VALUE]);
    assert.deepEqual(onStack(LOSS, unknown, { shared: { pools } }).messages, []);
    assert.deepEqual(onStack("n1-002-capacity-known", unknown, { shared: { pools } }).messages, []);
  });
});

describe("the rules on programs with Sites and no Fleet", () => {
  const site = (name: string) => urnOf("multisite:index:Site", name);
  const below = (sent: readonly SentResource[], names: readonly string[]): SentResource[] => [
    ...names.map((name) => ({
      ...{ type: "multisite:index:Site", name, urn: site(name) },
      props: { name, pools: [{ name: "apps", machineType: "m6i.xlarge", guaranteedNodes: 3 }] },
    })),
    ...sent.map((one) => ({ ...one, parent: site(SITES.find((name) => (one.urn ?? one.name).includes(name)) ?? "") })),
  ];

  it("are those on clusters by hand", () => {
    for (const nodes of [
      [3, 3, 3],
      [3, 3, 2],
    ]) {
      const byHand = threeClusters(nodes);
      for (const name of ALL.filter((one) => one !== "n1-018-declared-vs-real")) {
        assert.deepEqual(onStack(name, below(byHand, SITES)).messages, onStack(name, byHand).messages, name);
      }
    }
    assert.match(onStack(LOSS, below(threeClusters([3, 3, 2]), SITES)).messages.join(), /Losing frankfurt/);
  });

  it("refuse one site of one node", () => {
    const alone = threeClusters([1]).filter(({ name }) => name.startsWith("frankfurt"));
    const { messages } = onStack("n1-003-site-count", below(alone, ["frankfurt"]));
    assert.match(messages.join(), /^1 fault domain for 1 tolerated failure: need 2/);
  });

  it("say nothing of a site whose cluster is in no program", () => {
    const alone = below([], ["frankfurt"]);
    for (const name of ALL) assert.deepEqual(onStack(name, alone).messages, [], name);
  });

  it("compare the pools with what each site declares", () => {
    const { messages } = onStack("n1-018-declared-vs-real", below(threeClusters([3, 3, 2]), SITES));
    assert.match(messages.join(), /^Site stockholm declares 3 x m6i.xlarge but \S+ guarantees 2 x m6i.xlarge\.$/);
  });
});

describe("the rules on programs with a Fleet", () => {
  const resource = ({ type, name, props, propertyDependencies = {} }: SentResource) => ({
    ...{ urn: urnOf(type, name), type, name, props, ignoreChanges: [], propertyDependencies },
  });
  const site = "urn:pulumi:dev::test::multisite:index:Fleet$multisite:index:Site::frankfurt";
  const pools = [{ name: "apps", machineType: "m6i.xlarge", guaranteedNodes: 3 }];
  const program = (pool: SentResource): SentResource[] => [
    { type: "multisite:index:Fleet", name: "shop", props: {} },
    { type: "multisite:index:Site", name: "frankfurt", urn: site, props: { name: "frankfurt", pools } },
    { ...eksCluster("frankfurt", "eu-central-1"), parent: site },
    { ...pool, parent: site },
    kubernetes("frankfurt"),
  ];
  const DECLARED = "n1-018-declared-vs-real";
  const AMBIENT = "n1-033-objects-in-sites";

  it("judge the declaration by its inputs, not a second time by its resources", () => {
    for (const name of ALL) assert.deepEqual(onStack(name, program(eksPool("frankfurt", 3))).messages, [], name);
  });

  it("compare pools with their declaration", () => {
    const fewer = eksPool("frankfurt", 2);
    const { messages, urns } = onStack(DECLARED, program(fewer));
    const urn = urnOf(fewer.type, fewer.name);
    assert.deepEqual(messages, [`Site frankfurt declares 3 x m6i.xlarge but ${urn} guarantees 2 x m6i.xlarge.`]);
    assert.deepEqual(urns, [urn]);
    const other = eksPool("frankfurt", 3, { instanceTypes: ["t3.micro"] });
    assert.match(onStack(DECLARED, program(other)).messages.join(), /guarantees 3 x t3.micro/);
    const stranger = { ...eksPool("frankfurt", 3), name: "other" };
    assert.match(onStack(DECLARED, program(stranger)).messages.join(), /has no such pool/);
  });

  it("compare the pool of exactly that name", () => {
    const named = (name: string, nodes: number, labels = {}) => ({ ...eksPool("frankfurt", nodes, { labels }), name });
    const [fleet, , ...rest] = program(named("frankfurt-apps", 3));
    const declares = (...declared: object[]): SentResource => ({
      ...{ type: "multisite:index:Site", name: "frankfurt", urn: site },
      props: { name: "frankfurt", pools: declared },
    });
    const both = [pools[0]!, { name: "web-apps", machineType: "m6i.xlarge", guaranteedNodes: 6 }];
    const said = (declared: SentResource, ...real: SentResource[]) =>
      onStack(DECLARED, [fleet!, declared, rest[0]!, ...real.map((one) => ({ ...one, parent: site })), rest[2]!])
        .messages;
    assert.match(
      said(declares(...both), named("frankfurt-web-apps", 6), named("frankfurt-apps", 0)).join(),
      /^Site frankfurt declares 3 x m6i.xlarge but \S+::frankfurt-apps guarantees 0 x m6i.xlarge\.$/,
    );
    assert.deepEqual(said(declares(...both), named("frankfurt-web-apps", 6), named("frankfurt-apps", 3)), []);
    assert.deepEqual(said(declares(pools[0]!), named("frankf-shortened", 3, { "multisite-pool": "apps" })), []);
    assert.match(said(declares(pools[0]!), named("frankfurt-web-apps", 6)).join(), /has no such pool/);
  });

  it("compare what lets pods onto the nodes, as far as the Fleet says it", () => {
    const windows = eksPool("frankfurt", 3, { amiType: "WINDOWS_CORE_2022_x86_64" });
    assert.match(
      onStack(DECLARED, program(windows)).messages.join(),
      /but \S+ runs Windows, where no Linux pod runs\.$/,
    );
    const traits = { labels: { tier: "web" }, taints: [], maximumPods: 110, diskGiB: 100 };
    const startup = { key: "node.cilium.io/agent-not-ready", value: "true", effect: "NO_EXECUTE" };
    const compared = (props: object) => {
      const { sites } = observe([
        resource(eksCluster("frankfurt", "eu-central-1")),
        resource(eksPool("frankfurt", 3, { labels: { tier: "web" }, diskSize: 100, taints: [startup], ...props })),
      ]);
      const declared = [{ ...pools[0]!, traits }];
      const facts = { fleets: [], judged: [], observed: observe([]), routes: [], ambient: [] };
      const found = declaredVersusReal.compare?.({
        ...facts,
        sites: [{ name: "frankfurt", urn: site, pools: declared, real: sites[0] }],
      });
      return (found ?? []).map(({ message }) => message.replace(/^.* but \S+ /, ""));
    };
    assert.deepEqual(compared({}), []);
    assert.deepEqual(compared({ taints: [{ key: "x", effect: "NO_SCHEDULE" }] }), ["has the taint x:NoSchedule."]);
    assert.deepEqual(compared({ taints: [{ key: "x", effect: "PREFER_NO_SCHEDULE" }] }), []);
    assert.deepEqual(compared({ labels: {}, diskSize: 20 }), [
      "lacks the label tier=web and has disks of 20 GiB instead of 100.",
    ]);
    assert.deepEqual(compared({ diskSize: 0 }), []);
  });

  it("find no difference in what a cloud itself puts on nodes", () => {
    const { sites } = observe([
      resource({
        type: "gcp:container/cluster:Cluster",
        name: "belgium",
        props: { name: "belgium", location: "europe-west1" },
      }),
      resource({
        type: "gcp:container/nodePool:NodePool",
        name: "belgium-apps",
        props: {
          cluster: "belgium",
          location: "europe-west1",
          nodeLocations: ["europe-west1-b"],
          nodeCount: 3,
          nodeConfig: { machineType: "a2-highgpu-1g" },
        },
      }),
    ]);
    assert.deepEqual(
      sites[0]?.pools[0]?.taints.map(({ key }) => key),
      ["nvidia.com/gpu"],
    );
    const declared = {
      ...pools[0]!,
      machineType: "a2-highgpu-1g",
      traits: { labels: {}, taints: [], maximumPods: 32, diskGiB: 50 },
    };
    const facts = { fleets: [], judged: [], observed: observe([]), routes: [], ambient: [] };
    const found = declaredVersusReal.compare?.({
      ...facts,
      sites: [{ name: "belgium", urn: site, pools: [declared], real: sites[0] }],
    });
    assert.deepEqual(found, []);
  });

  it("note what can be compared only after the update", () => {
    const late = eksPool("frankfurt", UNKNOWN_VALUE);
    assert.deepEqual(onStack(DECLARED, program(late)).messages, []);
    assert.deepEqual(onStack("multisite", program(late)).messages, [
      "Site frankfurt: pool frankfurt-apps can be compared with its declaration only after the update.",
    ]);
  });

  it("note a cluster that belongs to no Fleet", () => {
    const more = [...program(eksPool("frankfurt", 3)), { type: EKS, name: "tools", props: { region: "eu-west-1" } }];
    assert.deepEqual(onStack("multisite", more).messages, [
      "Cluster tools belongs to no Fleet of this stack, so it is not judged.",
    ]);
  });

  it("refuse what is left to a default provider, by an object's name", () => {
    const type = "kubernetes:core/v1:ConfigMap";
    const made = program(eksPool("frankfurt", 3));
    const under = (provider: string): SentResource => {
      const of = { type: "pulumi:providers:kubernetes", name: provider, props: {} };
      return { type, name: `under-${provider}`, props: {}, provider: { ...of, urn: urnOf(of.type, provider) } };
    };
    const { messages, urns } = onStack(AMBIENT, [
      ...made,
      under("default_4_34_2"),
      under("frankfurt"),
      under("default"),
    ]);
    assert.equal(messages.length, 1, messages.join());
    assert.match(
      messages[0]!,
      /^ConfigMap under-default_4_34_2 is left to a default provider, which takes the cluster that kubectl is set to/,
    );
    assert.match(messages[0]!, /a loop over Object\.values\(fleet\.sites\), with \{ provider: site\.kubernetes \}/);
    assert.deepEqual(urns, [urnOf(type, "under-default_4_34_2")]);
    const alone = [...threeClusters([3, 3, 3]), under("default_4_34_2")];
    assert.deepEqual(onStack(AMBIENT, alone).messages, [], "programs without a Fleet have their own ways");
  });

  it("refuse a second Fleet", () => {
    const two = [...program(eksPool("frankfurt", 3)), { type: "multisite:index:Fleet", name: "other", props: {} }];
    assert.deepEqual(onStack("n1-001-topology-declared", two).messages, [
      "2 Fleets in one stack (shop and other): each proves only itself. Keep one Fleet per stack.",
    ]);
  });
});
