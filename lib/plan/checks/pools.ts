import { maximumPodsPerNode } from "../allocatable";
import { type CloudProvider, providerOfKind } from "../faultDomains";
import { beyondLimits } from "../limits";
import { type Machine, machine } from "../machines";
import { defaultZones } from "../places";
import type { FleetSpec, PoolSpec, SiteSpec } from "../spec";
import { repelling, systemCapable } from "../systemPool";
import type { BuiltKind } from "../versions";
import { checkQualifiedNames, keeperOfKey } from "./names";
import { checkZones } from "./places";
import { checkRoom, type PoolRoom } from "./room";
import { built, type DraftSite } from "./sites";
import type { Draft } from "./structure";
import type { Path, Report } from "./wording";

/** A built site of a draft, with what its pools refer to. */
interface PoolSite {
  readonly kind: BuiltKind;
  readonly provider: CloudProvider;
  readonly called: string;
  readonly path: Path;
  readonly zones: readonly string[];
}

/** The node pools of every built site. */
export function checkPools(spec: Draft<FleetSpec>, sites: readonly DraftSite[], report: Report): void {
  for (const one of sites) {
    const site = built(one);
    if (site === undefined || !Array.isArray(site.pools)) continue;
    const { path, called } = one;
    const { kind } = site;
    const zones = site.region === undefined ? [] : defaultZones(site as SiteSpec);
    const of: PoolSite = { kind, provider: providerOfKind(kind), called, path: [...path, "pools"], zones };
    site.pools.forEach((pool, index) => {
      if (pool !== undefined) checkPool(pool, of, [...of.path, index], report);
    });
    const pools = site.pools.filter((pool) => pool !== undefined);
    const complete = pools.length === site.pools.length;
    checkNames(site.pools, of, report);
    if (complete) checkTogether(pools, of, report);
    checkRoom(
      spec,
      kind,
      pools.flatMap((pool) => room(pool, of)),
      { called, path: of.path, zones },
      report,
    );
  }
}

function checkNames(pools: readonly (Draft<PoolSpec> | undefined)[], of: PoolSite, report: Report): void {
  const seen = new Map<string, number>();
  pools.forEach((pool, index) => {
    if (pool?.name === undefined) return;
    const first = seen.get(pool.name);
    if (first === undefined) seen.set(pool.name, index);
    else report([...of.path, index, "name"], `is "${pool.name}", which pools[${first}] has already: give another.`);
  });
}

function checkPool(pool: Draft<PoolSpec>, of: PoolSite, path: Path, report: Report): void {
  checkZones(pool.zones, [...path, "zones"], of.zones.length === 0 ? undefined : of.zones, `site ${of.called}`, report);
  checkQualifiedNames(pool.labels, [...path, "labels"], "a Kubernetes label", report);
  checkQualifiedNames(pool.allocatable?.extended, [...path, "allocatable", "extended"], "an extended resource", report);
  for (const key of Object.keys(pool.labels ?? {})) {
    const keeper = keeperOfKey(key);
    if (keeper !== undefined) report([...path, "labels", key], `is kept by ${keeper}: give a label of your own.`);
  }
  checkTaints(pool, path, report);
  if (pool.nodes === undefined) return;
  if (pool.maximumNodes !== undefined && pool.maximumNodes < pool.nodes) {
    report(
      [...path, "maximumNodes"],
      `is ${pool.maximumNodes}, below nodes (${pool.nodes}): give ${pool.nodes} or more, or leave it out for no autoscaler.`,
    );
  }
  checkPerZone(pool, of, path, report);
  checkMachine(pool, of, path, report);
}

function checkTaints(pool: Draft<PoolSpec>, path: Path, report: Report): void {
  const seen = new Set<string>();
  (pool.taints ?? []).forEach((taint, index) => {
    if (taint?.key === undefined || taint.effect === undefined) return;
    const at = [...path, "taints", index];
    const both = `${taint.key}:${taint.effect}`;
    if (seen.has(both)) report(at, `repeats ${both}: a node has a key and effect once, remove it.`);
    seen.add(both);
    const keeper = keeperOfKey(taint.key);
    if (keeper !== undefined) report([...at, "key"], `is "${taint.key}", kept by ${keeper}: give a taint of your own.`);
  });
}

/** GKE counts nodes per zone, so that only multiples can be had. */
function checkPerZone(pool: Draft<PoolSpec>, of: PoolSite, path: Path, report: Report): void {
  const zones = pool.zones?.length ?? of.zones.length;
  const nodes = pool.nodes ?? 0;
  if (of.kind !== "gke" || zones < 2 || nodes % zones === 0) return;
  const below = nodes - (nodes % zones);
  report(
    [...path, "nodes"],
    `is ${nodes}, but GKE has the same number of nodes in each of the pool's ${zones} zones: give ${below} or ${below + zones}.`,
  );
}

