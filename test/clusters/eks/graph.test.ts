import assert from "node:assert/strict";
import { test } from "node:test";
import { Fleet } from "../../../lib";
import { eks } from "../../../lib/aws";
import type { EksSiteSpec, PoolSpec } from "../../../lib/plan/spec";
import { assertGolden } from "../../support/golden";
import { type Graph, once, type Registered, record } from "../../support/graph";
import { eksSite, fleetSpec } from "../../support/specs";

/** The graph of a fleet whose first site, frankfurt, has what is given. */
function frankfurt(change: Partial<EksSiteSpec> = {}, preview = false): Promise<Graph> {
  const dublin = eksSite("dublin", 2, { region: "eu-west-1" });
  const spec = fleetSpec([eksSite("frankfurt", 1, change), dublin]);
  return once([spec, preview], () => record(() => void new Fleet("shop", { spec, kinds: [eks] }), { preview }));
}

const pool = (change: Partial<PoolSpec>): Partial<EksSiteSpec> => ({
  pools: [{ name: "apps", machineType: "m6i.xlarge", nodes: 6, ...change }],
});

/** Whether `later` is made after `earlier`, by declared dependencies and by those through providers. */
function follows(graph: Graph, later: Registered, earlier: Registered, seen = new Set<string>()): boolean {
  for (const urn of [...later.dependsOn, later.provider]) {
    if (urn === earlier.urn) return true;
    if (seen.has(urn)) continue;
    seen.add(urn);
    const next = graph.resources.find((one) => one.urn === urn);
    if (next && follows(graph, next, earlier, seen)) return true;
  }
  return false;
}

const CLUSTER = "aws:eks/cluster:Cluster";
const NODE_GROUP = "aws:eks/nodeGroup:NodeGroup";
const ADDON = "aws:eks/addon:Addon";
const RELEASE = "kubernetes:helm.sh/v3:Release";

const cluster = (graph: Graph) => graph.one(CLUSTER, "frankfurt").inputs;
const nodeGroup = (graph: Graph) => graph.one(NODE_GROUP, "frankfurt-apps").inputs;
const template = (graph: Graph) => graph.one("aws:ec2/launchTemplate:LaunchTemplate", "frankfurt-apps").inputs;

test("the order is control plane, Cilium, node pools, CoreDNS: any other waits for half an hour and fails", async () => {
  const graph = await frankfurt();
  const [control, cni, nodes, dns] = [
    graph.one(CLUSTER, "frankfurt"),
    graph.one(RELEASE, "frankfurt-cilium"),
    graph.one(NODE_GROUP, "frankfurt-apps"),
    graph.one(ADDON, "frankfurt-coredns"),
  ];
  assert.ok(follows(graph, cni, control));
  assert.ok(follows(graph, nodes, cni));
  assert.ok(follows(graph, dns, nodes));
  assert.ok(!follows(graph, cni, nodes), "nodes wait for Cilium, so Cilium may not wait for nodes");
  assert.equal(cni.inputs.skipAwait, true);
});

test("Cilium is the only CNI, and finds the API server without kube-proxy", async () => {
  const graph = await frankfurt();
  assert.equal(cluster(graph).bootstrapSelfManagedAddons, false);
  const { values } = graph.one(RELEASE, "frankfurt-cilium").inputs as { values: Record<string, unknown> };
  assert.equal(values.k8sServiceHost, "frankfurt.gr7.eks.amazonaws.com");
  assert.equal(values.k8sServicePort, 443);
  const addons = graph.all(ADDON).map(({ inputs }) => inputs.addonName);
  assert.deepEqual([...new Set(addons)].sort(), ["aws-ebs-csi-driver", "coredns", "eks-pod-identity-agent"]);
});

test("every add-on and the cluster have a pinned version", async () => {
  const graph = await frankfurt();
  for (const { inputs } of graph.all(ADDON))
    assert.match(String(inputs.addonVersion), /^v\d+\.\d+\.\d+-eksbuild\.\d+$/);
  assert.match(String(cluster(graph).version), /^1\.\d+$/);
  assert.equal(nodeGroup(graph).version, cluster(graph).version);
});

test("the API is private unless its callers are listed", async () => {
  const network = async (change: Partial<EksSiteSpec>) => {
    const { subnetIds, ...rest } = cluster(await frankfurt(change)).vpcConfig as Record<string, unknown>;
    assert.deepEqual(
      subnetIds,
      ["a", "b", "c"].map((zone) => `frankfurt-control-plane-eu-central-1${zone}-id`),
    );
    return rest;
  };
  assert.deepEqual(await network({}), { endpointPrivateAccess: true, endpointPublicAccess: false });
  assert.deepEqual(await network({ apiAccess: { mode: "allowlist", cidrs: ["8.8.8.0/24"] } }), {
    endpointPrivateAccess: true,
    endpointPublicAccess: true,
    publicAccessCidrs: ["8.8.8.0/24"],
  });
});

