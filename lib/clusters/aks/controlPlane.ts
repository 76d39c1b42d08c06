import { listManagedClusterUserCredentialsOutput, ManagedCluster } from "@pulumi/azure-native/containerservice";
import type { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";
import type { SitePlan } from "../../plan/plan";
import { type ControlPlane, type SiteContext, specOf } from "../cluster";
import { kubeconfig } from "../kubeconfig";
import { access } from "./access";
import { auditLog } from "./audit";
import { authorityOf } from "./credentials";
import { secretsKey } from "./encryption";
import { type Group, resourceGroup } from "./group";
import { clusterIdentity, grant } from "./identity";
import { maintenance } from "./maintenance";
import { type AksNetwork, network } from "./network";
import { poolArgs, systemPool } from "./pool";
import { deletionLock } from "./protection";

/** An AKS control plane with its system pool, and what further pools need of it. */
export interface AksControlPlane extends ControlPlane {
  readonly cluster: ManagedCluster;
  readonly group: Group;
  readonly network: AksNetwork;
  /** As which the control plane acts in Azure. */
  readonly clusterIdentity: UserAssignedIdentity;
}

/** Resource group, network, identity, key, cluster with its system pool, lock, audit log and maintenance windows. */
export function controlPlane(context: SiteContext): AksControlPlane {
  const { site } = context;
  const group = resourceGroup(context);
  const net = network(context, group);
  const identity = clusterIdentity(context, group);
  const cluster = buildCluster(context, group, net, identity);
  deletionLock(context, cluster);
  auditLog(context, group, cluster);
  maintenance(context, group.name, cluster.name);
  return {
    cluster,
    group,
    network: net,
    clusterIdentity: identity,
    tokenIssuer: cluster.oidcIssuerProfile.apply((profile) => profile?.issuerURL ?? ""),
    identity: cluster.id,
    host: cluster.fqdn,
    port: 443,
    loadBalancerSubnet: pulumi.output(net.loadBalancerSubnetId).apply((id) => id.split("/").at(-1) ?? ""),
    kubeconfig: kubeconfig({
      name: site.name,
      server: pulumi.interpolate`https://${cluster.fqdn}`,
      certificateAuthority: certificateAuthority(context, group, cluster),
      token: ["aks", "--tenant", specOf(site, "aks").tenant],
    }),
    ready: [cluster],
  };
}

function buildCluster(context: SiteContext, group: Group, net: AksNetwork, identity: UserAssignedIdentity) {
  const { site, cloud } = context;
  const key = secretsKey(context, group, identity);
  const grants = Object.entries(net.scopes).map(([word, scope]) =>
    grant(context, word, identity, "Network Contributor", scope),
  );
  const system = systemPool(site);
  return new ManagedCluster(
    site.name,
    {
      resourceName: site.name,
      resourceGroupName: group.name,
      location: site.region,
      // Azure's own name for it, of group, cluster and region, may be longer than its limit of 80.
      nodeResourceGroup: pulumi.interpolate`${group.name}-nodes`,
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
      // Minor versions are the spec's. Patches and images come by themselves, in the site's own window and with the pools'
      // surge: what waits for somebody to patch it stays unpatched.
      autoUpgradeProfile: { upgradeChannel: "patch", nodeOSUpgradeChannel: "NodeImage" },
      storageProfile: { diskCSIDriver: { enabled: true }, snapshotController: { enabled: true } },
      nodeResourceGroupProfile: { restrictionLevel: "ReadOnly" },
      tags: { ...site.tags },
    },
    pulumi.mergeOptions(cloud, { protect: true, dependsOn: [key.grant, ...grants, ...net.ready] }),
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
  // The provider takes every kubeconfig for a secret; an authority is none.
  return pulumi.unsecret(kubeconfigs.apply(([first]) => authorityOf(first?.value ?? "")));
}
