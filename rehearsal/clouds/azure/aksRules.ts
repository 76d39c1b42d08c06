import { contains, overlap, parseAddress } from "../../../lib/plan/cidr";
import type { Making, Subject } from "../model";
import { zoneRefusal } from "../regions";
import { cidrsAt, has } from "../rules";
import { at, select, text } from "../wire";

/** What is odd in one pool. */
export function poolProblem(pool: unknown): { property: string; reason: string } | undefined {
  const isAutoscaled = at(pool, "enableAutoScaling") === true;
  const [min, count, max] = ["minCount", "count", "maxCount"].map((name) => at(pool, name) as number | undefined);
  if (!isAutoscaled && min !== undefined)
    return { property: "minCount", reason: "can be given with enableAutoScaling: true only" };
  if (!isAutoscaled && max !== undefined)
    return { property: "maxCount", reason: "can be given with enableAutoScaling: true only" };
  if (isAutoscaled && !has(pool, "minCount"))
    return { property: "minCount", reason: "must be given with enableAutoScaling" };
  if (isAutoscaled && !has(pool, "maxCount"))
    return { property: "maxCount", reason: "must be given with enableAutoScaling" };
  if (min !== undefined && max !== undefined && min > max)
    return { property: "minCount", reason: `must be at most maxCount (${max}); got ${min}` };
  if (isAutoscaled && count !== undefined && (count < (min ?? 0) || count > (max ?? count)))
    return { property: "count", reason: `must be from minCount (${min}) to maxCount (${max}); got ${count}` };
  if (text(pool, "mode") !== "System") return undefined;
  if (text(pool, "osType") === "Windows")
    return { property: "osType", reason: 'must be "Linux" in a pool of mode System' };
  if (text(pool, "scaleSetPriority") === "Spot")
    return { property: "scaleSetPriority", reason: 'must be "Regular" in a pool of mode System' };
  if ((isAutoscaled ? min : count) === 0)
    return { property: isAutoscaled ? "minCount" : "count", reason: "must be 1 or more in a pool of mode System" };
  const maxPods = at(pool, "maxPods");
  return typeof maxPods === "number" && maxPods < 30
    ? { property: "maxPods", reason: `must be 30 or more in a pool of mode System; got ${maxPods}` }
    : undefined;
}

/** A cluster needs a pool that takes system pods, and no two pools of one name. */
export function systemPool({ inputs }: Subject) {
  const pools = select(inputs, "agentPoolProfiles[*]");
  const isUnknown = typeof inputs.agentPoolProfiles === "string";
  if (!isUnknown && !pools.some(({ value }) => text(value, "mode") === "System")) {
    return { property: "agentPoolProfiles", reason: 'must have at least one pool of mode "System"' };
  }
  for (const [i, { path, value }] of pools.entries()) {
    const problem = poolProblem(value);
    if (problem !== undefined) return { property: `${path}.${problem.property}`, reason: problem.reason };
    if (pools.slice(0, i).some((other) => text(other.value, "name") === text(value, "name")))
      return { property: `${path}.name`, reason: `must be unique; "${text(value, "name")}" is given twice` };
  }
  return undefined;
}

/** The DNS service's address lies in the services' range, and is not its first, which is the API server's. */
export function serviceAddresses({ inputs }: Subject) {
  const [[services], [pods]] = [
    cidrsAt(inputs, "networkProfile.serviceCidr"),
    cidrsAt(inputs, "networkProfile.podCidr"),
  ];
  const dns = text(inputs, "networkProfile.dnsServiceIP");
  if (services !== undefined && pods !== undefined && overlap(services, pods))
    return { property: "networkProfile.serviceCidr", reason: "overlaps podCidr; choose ranges that do not" };
  if (services === undefined || dns === undefined) return undefined;
  const address = parseAddress(dns);
  const isInside =
    address !== undefined && contains(services, { start: address, prefix: 32 }) && address > services.start + 1;
  return isInside
    ? undefined
    : {
        property: "networkProfile.dnsServiceIP",
        reason: `must lie in serviceCidr, after its first two addresses; got "${dns}"`,
      };
}

/** The ranges of pods and services lie beside the nodes' subnets. */
export function rangesApart(it: Making): string | undefined {
  const vnets = it
    .targets("agentPoolProfiles[*].vnetSubnetID")
    .flatMap(({ uses }) => uses.filter(({ path }) => path === "virtualNetworkName"));
  const taken = vnets.flatMap(({ target }) => cidrsAt(target.inputs, "addressSpace.addressPrefixes[*]"));
  const subnets = it
    .targets("agentPoolProfiles[*].vnetSubnetID")
    .flatMap(({ inputs }) => cidrsAt(inputs, "addressPrefix"));
  for (const [path, others] of [
    ["networkProfile.serviceCidr", subnets],
    ["networkProfile.podCidr", subnets],
  ] as const) {
    const [mine] = cidrsAt(it.inputs, path);
    if (mine !== undefined && others.some((other) => overlap(mine, other)))
      return `${path}: overlaps the subnet of the nodes (of ${taken.length} ranges in the network)`;
  }
  return undefined;
}

/** The network lies in the region of the cluster. */
export function subnetInRegion(it: Making): string | undefined {
  const vnet = it
    .target("agentPoolProfiles[*].vnetSubnetID")
    ?.uses.find(({ path }) => path === "virtualNetworkName")?.target;
  const where = text(vnet?.outputs, "location")?.toLowerCase();
  return where === undefined || where === it.region
    ? undefined
    : `agentPoolProfiles: the subnet is in ${where}, the cluster in ${it.region}; both must be in one region`;
}

/** No pool of that name came with the cluster. */
export function poolNameFree(it: Making): string | undefined {
  const names = select(it.target("resourceName")?.inputs, "agentPoolProfiles[*].name").map(({ value }) => value);
  return names.includes(text(it.inputs, "agentPoolName"))
    ? `agentPoolName: "${text(it.inputs, "agentPoolName")}" is a pool that the cluster was made with; choose another`
    : undefined;
}

/** A pool has no location of its own. */
export function zonesOfCluster(it: Making): string | undefined {
  const where = text(it.target("resourceName")?.outputs, "location")?.toLowerCase();
  for (const { value } of select(it.inputs, "availabilityZones[*]")) {
    const problem = where === undefined ? undefined : zoneRefusal("azure", where, String(value));
    if (problem !== undefined) return `availabilityZones: ${problem}`;
  }
  return undefined;
}

/** All pools of a cluster lie in one network. */
export function oneVnet(it: Making): string | undefined {
  const first =
    text(it.target("resourceName")?.inputs, "agentPoolProfiles[0].vnetSubnetID") ??
    select(it.target("resourceName")?.inputs, "agentPoolProfiles[*].vnetSubnetID")[0]?.value;
  const vnetOf = (id: unknown) => String(id).toLowerCase().split("/subnets/")[0];
  const own = text(it.inputs, "vnetSubnetID");
  return first === undefined || own === undefined || vnetOf(first) === vnetOf(own)
    ? undefined
    : "vnetSubnetID: is in another network than the cluster's pools";
}
