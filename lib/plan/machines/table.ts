import type aws from "./aws.json";
import type azure from "./azure.json";
import type gcp from "./gcp.json";
import type { Machine, Provider } from "./types";

/** The generated files; see scripts/machines. A family is `source architecture; type vcpus memoryMiB flags; ...`. */
interface CatalogueFile {
  readonly sources: Readonly<Record<string, { readonly name: string; readonly date: string }>>;
  readonly families: Readonly<Record<string, string>>;
}

/** One provider's table, decoded. */
export interface MachineTable {
  readonly sources: readonly { readonly name: string; readonly date: string }[];
  /** By type in lower case: Azure's API takes either case, and the others have none. */
  readonly machines: ReadonlyMap<string, Machine>;
  /** The names of the families that the table has. */
  readonly families: ReadonlySet<string>;
}

// `require` inside a function keeps the tables out of every process that asks for no machine. The type imports above
// are erased; they make tsc check the files and copy them beside the compiled code.
const FILES: { readonly [P in Provider]: () => CatalogueFile } = {
  aws: () => require("./aws.json") as typeof aws,
  gcp: () => require("./gcp.json") as typeof gcp,
  azure: () => require("./azure.json") as typeof azure,
};

const tables = new Map<Provider, MachineTable>();

/** The table of a provider, read at the first call. */
export function machineTable(provider: Provider): MachineTable {
  let table = tables.get(provider);
  if (table === undefined) {
    table = decode(provider, FILES[provider]());
    tables.set(provider, table);
  }
  return table;
}

function decode(provider: Provider, file: CatalogueFile): MachineTable {
  const machines = new Map<string, Machine>();
  for (const encoded of Object.values(file.families)) {
    const [head = "", ...rows] = encoded.split("; ");
    const [key = "", architecture] = head.split(" ");
    const source = file.sources[key];
    if (source === undefined) throw new Error(`catalogue of ${provider}: no source "${key}"`);
    for (const row of rows) {
      const [type = "", vcpus, memoryMiB, ...flags] = row.split(" ");
      machines.set(type.toLowerCase(), {
        provider,
        type,
        vcpus: Number(vcpus),
        memoryMiB: Number(memoryMiB),
        architecture: architecture === "arm64" ? "arm64" : "amd64",
        ...decodeFlags(flags),
        basis: "table",
        source: source.name,
        date: source.date,
      });
    }
  }
  return { sources: Object.values(file.sources), machines, families: new Set(Object.keys(file.families)) };
}

/** `e4x15` interfaces and addresses, `b0.2` baseline, `nvidia.com/gpu*8` accelerators. */
function decodeFlags(flags: readonly string[]): Pick<Machine, "extended" | "baseline" | "eni"> {
  const extended: Record<string, number> = {};
  let baseline = 1;
  let eni: Machine["eni"];
  for (const flag of flags) {
    const [name = "", count] = flag.split("*");
    if (count !== undefined) extended[name] = Number(count);
    else if (flag.startsWith("b")) baseline = Number(flag.slice(1));
    else {
      const [interfaces, ipv4PerInterface] = flag.slice(1).split("x").map(Number);
      eni = { interfaces: interfaces ?? 0, ipv4PerInterface: ipv4PerInterface ?? 0 };
    }
  }
  return { extended, baseline, ...(eni && { eni }) };
}
