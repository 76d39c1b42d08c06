import type { Count, GkePool } from "../guaranteed";
import { addedTaints, ephemeralDisk, gpusOf, hugePagesMiB } from "./gkeNodeConfig";
import { ignores } from "./ignored";
import { gkePodAddresses } from "./podAddresses";
import { asText, givenTo, plainReader, type Reader, reader } from "./read";
import { taintsOf } from "./taints";
import type { ObservedCluster, ObservedPool, ObservedResource } from "./types";

/** What Google Cloud resources say of clusters and pools. Property names are those of the Pulumi GCP provider. */

export const GKE_CLUSTER = "gcp:container/cluster:Cluster";
export const GKE_NODE_POOL = "gcp:container/nodePool:NodePool";

/** Machine of a node that names none. Source: GKE API reference, NodeConfig.machineType. */
const DEFAULT_MACHINE_TYPE = "e2-medium";

/** Zones of a regional cluster that names none. Source: GKE documentation, "Regional clusters" (three zones). */
const ZONES_OF_A_REGION = 3;

/** The facts of a `gcp:container/cluster:Cluster`. */
export function gkeCluster(resource: ObservedResource): ObservedCluster {
  const r = reader(resource);
  const place = placeOf(r, resource);
  const automatic = [
    ...(r.flag("enableAutopilot") ? ["GKE Autopilot"] : []),
    ...(r.flag("clusterAutoscaling", "enabled") ? ["GKE node auto-provisioning"] : []),
  ];
  const pods = r.text("ipAllocationPolicy", "clusterIpv4CidrBlock") ?? r.text("clusterIpv4Cidr");
  const services = r.text("ipAllocationPolicy", "servicesIpv4CidrBlock");
  return {
    urn: resource.urn,
    name: resource.name,
    kind: "gke",
    physicalName: r.text("name"),
    region: place.region,
    zones: zonesOf(r, place),
    automatic,
    hasMorePodRanges: r.has("ipAllocationPolicy", "additionalPodRangesConfig"),
    // A prefix alone ("/17") lets Google choose the range: nobody knows it before the cluster exists.
    cidrs: [
      ...(pods?.includes(".") ? [{ cidr: pods, use: "pods" as const }] : []),
      ...(services?.includes(".") ? [{ cidr: services, use: "services" as const }] : []),
    ],
  };
}

/**
 * The pools that a cluster has in itself: `nodePools`, or the default pool of `initialNodeCount`.
 * @param poolResources the `NodePool` resources of the same cluster
 */
export function gkeInlinePools(
  resource: ObservedResource,
  poolResources: readonly ObservedResource[] = [],
): ObservedPool[] {
  const r = reader(resource);
  if (r.flag("enableAutopilot")) return [];
  const place = placeOf(r, resource);
  const own = { urn: resource.urn, clusterUrns: [resource.urn], clusterName: r.text("name"), region: place.region };
  const zones = inheritedZones(resource, place);
  const pods = r.count("defaultMaxPodsPerNode");
  const parts = r.parts("nodePools");
  if (r.unknown.includes("nodePools")) return [{ ...own, ...unknownPool(`${resource.name} (nodePools)`) }];
  const inline = parts.flatMap((pool, i) => {
    if (!isInlineOnly(pool, resource, poolResources)) return [];
    const name = pool.text("name") ?? `${resource.name} (pool ${i + 1})`;
    return [{ ...own, ...poolFacts(pool, name, ownZones(pool) ?? zones, pods) }];
  });
  if (inline.length > 0 || r.flag("removeDefaultNodePool") || !r.has("initialNodeCount")) return inline;
  return [{ ...own, ...poolFacts(r, `${resource.name} (default pool)`, zones, pods) }];
}

/**
 * Whether a pool in a cluster's `nodePools` is no resource of its own. The provider puts all pools that the cluster has
 * among its outputs, whoever made them (terraform-provider-google, resource_container_cluster.go: `node_pool` is
 * Optional and Computed), also those that this update takes away. So they count only where the program gave them.
 */
function isInlineOnly(pool: Reader, cluster: ObservedResource, poolResources: readonly ObservedResource[]): boolean {
  const given = givenTo(cluster);
  if (given !== undefined && !given.includes("nodePools")) return false;
  const names = poolResources.map((resource) => reader(resource).text("name"));
  // Where nobody can tell what was given, a pool without a known name may be any of them.
  if (given === undefined && names.includes(undefined)) return false;
  const name = pool.text("name");
  return name === undefined || !names.includes(name);
}