function checkMachine(pool: Draft<PoolSpec>, of: PoolSite, path: Path, report: Report): void {
  const known = pool.machineType === undefined ? undefined : machine(of.provider, pool.machineType);
  if (pool.maximumPods !== undefined && known !== undefined) {
    const most = maximumPodsPerNode(of.kind, known.vcpus);
    if (pool.maximumPods > most) {
      report(
        [...path, "maximumPods"],
        `is ${pool.maximumPods}, but ${of.kind.toUpperCase()} runs at most ${most} pods on a node with ${known.vcpus} vCPUs ` +
          `(${known.type}): give 10 to ${most}.`,
      );
    }
  }
  checkLeastPods(pool, of, path, report);
  if (of.kind === "aks" && pool.diskGiB !== undefined && (pool.diskGiB < 30 || pool.diskGiB > 2048)) {
    report([...path, "diskGiB"], `is ${pool.diskGiB}: give 30 to 2048, the sizes of an AKS node's OS disk.`);
  }
}

/** AKS takes fewer than 30 pods a node only where the whole pool has room for 30 (azure-aks-docs, maxPods; 2026-11-20). */
function checkLeastPods(pool: Draft<PoolSpec>, of: PoolSite, path: Path, report: Report): void {
  const { nodes = 0, maximumPods = 30 } = pool;
  if (of.kind !== "aks" || nodes === 0 || nodes * maximumPods >= 30) return;
  report(
    [...path, "maximumPods"],
    `is ${maximumPods} on ${nodes} node${nodes === 1 ? "" : "s"}, but AKS wants room for 30 pods in every pool: ` +
      `give ${Math.ceil(30 / nodes)} or more.`,
  );
}

/** What a cluster needs of all its pools together. */
function checkTogether(pools: readonly Draft<PoolSpec>[], of: PoolSite, report: Report): void {
  if (pools.length === 0) {
    report(of.path, "is empty: give at least one pool that workloads may use.");
    return;
  }
  if (pools.every((pool) => pool.taints !== undefined && repelling(pool.taints))) {
    report(
      of.path,
      `has no pool that workloads without tolerations may use: every pool of site ${of.called} has a taint NoSchedule or ` +
        `NoExecute. Add a pool without, for the demand and the cluster's own pods.`,
    );
  }
  // A pool that cannot be read whole may be the one.
  const isWhole = pools.every(({ machineType, nodes }) => machineType !== undefined && nodes !== undefined);
  if (of.kind === "aks" && isWhole && !pools.some((pool) => systemCapable(pool, knownMachine(pool, of)))) {
    report(
      of.path,
      `has no pool that can be the system pool of AKS: give one with 1 or more nodes, at least 2 vCPUs and 4 GiB, ` +
        `30 or more maximumPods, not of the B series, not spot, and without taints but CriticalAddonsOnly.`,
    );
  }
  const sizes = pools.map((pool) => ({
    name: pool.name ?? "",
    nodes: mostNodes(pool),
    zones: Math.max(1, pool.zones?.length ?? of.zones.length),
  }));
  for (const sentence of beyondLimits(of.kind, sizes))
    report(of.path, `goes beyond what the cloud allows: ${sentence}`);
}

function knownMachine(pool: Draft<PoolSpec>, of: PoolSite): Machine | undefined {
  return pool.machineType === undefined ? undefined : machine(of.provider, pool.machineType);
}

/** The most nodes a pool has at once: as many as its autoscaler may add, and those of an upgrade. */
function mostNodes(pool: Draft<PoolSpec>): number {
  const nodes = Math.max(pool.nodes ?? 0, pool.maximumNodes ?? 0);
  return nodes === 0 ? 0 : nodes + (pool.surgeNodes ?? 1);
}

function room(pool: Draft<PoolSpec>, of: PoolSite): PoolRoom[] {
  if (pool.nodes === undefined) return [];
  const zones = (pool.zones ?? of.zones).filter((zone) => zone !== undefined);
  const most = mostNodes(pool);
  const nodes = of.kind === "eks" && most > 0 ? most + eksSurge(pool, zones.length) : most;
  return [{ name: pool.name ?? "?", nodes, maximumPods: pool.maximumPods ?? 110, zones }];
}

/**
 * Nodes beyond its surge that EKS starts beside those of a group that it updates, whatever was asked for: twice as many as
 * the group has zones. Source: Amazon EKS, "Understand each phase of node updates".
 */
function eksSurge(pool: Draft<PoolSpec>, zones: number): number {
  return Math.max(0, 2 * zones - (pool.surgeNodes ?? 1));
}
