import type { AksPool, Count } from "../guaranteed";
import { ignores } from "./ignored";
import { aksPodAddresses } from "./podAddresses";
import { asText, plainReader, type Reader, reader } from "./read";
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
    // azure-native takes the name as `resourceName` and gives it back as `name`.
    physicalName: r.text("name") ?? r.text("resourceName"),
    region: azureRegion(resource, lookup),
    zones: [],
    automatic: isWord(mode, "Auto") ? ["AKS node auto-provisioning"] : [],
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
  const words = classic ? CLASSIC : NATIVE;
  const list = classic ? "defaultNodePool" : "agentPoolProfiles";
  const pools = r.parts(list).map((pool, i) => {
    const name = pool.text("name") ?? `${resource.name} (pool ${i + 1})`;
    const isIgnored = (property: string) => ignores(resource, ...(classic ? [list] : [list, String(i)]), property);
    return { ...own, physicalName: pool.text("name"), ...facts(pool, name, words, isIgnored) };
  });
  if (!r.unknown.includes(list)) return pools;
  return [{ ...own, ...facts(plainReader({}), `${resource.name} (${list})`, words, () => false), unknown: [list] }];
}

/**
 * The pools of a cluster, each once. Azure answers with all pools of a cluster as its `agentPoolProfiles`, also those that
 * are resources of their own, and an engine remembers the answer (pulumi-azure-native#2719): a profile of such a pool's
 * name is that pool. Where the provider makes the name up and it is not known yet, it begins with the resource's own.
 */
export function withoutRepeated(pools: readonly ObservedPool[], cluster: ObservedCluster): ObservedPool[] {
  const others = pools.filter(({ urn }) => urn !== cluster.urn);
  const repeats = (profile: ObservedPool, other: ObservedPool) => {
    const name = profile.name.toLowerCase();
    return other.physicalName === undefined
      ? name.startsWith(other.name.toLowerCase())
      : name === other.physicalName.toLowerCase();
  };
  return pools.filter((pool) => pool.urn !== cluster.urn || !others.some((other) => repeats(pool, other)));
}

/** The facts of a pool that is a resource of its own. It is where its cluster is, whatever its resource group says. */
export function aksPool(resource: ObservedResource, clusters: readonly NamedCluster[]): ObservedPool {
  const r = reader(resource);
  const classic = resource.type === CLASSIC_POOL;
  const reference = classic ? "kubernetesClusterId" : "resourceName";
  const made = resource.propertyDependencies[reference] ?? [];
  const clusterName = asText(r.hint(reference))?.split("/").at(-1);
  const named = clusters.filter(({ cluster }) => cluster.kind === "aks" && cluster.physicalName === clusterName);
  // Names of clusters are their own only within a resource group.
  const inGroup = named.filter((one) => isOfOneGroup(one.resource, resource));
  const isTold = made.length > 0 || clusterName === undefined || inGroup.length !== 1;
  return {
    urn: resource.urn,
    clusterUrns: isTold ? made : inGroup.map(({ cluster }) => cluster.urn ?? ""),
    clusterName,
    region: undefined,
    ...facts(r, resource.name, classic ? CLASSIC : NATIVE, (property) => ignores(resource, property)),
    physicalName: r.text("agentPoolName") ?? r.text("name"),
  };
}

interface NamedCluster {
  readonly resource: ObservedResource;
  readonly cluster: ObservedCluster;
}

