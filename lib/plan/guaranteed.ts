import { allocatable, eniMaxPods, guaranteedCpuMillis, type NodeKind } from "./allocatable";
import { guaranteedNodes, knownNodes } from "./guaranteedNodes";
import { type Machine, machine, nearestMachine, type Provider } from "./machines";
import { min, type Resources, scale, ZERO } from "./resources";

/**
 * A number as a declaration or a planned resource gives it. `undefined`: it was not set. `null` and NaN: it is set and
 * not known yet, and counts as 0, because a capacity that nobody can see cannot be promised.
 */
export type Count = number | null | undefined;

/** A node pool of any kind, as plain data: a pool of a spec, or one observed among the resources of a program. */
export type PoolDescription = EksPool | GkePool | AksPool | OnDemandPool | ExistingPool;

/** What pools of machines have in common. */
export interface MachinePool {
  /** How messages call it. */
  readonly name: string;
  /** Machine types; more than one when the group may mix them: then the smallest of each resource counts. */
  readonly machineTypes: readonly (string | null)[];
  /**
   * Pods per node. @default the service's own: what the network interfaces of the machine allow on EKS, 110 on GKE, and
   * on AKS, where it depends on the network plugin, 30 pods beside the memory that 250 would reserve
   */
  readonly maxPods?: Count;
  /** Root disk of a node in GiB. @default 20 on EKS, 100 on GKE, 128 on AKS: the services' own */
  readonly diskGiB?: Count;
  /** What one node offers, as someone measured it. It takes the place of the catalogue and the formulas. */
  readonly allocatable?: Resources | undefined;
}

/** `aws:eks/nodeGroup:NodeGroup`, or a fixed pool of an `eks` site. */
export interface EksPool extends MachinePool {
  readonly kind: "eks";
  readonly minimumNodes: Count;
  readonly desiredNodes: Count;
  /** Something may lower the desired size: an autoscaler, or `ignoreChanges` on it. @default false */
  readonly mayShrink?: boolean;
  /** `capacityType: SPOT`. @default false */
  readonly spot?: boolean | null;
}

/** `gcp:container/nodePool:NodePool`, or a pool of a `gke` site. Counts are per zone unless they say total. */
export interface GkePool extends MachinePool {
  readonly kind: "gke";
  /** `nodeCount`: nodes in each zone. */
  readonly nodesPerZone?: Count;
  /** `initialNodeCount`: nodes in each zone at the pool's creation. */
  readonly initialNodesPerZone?: Count;
  /** Zones of the pool. Without `nodeLocations` a region counts as 3 and a zone as 1. */
  readonly zones: Count;
  /** Present when the pool is autoscaled. */
  readonly autoscaling?: { readonly minimumPerZone?: Count; readonly minimumTotal?: Count };
  /** The program lets go of the node count, so others may lower it where no autoscaler keeps a minimum. @default false */
  readonly mayShrink?: boolean;
  /** `spot` or `preemptible`, or {@link lent}. @default false */
  readonly spot?: boolean | null;
  /** Lent by the Dynamic Workload Scheduler, when there are machines, for seven days at most. @default false */
  readonly lent?: boolean;
  /** `advancedMachineFeatures.threadsPerCore`: with 1, cores that have two threads show one vCPU. @default all threads */
  readonly threadsPerCore?: Count;
  /** Memory of each node that is set aside for huge pages. @default 0 */
  readonly hugePagesMiB?: number;
  /** NVIDIA GPUs of each node, in place of what the machine type says. @default those of the machine type */
  readonly gpus?: number;
}

/** `azure-native:containerservice:AgentPool`, a profile of a ManagedCluster, or a pool of an `aks` site. */
export interface AksPool extends MachinePool {
  readonly kind: "aks";
  readonly nodes: Count;
  readonly minimumNodes?: Count;
  /** `enableAutoScaling`. @default false */
  readonly autoscaled?: boolean | null;
  /** `scaleSetPriority: Spot`. @default false */
  readonly spot?: boolean | null;
  /** A System pool with the taint CriticalAddonsOnly: it carries AKS's own pods and no workload. @default false */
  readonly systemOnly?: boolean | null;
}

