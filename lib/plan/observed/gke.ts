import type { Count, GkePool } from "../guaranteed";
import { plainReader, type Reader, reader } from "./read";
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
    maximumPods: r.count("defaultMaxPodsPerNode"),
    automatic,
    // A prefix alone ("/17") lets Google choose the range: nobody knows it before the cluster exists.
    cidrs: [
      ...(pods?.includes(".") ? [{ cidr: pods, use: "pods" as const }] : []),
      ...(services?.includes(".") ? [{ cidr: services, use: "services" as const }] : []),
    ],
  };
}

/** The pools that a cluster has in itself: `nodePools`, or the default pool of `initialNodeCount`. */
export function gkeInlinePools(resource: ObservedResource): ObservedPool[] {
  const r = reader(resource);
  if (r.flag("enableAutopilot")) return [];
  const place = placeOf(r, resource);
  const own = { urn: resource.urn, clusterUrns: [resource.urn], clusterName: r.text("name"), region: place.region };
  const zones = zonesOf(r, place).length;
  const pods = r.count("defaultMaxPodsPerNode");
  const inline = r.parts("nodePools").map((pool, i) => {
    const name = pool.text("name") ?? `${resource.name} (pool ${i + 1})`;
    return { ...own, ...poolFacts(pool, name, pool.texts("nodeLocations").length || zones || place.zones, pods) };
  });
  if (inline.length > 0 || r.flag("removeDefaultNodePool") || !r.has("initialNodeCount")) return inline;
  return [{ ...own, ...poolFacts(r, `${resource.name} (default pool)`, zones || place.zones, pods) }];
}

/** The facts of a `gcp:container/nodePool:NodePool`; `cluster` is the one it belongs to, when that is in the program. */
export function gkePool(resource: ObservedResource, cluster: ObservedCluster | undefined): ObservedPool {
  const r = reader(resource);
  const place = placeOf(r, resource);
  const own = r.texts("nodeLocations").length;
  // A pool is where its cluster is, whether or not it says so.
  const here = cluster?.region === undefined ? place.zones : ZONES_OF_A_REGION;
  const inherited = cluster === undefined || cluster.zones.length === 0 ? here : cluster.zones.length;
  return {
    urn: resource.urn,
    clusterUrns: resource.propertyDependencies.cluster ?? [],
    clusterName: r.text("cluster")?.split("/").at(-1),
    region: place.region,
    ...poolFacts(r, resource.name, zonesKnown(r) ? own || inherited : null, cluster?.maximumPods),
  };
}

/** A list of zones with an unknown member has an unknown number of them. */
function zonesKnown(r: Reader): boolean {
  return !r.unknown.some((path) => path.startsWith("nodeLocations"));
}

type Facts = Omit<ObservedPool, "urn" | "clusterUrns" | "clusterName" | "region">;

/** What `NodePool`, an inline pool and a cluster with a default pool have in common. */
function poolFacts(r: Reader, name: string, zones: number | null, inheritedPods: Count): Facts {
  const type = r.text("nodeConfig", "machineType");
  const spot = r.flag("nodeConfig", "spot") || r.flag("nodeConfig", "preemptible");
  const pods = r.count("maxPodsPerNode") ?? inheritedPods;
  const disk = r.detail("nodeConfig", "diskSizeGb");
  const size = sizeOf(r, zones);
  const labels = r.map("nodeConfig", "labels");
  const taints = taintsOf(r, "nodeConfig", "taints");
  const windows = r.text("nodeConfig", "imageType")?.toUpperCase().startsWith("WINDOWS") ?? false;
  const typeUnknown = r.unknown.some((path) => path.endsWith("nodeConfig") || path.endsWith("machineType"));
  const description: GkePool = {
    kind: "gke",
    name,
    machineTypes: [type ?? (typeUnknown ? null : DEFAULT_MACHINE_TYPE)],
    ...(pods === undefined ? {} : { maxPods: pods }),
    ...(disk === undefined ? {} : { diskGiB: disk }),
    zones,
    spot,
    ...size.counts,
  };
  return { name, description, maximumNodes: size.maximum, labels, taints, windows, unknown: [...r.unknown] };
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
