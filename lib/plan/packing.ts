import type { CapacityDemand, CapacitySite, NodeGroup } from "./capacityInput";
import { type Exclusion, exclusionOf } from "./exclusion";
import { capacityOf, gcd, grains, UNLIMITED } from "./grains";
import { ZONE_LABEL } from "./nodeLabels";
import { limitsOf } from "./nodeSpread";
import { oncePerObject } from "./oncePerObject";
import { names, type Resources, scale, subtract, sum, ZERO } from "./resources";
import { isOpen, isShunned, mayRunOn, mayRunOnSome, podResources, scoredOf } from "./schedulable";
import type { WorkloadSpec } from "./spec";

/** The demand in whole numbers: what every site's nodes are measured against. Amounts are grains per resource. */
export interface Load {
  /** Names of the resources that anything needs; the index of every vector below. */
  readonly resources: readonly string[];
  /** In an order that means nothing but what they are, so that verdicts do not depend on how they are listed. */
  readonly critical: readonly Pods[];
  /** In the order of the specification, in which they are given room. */
  readonly sheddable: readonly Pods[];
  /** Which of them keep each other off a node, the critical before the sheddable. */
  readonly exclusion: Exclusion;
  /** The divisible demand beyond the workloads. */
  readonly rest: readonly number[];
  /** All that is critical, headroom aside. */
  readonly need: readonly number[];
  /** 1 + headroom as a fraction in lowest terms. */
  readonly headroom: { readonly num: number; readonly den: number };
}

/** One workload's pods. */
export interface Pods {
  readonly spec: WorkloadSpec;
  /** Its place in the specification. */
  readonly place: number;
  /** Replicas over the whole fleet. */
  readonly total: number;
  readonly minimum: number;
  readonly size: readonly number[];
  /** CPU and memory that each counts as where the scheduler compares nodes. */
  readonly scored: readonly number[];
}

/** The nodes of one site in whole numbers, groups that can carry nothing left out. */
export interface SiteNodes {
  readonly groups: readonly Nodes[];
  /** The same, where pods that ask for a zone find all nodes of a pool in it, of which some are: nobody promises how many. */
  readonly atBest: readonly Nodes[];
  /** By workload, the critical before the sheddable: what keeps its pods off a node of this site that has some of them. */
  readonly limits: readonly Limit[];
  /** By critical workload: whether nothing is known of which of this site's nodes with room its pods get. */
  readonly isAnyNode: readonly boolean[];
  /** Equal for sites that can carry the same, so that each is computed once. */
  readonly key: string;
}

/** How many pods of a workload a node may have; Infinity where nothing but room limits them. */
export interface Limit {
  /** Always, whatever the other nodes have. */
  readonly always: number;
  /** Beyond the node that has the fewest, when all that count can have some. */
  readonly skew: number;
  /** At the very most. */
  readonly most: number;
}

/** Nodes that are alike. */
export interface Nodes {
  readonly count: number;
  readonly capacity: readonly number[];
  /** CPU and memory of one node, by which the scheduler compares it with others. */
  readonly scored: readonly number[];
  /** All nodes together. */
  readonly total: readonly number[];
  /** Whether the divisible demand may run here: no taints. */
  readonly open: boolean;
  /** Zones over which the nodes are divided in turn, numbered within the site. One or more. */
  readonly zones: readonly number[];
  /** By workload, the critical before the sheddable: whether a pod may run here and fits an empty node. */
  readonly carries: readonly boolean[];
  /** Whether anything critical may run here. */
  readonly useful: boolean;
}

/** The resources by which the scheduler compares nodes, unless it is told others. */
export const SCORED = ["cpuMillis", "memoryMiB"] as const;

/** The replicas that a workload keeps in every site at least. */
export function minimumPerSite(workload: WorkloadSpec): number {
  if (workload.spread === "everywhere") return Math.max(workload.replicas, workload.minimumPerSite ?? 0);
  return workload.minimumPerSite ?? (workload.replicas > 0 ? 1 : 0);
}

/** Turns the demand into whole numbers. */
export function loadOf(demand: CapacityDemand, headroom: number): Load {
  const workloads = (demand.workloads ?? []).filter((one) => one.replicas > 0 || minimumPerSite(one) > 0);
  const shapes = workloads.map((spec, place) => ({ spec, place, each: podResources(spec) }));
  const beyond = subtract(demand.totals ?? ZERO, sum(shapes.map(({ spec, each }) => scale(each, spec.replicas))));
  const resources = names(beyond, ...shapes.map(({ each }) => each)).filter(
    (name) => grains(beyond, name) > 0 || shapes.some(({ each }) => grains(each, name) > 0),
  );
  const vector = (of: Resources) => resources.map((name) => grains(of, name));
  const pods = (critical: boolean): Pods[] =>
    shapes
      .filter(({ spec }) => (spec.priority !== "sheddable") === critical)
      .map(({ spec, place, each }) => ({
        spec,
        place,
        total: spec.replicas,
        minimum: minimumPerSite(spec),
        size: vector(each),
        scored: SCORED.map((name) => grains(podResources({ ...spec, ...scoredOf(spec) }), name)),
      }));
  const [critical, sheddable] = [pods(true).sort(byShape), pods(false)];
  const rest = vector(beyond);
  return {
    resources,
    critical,
    sheddable,
    exclusion: exclusionOf([...critical, ...sheddable].map(({ spec }) => spec)),
    rest,
    need: rest.map((own, r) => critical.reduce((total, one) => total + one.total * (one.size[r] ?? 0), own)),
    headroom: headroomFraction(headroom),
  };
}

