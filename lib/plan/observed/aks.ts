import type { AksPool } from "../guaranteed";
import { type Reader, reader } from "./read";
import { taintOfText } from "./taints";
import type { ObservedCluster, ObservedPool, ObservedResource } from "./types";

/**
 * What Azure resources say of clusters and pools: `azure-native` (with or without an API version in the type) and the
 * classic `azure` provider, which spells the same facts in other words.
 */

const NATIVE_CLUSTER = /^azure-native:containerservice(\/v\d+\w*)?:ManagedCluster$/;
const NATIVE_POOL = /^azure-native:containerservice(\/v\d+\w*)?:AgentPool$/;
const CLASSIC_CLUSTER = "azure:containerservice/kubernetesCluster:KubernetesCluster";
const CLASSIC_POOL = "azure:containerservice/kubernetesClusterNodePool:KubernetesClusterNodePool";
const RESOURCE_GROUP = /^azure(-native)?:(resources|core)(\/[\w]+)?:ResourceGroup$/;

export function isAksCluster(type: string): boolean {
  return type === CLASSIC_CLUSTER || NATIVE_CLUSTER.test(type);
}

export function isAksPool(type: string): boolean {
  return type === CLASSIC_POOL || NATIVE_POOL.test(type);
}

type Lookup = (urn: string) => ObservedResource | undefined;

/** The facts of a managed cluster. */
export function aksCluster(resource: ObservedResource, lookup: Lookup): ObservedCluster {
  const r = reader(resource);
  const mode = r.text("nodeProvisioningProfile", "mode");
  const pods = r.text("networkProfile", "podCidr");
  const services = r.text("networkProfile", "serviceCidr");
  return {
    urn: resource.urn,
    name: resource.name,
    kind: "aks",
    physicalName: r.text("name"),
    region: azureRegion(resource, r, lookup),
    zones: [],
    maximumPods: undefined,
    automatic: mode === "Auto" ? ["AKS node auto-provisioning"] : [],
    cidrs: [
      ...(pods === undefined ? [] : [{ cidr: pods, use: "pods" as const }]),
      ...(services === undefined ? [] : [{ cidr: services, use: "services" as const }]),
    ],
  };
}

/** The pools that a cluster has in itself: `agentPoolProfiles`, or the classic `defaultNodePool`. */
export function aksInlinePools(resource: ObservedResource, cluster: ObservedCluster): ObservedPool[] {
  const r = reader(resource);
  const own = {
    urn: resource.urn,
    clusterUrns: [resource.urn],
    clusterName: cluster.physicalName,
    region: cluster.region,
  };
  const classic = resource.type === CLASSIC_CLUSTER;
  return r.parts(classic ? "defaultNodePool" : "agentPoolProfiles").map((pool, i) => {
    const name = pool.text("name") ?? `${resource.name} (pool ${i + 1})`;
    return { ...own, ...facts(pool, name, classic ? CLASSIC : NATIVE) };
  });
}

/** The facts of a pool that is a resource of its own. */
export function aksPool(resource: ObservedResource, lookup: Lookup): ObservedPool {
  const r = reader(resource);
  const classic = resource.type === CLASSIC_POOL;
  const reference = classic ? "kubernetesClusterId" : "resourceName";
  return {
    urn: resource.urn,
    clusterUrns: resource.propertyDependencies[reference] ?? [],
    clusterName: r.text(reference)?.split("/").at(-1),
    region: azureRegion(resource, reader(resource), lookup),
    ...facts(r, resource.name, classic ? CLASSIC : NATIVE),
  };
}

/** How the two providers spell the same facts. */
interface Words {
  readonly nodes: string;
  readonly disk: string;
  readonly priority: string;
  readonly scaled: readonly string[];
}

const NATIVE: Words = {
  nodes: "count",
  disk: "osDiskSizeGB",
  priority: "scaleSetPriority",
  scaled: ["enableAutoScaling"],
};

const CLASSIC: Words = {
  nodes: "nodeCount",
  disk: "osDiskSizeGb",
  priority: "priority",
  scaled: ["autoScalingEnabled", "enableAutoScaling"],
};

type Facts = Omit<ObservedPool, "urn" | "clusterUrns" | "clusterName" | "region">;

function facts(r: Reader, name: string, words: Words): Facts {
  const type = r.text("vmSize");
  if (type === undefined) r.missing("vmSize");
  const autoscaled = words.scaled.some((word) => r.flag(word));
  const nodes = autoscaled ? r.count(words.nodes) : r.need(words.nodes);
  const minimumNodes = autoscaled ? r.need("minCount") : undefined;
  const maximum = autoscaled ? r.count("maxCount") : nodes;
  const pods = r.count("maxPods");
  const disk = r.detail(words.disk);
  const spot = r.text(words.priority) === "Spot";
  const taints = r.texts("nodeTaints").map(taintOfText);
  const labels = r.map("nodeLabels");
  const windows = r.text("osType") === "Windows";
  const systemOnly = r.flag("onlyCriticalAddonsEnabled") || taints.some((taint) => taint.key === "CriticalAddonsOnly");
  const description: AksPool = {
    kind: "aks",
    name,
    machineTypes: [type ?? null],
    ...(pods === undefined ? {} : { maxPods: pods }),
    ...(disk === undefined || disk === 0 ? {} : { diskGiB: disk }),
    nodes,
    minimumNodes,
    autoscaled,
    spot,
    systemOnly,
  };
  const maximumNodes = Number(maximum ?? minimumNodes ?? 0);
  return { name, description, maximumNodes, labels, taints, windows, unknown: [...r.unknown] };
}

/** "West Europe" and "westeurope" are one region. A cluster without a location has its resource group's. */
function azureRegion(resource: ObservedResource, r: Reader, lookup: Lookup): string | undefined {
  const own = r.text("location") ?? groupLocation(resource, lookup);
  return own?.toLowerCase().replace(/[^a-z0-9]/g, "");
}

function groupLocation(resource: ObservedResource, lookup: Lookup): string | undefined {
  const urns = resource.propertyDependencies.resourceGroupName ?? [];
  const group = urns.map(lookup).find((found) => found !== undefined && RESOURCE_GROUP.test(found.type));
  return group === undefined ? undefined : reader(group).text("location");
}
