import { machineTable } from "./table";
import type { Machine } from "./types";

const CUSTOM_SOURCE = "docs.cloud.google.com/compute/docs/instances/creating-instance-with-custom-machine-type";
const SERIES_SOURCE = "docs.cloud.google.com/compute/docs/machine-resource";
const DATE = "2026-11-20";

/** What Google allows of a custom machine type: most vCPUs, and GB of memory per vCPU without extended memory. */
interface CustomLimits {
  readonly maximumVcpus: number;
  readonly leastGiBPerVcpu: number;
  readonly mostGiBPerVcpu: number;
}

const CUSTOM_SERIES: ReadonlyMap<string, CustomLimits> = new Map([
  ["n1", { maximumVcpus: 96, leastGiBPerVcpu: 0.9, mostGiBPerVcpu: 6.5 }],
  ["e2", { maximumVcpus: 32, leastGiBPerVcpu: 0.5, mostGiBPerVcpu: 8 }],
  ["n2", { maximumVcpus: 128, leastGiBPerVcpu: 0.5, mostGiBPerVcpu: 8 }],
  ["n2d", { maximumVcpus: 96, leastGiBPerVcpu: 0.5, mostGiBPerVcpu: 8 }],
  ["n4", { maximumVcpus: 80, leastGiBPerVcpu: 2, mostGiBPerVcpu: 8 }],
]);

/** General-purpose series that the table's source does not list yet, and their architecture. */
const NEWER_SERIES: ReadonlyMap<string, Machine["architecture"]> = new Map([
  ["c4d", "amd64"],
  ["n4d", "amd64"],
  ["n4a", "arm64"],
]);

/** A Google type that no table lists: a custom type, or one of the newer series. */
export function gcpByRule(type: string): Machine | undefined {
  return customType(type) ?? newerSeries(type);
}

/** `n2-custom-8-32768`: vCPUs and MB; `custom-...` is N1; `-ext` lifts the limit of memory per vCPU. */
function customType(type: string): Machine | undefined {
  const match = /^(?:([a-z]\d[a-z]?)-)?custom-(\d{1,3})-(\d{3,7})(-ext)?$/.exec(type);
  const limits = CUSTOM_SERIES.get(match?.[1] ?? "n1");
  if (!match || limits === undefined) return undefined;
  const [vcpus, memoryMiB] = [Number(match[2]), Number(match[3])];
  const perVcpu = memoryMiB / 1024 / vcpus;
  const wellFormed = vcpus <= limits.maximumVcpus && (vcpus === 1 || vcpus % 2 === 0) && memoryMiB % 256 === 0;
  const inRange = perVcpu >= limits.leastGiBPerVcpu && (perVcpu <= limits.mostGiBPerVcpu || match[4] !== undefined);
  if (!(vcpus > 0 && wellFormed && inRange)) return undefined;
  return byRule(type, vcpus, memoryMiB, "amd64", CUSTOM_SOURCE);
}

/**
 * `c4d-standard-8`: vCPUs by the name, memory the least that any listed series has for this shape and number of vCPUs.
 * Without a listed one the type stays unknown, so that a slip of the pen does.
 */
function newerSeries(type: string): Machine | undefined {
  const match = /^([a-z]\d[a-z])-(standard|highmem|highcpu)-(\d{1,3})(?:-lssd)?$/.exec(type);
  const architecture = NEWER_SERIES.get(match?.[1] ?? "");
  if (!match || architecture === undefined || machineTable("gcp").families.has(match[1] ?? "")) return undefined;
  leastMemory ??= readLeastMemory();
  const memoryMiB = leastMemory.get(`${match[2]}-${match[3]}`);
  return memoryMiB === undefined ? undefined : byRule(type, Number(match[3]), memoryMiB, architecture, SERIES_SOURCE);
}

let leastMemory: ReadonlyMap<string, number> | undefined;

/** By shape and number of vCPUs, such as `highmem-8`. */
function readLeastMemory(): ReadonlyMap<string, number> {
  const least = new Map<string, number>();
  for (const machine of machineTable("gcp").machines.values()) {
    const shape = `${machine.type.split("-")[1]}-${machine.vcpus}`;
    least.set(shape, Math.min(least.get(shape) ?? Number.POSITIVE_INFINITY, machine.memoryMiB));
  }
  return least;
}

function byRule(
  type: string,
  vcpus: number,
  memoryMiB: number,
  architecture: Machine["architecture"],
  source: string,
): Machine {
  const facts = { provider: "gcp", type, vcpus, memoryMiB, architecture } as const;
  return { ...facts, extended: {}, baseline: 1, basis: "rule", source, date: DATE };
}
