import assert from "node:assert/strict";
import { test } from "node:test";
import { AUTHORITY } from "../../support/clouds";
import { assertGolden } from "../../support/golden";
import { childrenOf, follows, isSecret } from "../../support/graph";
import { amsterdam, beside, CLUSTER, cluster, type Inputs, POOL, pool, systemPools } from "./amsterdam";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const ROLE = "azure-native:authorization:RoleAssignment";

test("the order is control plane with its system pool, Cilium, further pools", async () => {
  const graph = await amsterdam(beside({}));
  const [control, cni, nodes] = [
    graph.one(CLUSTER, "amsterdam"),
    graph.one(RELEASE, "amsterdam-cilium"),
    graph.one(POOL, "amsterdam-apps"),
  ];
  assert.ok(follows(graph, cni, control));
  assert.ok(follows(graph, nodes, cni));
  assert.equal(cni.inputs.skipAwait, false, "the system pool is there, so Cilium can come up");
});

test("no CNI of Azure's, and Cilium finds the API server", async () => {
  const graph = await amsterdam();
  const { podCidr, serviceCidr } = graph.one("multisite:index:Site", "amsterdam").inputs;
  assert.deepEqual(cluster(graph).networkProfile, {
    networkPlugin: "none",
    serviceCidr,
    dnsServiceIP: "10.3.64.10",
    podCidr,
    loadBalancerSku: "standard",
    outboundType: "loadBalancer",
    // The SDK adds Azure's own defaults.
    loadBalancerProfile: {
      allocatedOutboundPorts: 0,
      backendPoolType: "NodeIPConfiguration",
      idleTimeoutInMinutes: 30,
      managedOutboundIPs: { count: 2, countIPv6: 0 },
    },
  });
  const { values } = graph.one(RELEASE, "amsterdam-cilium").inputs as { values: Inputs };
  assert.equal(values.k8sServiceHost, "amsterdam-1a2b.hcp.westeurope.azmk8s.io");
  assert.deepEqual(values.aksbyocni, { enabled: true });
});

test("the tier with an SLA, and the minor version pinned for control plane and nodes", async () => {
  const graph = await amsterdam({ kubernetesVersion: "1.35", ...beside({}) });
  const made = cluster(graph);
  assert.deepEqual(made.sku, { name: "Base", tier: "Standard" });
  const versions = [
    made.kubernetesVersion,
    systemPools(graph)[0]?.orchestratorVersion,
    pool(graph).orchestratorVersion,
  ];
  assert.deepEqual(versions, ["1.35", "1.35", "1.35"]);
});

test("private: an address of the nodes' subnet, under a name that resolves wherever the network is linked", async () => {
  const graph = await amsterdam();
  assert.deepEqual(cluster(graph).apiServerAccessProfile, {
    enablePrivateCluster: true,
    enablePrivateClusterPublicFQDN: true,
    privateDNSZone: "none",
    disableRunCommand: true,
  });
});

test("allowlist: a public address for the given ranges only", async () => {
  const graph = await amsterdam({ apiAccess: { mode: "allowlist", cidrs: ["8.8.8.0/24"] } });
  assert.deepEqual(cluster(graph).apiServerAccessProfile, {
    authorizedIPRanges: ["8.8.8.0/24"],
    disableRunCommand: true,
  });
});

test("the kubeconfig is plain text that fetches its token: only the authority is read from AKS's own", async () => {
  const graph = await amsterdam();
  const { kubeconfig, clusterIdentifier } = graph.one("pulumi:providers:kubernetes", "amsterdam").inputs;
  assert.equal(isSecret(kubeconfig), false);
  const { clusters, users } = JSON.parse(String(kubeconfig));
  assert.deepEqual(clusters[0].cluster, {
    server: "https://amsterdam-1a2b.hcp.westeurope.azmk8s.io",
    "certificate-authority-data": AUTHORITY,
  });
  const token = ["token", "aks", "--tenant", "55555555-6666-7777-8888-999999999999"];
  assert.deepEqual(users[0].user.exec.args, ["--no-install", "multisite", ...token]);
  assert.equal(clusterIdentifier, "amsterdam-id");
});

test("people come from Entra; no account is in the cluster itself", async () => {
  const made = cluster(await amsterdam());
  assert.deepEqual([made.enableRBAC, made.disableLocalAccounts], [true, true]);
  assert.deepEqual(made.aadProfile, {
    managed: true,
    tenantID: "55555555-6666-7777-8888-999999999999",
    adminGroupObjectIDs: ["aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"],
  });
});

test("pods have identities of their own, disks a driver, stale images a broom", async () => {
  const made = cluster(await amsterdam());
  assert.deepEqual(made.oidcIssuerProfile, { enabled: true });
  assert.deepEqual(made.securityProfile?.workloadIdentity, { enabled: true });
  assert.deepEqual(made.securityProfile?.imageCleaner, { enabled: true, intervalHours: 168 });
  assert.deepEqual(made.storageProfile, { diskCSIDriver: { enabled: true }, snapshotController: { enabled: true } });
});

