import { listedMachine, listedMachines } from "./table";
import type { Machine } from "./types";

const SOURCE = "learn.microsoft.com/azure/virtual-machines/vm-naming-conventions";
const DATE = "2026-11-20";

/** By family, the versions that the table lacks or has in part: a later one is more likely a slip of the pen. */
const NEWER_VERSIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ["d", ["6", "7"]],
  ["e", ["6", "7"]],
  ["f", ["6", "7"]],
  ["dc", ["6"]],
  ["ec", ["6"]],
  ["l", ["4"]],
]);

/** The numbers of vCPUs that these families come in. */
const SIZES: readonly number[] = [1, 2, 4, 8, 12, 16, 20, 24, 32, 48, 64, 80, 96, 128, 160, 192];

/** Family, vCPUs, and letters: maker or confidentiality, network, memory or disk bandwidth, operation, local disk. */
const NAME = /^standard_(d|e|f|l|dc|ec)(\d{1,3})([aep]?)(n?)([lmb]?)(o?)(d?)s_v(\d)$/;

/** vCPUs that a size shows of those whose memory it has: `Standard_E32-8s_v5`. */
const CONSTRAINED = /^(standard_[a-z]+)(\d+)-(\d+)([a-z].*)$/;

/** A VM size that the table's source does not list: a constrained one, or one of a newer version of a known family. */
export function azureByRule(type: string): Machine | undefined {
  const name = type.toLowerCase();
  return constrained(name) ?? newerVersion(name);
}

/** A constrained size has everything of the size that it is cut from, but for the vCPUs: half or a quarter of them. */
function constrained(name: string): Machine | undefined {
  const match = CONSTRAINED.exec(name);
  if (!match) return undefined;
  const [, family, from, to, rest] = match;
  const whole = listedMachine("azure", `${family}${from}${rest}`) ?? newerVersion(`${family}${from}${rest}`);
  const vcpus = Number(to);
  if (whole === undefined || (vcpus * 2 !== whole.vcpus && vcpus * 4 !== whole.vcpus)) return undefined;
  const type = whole.type.replace(/^(Standard_[A-Z]+\d+)/, `$1-${vcpus}`);
  return { ...whole, type, vcpus, basis: "rule", source: SOURCE, date: DATE };
}

/**
 * By Microsoft's naming convention the number is the vCPUs, `p` is Arm, `l` little and `m` much memory. The memory is
 * the least that a listed size of the last three versions has with the same family, memory letter, architecture and
 * vCPUs; without one, the least per vCPU that such sizes have.
 */
function newerVersion(name: string): Machine | undefined {
  const match = NAME.exec(name);
  const [, family = "", digits = "", ...letters] = match ?? [];
  const version = letters.pop() ?? "";
  const vcpus = Number(digits);
  if (!match || !NEWER_VERSIONS.get(family)?.includes(version) || !SIZES.includes(vcpus)) return undefined;
  leastMemory ??= readLeastMemory();
  const perVcpu = leastMemory.get(key(match));
  const memoryMiB = leastMemory.get(`${key(match)} ${vcpus}`) ?? (perVcpu && Math.floor(vcpus * perVcpu));
  if (memoryMiB === undefined) return undefined;
  return {
    provider: "azure",
    type: `Standard_${family.toUpperCase()}${digits}${letters.join("")}s_v${version}`,
    vcpus,
    memoryMiB,
    architecture: letters[0] === "p" ? "arm64" : "amd64",
    extended: {},
    baseline: 1,
    basis: "rule",
    source: SOURCE,
    date: DATE,
  };
}

let leastMemory: ReadonlyMap<string, number> | undefined;

/** MiB by kind of size and number of vCPUs, and MiB per vCPU by kind of size alone. */
function readLeastMemory(): ReadonlyMap<string, number> {
  const least = new Map<string, number>();
  const lower = (to: string, value: number) => least.set(to, Math.min(least.get(to) ?? value, value));
  for (const [name, { vcpus, memoryMiB }] of listedMachines("azure")) {
    const match = NAME.exec(name);
    if (!match || Number(match.at(-1)) < 3 || (Number(match.at(-1)) < 5 && match[1] !== "l")) continue;
    lower(`${key(match)} ${vcpus}`, memoryMiB);
    lower(key(match), memoryMiB / vcpus);
  }
  return least;
}

/** What decides the memory: the family, the architecture, and `l` or `m`; `b`, `n`, `o` and `d` are about other things. */
function key([, family, , maker, , letter]: RegExpExecArray): string {
  return `${family} ${maker === "p" ? "arm" : "x86"} ${letter === "b" ? "" : letter}`;
}
