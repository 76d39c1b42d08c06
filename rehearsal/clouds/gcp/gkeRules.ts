import { overlap, parseCidr } from "../../../lib/plan/cidr";
import type { Making } from "../model";
import { zonesOf } from "../regions";
import { cidrsAt } from "../rules";
import { at, select, text } from "../wire";
import type { Thing } from "../world";
import { GKE_CLUSTER, POOL, project, SUBNETWORK } from "./names";
import { rangesOf } from "./network";

/** The id of the cluster that a pool names. */
export function clusterId(it: {
  inputs: Making["inputs"];
  account: Making["account"];
  region: string | undefined;
}): string {
  const cluster = text(it.inputs, "cluster") ?? "";
  return cluster.includes("/")
    ? cluster
    : `projects/${project(it)}/locations/${text(it.inputs, "location") ?? it.region}/clusters/${cluster}`;
}

/** The subnetwork lies in the region and the network of the cluster. */
export function subnetworkFits(it: Making): string | undefined {
  const region = text(it.target("subnetwork")?.outputs, "region");
  if (region !== undefined && region !== it.region)
    return `subnetwork: is in ${region}, the cluster in ${it.region}; both must be in one region`;
  const [network, own] = [
    it.target("network")?.id,
    it.target("subnetwork")?.uses.find(({ path }) => path === "network")?.target.id,
  ];
  return network !== undefined && own !== undefined && network !== own
    ? `subnetwork: is in ${own}, not in ${network}`
    : undefined;
}

/** The ranges of pods and services are those of the subnetwork. */
export function secondaryRanges(it: Making): string | undefined {
  const subnetwork = it.target("subnetwork");
  if (subnetwork === undefined) return undefined;
  const names = select(subnetwork.inputs, "secondaryIpRanges[*].rangeName").map(({ value }) => value);
  for (const path of [
    "ipAllocationPolicy.clusterSecondaryRangeName",
    "ipAllocationPolicy.servicesSecondaryRangeName",
  ]) {
    const name = text(it.inputs, path);
    if (name !== undefined && !names.includes(name))
      return `${path}: "${name}" is no secondary range of ${subnetwork.id}, which has ${names.join(", ") || "none"}`;
  }
  return undefined;
}

/** The control plane's range is free in the network. */
export function controlPlaneApart(it: Making): string | undefined {
  const [range] = cidrsAt(it.inputs, "privateClusterConfig.masterIpv4CidrBlock");
  const network = it.target("network");
  if (range === undefined || network === undefined) return undefined;
  for (const user of it.world.usersOf(network)) {
    const isClash =
      user.id !== it.id &&
      ((user.type === SUBNETWORK && rangesOf(user).some((other) => overlap(range, other))) ||
        (user.type === GKE_CLUSTER &&
          cidrsAt(user.inputs, "privateClusterConfig.masterIpv4CidrBlock").some((other) => overlap(range, other))));
    if (isClash)
      return `privateClusterConfig.masterIpv4CidrBlock: overlaps a range of ${user.id}; choose one that is free in the network`;
  }
  return undefined;
}

/** The key of the secrets lies in the region of the cluster. */
export function keyInRegion(it: Making): string | undefined {
  const key = it.target("databaseEncryption.keyName");
  const where = key === undefined ? undefined : /\/locations\/([^/]+)\//.exec(key.id)?.[1];
  return where === undefined || where === it.region
    ? undefined
    : `databaseEncryption.keyName: the key is in ${where}; it must be in ${it.region}`;
}

/** Nodes of a cluster's first pool, or of a pool: per zone, times zones. */
export function nodesOf(inputs: unknown, region: string | undefined, cluster?: Thing): number {
  const zones =
    select(inputs, "nodeLocations[*]").length ||
    select(cluster?.outputs, "nodeLocations[*]").length ||
    Math.min(3, zonesOf("gcp", region)?.length ?? 3);
  const total = at(inputs, "autoscaling.totalMaxNodeCount");
  const perZone =
    at(inputs, "autoscaling.maxNodeCount") ?? at(inputs, "nodeCount") ?? at(inputs, "initialNodeCount") ?? 0;
  return typeof total === "number" ? total : Number(perZone) * zones;
}

/** Every node takes a block of the pods' range: the power of two that is at least twice its pods. */
export function podRoom(
  it: Making,
  subnetwork: Thing | undefined,
  cluster: unknown,
  nodes: number,
): string | undefined {
  const name = text(cluster, "ipAllocationPolicy.clusterSecondaryRangeName");
  const range = select(subnetwork?.inputs, "secondaryIpRanges[*]").find(
    ({ value }) => text(value, "rangeName") === name,
  )?.value;
  const pods = Number(at(it.inputs, "maxPodsPerNode") ?? at(cluster, "defaultMaxPodsPerNode") ?? 110);
  if (range === undefined || text(range, "ipCidrRange") === undefined) return undefined;
  const block = 32 - Math.ceil(Math.log2(pods * 2));
  const room = 2 ** (block - parseCidr(text(range, "ipCidrRange")!).prefix);
  return nodes <= room
    ? undefined
    : `ipAllocationPolicy: ${nodes} nodes with ${pods} pods need a /${block} each; ${text(range, "ipCidrRange")} ("${name}") has room for ${Math.floor(room)}`;
}

/** All the pools of a cluster at their largest. */
export function poolsFit(it: Making): string | undefined {
  const cluster = it.target("cluster");
  if (cluster === undefined) return undefined;
  const others = [...it.world.usersOf(cluster)].filter(({ type, id }) => type === POOL && id !== it.id);
  const nodes = [it.inputs, ...others.map(({ inputs }) => inputs)].reduce(
    (sum, pool) => sum + nodesOf(pool, it.region, cluster),
    0,
  );
  return podRoom(it, cluster.uses.find(({ path }) => path === "subnetwork")?.target, cluster.inputs, nodes);
}

/** The secondary range that the path names. */
export function rangeNamed(it: Making, path: string): string | undefined {
  const name = text(it.inputs, path);
  const range = select(it.target("subnetwork")?.inputs, "secondaryIpRanges[*]").find(
    ({ value }) => text(value, "rangeName") === name,
  );
  return text(range?.value, "ipCidrRange");
}
