import type { Machine } from "./machines";
import type { PoolSpec, TaintSpec } from "./spec";

/** Whether taints keep out every pod that tolerates nothing. */
export function repelling(taints: readonly (Partial<TaintSpec> | undefined)[]): boolean {
  return taints.some((taint) => taint?.effect === "NoSchedule" || taint?.effect === "NoExecute");
}

/** The fewest pods per node that AKS takes in a system pool. */
const LEAST_PODS = 30;

/**
 * Whether a pool can be the one that AKS makes a cluster with. Source: Azure/azure-aks-docs fb060ab,
 * articles/aks/use-system-pools.md (at least one node, Linux, 30 pods, no spot, no B series) and quotas-skus-regions.md
 * (below 2 vCPUs and 4 GB a size may be refused; 4 vCPUs are advised). Read 2026-11-20.
 * @param machine the pool's machine, or undefined when nobody knows it: then its size is taken to suffice
 */
export function systemCapable(
  pool: {
    readonly nodes?: number | undefined;
    readonly spot?: boolean | undefined;
    readonly maximumPods?: number | undefined;
    readonly taints?: readonly (Partial<TaintSpec> | undefined)[] | undefined;
  },
  machine: Machine | undefined,
): boolean {
  const taints = (pool.taints ?? []).filter((taint) => taint?.key !== "CriticalAddonsOnly");
  const large = machine === undefined || (machine.vcpus >= 2 && machine.memoryMiB >= 4000 && machine.baseline >= 1);
  return (
    (pool.nodes ?? 0) >= 1 &&
    pool.spot !== true &&
    (pool.maximumPods ?? LEAST_PODS) >= LEAST_PODS &&
    !repelling(taints) &&
    large
  );
}

/** The pool that AKS makes the cluster with: the first that can be it, so that its place is stable. */
export function systemPool<P extends Pick<PoolSpec, "nodes">>(
  pools: readonly P[],
  machineOf: (pool: P) => Machine | undefined,
): P | undefined {
  return pools.find((pool) => systemCapable(pool, machineOf(pool)));
}