test("secrets are encrypted with a key of the site, granted before the cluster is made", async () => {
  const graph = await amsterdam();
  assert.deepEqual(cluster(graph).securityProfile?.azureKeyVaultKms, {
    enabled: true,
    keyId: "https://vault.vault.azure.net/keys/secrets/1",
    keyVaultNetworkAccess: "Public",
  });
  const [vault] = graph.all("azure-native:keyvault:Vault");
  assert.ok(vault);
  const { enableRbacAuthorization, enableSoftDelete, enablePurgeProtection } = vault.inputs.properties as Inputs;
  assert.deepEqual([enableRbacAuthorization, enableSoftDelete, enablePurgeProtection], [true, true, true]);
  const grant = graph.one(ROLE, "amsterdam-secrets");
  assert.match(String(grant.inputs.roleDefinitionId), /12338af0-0e69-4776-bea7-57ae8d297424$/, "Crypto User");
  assert.equal(grant.inputs.scope, `${vault.name}-id`);
  assert.ok(follows(graph, graph.one(CLUSTER, "amsterdam"), grant));
});

test("the control plane acts as an identity that exists before it, on the site's network alone", async () => {
  const graph = await amsterdam();
  const { type, userAssignedIdentities } = cluster(graph).identity as Inputs;
  assert.deepEqual([type, userAssignedIdentities], ["UserAssigned", ["amsterdam-id"]]);
  const grants = graph.all(ROLE);
  assert.deepEqual(grants.map(({ name }) => name).sort(), ["amsterdam-network", "amsterdam-secrets"]);
  for (const grant of grants) {
    assert.equal(grant.inputs.principalType, "ServicePrincipal");
    assert.ok(follows(graph, graph.one(CLUSTER, "amsterdam"), grant), grant.name);
  }
});

test("audit logs are kept for as long as the spec says", async () => {
  const graph = await amsterdam({ auditLogDays: 365 });
  assert.equal(graph.one("azure-native:operationalinsights:Workspace", "amsterdam").inputs.retentionInDays, 365);
  const { logs, resourceUri, workspaceId } = graph.one("azure-native:monitor:DiagnosticSetting", "amsterdam").inputs;
  assert.deepEqual([resourceUri, workspaceId], ["amsterdam-id", "amsterdam-id"]);
  const categories = (logs as { category: string; enabled: boolean }[]).filter(({ enabled }) => enabled);
  for (const wanted of ["kube-audit-admin", "guard"]) assert.ok(categories.some(({ category }) => category === wanted));
});

test("patches and node images come in the site's own window, minor versions never", async () => {
  const graph = await amsterdam();
  assert.deepEqual(cluster(graph).autoUpgradeProfile, { upgradeChannel: "patch", nodeOSUpgradeChannel: "NodeImage" });
  const windows = graph.all("azure-native:containerservice:MaintenanceConfiguration").map(({ inputs }) => inputs);
  assert.deepEqual(
    windows.map(({ configName }) => configName),
    ["default", "aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule"],
  );
  for (const { maintenanceWindow } of windows) {
    assert.deepEqual(maintenanceWindow, {
      schedule: { weekly: { intervalWeeks: 1, dayOfWeek: "Tuesday" } },
      startTime: "12:00",
      durationHours: 12,
      utcOffset: "+00:00",
    });
  }
});

test("cluster, network, group, vault, key and audit log are protected, the cluster by Azure too", async () => {
  const graph = await amsterdam();
  const guarded = childrenOf(graph, graph.one("multisite:index:Site", "amsterdam").urn).filter((one) => one.protect);
  assert.deepEqual(guarded.map(({ type }) => type.split(":")[2]).sort(), [
    "Key",
    "ManagedCluster",
    "ResourceGroup",
    "Vault",
    "VirtualNetwork",
    "Workspace",
  ]);
  const lock = graph.one("azure-native:authorization:ManagementLockByScope", "amsterdam").inputs;
  assert.deepEqual([lock.level, lock.scope], ["CanNotDelete", "amsterdam-id/agentPools/apps"]);
  assert.deepEqual(cluster(graph).nodeResourceGroupProfile, { restrictionLevel: "ReadOnly" });
});

test("subnets are made one after the other, without a way out of their own, and before the cluster", async () => {
  const graph = await amsterdam();
  const [nodes, balancers] = ["nodes", "load-balancers"].map((word) =>
    graph.one("azure-native:network:Subnet", `amsterdam-${word}`),
  );
  assert.ok(follows(graph, balancers!, nodes!));
  assert.ok(follows(graph, graph.one(CLUSTER, "amsterdam"), balancers!));
  for (const { inputs } of [nodes!, balancers!]) assert.equal(inputs.defaultOutboundAccess, false);
  const { ignoreChanges } = graph.one("azure-native:network:VirtualNetwork", "amsterdam");
  assert.deepEqual(ignoreChanges, ["subnets"]);
});

test("a given network is used as it is", async () => {
  const vnet = "/subscriptions/x/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/hub/subnets";
  const network = { subnetId: `${vnet}/nodes`, loadBalancerSubnetId: `${vnet}/lb` };
  const graph = await amsterdam({ network });
  assert.ok(!graph.resources.some(({ type }) => type.startsWith("azure-native:network:")));
  assert.equal(systemPools(graph)[0]?.vnetSubnetID, network.subnetId);
  const scopes = ["node-subnet", "load-balancer-subnet"].map(
    (word) => graph.one(ROLE, `amsterdam-${word}`).inputs.scope,
  );
  assert.deepEqual(scopes, [network.subnetId, network.loadBalancerSubnetId]);
});

test("the whole graph of a site is the recorded one", async () => {
  const graph = await amsterdam(beside({}));
  assertGolden(graph, graph.one("multisite:index:Site", "amsterdam").urn, "aks");
});