test("secrets and audit logs have keys of the site's own, which turn and are protected", async () => {
  const graph = await frankfurt({ auditLogDays: 120 });
  const { encryptionConfig, enabledClusterLogTypes } = cluster(graph) as Record<
    string,
    { provider: { keyArn: string } }
  >;
  assert.equal(encryptionConfig?.provider.keyArn, "arn:mock:aws:kms/key:Key:frankfurt-secrets");
  assert.deepEqual(enabledClusterLogTypes, ["api", "audit", "authenticator", "controllerManager", "scheduler"]);
  const log = graph.one("aws:cloudwatch/logGroup:LogGroup", "frankfurt").inputs;
  assert.equal(log.name, "/aws/eks/frankfurt/cluster");
  assert.equal(log.retentionInDays, 120);
  assert.equal(log.kmsKeyId, "arn:mock:aws:kms/key:Key:frankfurt-logs");
  for (const key of graph.all("aws:kms/key:Key")) {
    assert.equal(key.protect, true);
    assert.equal(key.inputs.enableKeyRotation, true);
    const policy = JSON.parse(String(key.inputs.policy));
    assert.equal(
      policy.Statement[0].Principal.AWS,
      "arn:aws:iam::111122223333:root",
      "or nobody could change it again",
    );
  }
});

test("CloudWatch may use the logs' key for the audit log alone", async () => {
  const graph = await frankfurt();
  const { policy } = graph.one("aws:kms/key:Key", "frankfurt-logs").inputs;
  const { Principal, Condition } = JSON.parse(String(policy)).Statement[1];
  assert.deepEqual(Principal, { Service: "logs.eu-central-1.amazonaws.com" });
  const group = "arn:aws:logs:eu-central-1:111122223333:log-group:/aws/eks/frankfurt/cluster";
  assert.deepEqual(Condition, { ArnEquals: { "kms:EncryptionContext:aws:logs:arn": group } });
});

test("the log group is there before EKS would make one that keeps everything", async () => {
  const graph = await frankfurt();
  const log = graph.one("aws:cloudwatch/logGroup:LogGroup", "frankfurt");
  assert.ok(follows(graph, graph.one(CLUSTER, "frankfurt"), log));
});

test("cluster, network, keys and audit log are protected, the cluster by the cloud too", async () => {
  const graph = await frankfurt();
  assert.equal(cluster(graph).deletionProtection, true);
  assert.deepEqual((cluster(graph).upgradePolicy as { supportType: string }).supportType, "STANDARD");
  const prot = graph.resources.filter(({ protect, name }) => protect && name.startsWith("frankfurt"));
  assert.deepEqual(prot.map(({ type, name }) => `${type} ${name}`).sort(), [
    "aws:cloudwatch/logGroup:LogGroup frankfurt",
    "aws:ec2/vpc:Vpc frankfurt",
    "aws:eks/cluster:Cluster frankfurt",
    "aws:kms/key:Key frankfurt-logs",
    "aws:kms/key:Key frankfurt-secrets",
  ]);
});

test("administrators enter by access entries, apart from the role that creates the cluster", async () => {
  const ops = "arn:aws:iam::111122223333:role/ops";
  const up = "arn:aws:iam::111122223333:role/up";
  const graph = await frankfurt({ administrators: [ops, up], roleArn: up });
  assert.deepEqual(cluster(graph).accessConfig, {
    authenticationMode: "API",
    bootstrapClusterCreatorAdminPermissions: true,
  });
  const entries = graph.all("aws:eks/accessEntry:AccessEntry").map(({ inputs }) => inputs.principalArn);
  assert.deepEqual(entries, [ops]);
  const [policy] = graph.all("aws:eks/accessPolicyAssociation:AccessPolicyAssociation");
  assert.equal(policy?.inputs.policyArn, "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy");
  const provider = graph.one("pulumi:providers:aws", "frankfurt").inputs;
  assert.deepEqual(JSON.parse(String(provider.assumeRoles)), [
    { roleArn: up, sessionName: "pulumi-multisite-frankfurt" },
  ]);
  assert.deepEqual(JSON.parse(String(provider.allowedAccountIds)), ["111122223333"]);
  assert.equal(provider.region, "eu-central-1");
});

test("the kubeconfig fetches its token from the library, as the role that built the cluster", async () => {
  const roleArn = "arn:aws:iam::111122223333:role/up";
  const graph = await frankfurt({ roleArn });
  const { kubeconfig } = graph.one("pulumi:providers:kubernetes", "frankfurt").inputs;
  const { clusters, users } = JSON.parse(String(kubeconfig));
  assert.equal(clusters[0].name, "arn:aws:eks:eu-central-1:111122223333:cluster/frankfurt");
  const token = ["token", "eks", "--cluster", "frankfurt", "--region", "eu-central-1", "--role-arn", roleArn];
  assert.deepEqual(users[0].user.exec.args, ["--no-install", "multisite", ...token]);
});