/** Whether a pool names a cluster's resource group, by its name or by the resource that the name was made from. */
function isOfOneGroup(cluster: ObservedResource, pool: ObservedResource): boolean {
  const [ours, theirs] = [cluster, pool].map((one) => one.propertyDependencies.resourceGroupName ?? []);
  if (theirs?.some((urn) => ours?.includes(urn))) return true;
  const group = reader(cluster).text("resourceGroupName");
  if (group === undefined) return false;
  const p = reader(pool);
  const named =
    p.text("resourceGroupName") ?? /resourceGroups\/([^/]+)/i.exec(p.text("kubernetesClusterId") ?? "")?.[1];
  return isWord(named, group);
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

function facts(r: Reader, name: string, words: Words, isIgnored: (property: string) => boolean): Facts {
  const type = r.text("vmSize");
  if (type === undefined) r.missing("vmSize");
  const autoscaled = words.scaled.some((word) => r.flag(word));
  const nodes = autoscaled ? r.count(words.nodes) : r.need(words.nodes);
  const minimumNodes = autoscaled ? r.need("minCount") : undefined;
  const maximum = autoscaled ? r.count("maxCount") : nodes;
  const pods = r.count("maxPods");
  const kubeletDisk = diskOfKubelet(r, name, words);
  const spot = isWord(r.text(words.priority), "Spot");
  const taints = r.texts("nodeTaints").map(taintOfText);
  const { labels, openLabels } = r.labels("nodeLabels");
  const windows = isWord(r.text("osType"), "Windows");
  const systemOnly = r.flag("onlyCriticalAddonsEnabled") || taints.some((taint) => taint.key === "CriticalAddonsOnly");
  const withoutDrivers = isWord(r.text("gpuProfile", "driver") ?? r.text("gpuDriver"), "None");
  const closed = closedBy(r, name);
  const held = autoscaled ? "minCount" : words.nodes;
  const mayCount = !spot && !windows && !systemOnly && closed.length === 0;
  if (mayCount && isIgnored(held)) r.missing(`${held} (its changes are ignored)`);
  const description: AksPool = {
    kind: "aks",
    name,
    machineTypes: [type ?? null],
    ...(pods === undefined ? {} : { maxPods: pods }),
    ...(kubeletDisk.sizeGiB === undefined ? {} : { diskGiB: kubeletDisk.sizeGiB }),
    nodes,
    minimumNodes,
    autoscaled,
    spot,
    systemOnly,
  };
  return {
    name,
    description,
    maximumNodes: Number(maximum ?? minimumNodes ?? 0),
    labels,
    openLabels,
    taints,
    windows,
    closed,
    addresses: isStopped(r) ? undefined : aksPodAddresses(r, spot),
    withoutDrivers,
    remarks: kubeletDisk.remarks,
    unknown: [...r.unknown],
  };
}

/**
 * Why workloads have nothing of a pool. Sources, read 2026-11-30: Azure REST API, AgentPool, powerState ("a stopped Agent
 * Pool stops all of its VMs"); learn.microsoft.com/azure/aks/configure-static-egress-gateway ("only for egress traffic, not
 * for general-purpose workloads").
 */
function closedBy(r: Reader, name: string): string[] {
  const isGateway = isWord(r.text("mode"), "Gateway");
  return [
    ...(isStopped(r) ? [`Pool ${name} is stopped (powerState), so it counts as 0. Start it.`] : []),
    ...(isGateway ? [`Pool ${name} is a gateway (mode) that runs no workload, so it counts as 0.`] : []),
  ];
}

function isStopped(r: Reader): boolean {
  return isWord(r.text("powerState", "code"), "Stopped");
}

/** The disk that pods write to: the temporary one of the machine, whose size is in no table, or the system's. */
function diskOfKubelet(
  r: Reader,
  name: string,
  words: Words,
): { readonly sizeGiB: Count; readonly remarks: readonly string[] } {
  if (isWord(r.text("kubeletDiskType"), "Temporary")) {
    const remark = `Pool ${name}: pods write to the machine's temporary disk (kubeletDiskType), whose size is in no table, so its ephemeral storage counts as 0.`;
    return { sizeGiB: 0, remarks: [remark] };
  }
  const size = r.detail(words.disk);
  return { sizeGiB: size === 0 ? undefined : size, remarks: [] };
}

/** Azure takes the words of its lists in either case. */
function isWord(value: string | undefined, word: string): boolean {
  return value?.toLowerCase() === word.toLowerCase();
}

/**
 * "West Europe" and "westeurope" are one region. A cluster without a location has its resource group's; one whose location
 * is not known yet may be anywhere.
 */
function azureRegion(resource: ObservedResource, lookup: Lookup): string | undefined {
  const r = reader(resource);
  const own = r.text("location");
  const region = r.unknown.length > 0 ? undefined : (own ?? groupLocation(resource, lookup));
  return region?.toLowerCase().replace(/[^a-z0-9]/g, "");
}

function groupLocation(resource: ObservedResource, lookup: Lookup): string | undefined {
  const urns = resource.propertyDependencies.resourceGroupName ?? [];
  const group = urns.map(lookup).find((found) => found !== undefined && RESOURCE_GROUP.test(found.type));
  return group === undefined ? undefined : reader(group).text("location");
}
