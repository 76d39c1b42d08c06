import { MILLI, ONE, roundedUp } from "./quantity";
import type { Workload } from "./workloads";

/** Sums over all replicas of all workloads, before any rounding to whole pods or nodes. */
export interface DemandTotals {
  /** Cores. */
  cpu: number;
  memoryGiB: number;
  pods: number;
  ephemeralStorageGiB: number;
  /** Extended resources by name. */
  extended: { [name: string]: number };
}

/** Adds up what workloads ask for, exactly; DaemonSets have no replicas and so no part in it. */
export function totalsOf(workloads: readonly Workload[]): DemandTotals {
  const sums = new Map<string, bigint>();
  let pods = 0;
  for (const { replicas, requests } of workloads) {
    if (replicas === "every node") continue;
    pods += replicas;
    for (const [name, nano] of requests) {
      const unit = name === "cpu" ? MILLI : ONE;
      sums.set(name, (sums.get(name) ?? 0n) + roundedUp(nano, unit) * BigInt(replicas));
    }
  }
  const gib = (name: string) => Number(sums.get(name) ?? 0n) / 2 ** 30;
  const rest = [...sums].filter(([name, sum]) => !["cpu", "memory", "ephemeral-storage"].includes(name) && sum > 0n);
  return {
    cpu: Number(sums.get("cpu") ?? 0n) / 1000,
    memoryGiB: gib("memory"),
    pods,
    ephemeralStorageGiB: gib("ephemeral-storage"),
    extended: Object.fromEntries(rest.map(([name, sum]) => [name, Number(sum)])),
  };
}
