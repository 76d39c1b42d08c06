import { machineTable } from "./table";
import type { Machine } from "./types";

const SOURCE = "learn.microsoft.com/azure/virtual-machines/vm-naming-conventions";
const DATE = "2026-11-20";

/** The versions that exist and that the table may lack: a later one is more likely a slip of the pen. */
const NEWER_VERSIONS: readonly string[] = ["6", "7"];

/** Family, vCPUs, letters, version: D and E with Arm or AMD, low or high memory, and local disk. */
const NAME = /^standard_([def])(\d{1,3})([ap]?)([lmb]?)(d?)s_v(\d)$/;

/**
 * A size of a newer version of a D, E or F family that the table's source does not list yet, by Microsoft's naming
 * convention: the number is the vCPUs, `p` is Arm, `l` little and `m` much memory. The memory is the least that a
 * listed size of version 5 or later has with the same family, memory letter, architecture and vCPUs; without one the
 * size stays unknown, so that a slip of the pen does.
 */
export function azureByRule(type: string): Machine | undefined {
  const match = NAME.exec(type.toLowerCase());
  if (!match || !NEWER_VERSIONS.includes(match[6] ?? "")) return undefined;
  const [, family = "", digits = "", maker = "", letter = "", disk = "", version = ""] = match;
  const suffix = `${maker}${letter}${disk}s_v${version}`;
  if (machineTable("azure").families.has(`${family.toUpperCase()}${suffix}`)) return undefined;
  leastMemory ??= readLeastMemory();
  const memoryMiB = leastMemory.get(key(match));
  if (memoryMiB === undefined) return undefined;
  return {
    provider: "azure",
    type: `Standard_${family.toUpperCase()}${digits}${suffix}`,
    vcpus: Number(digits),
    memoryMiB,
    architecture: maker === "p" ? "arm64" : "amd64",
    extended: {},
    baseline: 1,
    basis: "rule",
    source: SOURCE,
    date: DATE,
  };
}

let leastMemory: ReadonlyMap<string, number> | undefined;

function readLeastMemory(): ReadonlyMap<string, number> {
  const least = new Map<string, number>();
  for (const [name, machine] of machineTable("azure").machines) {
    const match = NAME.exec(name);
    if (match && Number(match[6]) >= 5) {
      least.set(key(match), Math.min(least.get(key(match)) ?? Number.POSITIVE_INFINITY, machine.memoryMiB));
    }
  }
  return least;
}

/** Family, vCPUs, architecture and memory letter; `b` is more disk bandwidth and says nothing of memory. */
function key([, family, digits, maker, letter]: RegExpExecArray): string {
  return `${family}${digits} ${maker === "p" ? "arm" : "x86"} ${letter === "b" ? "" : letter}`;
}