/** Machines that come when pods ask for them: none of them is there before. */
export interface OnDemandPool {
  readonly kind: "karpenter" | "eks-auto-mode" | "gke-autopilot" | "aks-node-auto-provisioning" | "fargate";
  readonly name: string;
  /** Capacity that is kept ready all the same, by static nodes or balloon pods, as someone declares it. */
  readonly kept?: { readonly nodes: number; readonly allocatable: Resources };
}

/** A cluster that exists: what it offers is what someone measured. */
export interface ExistingPool {
  readonly kind: "existing";
  readonly name: string;
  /** Guaranteed nodes behind the total, all alike, 1 or more. */
  readonly nodes: Count;
  /** All nodes together. */
  readonly allocatable: Resources;
}

/** The nodes of a pool that are there whatever happens, and what each of them offers. */
export interface Guaranteed {
  /** Whole, 0 or more. */
  readonly nodes: number;
  /** Offered by one node to pods, DaemonSets and system pods included; all 0 when nobody knows the machine type. */
  readonly perNode: Resources;
  /** All nodes together where that was declared, so that a division by their number loses nothing. */
  readonly total?: Resources;
  /** The nodes' architecture; undefined when no machine type is known or the types differ in it. */
  readonly architecture: Machine["architecture"] | undefined;
  /** Why less counts than was asked for, and what to change. One sentence each. */
  readonly notes: readonly string[];
}

/** What a pool guarantees without any scaling: static nodes only, never spot, never an autoscaler's maximum. */
export function guaranteed(pool: PoolDescription): Guaranteed {
  if (pool.kind === "existing") return existing(pool);
  if (!("machineTypes" in pool)) return onDemand(pool);
  const count = guaranteedNodes(pool);
  const node = perNode(pool);
  return {
    nodes: node.usable ? count.nodes : 0,
    perNode: node.resources,
    architecture: node.architecture,
    notes: [...count.notes, ...node.notes],
  };
}

/** Pods and extended resources are whole on every node; what does not divide is only in the total. */
function existing(pool: ExistingPool): Guaranteed {
  const { nodes, notes } = knownNodes(pool, "number of nodes", pool.nodes);
  if (nodes === 0) return { nodes, perNode: ZERO, architecture: undefined, notes };
  const each = scale(pool.allocatable, 1 / nodes);
  const extended = Object.entries(pool.allocatable.extended).map(([name, all]) => [name, Math.floor(all / nodes)]);
  const whole = { pods: Math.floor(pool.allocatable.pods / nodes), extended: Object.fromEntries(extended) };
  return { nodes, perNode: { ...each, ...whole }, total: pool.allocatable, architecture: undefined, notes };
}

function onDemand(pool: OnDemandPool): Guaranteed {
  if (pool.kept) return { nodes: pool.kept.nodes, perNode: pool.kept.allocatable, architecture: undefined, notes: [] };
  const note =
    `Pool ${pool.name} (${pool.kind}) makes nodes when pods ask for them, so it guarantees none. ` +
    "Declare what is kept ready as `allocatable`, or use a pool of fixed size.";
  return { nodes: 0, perNode: ZERO, architecture: undefined, notes: [note] };
}

interface PerNode {
  readonly resources: Resources;
  readonly architecture: Machine["architecture"] | undefined;
  /** False when nothing is known of the node, so that its number means nothing. */
  readonly usable: boolean;
  readonly notes: readonly string[];
}

const PROVIDER: { readonly [K in NodeKind]: Provider } = { eks: "aws", gke: "gcp", aks: "azure" };
const DEFAULT_DISK_GIB: { readonly [K in NodeKind]: number } = { eks: 20, gke: 100, aks: 128 };

function perNode(pool: EksPool | GkePool | AksPool): PerNode {
  const machines = pool.machineTypes.map((type) => (type === null ? undefined : machine(PROVIDER[pool.kind], type)));
  const known = machines.filter((one) => one !== undefined);
  const architectures = new Set(machines.map((one) => one?.architecture));
  const architecture = architectures.size === 1 ? [...architectures][0] : undefined;
  if (pool.allocatable) return { resources: pool.allocatable, architecture, usable: true, notes: [] };
  const flaws = flawsOf(pool, machines);
  if (flaws.length > 0) return { resources: ZERO, architecture, usable: false, notes: flaws };
  const disk = pool.diskGiB === undefined ? DEFAULT_DISK_GIB[pool.kind] : pool.diskGiB;
  const diskGiB = Number(disk ?? Number.NaN) >= 0 ? Number(disk) : 0;
  const notes = known.flatMap((one) => remarksOn(pool, one));
  if (disk !== diskGiB) {
    notes.push(
      `Pool ${pool.name}: its disk size is ${shown(disk)}, so its ephemeral storage counts as 0. Give a literal.`,
    );
  }
  const offered = known.map((one) => offer(pool, one, diskGiB));
  return { resources: offered.reduce(min), architecture, usable: true, notes };
}

