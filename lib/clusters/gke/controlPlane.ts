import { Cluster } from "@pulumi/gcp/container";
import * as pulumi from "@pulumi/pulumi";
import type { SitePlan } from "../../plan/plan";
import { type ControlPlane, type SiteContext, specOf } from "../cluster";
import { kubeconfig } from "../kubeconfig";
import { secretsKey } from "./encryption";
import { type NodeIdentity, nodeIdentity } from "./identity";
import { labels } from "./labels";
import { maintenance } from "./maintenance";
import { type GkeNetwork, network } from "./network";

/** A GKE control plane, and what its node pools need of it. */
export interface GkeControlPlane extends ControlPlane {
  readonly cluster: Cluster;
  readonly nodes: NodeIdentity;
}

/** Network, key, node identity and cluster. */
export function controlPlane(context: SiteContext): GkeControlPlane {
  const { site } = context;
  const net = network(context);
  const nodes = nodeIdentity(context);
  const cluster = buildCluster(context, net, nodes);
  const { project } = specOf(site, "gke");
  return {
    cluster,
    nodes,
    identity: cluster.id,
    // Nodes always have the private endpoint, whoever else may reach the cluster.
    host: cluster.privateClusterConfig.privateEndpoint,
    port: 443,
    kubeconfig: kubeconfig({
      name: `gke_${project}_${site.region}_${site.name}`,
      ...endpoint(site, cluster),
      token: ["gke", "--project", project],
    }),
    ready: [cluster],
  };
}

/** The address that `up` and people use, by `apiAccess`. A public authority signs for the DNS endpoint. */
function endpoint(site: SitePlan, cluster: Cluster) {
  const certificateAuthority = cluster.masterAuth.clusterCaCertificate;
  switch (site.apiAccess?.mode) {
    case "dns": {
      const host = cluster.controlPlaneEndpointsConfig.dnsEndpointConfig.endpoint;
      return { server: pulumi.interpolate`https://${host}`, certificateAuthority: undefined };
    }
    case "allowlist":
      return { server: pulumi.interpolate`https://${cluster.endpoint}`, certificateAuthority };
    default: {
      const host = cluster.privateClusterConfig.privateEndpoint;
      return { server: pulumi.interpolate`https://${host}`, certificateAuthority };
    }
  }
}

function buildCluster(context: SiteContext, net: GkeNetwork, nodes: NodeIdentity): Cluster {
  const { site, cloud } = context;
  const key = secretsKey(context);
  const { project } = specOf(site, "gke");
  return new Cluster(
    site.name,
    {
      name: site.name,
      location: site.region,
      nodeLocations: [...site.zones],
      minMasterVersion: site.kubernetesVersion!,
      releaseChannel: { channel: "REGULAR" },
      maintenancePolicy: maintenance(site),
      network: net.network,
      subnetwork: net.subnetwork,
      networkingMode: "VPC_NATIVE",
      ipAllocationPolicy: {
        clusterSecondaryRangeName: net.podRangeName,
        servicesSecondaryRangeName: net.serviceRangeName,
      },
      ...LEGACY_DATAPATH,
      ...access(site),
      ...hardened,
      databaseEncryption: { state: "ENCRYPTED", keyName: key.keyName },
      workloadIdentityConfig: { workloadPool: `${project}.svc.id.goog` },
      loggingConfig: { enableComponents: LOGGED },
      monitoringConfig: { enableComponents: ["SYSTEM_COMPONENTS"] },
      costManagementConfig: { enabled: true },
      ...firstPool(nodes),
      deletionProtection: true,
      resourceLabels: labels(site),
    },
    pulumi.mergeOptions(cloud, {
      protect: true,
      dependsOn: [key.grant, ...nodes.grants, ...net.ready],
      // The pool that GKE insists on making first is gone at once, but the cluster goes on echoing it.
      ignoreChanges: ["nodeConfig", "initialNodeCount"],
    }),
  );
}

const LOGGED = ["SYSTEM_COMPONENTS", "APISERVER", "CONTROLLER_MANAGER", "SCHEDULER"];

/** Cilium is ours: neither Google's (Dataplane V2) nor its policy engine nor a DNS cache that bypasses services. */
const LEGACY_DATAPATH = {
  datapathProvider: "LEGACY_DATAPATH",
  defaultMaxPodsPerNode: 110,
  addonsConfig: {
    networkPolicyConfig: { disabled: true },
    dnsCacheConfig: { enabled: false },
    gcePersistentDiskCsiDriverConfig: { enabled: true },
  },
  // Internal load balancers of any number of nodes.
  enableL4IlbSubsetting: true,
};

const hardened = {
  enableShieldedNodes: true,
  enableLegacyAbac: false,
  masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
  anonymousAuthenticationConfig: { mode: "LIMITED" },
  rbacBindingConfig: {
    enableInsecureBindingSystemAuthenticated: false,
    enableInsecureBindingSystemUnauthenticated: false,
  },
  securityPostureConfig: { mode: "BASIC" },
};

/** Private nodes always; the control plane answers the site's network, and besides whom `apiAccess` names. */
function access(site: SitePlan) {
  const mode = site.apiAccess?.mode;
  return {
    privateClusterConfig: {
      enablePrivateNodes: true,
      enablePrivateEndpoint: mode !== "allowlist",
      masterIpv4CidrBlock: site.addresses.controlPlaneCidr,
      // What is linked to the site reaches it from any region.
      masterGlobalAccessConfig: { enabled: true },
    },
    controlPlaneEndpointsConfig: { dnsEndpointConfig: { allowExternalTraffic: mode === "dns" } },
    masterAuthorizedNetworksConfig: {
      cidrBlocks: (mode === "allowlist" ? (site.apiAccess?.cidrs ?? []) : []).map((cidrBlock) => ({ cidrBlock })),
      gcpPublicCidrsAccessEnabled: false,
    },
  };
}

/** GKE makes no cluster without a first pool. One node a zone, under the site's own identity, removed at once. */
function firstPool(nodes: NodeIdentity) {
  return {
    removeDefaultNodePool: true,
    initialNodeCount: 1,
    nodeConfig: {
      serviceAccount: nodes.email,
      oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
      shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
      workloadMetadataConfig: { mode: "GKE_METADATA" },
    },
  };
}
