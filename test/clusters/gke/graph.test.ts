import assert from "node:assert/strict";
import { test } from "node:test";
import { AUTHORITY } from "../../support/clouds";
import { assertGolden } from "../../support/golden";
import { childrenOf, follows, type Graph, isSecret } from "../../support/graph";
import { belgium, CLUSTER, cluster, type Inputs, nodePool, POOL, RELEASE } from "./belgium";

const server = (graph: Graph) => {
  const { kubeconfig } = graph.one("pulumi:providers:kubernetes", "belgium").inputs;
  return JSON.parse(String(kubeconfig)).clusters[0].cluster;
};

test("the order is control plane, Cilium, node pools", async () => {
  const graph = await belgium();
  const [control, cni, nodes] = [
    graph.one(CLUSTER, "belgium"),
    graph.one(RELEASE, "belgium-cilium"),
    graph.one(POOL, "belgium-apps"),
  ];
  assert.ok(follows(graph, cni, control));
  assert.ok(follows(graph, nodes, cni));
  assert.ok(!follows(graph, cni, nodes), "nodes wait for Cilium, so Cilium may not wait for nodes");
  assert.equal(cni.inputs.skipAwait, true);
});

test("a regional cluster in three zones, VPC-native, with the plan's ranges", async () => {
  const graph = await belgium();
  const { location, nodeLocations, networkingMode, ipAllocationPolicy } = cluster(graph);
  assert.deepEqual(
    [location, nodeLocations, networkingMode],
    ["europe-west1", ["europe-west1-b", "europe-west1-c", "europe-west1-d"], "VPC_NATIVE"],
  );
  assert.deepEqual(ipAllocationPolicy, { clusterSecondaryRangeName: "pods", servicesSecondaryRangeName: "services" });
  const subnet = graph.one("gcp:compute/subnetwork:Subnetwork", "belgium-nodes").inputs;
  const { nodeCidr, podCidr, serviceCidr } = graph.one("multisite:index:Site", "belgium").inputs;
  assert.equal(subnet.ipCidrRange, nodeCidr);
  assert.deepEqual(subnet.secondaryIpRanges, [
    { rangeName: "pods", ipCidrRange: podCidr },
    { rangeName: "services", ipCidrRange: serviceCidr },
  ]);
});

test("Cilium is the only CNI: no Dataplane V2, no policy engine, no DNS cache", async () => {
  const graph = await belgium();
  const { datapathProvider, addonsConfig } = cluster(graph) as Record<string, Record<string, unknown>>;
  assert.equal(datapathProvider, "LEGACY_DATAPATH");
  assert.deepEqual(addonsConfig, {
    networkPolicyConfig: { disabled: true },
    dnsCacheConfig: { enabled: false },
    gcePersistentDiskCsiDriverConfig: { enabled: true },
  });
  const { values } = graph.one(RELEASE, "belgium-cilium").inputs as { values: Record<string, unknown> };
  assert.deepEqual([values.k8sServiceHost, values.k8sServicePort], ["10.9.8.2", 443], "nodes use the private address");
});

test("private: no public address, and whoever has a route to the network reaches the private one", async () => {
  const graph = await belgium();
  const { privateClusterConfig, controlPlaneEndpointsConfig, masterAuthorizedNetworksConfig } = cluster(graph);
  assert.deepEqual(privateClusterConfig, {
    enablePrivateNodes: true,
    enablePrivateEndpoint: true,
    masterIpv4CidrBlock: "10.2.56.0/28",
    masterGlobalAccessConfig: { enabled: true },
  });
  assert.deepEqual(controlPlaneEndpointsConfig, {
    dnsEndpointConfig: { allowExternalTraffic: false },
    ipEndpointsConfig: { enabled: true },
  });
  const { cidrBlocks, gcpPublicCidrsAccessEnabled } = masterAuthorizedNetworksConfig as {
    cidrBlocks: { cidrBlock: string }[];
    gcpPublicCidrsAccessEnabled: boolean;
  };
  assert.equal(gcpPublicCidrsAccessEnabled, false);
  assert.deepEqual(
    cidrBlocks.map(({ cidrBlock }) => cidrBlock),
    ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"],
  );
  assert.deepEqual(server(graph), { server: "https://10.9.8.2", "certificate-authority-data": AUTHORITY });
});