/** In place of pools of which nothing is known, not even how many they are. */
function unknownPool(name: string): Facts {
  const description: GkePool = { kind: "gke", name, machineTypes: [null], zones: null, spot: false };
  return { name, description, maximumNodes: 0, labels: {}, taints: [], windows: false, unknown: ["nodePools"] };
}

/** The facts of a `gcp:container/nodePool:NodePool`; `cluster` is the one it belongs to, when that is in the program. */
export function gkePool(resource: ObservedResource, cluster: ObservedResource | undefined): ObservedPool {
  const r = reader(resource);
  // A pool is where its cluster is, whether or not it says so.
  const isPlaced = r.text("location") !== undefined || cluster === undefined;
  const place = isPlaced ? placeOf(r, resource) : placeOf(reader(cluster), cluster);
  const zones =
    ownZones(r) ?? (cluster === undefined ? zonesElsewhere(place) : inheritedZones(cluster, place, "cluster."));
  const pods = cluster === undefined ? undefined : reader(cluster).count("defaultMaxPodsPerNode");
  const mayShrink = ignoresCount(r, resource);
  const facts = poolFacts(r, resource.name, zones, pods);
  return {
    urn: resource.urn,
    clusterUrns: resource.propertyDependencies.cluster ?? [],
    clusterName: asText(r.hint("cluster"))?.split("/").at(-1),
    region: place.region,
    ...facts,
    description: mayShrink ? { ...facts.description, mayShrink } : facts.description,
  };
}

/** Whether the program lets go of the number of nodes, so that others may set it. */
function ignoresCount(r: Reader, resource: ObservedResource): boolean {
  return r.flag("ignoreNodeCountChanges") || ignores(resource, "nodeCount");
}

/** In how many zones a pool is; null when not known, and what is not known of them. */
interface Zones {
  readonly count: number | null;
  readonly unknown: readonly string[];
}

/** The zones that a pool lists; undefined where it lists none. A list with an unknown member has an unknown number. */
function ownZones(r: Reader): Zones | undefined {
  const zones = new Set(r.texts("nodeLocations"));
  if (hasUnknownZones(r)) return { count: null, unknown: [] };
  return zones.size === 0 ? undefined : { count: zones.size, unknown: [] };
}

/** The zones that a pool without a list has from its cluster. */
function inheritedZones(cluster: ObservedResource, poolPlace: Place, prefix = ""): Zones {
  const r = reader(cluster);
  const place = placeOf(r, cluster);
  const listed = zonesOf(r, place).length;
  if (hasUnknownZones(r)) return { count: null, unknown: [`${prefix}nodeLocations`] };
  const count = listed || (place.zones ?? poolPlace.zones);
  return { count, unknown: count === null ? [`${prefix}location`] : [] };
}

/** A zonal cluster has its own zone at least; a regional one may have any of its region's. */
function zonesElsewhere(place: Place): Zones {
  if (place.zone !== undefined) return { count: 1, unknown: [] };
  return { count: null, unknown: ["nodeLocations (its cluster is not in this program)"] };
}