/** Why nothing is known of a pool's nodes; empty when all of its machine types are. */
function flawsOf(pool: EksPool | GkePool | AksPool, machines: readonly (Machine | undefined)[]): string[] {
  const unknown = pool.machineTypes.filter((_, i) => machines[i] === undefined);
  const flaws = unknown.map((type) => unknownType(pool, PROVIDER[pool.kind], type));
  if (machines.length === 0) {
    flaws.push(`Pool ${pool.name} names no machine type, so it counts as 0. Name one, or set \`allocatable\`.`);
  }
  if (pool.maxPods !== undefined && !(Number(pool.maxPods ?? Number.NaN) >= 1)) {
    flaws.push(`Pool ${pool.name}: its pods per node are ${shown(pool.maxPods)}, so it counts as 0. Give 1 or more.`);
  }
  return flaws;
}

function shown(count: Count): string {
  return count === null || Number.isNaN(count) ? "not known yet" : String(count);
}

function offer(pool: EksPool | GkePool | AksPool, one: Machine, diskGiB: number): Resources {
  const { kind, maxPods } = pool;
  const fallback = DEFAULT_PODS[kind](one);
  const all = allocatable(one, { kind, maxPods: maxPods ?? fallback.reserved, diskGiB });
  const pods = maxPods === undefined ? Math.min(all.pods, fallback.counted) : all.pods;
  const offered = { ...all, pods, cpuMillis: guaranteedCpuMillis(one, all.cpuMillis) };
  return pool.kind === "gke" ? configured(pool, one, offered) : offered;
}

/** What is left of a GKE node's offer by the settings of its node config. */
function configured(pool: GkePool, one: Machine, offered: Resources): Resources {
  const lostMillis = pool.threadsPerCore === 1 && hasTwoThreads(one) ? one.vcpus * 500 : 0;
  return {
    ...offered,
    cpuMillis: Math.max(0, offered.cpuMillis - lostMillis),
    memoryMiB: Math.max(0, offered.memoryMiB - (pool.hugePagesMiB ?? 0)),
    extended: pool.gpus === undefined ? offered.extended : { ...offered.extended, "nvidia.com/gpu": pool.gpus },
  };
}

/** Series of Google's whose vCPUs are whole cores. Source: Compute Engine documentation, "vCPU platforms". */
const WHOLE_CORES = /^(t2d|h3|h4d)-/;

function hasTwoThreads(one: Machine): boolean {
  return one.architecture === "amd64" && !WHOLE_CORES.test(one.type);
}

/** Pods per node where a pool does not say: those that memory is reserved for, and those that surely fit. */
const DEFAULT_PODS: { readonly [K in NodeKind]: (one: Machine) => { reserved: number; counted: number } } = {
  eks: (one) => ({ reserved: eniMaxPods(one), counted: eniMaxPods(one) }),
  gke: () => ({ reserved: 110, counted: 110 }),
  aks: () => ({ reserved: 250, counted: 30 }),
};

function unknownType(pool: MachinePool, provider: Provider, type: string | null): string {
  if (type === null) return `Pool ${pool.name}: its machine type is not known yet, so it counts as 0. Give a literal.`;
  const near = nearestMachine(provider, type);
  const hint = near === undefined ? "" : ` (did you mean "${near}"?)`;
  return (
    `Pool ${pool.name}: no catalogue knows the machine type "${type}"${hint}, so it counts as 0. ` +
    "Set the pool's `allocatable` to what one of its nodes offers."
  );
}

function remarksOn(pool: MachinePool, one: Machine): string[] {
  const share = Math.round(one.baseline * 1000) / 10;
  const baseline = `Pool ${pool.name}: ${one.type} is burstable; only its baseline of ${share} % of each vCPU counts.`;
  const rule = `Pool ${pool.name}: ${one.type} is in no table; its size is derived from its name (${one.source}).`;
  return [...(one.baseline < 1 ? [baseline] : []), ...(one.basis === "rule" ? [rule] : [])];
}
