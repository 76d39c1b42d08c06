import { type Cidr, endOf, formatAddress, formatCidr, parseCidr, part, sizeOf } from "../../../lib/plan/cidr";
import { cloudLabels, poolLabels, ZONE_LABEL, zoneLabel } from "../../../lib/plan/nodeLabels";
import type { PoolPlan, SitePlan } from "../../../lib/plan/plan";
import { measured, nodeTraits } from "../../../lib/plan/pools";
import { type Resources, scale } from "../../../lib/plan/resources";
import type { ExistingSiteSpec, TaintSpec } from "../../../lib/plan/spec";
import { VERSIONS } from "../toolchain/versions";
import type { V1Node } from "./kubernetes";

/** Nodes that are alike. */
interface Make {
  readonly pool: string;
  readonly count: number;
  readonly zones: readonly string[];
  readonly allocatable: Resources;
  readonly architecture: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly TaintSpec[];
}

/**
 * The nodes that a site guarantees, as a kubelet would register them: pool after pool, spread evenly over the zones, each
 * with what the plan says that it offers. Nodes that do not count (spot, above an autoscaler's floor) are not there.
 */
export function nodesOf(site: SitePlan): V1Node[] {
  const makes = site.spec.kind === "existing" ? [declared(site.spec)] : site.pools.map((pool) => made(site, pool));
  const addresses = addressesOf(site);
  const nodes: V1Node[] = [];
  for (const make of makes) {
    for (let index = 0; index < make.count; index++) {
      const zone = make.zones[index % Math.max(1, make.zones.length)];
      nodes.push(node(site, make, index, zone, addresses(nodes.length, zone)));
    }
  }
  return nodes;
}

function made(site: SitePlan, pool: PoolPlan): Make {
  return {
    pool: pool.name,
    count: pool.guaranteedNodes,
    zones: pool.zones,
    allocatable: pool.allocatablePerNode,
    architecture: pool.architecture ?? "amd64",
    labels: { "node.kubernetes.io/instance-type": pool.machineType, ...poolLabels(site, pool) },
    taints: nodeTraits(site, pool).taints,
  };
}

/** The nodes of a cluster that exists, of which only their number and what they offer together is known. */
function declared({ kind, allocatable, region }: ExistingSiteSpec): Make {
  const count = allocatable.nodes ?? 1;
  return {
    pool: "node",
    count,
    // Pods that must be spread over zones run in a cluster of one zone, and nowhere in one of none.
    zones: [region],
    allocatable: scale(measured(allocatable), 1 / count),
    architecture: allocatable.architecture ?? "amd64",
    labels: cloudLabels({ kind, region, zones: [] }),
    taints: [],
  };
}

interface NodeAddresses {
  readonly internal: string | undefined;
  readonly pods: string | undefined;
}

function node(site: SitePlan, make: Make, index: number, zone: string | undefined, at: NodeAddresses): V1Node {
  const name = `${site.name}-${make.pool}-${index + 1}`;
  const quantities = quantitiesOf(make.allocatable);
  const now = new Date();
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": make.architecture,
        ...(zone === undefined ? {} : { [ZONE_LABEL]: zoneLabel(site.kind, site.region, zone) }),
        ...make.labels,
      },
    },
    spec: {
      ...(at.pods === undefined ? {} : { podCIDR: at.pods, podCIDRs: [at.pods] }),
      ...(make.taints.length === 0 ? {} : { taints: make.taints.map(asWritten) }),
    },
    status: {
      capacity: quantities,
      allocatable: quantities,
      addresses: [
        { type: "Hostname", address: name },
        ...(at.internal === undefined ? [] : [{ type: "InternalIP", address: at.internal }]),
      ],
      conditions: CONDITIONS.map(([type, status, reason]) => ({
        type,
        status,
        reason,
        message: "simulated by kwok",
        lastHeartbeatTime: now,
        lastTransitionTime: now,
      })),
      nodeInfo: nodeInfo(make.architecture),
      phase: "Running",
    },
  };
}

function asWritten({ key, value, effect }: TaintSpec): TaintSpec {
  return { key, ...(value === undefined ? {} : { value }), effect };
}

const CONDITIONS: readonly (readonly [type: string, status: string, reason: string])[] = [
  ["Ready", "True", "KubeletReady"],
  ["MemoryPressure", "False", "KubeletHasSufficientMemory"],
  ["DiskPressure", "False", "KubeletHasNoDiskPressure"],
  ["PIDPressure", "False", "KubeletHasSufficientPID"],
  ["NetworkUnavailable", "False", "RouteCreated"],
];

function nodeInfo(architecture: string): NonNullable<NonNullable<V1Node["status"]>["nodeInfo"]> {
  return {
    architecture,
    operatingSystem: "linux",
    kubeletVersion: `v${VERSIONS.kubernetes}`,
    kubeProxyVersion: "",
    containerRuntimeVersion: `kwok://${VERSIONS.kwok}`,
    kernelVersion: "kwok",
    osImage: "kwok",
    bootID: "",
    machineID: "",
    systemUUID: "",
  };
}

/** What a node offers, as Kubernetes writes it. Rounded down: a node never offers more than the plan counted. */
export function quantitiesOf(of: Resources): Record<string, string> {
  const bytes = (mib: number) => String(Math.floor(mib * 2 ** 20));
  const whole = (value: number) => String(Math.floor(value));
  return {
    cpu: `${whole(of.cpuMillis)}m`,
    memory: bytes(of.memoryMiB),
    pods: whole(of.pods),
    "ephemeral-storage": bytes(of.ephemeralStorageMiB),
    ...Object.fromEntries(Object.entries(of.extended).map(([name, value]) => [name, whole(value)])),
  };
}

/** Addresses at the start of each subnet that the clouds keep for themselves: AWS four, Azure five. */
const KEPT = 10;

/**
 * Addresses of the site's nodes and of their pods, from the plan's ranges; none where a range has no more, which only an
 * existing cluster's declared ranges can come to.
 */
function addressesOf(site: SitePlan): (index: number, zone: string | undefined) => NodeAddresses {
  const { nodeSubnets, nodeCidr, podCidr, podPrefixPerNode } = site.addresses;
  const subnets = (nodeSubnets.length > 0 ? nodeSubnets : [nodeCidr]).map(parseCidr);
  const pods = parseCidr(podCidr);
  const used = subnets.map(() => 0);
  return (index, zone) => {
    const place = zone === undefined ? 0 : Math.max(0, site.zones.indexOf(zone)) % subnets.length;
    const offset = KEPT + (used[place] ?? 0);
    used[place] = offset - KEPT + 1;
    return { internal: addressIn(subnets[place], offset), pods: podRange(pods, podPrefixPerNode, index) };
  };
}

function addressIn(subnet: Cidr | undefined, offset: number): string | undefined {
  if (subnet === undefined || subnet.start + offset >= endOf(subnet) - 1) return undefined;
  return formatAddress(subnet.start + offset);
}

function podRange(pods: Cidr, prefix: number, index: number): string | undefined {
  if (prefix < pods.prefix || index >= sizeOf(pods.prefix) / sizeOf(prefix)) return undefined;
  return formatCidr(part(pods, prefix, index));
}
