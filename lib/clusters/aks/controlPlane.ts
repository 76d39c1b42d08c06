import { ManagementLockByScope } from "@pulumi/azure-native/authorization";
import { listManagedClusterUserCredentialsOutput, ManagedCluster } from "@pulumi/azure-native/containerservice";
import type { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";
import type { SitePlan } from "../../plan/plan";
import { type ControlPlane, type SiteContext, specOf } from "../cluster";
import { kubeconfig } from "../kubeconfig";
import { auditLog } from "./audit";
import { authorityOf } from "./credentials";
import { secretsKey } from "./encryption";
import { type Group, resourceGroup } from "./group";
import { clusterIdentity, grant } from "./identity";
import { type AksNetwork, network } from "./network";
import { poolArgs, systemPool } from "./pool";

/** An AKS control plane with its system pool, and what further pools need of it. */
export interface AksControlPlane extends ControlPlane {
  readonly cluster: ManagedCluster;
  readonly group: Group;
  readonly network: AksNetwork;
}

/** Resource group, network, identity, key, cluster with its system pool, lock and audit log. */
export function controlPlane(context: SiteContext): AksControlPlane {
  const { site, cloud } = context;
  const group = resourceGroup(context);
  const net = network(context, group);
  const identity = clusterIdentity(context, group);
  const cluster = buildCluster(context, group, net, identity);
  const lock = new ManagementLockByScope(
    site.name,
    { scope: cluster.id, level: "CanNotDelete", notes: `Site ${site.name}: remove this lock to delete the cluster.` },
    cloud,
  );
  const audit = auditLog(context, group, cluster);
  const host = site.apiAccess?.mode === "private" ? cluster.privateFQDN : cluster.fqdn;
  return {
    cluster,
    group,
    network: net,
    identity: cluster.id,
    host,
    port: 443,
    kubeconfig: kubeconfig({
      name: site.name,
      server: pulumi.interpolate`https://${host}:443`,
      certificateAuthority: certificateAuthority(context, group, cluster),
      token: ["aks", "--tenant", specOf(site, "aks").tenant],
    }),
    ready: [cluster, lock, audit],
  };
}

function buildCluster(context: SiteContext, group: Group, net: AksNetwork, identity: UserAssignedIdentity) {
  const { site, cloud } = context;
  const key = secretsKey(context, group, identity);
  const grants = Object.entries(net.scopes).map(([word, scope]) =>
    grant(context, word, identity, "Network Contributor", scope),
  );
  const system = systemPool(site);
  const autoscaled = system.maximumNodes > system.nodes;
  return new ManagedCluster(
    site.name,
    {
      resourceName: site.name,
      resourceGroupName: group.name,
      location: site.region,
      kubernetesVersion: site.kubernetesVersion!,
      dnsPrefix: site.name,
      // The tier with an SLA for the API server.
      sku: { name: "Base", tier: "Standard" },
      identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
      agentPoolProfiles: [{ ...poolArgs(site, system, net), name: system.name, mode: "System" }],
      networkProfile: networkProfile(site),
      apiServerAccessProfile: access(site),
      ...people(context),
      oidcIssuerProfile: { enabled: true },
      securityProfile: {
        workloadIdentity: { enabled: true },
        azureKeyVaultKms: { enabled: true, keyId: key.keyId, keyVaultNetworkAccess: "Public" },
        imageCleaner: { enabled: true, intervalHours: 168 },
      },
      // Versions and images are the spec's: nothing changes in two sites at once because Azure chose the same night.
      autoUpgradeProfile: { upgradeChannel: "none", nodeOSUpgradeChannel: "None" },
      storageProfile: { diskCSIDriver: { enabled: true }, snapshotController: { enabled: true } },
      nodeResourceGroupProfile: { restrictionLevel: "ReadOnly" },
      tags: { ...site.tags },
    },
    pulumi.mergeOptions(cloud, {
      protect: true,
      dependsOn: [key.grant, ...grants],
      ...(autoscaled && { ignoreChanges: ["agentPoolProfiles[0].count"] }),
    }),
  );
}

/** Cilium is ours, so the cluster has no CNI. Two addresses lead out, and both are of all zones. */
function networkProfile(site: SitePlan) {
  return {
    networkPlugin: "none",
    serviceCidr: site.addresses.serviceCidr,
    dnsServiceIP: site.addresses.dnsServiceIp,
    podCidr: site.addresses.podCidr,
    loadBalancerSku: "standard",
    outboundType: "loadBalancer",
    loadBalancerProfile: { managedOutboundIPs: { count: 2 } },
  };
}

function access(site: SitePlan) {
  if (site.apiAccess?.mode === "allowlist") {
    return { authorizedIPRanges: site.apiAccess.cidrs ?? [], disableRunCommand: true };
  }
  return {
    enablePrivateCluster: true,
    enablePrivateClusterPublicFQDN: false,
    privateDNSZone: "system",
    disableRunCommand: true,
  };
}

/** Entra groups administer; there is no account in the cluster itself that a stolen file could carry. */
function people({ site }: SiteContext) {
  const { administrators, tenant } = specOf(site, "aks");
  return {
    enableRBAC: true,
    disableLocalAccounts: true,
    aadProfile: { managed: true, tenantID: tenant, adminGroupObjectIDs: [...administrators] },
  };
}

/** AKS shows its certificate authority nowhere but in the kubeconfig that it hands out, which holds no credential. */
function certificateAuthority({ cloud }: SiteContext, group: Group, cluster: ManagedCluster): pulumi.Output<string> {
  const { parent, provider } = cloud;
  const { kubeconfigs } = listManagedClusterUserCredentialsOutput(
    { resourceGroupName: group.name, resourceName: cluster.name, format: "exec" },
    { ...(parent && { parent }), ...(provider && { provider }), dependsOn: [cluster] },
  );
  return kubeconfigs.apply(([first]) => authorityOf(first?.value ?? ""));
}
