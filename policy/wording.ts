import type { CapacityInput } from "pulumi-multisite/plan";

/** Amounts as people write them: at most three decimals, no trailing zeros, with the unit where the name has none. */
export function amountText(resource: string, value: number): string {
  const number = String(Math.round(value * 1000) / 1000);
  return resource === "memoryGiB" || resource === "ephemeralStorageGiB" ? `${number} GiB` : number;
}

/** 0.0123 as `1.2%`. */
export function percent(share: number): string {
  return `${Math.round(share * 1000) / 10}%`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}

/** What a demand declares of cpu (millicores), memory (MiB) and pods, totals and workloads together. */
export function declaredAmounts(input: CapacityInput | undefined): Record<"cpu" | "memory" | "pods", number> {
  const { totals, workloads = [] } = input?.demand ?? {};
  const sum = (of: (workload: (typeof workloads)[number]) => number) =>
    workloads.reduce((all, workload) => all + workload.replicas * of(workload), 0);
  return {
    cpu: Math.max(
      totals?.cpuMillis ?? 0,
      sum(({ cpu }) => cpu * 1000),
    ),
    memory: Math.max(
      totals?.memoryMiB ?? 0,
      sum(({ memoryGiB }) => memoryGiB * 1024),
    ),
    pods: Math.max(
      totals?.pods ?? 0,
      sum(() => 1),
    ),
  };
}

/** How a resource of `Resources` is called towards people. */
export function reportedName(resource: string): string {
  return REPORTED[resource]?.name ?? resource;
}

/** An amount of a resource of `Resources` in the unit that people read. */
export function reportedValue(resource: string, value: number): number {
  return value / (REPORTED[resource]?.per ?? 1);
}

const REPORTED: Readonly<Record<string, { readonly name: string; readonly per: number }>> = {
  cpuMillis: { name: "cpu", per: 1000 },
  memoryMiB: { name: "memoryGiB", per: 1024 },
  ephemeralStorageMiB: { name: "ephemeralStorageGiB", per: 1024 },
};
