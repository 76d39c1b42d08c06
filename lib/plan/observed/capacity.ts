import type { CapacitySite, NodeGroup } from "../capacityInput";
import { guaranteed } from "../guaranteed";
import { add, type Resources, subtract, sum, ZERO } from "../resources";
import { mayRunOn, podResources, takenPorts } from "../schedulable";
import type { DaemonSetSpec, FaultDomainLevel, HostPortSpec } from "../spec";
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
  const { labels, taints } = pool;
  const machineType = pool.description.machineTypes[0] ?? undefined;
  const traits = { labels, taints, architecture: counted.architecture, machineType };
  const own = sum(daemonSets.filter((one) => mayRunOn(one, traits)).map(podResources));
  const perNode = subtract(counted.perNode, add(cloudOverhead(kind, traits), own));
  // What was declared by hand is known, whatever the program leaves open.
  const unknown = declared.nodes === undefined || declared.allocatable === undefined ? pool.unknown : [];
  const open = unknown.length > 0 || pool.windows;
  const notes = [
    ...(unknown.length > 0 ? [unknownNote(pool)] : []),
    ...(pool.windows ? [`Pool ${pool.name} runs Windows, where no Linux pod runs: it counts as 0.`] : []),
    ...(unknown.length > 0 ? [] : counted.notes),
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
    hostPorts: takenPorts(daemonSets, traits),
    notes,
  };
}

/** A site in the words of the N+1 arithmetic. */
export function capacitySite(site: ObservedSite, pools: readonly CountedPool[], faultDomain: string): CapacitySite {
  const { name, provider, region } = site;
  return { name, faultDomain, provider, region, nodeGroups: pools.map(nodeGroup) };
}

/** The fault domain of an observed site; undefined where its region is not known. */
export function observedDomain(site: ObservedSite, level: FaultDomainLevel): string | undefined {
  if (level === "provider") return site.provider;
  if (site.region === undefined) return undefined;
  const region = `${site.provider}/${site.region}`;
  return level === "region" || site.zones.length === 0 ? region : `${region}/${site.zones.join("+")}`;
}

function nodeGroup({ pool, nodes, perNode, architecture, hostPorts }: CountedPool): NodeGroup {
  const { description } = pool;
  const zones =
    description.kind === "gke" && description.autoscaling?.minimumTotal === undefined ? description.zones : 1;
  return {
    pool: pool.name,
    count: nodes,
    perNode,
    architecture,
    labels: pool.labels,
    taints: pool.taints,
    hostPorts,
    addable: description.spot === true || pool.windows ? 0 : (zones ?? 0),
    machineType: description.machineTypes[0] ?? undefined,
  };
}

function unknownNote(pool: ObservedPool): string {
  const what = pool.unknown.join(", ");
  return `Pool ${pool.name} counts as 0: ${what} cannot be known before the update. Give literals, or declare the pool under \`pools\` in the pack's configuration.`;
}
