import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Properties } from "../../../rehearsal/engine/provider";
import { Bench } from "./support";

const SUBSCRIPTION = "11111111-1111-4111-a111-111111111111";
const TENANT = "22222222-2222-4222-a222-222222222222";
const config = { subscriptionId: SUBSCRIPTION, tenantId: TENANT };
const ROLE = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/4d97b98b-1d4f-4787-a291-c67834d212e7`;
const az = (type: string) => `azure-native:${type}`;

/** A cluster of AKS with everything around it. */
async function makeAzureSite(bench: Bench) {
  const group = await bench.make(az("resources:ResourceGroup"), { location: "westeurope" }, "eu");
  const resourceGroupName = group.out("name");
  const vnet = await bench.make(
    az("network:VirtualNetwork"),
    { resourceGroupName, addressSpace: { addressPrefixes: ["10.5.0.0/16"] } },
    "vnet",
  );
  const address = await bench.make(
    az("network:PublicIPAddress"),
    { resourceGroupName, sku: { name: "Standard" }, publicIPAllocationMethod: "Static" },
    "ip",
  );
  const gateway = await bench.make(
    az("network:NatGateway"),
    { resourceGroupName, sku: { name: "Standard" }, publicIpAddresses: [{ id: address.id }] },
    "nat",
  );
  const nsg = await bench.make(az("network:NetworkSecurityGroup"), { resourceGroupName }, "nsg");
  const subnet = await bench.make(
    az("network:Subnet"),
    {
      resourceGroupName,
      virtualNetworkName: vnet.out("name"),
      addressPrefix: "10.5.0.0/20",
      natGateway: { id: gateway.id },
      networkSecurityGroup: { id: nsg.id },
    },
    "nodes",
  );
  const identity = await bench.make(az("managedidentity:UserAssignedIdentity"), { resourceGroupName }, "identity");
  const cluster = await bench.make(
    az("containerservice:ManagedCluster"),
    clusterInputs({ group, subnet, identity } as never),
    "cluster",
  );
  const pool = await bench.make(
    az("containerservice:AgentPool"),
    {
      resourceGroupName,
      resourceName: cluster.out("name"),
      agentPoolName: "work",
      count: 3,
      vmSize: "Standard_D4s_v5",
      mode: "User",
      vnetSubnetID: subnet.id,
    },
    "work",
  );
  const vault = await bench.make(
    az("keyvault:Vault"),
    { resourceGroupName, properties: { tenantId: TENANT, sku: { family: "A", name: "standard" } } },
    "vault",
  );
  return { group, vnet, address, gateway, nsg, subnet, identity, cluster, pool, vault };
}
type Site = Awaited<ReturnType<typeof makeAzureSite>>;

const clusterInputs = ({ group, subnet, identity }: Site, more: Properties = {}): Properties => ({
  resourceGroupName: group.out("name"),
  kubernetesVersion: "1.35",
  dnsPrefix: "eu",
  identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
  agentPoolProfiles: [
    {
      name: "system",
      mode: "System",
      count: 3,
      vmSize: "Standard_D4s_v5",
      vnetSubnetID: subnet.id,
      availabilityZones: ["1", "2", "3"],
    },
  ],
  networkProfile: {
    networkPlugin: "none",
    serviceCidr: "10.5.32.0/20",
    dnsServiceIP: "10.5.32.10",
    podCidr: "10.5.64.0/18",
  },
  ...more,
});
const poolInputs = ({ group, cluster, subnet }: Site, more: Properties = {}): Properties => ({
  resourceGroupName: group.out("name"),
  resourceName: cluster.out("name"),
  agentPoolName: "more",
  count: 1,
  mode: "User",
  vnetSubnetID: subnet.id,
  ...more,
});
const inGroup = ({ group }: Site, more: Properties = {}): Properties => ({
  resourceGroupName: group.out("name"),
  ...more,
});

const ACCEPTED: [type: string, inputs: (site: Site) => Properties][] = [
  [
    "network:Subnet",
    (site) => inGroup(site, { virtualNetworkName: site.vnet.out("name"), addressPrefix: "10.5.128.0/24" }),
  ],
  ["containerservice:ManagedCluster", (site) => clusterInputs(site)],
  [
    "containerservice:AgentPool",
    (site) => poolInputs(site, { enableAutoScaling: true, minCount: 1, count: 2, maxCount: 3 }),
  ],
  [
    "managedidentity:FederatedIdentityCredential",
    (site) =>
      inGroup(site, {
        resourceName: site.identity.out("name"),
        audiences: ["api://AzureADTokenExchange"],
        issuer: "https://oidc/",
        subject: "system:serviceaccount:a:b",
      }),
  ],
  [
    "authorization:RoleAssignment",
    ({ identity, vnet }) => ({
      principalId: identity.out("principalId"),
      principalType: "ServicePrincipal",
      roleDefinitionId: ROLE,
      scope: vnet.id,
    }),
  ],
  [
    "authorization:RoleAssignment",
    ({ identity }) => ({
      principalId: identity.out("principalId"),
      roleDefinitionId: ROLE,
      scope: `/subscriptions/${SUBSCRIPTION}`,
    }),
  ],
  [
    "keyvault:Key",
    (site) => inGroup(site, { vaultName: site.vault.out("name"), properties: { kty: "RSA", keySize: 3072 } }),
  ],
  ["operationalinsights:Workspace", (site) => inGroup(site, { sku: { name: "PerGB2018" }, retentionInDays: 90 })],
  ["authorization:ManagementLockByScope", ({ cluster }) => ({ scope: cluster.id, level: "CanNotDelete" })],
];

const REFUSED: [type: string, inputs: (site: Site) => Properties, message: RegExp][] = [
  ["resources:ResourceGroup", () => ({}), /location: missing required property|location/],
  [
    "resources:ResourceGroup",
    () => ({ location: "westeurop" }),
    /location: must be a region of azure; got "westeurop"; did you mean "westeurope"/,
  ],
  [
    "resources:ResourceGroup",
    () => ({ location: "westeurope", resourceGroupName: "a/b" }),
    /resourceGroupName: must be 1 to 90/,
  ],
  [
    "network:VirtualNetwork",
    () => ({ resourceGroupName: "none", location: "westeurope", addressSpace: { addressPrefixes: ["10.6.0.0/16"] } }),
    /resourceGroupName: ResourceGroup "none" does not exist in Azure/,
  ],
  [
    "network:VirtualNetwork",
    (site) => inGroup(site, { addressSpace: { addressPrefixes: ["10.6.0.0/16", "10.6.1.0/24"] } }),
    /addressPrefixes: must not overlap each other/,
  ],
  [
    "network:VirtualNetwork",
    (site) => inGroup(site, { addressSpace: { addressPrefixes: ["10.6.0.1/16"] } }),
    /addressPrefixes\[0\]: must begin at its first address/,
  ],
  [
    "network:VirtualNetwork",
    (site) =>
      inGroup(site, { virtualNetworkName: site.vnet.out("name"), addressSpace: { addressPrefixes: ["10.6.0.0/16"] } }),
    /exists already/,
  ],
  [
    "network:Subnet",
    (site) => inGroup(site, { virtualNetworkName: site.vnet.out("name"), addressPrefix: "10.5.8.0/24" }),
    /10\.5\.8\.0\/24 overlaps 10\.5\.0\.0\/20/,
  ],
  [
    "network:Subnet",
    (site) => inGroup(site, { virtualNetworkName: site.vnet.out("name"), addressPrefix: "10.7.0.0/24" }),
    /10\.7\.0\.0\/24 is not inside 10\.5\.0\.0\/16/,
  ],
  [
    "network:Subnet",
    (site) => inGroup(site, { virtualNetworkName: "none", addressPrefix: "10.7.0.0/24" }),
    /virtualNetworkName: VirtualNetwork "none" does not exist/,
  ],
  [
    "network:PublicIPAddress",
    (site) => inGroup(site, { sku: { name: "Standard" }, publicIPAllocationMethod: "Dynamic" }),
    /publicIPAllocationMethod: must be "Static"/,
  ],
  [
    "network:NatGateway",
    (site) => inGroup(site, { sku: { name: "Standard" }, zones: ["1", "2"] }),
    /zones: must be one zone/,
  ],
  [
    "network:NetworkSecurityGroup",
    (site) => inGroup(site, { securityRules: [rule(100), rule(100)] }),
    /securityRules\[1\]\.priority: must be unique within its direction/,
  ],
  [
    "containerservice:ManagedCluster",
    (site) => clusterInputs(site, { agentPoolProfiles: [{ name: "user", mode: "User", count: 3 }] }),
    /agentPoolProfiles: must have at least one pool of mode "System"/,
  ],
  [
    "containerservice:ManagedCluster",
    (site) => clusterInputs(site, { agentPoolProfiles: [{ name: "Sys-1", mode: "System", count: 3 }] }),
    /agentPoolProfiles\[0\]\.name: must be 1 to 12 lower-case/,
  ],
  [
    "containerservice:ManagedCluster",
    (site) => clusterInputs(site, { agentPoolProfiles: [{ name: "system", mode: "System", count: 3, minCount: 1 }] }),
    /minCount: can be given with enableAutoScaling: true only/,
  ],
  [
    "containerservice:ManagedCluster",
    (site) =>
      clusterInputs(site, {
        agentPoolProfiles: [{ name: "system", mode: "System", count: 3, scaleSetPriority: "Spot" }],
      }),
    /scaleSetPriority: must be "Regular"/,
  ],
  [
    "containerservice:ManagedCluster",
    (site) =>
      clusterInputs(site, {
        agentPoolProfiles: [{ name: "system", mode: "System", count: 3, availabilityZones: ["4"] }],
      }),
    /availabilityZones\[0\]: must be a zone of westeurope \(1, 2, 3\); got "4"/,
  ],
  [
    "containerservice:ManagedCluster",
    (site) =>
      clusterInputs(site, {
        networkProfile: { networkPlugin: "none", serviceCidr: "10.5.32.0/20", dnsServiceIP: "10.5.32.1" },
      }),
    /dnsServiceIP: must lie in serviceCidr, after its first two/,
  ],
  [
    "containerservice:ManagedCluster",
    (site) => clusterInputs(site, { networkProfile: { networkPlugin: "none", serviceCidr: "10.5.0.0/20" } }),
    /networkProfile.serviceCidr: overlaps the subnet of the nodes/,
  ],
  [
    "containerservice:ManagedCluster",
    (site) => clusterInputs(site, { networkProfile: { networkPlugin: "none", networkPolicy: "calico" } }),
    /networkPolicy: cannot be given when networkPlugin is none/,
  ],
  [
    "containerservice:ManagedCluster",
    (site) => clusterInputs(site, { disableLocalAccounts: true }),
    /aadProfile: must be given when disableLocalAccounts is true/,
  ],
  [
    "containerservice:ManagedCluster",
    (site) => clusterInputs(site, { location: "northeurope" }),
    /the subnet is in westeurope, the cluster in northeurope/,
  ],
  [
    "containerservice:ManagedCluster",
    (site) => clusterInputs(site, { kubernetesVersion: "1.19" }),
    /kubernetesVersion: must be from/,
  ],
  [
    "containerservice:AgentPool",
    (site) => poolInputs(site, { agentPoolName: "system" }),
    /"system" is a pool that the cluster was made with/,
  ],
  ["containerservice:AgentPool", (site) => poolInputs(site, { agentPoolName: "work" }), /exists already/],
  [
    "containerservice:AgentPool",
    (site) => poolInputs(site, { nodeTaints: ["a:b"] }),
    /nodeTaints\[0\]: must be such as/,
  ],
  [
    "containerservice:AgentPool",
    (site) => poolInputs(site, { enableAutoScaling: true, minCount: 4, maxCount: 3 }),
    /minCount: must be at most maxCount/,
  ],
  [
    "containerservice:AgentPool",
    (site) => poolInputs(site, { availabilityZones: ["9"] }),
    /availabilityZones: .*westeurope/,
  ],
  [
    "managedidentity:FederatedIdentityCredential",
    (site) =>
      inGroup(site, { resourceName: site.identity.out("name"), audiences: [], issuer: "https://oidc/", subject: "x" }),
    /audiences: must have exactly one value/,
  ],
  [
    "authorization:RoleAssignment",
    ({ identity, vnet }) => ({ principalId: identity.id, roleDefinitionId: ROLE, scope: vnet.id }),
    /principalId: must be a GUID/,
  ],
  [
    "keyvault:Vault",
    (site) =>
      inGroup(site, { vaultName: "a--b", properties: { tenantId: TENANT, sku: { family: "A", name: "standard" } } }),
    /vaultName: must be 3 to 24/,
  ],
  [
    "keyvault:Vault",
    (site) =>
      inGroup(site, {
        vaultName: site.vault.out("name"),
        properties: { tenantId: TENANT, sku: { family: "A", name: "standard" } },
      }),
    /exists already/,
  ],
  [
    "operationalinsights:Workspace",
    (site) => inGroup(site, { retentionInDays: 900 }),
    /retentionInDays: must be a whole number/,
  ],
];

function rule(priority: number): Properties {
  return { name: "r", priority, access: "Allow", direction: "Inbound", protocol: "Tcp" };
}

describe("Azure", () => {
  for (const [type, inputs] of ACCEPTED) {
    it(`takes ${type}`, async () => {
      const bench = await Bench.open("azure-native", config);
      assert.equal(await bench.refusal(az(type), inputs(await makeAzureSite(bench)), "new"), "");
      assert.equal(bench.source.fidelity(az(type)), "modelled");
    });
  }
  for (const [type, inputs, message] of REFUSED) {
    it(`refuses ${type}: ${message.source.slice(0, 60)}`, async () => {
      const bench = await Bench.open("azure-native", config);
      assert.match(await bench.refusal(az(type), inputs(await makeAzureSite(bench)), "new"), message);
    });
  }

  it("names things as azure-native does: digits in a group, the logical name in another thing, a GUID for a grant", async () => {
    const bench = await Bench.open("azure-native", config);
    const { group, subnet, identity, vnet } = await makeAzureSite(bench);
    assert.match(group.out("name"), /^eu[0-9a-f]{8}$/);
    assert.match(subnet.id, /\/subnets\/nodes$/);
    const grant = await bench.make(az("authorization:RoleAssignment"), {
      principalId: identity.out("principalId"),
      roleDefinitionId: ROLE,
      scope: vnet.id,
    });
    assert.match(grant.id, /\/roleAssignments\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it("finds a thing whatever the case of its id", async () => {
    const bench = await Bench.open("azure-native", config);
    const site = await makeAzureSite(bench);
    assert.equal(
      await bench.refusal(
        az("containerservice:AgentPool"),
        poolInputs(site, { vnetSubnetID: site.subnet.id.toUpperCase() }),
      ),
      "",
    );
  });

  it("deletes nothing that is in use or locked", async () => {
    const bench = await Bench.open("azure-native", config);
    const { gateway, cluster } = await makeAzureSite(bench);
    await assert.rejects(bench.remove(gateway), /in use by .*\/subnets\/nodes/);
    const lock = await bench.make(az("authorization:ManagementLockByScope"), {
      scope: cluster.id,
      level: "CanNotDelete",
    });
    await assert.rejects(bench.remove(cluster), /in use by .*\/locks\//);
    await bench.remove(lock);
    await bench.remove(cluster);
  });

  it("replaces by path, updates the rest, and refuses what AKS never changes", async () => {
    const bench = await Bench.open("azure-native", config);
    const { cluster, pool } = await makeAzureSite(bench);
    assert.deepEqual((await bench.diff(cluster, { ...cluster.inputs, resourceName: "other" })).replaces, [
      "resourceName",
    ]);
    assert.deepEqual((await bench.diff(pool, { ...pool.inputs, count: 4 })).replaces, []);
    await assert.rejects(
      bench.update(pool, { ...pool.inputs, vmSize: "Standard_D8s_v5" }),
      /vmSize cannot change from "Standard_D4s_v5" to "Standard_D8s_v5": make a pool of another name/,
    );
    const networkProfile = { ...(cluster.inputs.networkProfile as Properties), podCidr: "10.5.128.0/18" };
    await assert.rejects(bench.update(cluster, { ...cluster.inputs, networkProfile }), /podCidr cannot change/);
  });

  it("upgrades by one minor version, the control plane first, and never goes back", async () => {
    const bench = await Bench.open("azure-native", config);
    const { cluster, pool } = await makeAzureSite(bench);
    const to = (kubernetesVersion: string) => bench.update(cluster, { ...cluster.inputs, kubernetesVersion });
    await assert.rejects(to("1.34"), /kubernetesVersion: cannot change from 1\.35 to 1\.34: .* never taken back/);
    await assert.rejects(
      bench.update(pool, { ...pool.inputs, orchestratorVersion: "1.36" }),
      /orchestratorVersion: 1\.36 is newer than the control plane's 1\.35; upgrade that first/,
    );
    assert.equal((await to("1.36")).currentKubernetesVersion, "1.36.1");
    await bench.update(pool, { ...pool.inputs, orchestratorVersion: "1.36" });
  });

  it("hands out a kubeconfig with an authority", async () => {
    const bench = await Bench.open("azure-native", config);
    const { group, cluster } = await makeAzureSite(bench);
    const token = az("containerservice:listManagedClusterUserCredentials");
    const args = { resourceGroupName: group.out("name"), resourceName: cluster.out("name") };
    const { result } = await bench.provider.invoke({ token, args, preview: false });
    const text = Buffer.from(String((result.kubeconfigs as Properties[])[0]!.value), "base64").toString();
    assert.match(text, /certificate-authority-data/);
    const none = await bench.provider.invoke({ token, args: { ...args, resourceName: "none" }, preview: false });
    assert.match(none.failures[0]!.reason, /does not exist/);
  });
});
