import type { CapacitySite, NodeGroup } from "../capacityInput";
import { type AssumedDaemonSet, assumedOn, type Crowding, crowdingOf } from "../daemonSets";
import { providerOfKind } from "../faultDomains";
import { type Guaranteed, guaranteed } from "../guaranteed";
import { machine } from "../machines";
import { cloudLabels, ZONE_LABEL } from "../nodeLabels";
import { add, type Resources, subtract, sum, ZERO } from "../resources";
import { mightRunOn, type NodeTraits, podResources } from "../schedulable";
import type { DaemonSetSpec, HostPortSpec } from "../spec";
import { cloudOverhead } from "./systemPods";
import type { ObservedPool, ObservedSite } from "./types";

/** What somebody declares of a pool that the program cannot show, in place of what was observed. */
export interface DeclaredPool {
  /** Guaranteed nodes in the whole pool. @default what was observed */
  readonly nodes?: number;
  /** What one node offers to pods, system pods included. @default by the machine type */
  readonly allocatable?: Resources;
}

/** A pool of the program and what counts of it. */
export interface CountedPool {
  readonly pool: ObservedPool;
  /** Nodes that count. */
  readonly nodes: number;
  /** Nodes that the program asks for or allows, if spot machines and an autoscaler's maximum did count. */
  readonly possibleNodes: number;
  /** What one node offers to workloads. */
  readonly perNode: Resources;
  readonly architecture: NodeGroup["architecture"];
  /** Host ports that the program's DaemonSets take on each node. */
  readonly hostPorts: readonly HostPortSpec[];
  /** What keeps some of them off its nodes; undefined where all run. */
  readonly crowding: Crowding | undefined;
  /** Those that are counted without being known to run on its nodes. */
  readonly assumed: readonly AssumedDaemonSet[];
  /** Why less counts than was asked for, and what to change. One sentence each. */
  readonly notes: readonly string[];
}

/**
 * What a pool guarantees to workloads: whole nodes, each less the cloud's system pods and the program's own DaemonSets.
 * A pool of which anything is unknown that capacity depends on counts as nothing.
 */
export function countPool(
  pool: ObservedPool,
  daemonSets: readonly DaemonSetSpec[],
  declared: DeclaredPool = {},
): CountedPool {
  const { kind } = pool.description;
  const described = { ...pool.description, ...(declared.allocatable && { allocatable: declared.allocatable }) };
  const counted = guaranteed(described);
  const traits = traitsOf(pool, counted);
  const here = daemonSets.filter((one) => traits.some((node) => mightRunOn(one, node)));
  const offered = declared.allocatable ?? offeredBy(pool, counted);
  const [node] = traits;
  const own = cloudOverhead(kind, node);
  const perNode = subtract(offered, add(own, sum(here.map(podResources))));
  // What was declared by hand is known, whatever the program leaves open.
  const unknown = declared.nodes === undefined || declared.allocatable === undefined ? pool.unknown : [];
  const closed = declared.nodes === undefined ? (pool.closed ?? []) : [];
  const open = unknown.length > 0 || pool.windows || closed.length > 0;
  const notes = [
    ...(unknown.length > 0 ? [unknownNote(pool)] : []),
    ...(pool.windows ? [`Pool ${pool.name} runs Windows, where no Linux pod runs: it counts as 0.`] : []),
    ...closed,
    ...(unknown.length > 0 ? [] : counted.notes),
    ...(declared.allocatable === undefined ? remarksOn(pool, counted) : []),
  ];
  const nodes = open ? 0 : (declared.nodes ?? counted.nodes);
  const all = guaranteed({ ...described, spot: false }).nodes;
  const possibleNodes = pool.windows ? 0 : Math.max(nodes, all, pool.maximumNodes);
  return {
    pool,
    nodes,
    possibleNodes,
    perNode: nodes > 0 || !open ? perNode : ZERO,
    architecture: counted.architecture,
    hostPorts: here.flatMap(({ hostPorts = [] }) => hostPorts),
    crowding: crowdingOf(here, traits, { allocatable: offered, own }),
    assumed: assumedOn(here, traits),
    notes,
  };
}