test("an autoscaler may add to the guaranteed nodes, and never goes below them", async () => {
  const scaled = await frankfurt(pool({ maximumNodes: 9 }));
  assert.deepEqual(nodeGroup(scaled).scalingConfig, { minSize: 6, desiredSize: 6, maxSize: 9 });
  const fixed = await frankfurt();
  assert.deepEqual(nodeGroup(fixed).scalingConfig, { minSize: 6, desiredSize: 6, maxSize: 6 });
  for (const graph of [scaled, fixed]) {
    assert.deepEqual(graph.one(NODE_GROUP, "frankfurt-apps").ignoreChanges, [], "a floor that rises brings its nodes");
  }
});

test("nodes start tainted until Cilium runs, repair themselves, and surge as planned", async () => {
  const taints = [{ key: "dedicated", value: "apps", effect: "NoSchedule" as const }];
  const extra = { name: "apps", machineType: "m6i.xlarge", nodes: 3, surgeNodes: 2, labels: { tier: "web" }, taints };
  const plain = { name: "base", machineType: "m6i.xlarge", nodes: 3 };
  const group = nodeGroup(await frankfurt({ pools: [extra, plain] }));
  assert.deepEqual(group.taints, [
    { key: "dedicated", value: "apps", effect: "NO_SCHEDULE" },
    { key: "node.cilium.io/agent-not-ready", value: "true", effect: "NO_EXECUTE" },
  ]);
  assert.deepEqual(group.nodeRepairConfig, { enabled: true });
  assert.deepEqual(group.updateConfig, { maxUnavailable: 2 });
  assert.deepEqual(group.labels, { tier: "web", "multisite-pool": "apps" });
  assert.equal(group.capacityType, "ON_DEMAND");
});

test("the image follows the machine: architecture and accelerators", async () => {
  const image = async (machineType: string) => nodeGroup(await frankfurt(pool({ machineType }))).amiType;
  assert.equal(await image("m6i.xlarge"), "AL2023_x86_64_STANDARD");
  assert.equal(await image("m7g.xlarge"), "AL2023_ARM_64_STANDARD");
});

test("launch templates demand IMDSv2 of one hop, encrypt the disk, set maxPods, and tag what they start", async () => {
  const graph = await frankfurt(pool({ maximumPods: 60, diskGiB: 150 }));
  const made = template(graph) as {
    userData?: string;
    tagSpecifications?: { resourceType: string; tags: object }[];
  } & Record<string, unknown>;
  assert.deepEqual(made.metadataOptions, {
    httpEndpoint: "enabled",
    httpTokens: "required",
    httpPutResponseHopLimit: 1,
  });
  const ebs = { volumeSize: 150, volumeType: "gp3", encrypted: "true", deleteOnTermination: "true" };
  assert.deepEqual(made.blockDeviceMappings, [{ deviceName: "/dev/xvda", ebs }]);
  assert.match(Buffer.from(made.userData ?? "", "base64").toString(), /^ {6}maxPods: 60$/m);
  const types = (made.tagSpecifications ?? []).map(({ resourceType, tags }) => {
    assert.deepEqual(tags, made.tags);
    return resourceType;
  });
  assert.deepEqual(types, ["instance", "volume", "network-interface"]);
  const used = nodeGroup(graph).launchTemplate;
  assert.deepEqual(used, { id: "frankfurt-apps-id", version: "1" });
});

test("a pool uses the subnets of its zones only", async () => {
  const zones = ["eu-central-1b", "eu-central-1c"];
  const graph = await frankfurt(pool({ zones }));
  assert.deepEqual(
    nodeGroup(graph).subnetIds,
    zones.map((zone) => `frankfurt-nodes-${zone}-id`),
  );
});

test("each zone leaves through a gateway of its own, and no subnet gives out public addresses", async () => {
  const graph = await frankfurt();
  const mine = (type: string) => graph.all(type).filter(({ name }) => name.startsWith("frankfurt"));
  assert.equal(mine("aws:ec2/natGateway:NatGateway").length, 3);
  const subnets = mine("aws:ec2/subnet:Subnet");
  assert.equal(subnets.length, 12);
  assert.equal(new Set(subnets.map(({ inputs }) => inputs.cidrBlock)).size, 12);
  for (const { inputs } of subnets) assert.equal(inputs.mapPublicIpOnLaunch, false);
  for (const zone of ["eu-central-1a", "eu-central-1b", "eu-central-1c"]) {
    const route = graph.one("aws:ec2/route:Route", `frankfurt-${zone}`).inputs;
    assert.equal(route.natGatewayId, `frankfurt-${zone}-id`);
    const link = graph.one("aws:ec2/routeTableAssociation:RouteTableAssociation", `frankfurt-nodes-${zone}`).inputs;
    assert.deepEqual(link, { subnetId: `frankfurt-nodes-${zone}-id`, routeTableId: `frankfurt-${zone}-id` });
    const nat = graph.one("aws:ec2/natGateway:NatGateway", `frankfurt-${zone}`);
    assert.ok(follows(graph, nat, graph.one("aws:ec2/internetGateway:InternetGateway", "frankfurt")));
  }
});

