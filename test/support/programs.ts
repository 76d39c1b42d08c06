import { type SentResource, urnOf } from "./packProcess";

/** Resources of programs that nobody's library made, as engines send them to a policy pack. */

export const EKS = "aws:eks/cluster:Cluster";
export const EKS_POOL = "aws:eks/nodeGroup:NodeGroup";
export const GKE = "gcp:container/cluster:Cluster";
export const GKE_POOL = "gcp:container/nodePool:NodePool";
export const AKS = "azure-native:containerservice:ManagedCluster";
export const AKS_POOL = "azure-native:containerservice:AgentPool";
const KUBERNETES = "pulumi:providers:kubernetes";

export function eksCluster(name: string, region: string, props: object = {}): SentResource {
  return { type: EKS, name, props: { name: `shop-${name}`, region, ...props } };
}

/** A managed node group whose cluster is known by where its name came from. */
export function eksPool(site: string, nodes: unknown, props: object = {}, from: object = {}): SentResource {
  return {
    type: EKS_POOL,
    name: `${site}-apps`,
    props: {
      clusterName: `shop-${site}`,
      instanceTypes: ["m6i.xlarge"],
      scalingConfig: { desiredSize: nodes, minSize: nodes, maxSize: nodes },
      ...props,
    },
    propertyDependencies: { clusterName: [urnOf(EKS, site)] },
    ...from,
  };
}

/** The Kubernetes provider of a cluster. */
export function kubernetes(site: string, clusterType = EKS): SentResource {
  return { type: KUBERNETES, name: site, props: {}, propertyDependencies: { kubeconfig: [urnOf(clusterType, site)] } };
}

/** An object in a cluster. */
export function inCluster(site: string, type: string, name: string, spec: object, more: object = {}): SentResource {
  return {
    type: `kubernetes:${type}`,
    name: `${site}-${name}`,
    props: { metadata: { name, namespace: "default" }, spec, ...more },
    provider: { urn: urnOf(KUBERNETES, site), type: KUBERNETES, name: site, props: {} },
  };
}

export function deployment(site: string, name: string, replicas: unknown, requests: unknown): SentResource {
  const containers = [{ name, ...(requests === undefined ? {} : { resources: { requests } }) }];
  return inCluster(site, "apps/v1:Deployment", name, { replicas, template: { spec: { containers } } });
}

/** Three EKS clusters of so many nodes each; two of three nodes more carry 18 cores, one node fewer does not. */
export function threeClusters(nodes: readonly unknown[], props: object = {}): SentResource[] {
  const places = [
    ["frankfurt", "eu-central-1"],
    ["ireland", "eu-west-1"],
    ["stockholm", "eu-north-1"],
  ] as const;
  return places.flatMap(([site, region], i) => [
    eksCluster(site, region),
    eksPool(site, nodes[i], i === 2 ? props : {}),
    kubernetes(site),
    deployment(site, "web", 12, { cpu: "500m", memory: "1Gi" }),
  ]);
}

/** Values of Cilium in a mesh as somebody may write them by hand, and right. */
export function ciliumValues(id: number, more: object = {}, mesh: object = {}) {
  return {
    cluster: { name: `site-${id}`, id },
    ipam: { operator: { clusterPoolIPv4PodCIDRList: [`10.${100 + id}.0.0/16`] } },
    encryption: { enabled: true, type: "wireguard" },
    clustermesh: { useAPIServer: true, cacheTTL: "180s", ...mesh },
    ...more,
  };
}