test("allowlist: a public address, for the given ranges only", async () => {
  const graph = await belgium({ apiAccess: { mode: "allowlist", cidrs: ["8.8.8.0/24", "9.9.9.9/32"] } });
  const { privateClusterConfig, controlPlaneEndpointsConfig, masterAuthorizedNetworksConfig } = cluster(graph);
  const { enablePrivateNodes, enablePrivateEndpoint } = privateClusterConfig as Record<string, unknown>;
  assert.deepEqual([enablePrivateNodes, enablePrivateEndpoint], [true, false]);
  assert.deepEqual((controlPlaneEndpointsConfig as Inputs).dnsEndpointConfig, { allowExternalTraffic: false });
  assert.deepEqual(masterAuthorizedNetworksConfig, {
    cidrBlocks: [{ cidrBlock: "8.8.8.0/24" }, { cidrBlock: "9.9.9.9/32" }],
    gcpPublicCidrsAccessEnabled: false,
  });
  assert.deepEqual(server(graph), { server: "https://34.1.2.3", "certificate-authority-data": AUTHORITY });
});

test("dns: no public address, and a name that a public authority signs for", async () => {
  const graph = await belgium({ apiAccess: { mode: "dns" } });
  const { privateClusterConfig, controlPlaneEndpointsConfig, masterAuthorizedNetworksConfig } = cluster(graph);
  assert.equal((privateClusterConfig as Inputs).enablePrivateEndpoint, true);
  assert.deepEqual((controlPlaneEndpointsConfig as Inputs).dnsEndpointConfig, { allowExternalTraffic: true });
  assert.deepEqual((masterAuthorizedNetworksConfig as Inputs).cidrBlocks, []);
  assert.deepEqual(server(graph), { server: "https://gke-belgium.europe-west1.gke.goog" });
});

test("the kubeconfig is plain text that fetches its token, and carries nothing of the client key beside the authority", async () => {
  const graph = await belgium();
  const { kubeconfig, clusterIdentifier } = graph.one("pulumi:providers:kubernetes", "belgium").inputs;
  assert.equal(isSecret(kubeconfig), false);
  const { users } = JSON.parse(String(kubeconfig));
  const token = ["--no-install", "multisite", "token", "gke", "--project", "shop-production"];
  assert.deepEqual(users[0].user.exec.args, token);
  assert.equal(clusterIdentifier, "belgium-id");
  assert.ok(!JSON.stringify(graph.resources).includes("hush"));
});

test("secrets are encrypted with a key of the site, which GKE's own agent may use and which turns", async () => {
  const graph = await belgium();
  assert.deepEqual(cluster(graph).databaseEncryption, { state: "ENCRYPTED", keyName: "belgium-secrets-id" });
  const key = graph.one("gcp:kms/cryptoKey:CryptoKey", "belgium-secrets");
  assert.deepEqual([key.inputs.rotationPeriod, key.inputs.purpose], ["7776000s", "ENCRYPT_DECRYPT"]);
  assert.equal(graph.one("gcp:kms/keyRing:KeyRing", "belgium").inputs.location, "europe-west1");
  const grant = graph.one("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", "belgium-secrets");
  assert.equal(grant.inputs.member, "serviceAccount:service-123456789@container-engine-robot.iam.gserviceaccount.com");
  assert.ok(follows(graph, graph.one(CLUSTER, "belgium"), grant));
});

test("audit logs are kept for as long as the spec says, from the cluster's first second", async () => {
  const graph = await belgium({ auditLogDays: 400 });
  const { enableComponents } = cluster(graph).loggingConfig as { enableComponents: string[] };
  assert.deepEqual(enableComponents, ["SYSTEM_COMPONENTS", "APISERVER", "CONTROLLER_MANAGER", "SCHEDULER"]);
  const bucket = graph.one("gcp:logging/projectBucketConfig:ProjectBucketConfig", "belgium");
  const { retentionDays, location, bucketId, project } = bucket.inputs;
  assert.deepEqual(
    [retentionDays, location, bucketId, project],
    [400, "europe-west1", "belgium-audit", "shop-production"],
  );
  const sink = graph.one("gcp:logging/projectSink:ProjectSink", "belgium");
  assert.equal(sink.inputs.destination, "logging.googleapis.com/belgium-id");
  const filter = String(sink.inputs.filter);
  for (const part of [
    'cluster_name="belgium"',
    'location="europe-west1"',
    "cloudaudit",
    "k8s_control_plane_component",
  ]) {
    assert.ok(filter.includes(part), `${part} in ${filter}`);
  }
  assert.ok(follows(graph, graph.one(CLUSTER, "belgium"), sink));
});

