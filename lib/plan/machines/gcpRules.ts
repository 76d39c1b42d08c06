import { listedMachines } from "./table";
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

/** General-purpose series whose sizes the table lacks, or has in part: their architecture and numbers of vCPUs. */
const NEWER_SERIES: ReadonlyMap<string, readonly [Machine["architecture"], readonly number[]]> = new Map([
  ["c4", ["amd64", [2, 4, 8, 16, 24, 32, 48, 96, 144, 192, 288]]],
  ["c4d", ["amd64", [2, 4, 8, 16, 32, 48, 64, 96, 192, 384]]],
  ["c4n", ["amd64", [2, 4, 8, 16, 24, 48, 96, 192]]],
  ["n4d", ["amd64", [2, 4, 8, 16, 32, 48, 64, 80, 96]]],
  ["n4a", ["arm64", [1, 2, 4, 8, 16, 32, 48, 64]]],
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
 * `c4d-standard-8`: vCPUs by the name; memory the least per vCPU that listed types of the series and shape have. For a
 * series without any, the least that the shape has with as many vCPUs in another series, or the least per vCPU in all.
 * Local SSDs and bare metal change neither.
 */
function newerSeries(type: string): Machine | undefined {
  const match = /^([a-z]\d[a-z]?)-(standard|highmem|highcpu)-(\d{1,3})(?:-lssd)?(?:-metal)?$/.exec(type);
  const [architecture, sizes] = NEWER_SERIES.get(match?.[1] ?? "") ?? [];
  const vcpus = Number(match?.[3]);
  if (!match || !architecture || !sizes?.includes(vcpus)) return undefined;
  leastMemory ??= readLeastMemory();
  const [, series, shape = ""] = match;
  const ownPerVcpu = leastMemory.get(`${series}-${shape}`);
  const anyOfSize = leastMemory.get(`${shape}-${vcpus}`) ?? vcpus * (leastMemory.get(shape) ?? 0);
  const memoryMiB = ownPerVcpu === undefined ? anyOfSize : vcpus * ownPerVcpu;
  return byRule(type, vcpus, Math.floor(memoryMiB), architecture, SERIES_SOURCE);
}

let leastMemory: ReadonlyMap<string, number> | undefined;

/** MiB by shape and vCPUs (`highmem-8`), and MiB per vCPU by series and shape (`c4-highmem`) and by shape (`highmem`). */
function readLeastMemory(): ReadonlyMap<string, number> {
  const least = new Map<string, number>();
  const lower = (key: string, value: number) => least.set(key, Math.min(least.get(key) ?? value, value));
  for (const { type, vcpus, memoryMiB } of listedMachines("gcp").values()) {
    const [series, shape = ""] = type.split("-");
    lower(`${shape}-${vcpus}`, memoryMiB);
    lower(`${series}-${shape}`, memoryMiB / vcpus);
    lower(shape, memoryMiB / vcpus);
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