function hasUnknownZones(r: Reader): boolean {
  return r.unknown.some((path) => /(^|\.)nodeLocations(\[|$)/.test(path));
}

type Facts = Omit<ObservedPool, "urn" | "clusterUrns" | "clusterName" | "region" | "description"> & {
  readonly description: GkePool;
};

/** What `NodePool`, an inline pool and a cluster with a default pool have in common. */
function poolFacts(r: Reader, name: string, zones: Zones, inheritedPods: Count): Facts {
  const type = r.text("nodeConfig", "machineType");
  const lent = r.flag("nodeConfig", "flexStart") || r.flag("queuedProvisioning", "enabled");
  const spot = r.flag("nodeConfig", "spot") || r.flag("nodeConfig", "preemptible") || lent;
  const pods = r.count("maxPodsPerNode") ?? inheritedPods;
  const disk = ephemeralDisk(r, type);
  const size = sizeOf(r, zones.count);
  const threads = r.count("nodeConfig", "advancedMachineFeatures", "threadsPerCore");
  const hugePages = hugePagesMiB(r);
  const gpus = gpusOf(r);
  const { labels, openLabels } = r.labels("nodeConfig", "labels");
  const added = addedTaints(r, type ?? DEFAULT_MACHINE_TYPE, gpus !== undefined);
  const given = taintsOf(r, "nodeConfig", "taints").filter(({ key }) => !added.some((taint) => taint.key === key));
  const taints = [...given, ...added];
  const windows = r.text("nodeConfig", "imageType")?.toUpperCase().startsWith("WINDOWS") ?? false;
  const typeUnknown = r.unknown.some((path) => path.endsWith("nodeConfig") || path.endsWith("machineType"));
  const description: GkePool = {
    kind: "gke",
    name,
    machineTypes: [type ?? (typeUnknown ? null : DEFAULT_MACHINE_TYPE)],
    ...(pods === undefined ? {} : { maxPods: pods }),
    ...(disk === undefined ? {} : { diskGiB: disk }),
    ...(threads === undefined ? {} : { threadsPerCore: threads }),
    ...(hugePages === 0 ? {} : { hugePagesMiB: hugePages }),
    ...(gpus === undefined ? {} : { gpus }),
    zones: zones.count,
    spot,
    ...(lent ? { lent } : {}),
    ...size.counts,
  };
  const unknown = [...new Set([...r.unknown, ...zones.unknown])];
  const addresses = gkePodAddresses(r, pods);
  return { name, description, maximumNodes: size.maximum, labels, openLabels, taints, windows, addresses, unknown };
}

type Counts = Pick<GkePool, "nodesPerZone" | "initialNodesPerZone" | "autoscaling">;

/** Counts are per zone, except the total limits of an autoscaler. */
function sizeOf(r: Reader, zones: number | null): { counts: Counts; maximum: number } {
  const nodes = r.count("nodeCount");
  const initial = r.count("initialNodeCount");
  const start: Counts = {
    ...(nodes === undefined ? {} : { nodesPerZone: nodes }),
    ...(initial === undefined ? {} : { initialNodesPerZone: initial }),
  };
  const inAll = (perZone: Count) => Number(perZone ?? 0) * (zones ?? 0);
  const autoscaling = r.members("autoscaling")[0];
  if (autoscaling === undefined) {
    if (nodes === undefined && initial === undefined) r.missing("nodeCount");
    return { counts: start, maximum: inAll(nodes ?? initial) };
  }
  const minimumTotal = autoscaling.count("totalMinNodeCount");
  const maximumTotal = autoscaling.count("totalMaxNodeCount");
  const minimumPerZone = autoscaling.count("minNodeCount");
  const maximum = autoscaling.count("maxNodeCount");
  const totals = Number(minimumTotal ?? 0) > 0 || Number(maximumTotal ?? 0) > 0 || minimumTotal === null;
  // The provider's outputs hold both kinds of limits, those that are not used as 0.
  const least = totals ? { minimumTotal: minimumTotal ?? 0 } : { minimumPerZone: minimumPerZone ?? 0 };
  return {
    counts: { ...start, autoscaling: least },
    maximum: totals ? Number(maximumTotal ?? 0) : inAll(maximum),
  };
}

interface Place {
  readonly region: string | undefined;
  readonly zone: string | undefined;
  /** Zones that a count is multiplied by when none are listed; null when not known. */
  readonly zones: number | null;
}

/** `location` is a region or a zone; without one, the provider's zone or region. */
function placeOf(r: Reader, resource: ObservedResource): Place {
  const provider = plainReader(resource.provider?.props);
  const given = r.text("location");
  const location =
    given ?? (r.unknown.includes("location") ? undefined : (provider.text("zone") ?? provider.text("region")));
  if (location === undefined) return { region: undefined, zone: undefined, zones: null };
  const zone = /^[a-z]+-[a-z]+\d+-[a-z]$/.test(location) ? location : undefined;
  return { region: zone?.slice(0, -2) ?? location, zone, zones: zone === undefined ? ZONES_OF_A_REGION : 1 };
}

/** Zones of a cluster: the listed ones beside the zone of a zonal cluster. */
function zonesOf(r: Reader, place: Place): string[] {
  const listed = r.texts("nodeLocations");
  return [...new Set(place.zone === undefined ? listed : [place.zone, ...listed])].sort();
}