test("the cluster is hardened, and pods have identities of their own", async () => {
  const graph = await belgium();
  const made = cluster(graph);
  assert.deepEqual(made.workloadIdentityConfig, { workloadPool: "shop-production.svc.id.goog" });
  assert.deepEqual(made.masterAuth, { clientCertificateConfig: { issueClientCertificate: false } });
  assert.deepEqual(made.anonymousAuthenticationConfig, { mode: "LIMITED" });
  assert.deepEqual(made.rbacBindingConfig, {
    enableInsecureBindingSystemAuthenticated: false,
    enableInsecureBindingSystemUnauthenticated: false,
  });
  assert.deepEqual([made.enableShieldedNodes, made.enableLegacyAbac], [true, false]);
});

test("versions: the minor is pinned, patches come in the site's own window, nodes follow the control plane", async () => {
  const graph = await belgium({ kubernetesVersion: "1.35" });
  const { minMasterVersion, releaseChannel, maintenancePolicy } = cluster(graph) as Record<string, unknown>;
  assert.deepEqual([minMasterVersion, releaseChannel], ["1.35", { channel: "REGULAR" }]);
  const { maintenanceExclusions } = maintenancePolicy as { maintenanceExclusions: { exclusionOptions: object }[] };
  assert.deepEqual(
    maintenanceExclusions.map(({ exclusionOptions }) => exclusionOptions),
    [{ scope: "NO_MINOR_UPGRADES", endTimeBehavior: "UNTIL_END_OF_SUPPORT" }],
  );
  assert.equal(nodePool(graph).version, "1.35.3-gke.100");
});

test("cluster, network, key and audit log are protected, the cluster by Google too", async () => {
  const graph = await belgium();
  assert.equal(cluster(graph).deletionProtection, true);
  const guarded = childrenOf(graph, graph.one("multisite:index:Site", "belgium").urn).filter(({ protect }) => protect);
  assert.deepEqual(guarded.map(({ type }) => type).sort(), [
    "gcp:compute/network:Network",
    CLUSTER,
    "gcp:kms/cryptoKey:CryptoKey",
    "gcp:kms/keyRing:KeyRing",
    "gcp:logging/projectBucketConfig:ProjectBucketConfig",
  ]);
});

test("nothing starts before the network lets nodes out, with ports for all their pods", async () => {
  const graph = await belgium();
  const nat = graph.one("gcp:compute/routerNat:RouterNat", "belgium");
  assert.ok(follows(graph, graph.one(CLUSTER, "belgium"), nat));
  const { enableDynamicPortAllocation, enableEndpointIndependentMapping, minPortsPerVm, subnetworks } = nat.inputs;
  assert.deepEqual([enableDynamicPortAllocation, enableEndpointIndependentMapping, minPortsPerVm], [true, false, 1024]);
  assert.deepEqual(subnetworks, [{ name: "belgium-nodes-id", sourceIpRangesToNats: ["ALL_IP_RANGES"] }]);
});

test("the addresses that the plan promised are held, in a subnet that only load balancers use", async () => {
  const graph = await belgium();
  const held = graph.all("gcp:compute/address:Address");
  assert.deepEqual(
    held.map(({ name }) => name),
    ["belgium-mesh", "belgium-ingress"],
  );
  for (const { inputs } of held) {
    assert.deepEqual([inputs.addressType, inputs.subnetwork], ["INTERNAL", "belgium-load-balancers-id"]);
  }
  assert.equal(new Set(held.map(({ inputs }) => inputs.address)).size, 2);
});

test("a given network is used as it is", async () => {
  const network = {
    network: "projects/host/global/networks/shared",
    subnetwork: "projects/host/regions/europe-west1/subnetworks/nodes",
    podRangeName: "p",
    serviceRangeName: "s",
  };
  const graph = await belgium({ network });
  assert.deepEqual(
    graph.resources.filter(({ type }) => type.startsWith("gcp:compute/")),
    [],
  );
  const made = cluster(graph);
  assert.deepEqual([made.network, made.subnetwork], [network.network, network.subnetwork]);
  assert.deepEqual(made.ipAllocationPolicy, { clusterSecondaryRangeName: "p", servicesSecondaryRangeName: "s" });
});

test("the whole graph of a site is the recorded one", async () => {
  const graph = await belgium();
  assertGolden(graph, graph.one("multisite:index:Site", "belgium").urn, "gke");
});