/** What the scheduler sees of a pool's nodes: alike, but for the machine type where the pool may mix several. */
function traitsOf(pool: ObservedPool, { architecture }: Guaranteed): [NodeTraits, ...NodeTraits[]] {
  const { taints, description } = pool;
  // In which of its region's zones a pool has nodes, its program need not say; zones are named after their region.
  const unknown = Object.fromEntries((pool.openLabels ?? []).map((key) => [key, ""]));
  const openLabels = { [ZONE_LABEL]: pool.region ?? "", ...unknown };
  const common = { labels: labelsOf(pool, pool.region), taints, architecture, openLabels };
  const [first, ...others] = description.machineTypes.map((type) => ({ ...common, machineType: type ?? undefined }));
  return first === undefined ? [common] : [first, ...others];
}

/** A pool's labels with those that its cloud sets: of its region and its name, as far as they are known. */
function labelsOf(pool: ObservedPool, region: string | undefined): Record<string, string> {
  if (region === undefined) return { ...pool.labels };
  const { kind } = pool.description;
  return { ...cloudLabels({ kind, region, pool: pool.physicalName, zones: [] }), ...pool.labels };
}

/** What a node offers, less what settings of the pool take from its machine. */
function offeredBy(pool: ObservedPool, { perNode }: Guaranteed): Resources {
  // The kubelet keeps less of fewer vCPUs, never more: a whole core for each that is missing is the most they can cost.
  const cpuMillis = Math.max(0, perNode.cpuMillis - 1000 * missingCores(pool));
  return { ...perNode, cpuMillis, extended: pool.withoutDrivers === true ? {} : perNode.extended };
}

/** vCPUs that the smallest of a pool's machines has and its nodes do not show. */
function missingCores({ description, vcpus }: ObservedPool): number {
  if (vcpus === undefined) return 0;
  const provider = providerOfKind(description.kind);
  const all = description.machineTypes.flatMap((type) => machine(provider, type ?? "")?.vcpus ?? []);
  return Math.max(0, Math.min(...all) - vcpus);
}

function remarksOn(pool: ObservedPool, { perNode }: Guaranteed): string[] {
  const devices = pool.withoutDrivers === true ? Object.keys(perNode.extended) : [];
  const missing = `Pool ${pool.name}: its nodes have no driver for ${devices.join(" and ")}, so none counts. Choose ${DRIVERS[pool.description.kind]}.`;
  return [...(pool.remarks ?? []), ...(devices.length > 0 ? [missing] : [])];
}

/** What brings the drivers of accelerators. */
const DRIVERS = {
  eks: "an `amiType` with the drivers",
  gke: "a driver version (`gpuDriverInstallationConfig`)",
  aks: "the driver `Install` (`gpuProfile`)",
} as const;

/** A site in the words of the N+1 arithmetic. */
export function capacitySite(site: ObservedSite, pools: readonly CountedPool[], faultDomain: string): CapacitySite {
  const { name, provider, region } = site;
  return { name, faultDomain, provider, region, nodeGroups: pools.map((pool) => nodeGroup(pool, region)) };
}

function nodeGroup(
  { pool, nodes, perNode, architecture, hostPorts, crowding, assumed }: CountedPool,
  region: string | undefined,
): NodeGroup {
  const { description } = pool;
  const [machineType, ...others] = description.machineTypes;
  const isClosed = pool.closed !== undefined && pool.closed.length > 0;
  const zones =
    description.kind === "gke" && description.autoscaling?.minimumTotal === undefined ? description.zones : 1;
  return {
    pool: pool.name,
    count: nodes,
    perNode,
    architecture,
    labels: labelsOf(pool, pool.region ?? region),
    taints: pool.taints,
    hostPorts,
    crowding,
    assumed,
    addable: description.spot === true || pool.windows || isClosed ? 0 : (zones ?? 0),
    // Nobody can ask a group that mixes machine types for one of them.
    machineType: others.length > 0 ? undefined : (machineType ?? undefined),
  };
}

function unknownNote(pool: ObservedPool): string {
  const what = pool.unknown.join(", ");
  return `Pool ${pool.name} counts as 0: ${what} cannot be told from the program before the update. Give literals, or declare the pool's \`nodes\` and \`allocatable\` under \`pools\` in the pack's configuration.`;
}
