import type { MeshPlan } from "../plan/mesh/meshPlan";
import { MESH_API_REQUESTS, quantities } from "../plan/mesh/overhead";
import type { SitePlan } from "../plan/plan";
import type { SiteKind } from "../plan/spec";
import type { CiliumMinor } from "../plan/versions";
import { CA_BUNDLE } from "./hubbleValues";
import type { HelmValues } from "./values";

/** What a site's Cilium gets on top when it is in a mesh. */
export interface MeshValues {
  /** Beside the values of a site on its own. */
  readonly top: HelmValues;
  /** Within `clustermesh`. */
  readonly clustermesh: HelmValues;
}

/** Port on every node by which AWS's load balancer reaches the mesh API. The chart's default. */
export const MESH_NODE_PORT = 32_379;

/**
 * Values of ClusterMesh, for one site. Peers and certificates are objects of ours, not values: neither a site that comes
 * or goes nor a new certificate changes a pod, and the chart makes no certificates, whose key would lie in every cluster.
 */
export function meshValues(site: SitePlan, mesh: MeshPlan): MeshValues {
  return {
    top: {
      ...(mesh.encryption === "wireguard" && { encryption: { enabled: true, type: "wireguard" } }),
      ...(mesh.mtuBytes !== undefined && { MTU: mesh.mtuBytes }),
      tls: CA_BUNDLE,
    },
    clustermesh: {
      useAPIServer: true,
      config: { enabled: false },
      cacheTTL: `${mesh.cacheTtlSeconds}s`,
      enableEndpointSliceSynchronization: true,
      mcsapi: {
        enabled: true,
        // In a built site they are there before Cilium, and have one owner.
        installCRDs: site.kind === "existing",
        // Managed CoreDNS would have its configuration put back: clusterset.local is answered by one of our own.
        corednsAutoConfigure: { enabled: false },
      },
      apiserver: {
        replicas: 2,
        podDisruptionBudget: { enabled: true },
        resources: { requests: quantities(MESH_API_REQUESTS.apiserver) },
        etcd: { resources: { requests: quantities(MESH_API_REQUESTS.etcd) } },
        kvstoremesh: { resources: { requests: quantities(MESH_API_REQUESTS.kvstoreMesh) } },
        tls: { authMode: "cluster", auto: { enabled: false }, ...BY_MINOR[site.ciliumVersion].tls },
        service: SERVICE[site.kind](site),
      },
    },
  };
}

/** What differs between minor versions. */
const BY_MINOR: Readonly<Record<CiliumMinor, { readonly tls: HelmValues }>> = {
  // With its default the chart of 1.19 would render Secrets of ours from values that are not there.
  "1.19": { tls: { enableSecrets: false } },
  "1.20": { tls: {} },
};

/** How each cloud gives the Service of the mesh API the addresses that the plan has promised to the peers. */
const SERVICE: Readonly<Record<SiteKind, (site: SitePlan) => HelmValues>> = {
  // A network load balancer of ours holds them: the in-tree controller can give it none, and AWS's own is not there yet.
  eks: () => ({
    type: "NodePort",
    nodePort: MESH_NODE_PORT,
    // AWS has no affinity by client on these (https://github.com/cilium/cilium/issues/32646).
    enableSessionAffinity: "Never",
  }),
  gke: (site) => ({
    type: "LoadBalancer",
    loadBalancerIP: first(site),
    annotations: {
      "networking.gke.io/load-balancer-type": "Internal",
      // Peers are in other regions.
      "networking.gke.io/internal-load-balancer-allow-global-access": "true",
    },
  }),
  aks: (site) => ({
    type: "LoadBalancer",
    annotations: {
      "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
      "service.beta.kubernetes.io/azure-load-balancer-ipv4": first(site),
    },
  }),
  // Whatever load balancer the cluster has: LB-IPAM, MetalLB and kube-vip all read this field.
  existing: (site) => ({ type: "LoadBalancer", loadBalancerIP: first(site) }),
};

/** The annotation that names the subnet of an internal load balancer, where the nodes' own would be taken otherwise. */
export const SUBNET_ANNOTATION: Readonly<Partial<Record<SiteKind, string>>> = {
  gke: "networking.gke.io/internal-load-balancer-subnet",
  aks: "service.beta.kubernetes.io/azure-load-balancer-internal-subnet",
};

function first({ name, addresses }: SitePlan): string {
  const [address] = addresses.mesh;
  // The spec's problems name it before.
  if (address === undefined) throw new Error(`site ${name} has no address for its mesh API`);
  return address;
}
