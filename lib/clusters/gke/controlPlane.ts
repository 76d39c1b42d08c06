import { Cluster } from "@pulumi/gcp/container";
import * as pulumi from "@pulumi/pulumi";
import { type ControlPlane, type SiteContext, specOf } from "../cluster";
import { kubeconfig } from "../kubeconfig";
import { access, endpoint } from "./access";
import { auditLog } from "./audit";
import { secretsKey } from "./encryption";
import { type NodeIdentity, nodeIdentity } from "./identity";
import { labels } from "./labels";
import { maintenance } from "./maintenance";
import { type GkeNetwork, network } from "./network";

/** A GKE control plane, and what its node pools need of it. */
export interface GkeControlPlane extends ControlPlane {
  readonly cluster: Cluster;
  readonly nodes: NodeIdentity;
  readonly network: GkeNetwork;
}

/** Network, key, node identity, audit log and cluster. */
export function controlPlane(context: SiteContext): GkeControlPlane {
  const { site } = context;
  const net = network(context);
  const nodes = nodeIdentity(context);
  const cluster = buildCluster(context, net, nodes);
  const { project } = specOf(site, "gke");
  return {
    cluster,
    nodes,
    network: net,
    tokenIssuer: pulumi.interpolate`https://container.googleapis.com/v1/${cluster.id}`,
    identity: cluster.id,
    // Nodes always have the private endpoint, whoever else may reach the cluster.
    host: cluster.privateClusterConfig.privateEndpoint,
    port: 443,
    ...(net.loadBalancerSubnet !== undefined && { loadBalancerSubnet: net.loadBalancerSubnet }),
    kubeconfig: kubeconfig({
      name: `gke_${project}_${site.region}_${site.name}`,
      ...endpoint(site, cluster),
      token: ["gke", "--project", project],
    }),
    ready: [cluster],
  };
}

function buildCluster(context: SiteContext, net: GkeNetwork, nodes: NodeIdentity): Cluster {
  const { site, cloud } = context;
  const key = secretsKey(context);
  const audit = auditLog(context);
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
      dependsOn: [key.grant, audit, ...nodes.grants, ...net.ready],
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