test("nothing starts before the network lets nodes out", async () => {
  const graph = await frankfurt();
  const group = graph.one(NODE_GROUP, "frankfurt-apps");
  for (const type of ["aws:ec2/route:Route", "aws:ec2/natGateway:NatGateway"]) {
    for (const one of graph.all(type).filter(({ name }) => name.startsWith("frankfurt"))) {
      assert.ok(follows(graph, group, one), one.name);
    }
  }
});

test("load balancers find their subnets by tags", async () => {
  const graph = await frankfurt();
  const tags = (word: string) =>
    graph.one("aws:ec2/subnet:Subnet", `frankfurt-${word}-eu-central-1a`).inputs.tags as Record<string, string>;
  assert.equal(tags("public")["kubernetes.io/role/elb"], "1");
  assert.equal(tags("load-balancers")["kubernetes.io/role/internal-elb"], "1");
  assert.ok(!Object.keys(tags("nodes")).some((key) => key.startsWith("kubernetes.io/role/")));
});

test("a given network is used as it is", async () => {
  const network = {
    vpcId: "vpc-0a1b2c3d",
    privateSubnetIds: ["subnet-0a1b2c31", "subnet-0a1b2c32", "subnet-0a1b2c33"],
    loadBalancerSubnetIds: ["subnet-0a1b2c34", "subnet-0a1b2c35"],
  };
  const graph = await frankfurt({ network });
  const made = graph.resources.filter(({ type, name }) => type.startsWith("aws:ec2/") && name.startsWith("frankfurt"));
  assert.deepEqual(
    made.map(({ type }) => type),
    ["aws:ec2/launchTemplate:LaunchTemplate"],
  );
  assert.deepEqual((cluster(graph).vpcConfig as { subnetIds: string[] }).subnetIds, network.privateSubnetIds);
  assert.deepEqual(nodeGroup(graph).subnetIds, network.privateSubnetIds);
});

/** Types that AWS lets nobody tag. */
const UNTAGGABLE = [
  "aws:ec2/route:Route",
  "aws:ec2/routeTableAssociation:RouteTableAssociation",
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
];

test("everything that can carry tags has the fleet's, the site's and the library's", async () => {
  const graph = await frankfurt({ tags: { cell: "7" }, administrators: ["arn:aws:iam::111122223333:role/ops"] });
  const taggable = graph.resources.filter(
    ({ type, name }) => type.startsWith("aws:") && name.startsWith("frankfurt") && !UNTAGGABLE.includes(type),
  );
  assert.ok(taggable.length > 30);
  for (const { urn, inputs } of taggable) {
    const {
      team,
      cell,
      "multisite-site": site,
      "multisite-number": number,
    } = (inputs.tags ?? {}) as Record<string, string>;
    assert.deepEqual([team, cell, site, number], ["shop", "7", "frankfurt", "1"], urn);
  }
});

test("roles trust one service each, and nodes may join and pull, no more", async () => {
  const graph = await frankfurt();
  const roles = graph.all("aws:iam/role:Role").filter(({ name }) => name.startsWith("frankfurt"));
  const trust = roles.map(({ name, inputs }) => [
    name,
    JSON.parse(String(inputs.assumeRolePolicy)).Statement[0].Principal,
  ]);
  assert.deepEqual(Object.fromEntries(trust), {
    "frankfurt-cluster": { Service: "eks.amazonaws.com" },
    "frankfurt-nodes": { Service: "ec2.amazonaws.com" },
    "frankfurt-ebs-csi": { Service: "pods.eks.amazonaws.com" },
  });
  const attached = graph
    .all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    .filter(({ name }) => name.startsWith("frankfurt-nodes-"))
    .map(({ inputs }) => inputs.policyArn);
  assert.deepEqual(attached, [
    "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
    "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
  ]);
});

test("at preview, with nothing known of the cluster, the same resources are declared", async () => {
  const [preview, up] = [await frankfurt({}, true), await frankfurt()];
  const urns = (graph: Graph) => graph.resources.map(({ urn }) => urn).sort();
  assert.deepEqual(urns(preview), urns(up));
});

test("the whole graph of a site is the recorded one", async () => {
  const graph = await frankfurt();
  assertGolden(graph, graph.one("multisite:index:Site", "frankfurt").urn, "eks");
});