/** The largest first; those that differ in nothing else by their names. */
function byShape(a: Pods, b: Pods): number {
  for (const [r, amount] of a.size.entries()) {
    if (amount !== b.size[r]) return (b.size[r] ?? 0) - amount;
  }
  const [one, other] = [JSON.stringify(a.spec), JSON.stringify(b.spec)];
  return b.total - a.total || b.minimum - a.minimum || (one < other ? -1 : 1);
}

function headroomFraction(headroom: number): Load["headroom"] {
  const den = 1e6;
  const num = den + Math.round(headroom * den);
  const common = gcd(num, den);
  return { num: num / common, den: den / common };
}

/** Turns a site's nodes into whole numbers. */
export function nodesOf(site: CapacitySite, load: Load): SiteNodes {
  const groups = groupsOf(site, load, mayRunOn);
  const isOfZones = asksForZone(load) && site.nodeGroups.some(({ zones = [] }) => zones.length > 1);
  const atBest = isOfZones ? groupsOf(site, load, mayRunOnSome) : groups;
  const limits = limitsOf(site, load);
  const isAnyNode = load.critical.map(({ spec }) => spec.hasPreferences === true || isRepelledSoftly(spec, site));
  const spread = load.exclusion.isSpread ? JSON.stringify(limits) : "";
  const key = (isOfZones ? [groups, atBest] : [groups]).map((all) => all.map(text).join(";")).join("|");
  return { groups, atBest, limits, isAnyNode, key: `${key}${spread}/${isAnyNode.map(Number).join("")}` };
}

const asksForZone = oncePerObject(({ critical, sheddable }: Load): boolean =>
  [...critical, ...sheddable].some(({ spec }) => spec.nodeSelector?.[ZONE_LABEL] !== undefined),
);

/** @param may whether pods may run on nodes of a group */
function groupsOf(site: CapacitySite, load: Load, may: typeof mayRunOn): Nodes[] {
  const zones = [...new Set(site.nodeGroups.flatMap(zonesOf))].sort();
  return site.nodeGroups
    .filter((group) => guaranteed(group) > 0)
    .map((group) => nodesOfGroup(group, load, zones, may))
    .filter((nodes) => nodes.useful || nodes.carries.includes(true))
    .sort(bySize);
}

function zonesOf({ zones = [] }: NodeGroup): readonly string[] {
  return zones.length === 0 ? [""] : zones;
}

/** Whether some of a site's nodes have a taint that makes the scheduler prefer others. */
function isRepelledSoftly(spec: WorkloadSpec, { nodeGroups }: CapacitySite): boolean {
  return nodeGroups.some((group) => guaranteed(group) > 0 && isShunned(spec, group));
}

/** The nodes of a group that count: what is no positive number counts as none. */
export function guaranteed(group: NodeGroup): number {
  return group.count > 0 && Number.isFinite(group.count) ? Math.floor(group.count) : 0;
}

/** @param all zones of the site, in their order */
function nodesOfGroup(group: NodeGroup, load: Load, all: readonly string[], may: typeof mayRunOn): Nodes {
  const count = guaranteed(group);
  const capacity = capacityOf(group, load.resources);
  const scored = capacityOf(group, SCORED);
  const total = load.resources.map((name, r) =>
    group.total === undefined ? Math.min(UNLIMITED, count * (capacity[r] ?? 0)) : grains(group.total, name),
  );
  const open = isOpen(group);
  const carries = [...load.critical, ...load.sheddable].map(
    (one) => may(one.spec, group) && one.size.every((size, r) => size <= (capacity[r] ?? 0)),
  );
  const useful =
    (open && load.rest.some((rest) => rest > 0)) ||
    (carries.indexOf(true) >= 0 && carries.indexOf(true) < load.critical.length);
  const zones = zonesOf(group).map((zone) => all.indexOf(zone));
  return { count, capacity, scored, total, open, zones, carries, useful };
}

/** By amounts, so that neither the order of the pools nor the unit of the amounts means anything. */
function bySize(a: Nodes, b: Nodes): number {
  for (const [r, amount] of a.capacity.entries()) {
    if (amount !== b.capacity[r]) return amount - (b.capacity[r] ?? 0);
  }
  return a.count - b.count || (text(a) < text(b) ? -1 : 1);
}

function text(nodes: Nodes): string {
  const carries = nodes.carries.map(Number).join("");
  return `${nodes.count}x${nodes.capacity.join()}/${nodes.scored.join()}/${nodes.total.join()}/${nodes.open}/${nodes.zones.join()}/${carries}`;
}
