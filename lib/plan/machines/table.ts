import type aws from "./aws.json";
import type azure from "./azure.json";
import type gcp from "./gcp.json";
import type { Machine, Provider } from "./types";

/** The generated files; see scripts/machines. A family is `source architecture; type vcpus memoryMiB flags; ...`. */
interface CatalogueFile {
  readonly sources: Readonly<Record<string, { readonly name: string; readonly date: string }>>;
  readonly families: Readonly<Record<string, string>>;
}

type Source = CatalogueFile["sources"][string];

/** Machines by type in lower case: Azure's API takes either case, and the others have none. */
export type Machines = ReadonlyMap<string, Machine>;

// `require` inside a function keeps the tables out of every process that asks for no machine. The type imports above
// are erased; they make tsc check the files and copy them beside the compiled code.
const FILES: { readonly [P in Provider]: () => CatalogueFile } = {
  aws: () => require("./aws.json") as typeof aws,
  gcp: () => require("./gcp.json") as typeof gcp,
  azure: () => require("./azure.json") as typeof azure,
};

/** The part of a type's name that it is filed under, in lower case: what the generator files it under. */
const FAMILY: { readonly [P in Provider]: (type: string) => string } = {
  aws: (type) => type.split(".", 1)[0] ?? "",
  gcp: (type) => type.split("-", 1)[0] ?? "",
  azure: (type) => type.replace(/^standard_([a-z]+)\d+(?:-\d+)?/, "$1"),
};

/** A table that decodes a family when a type of it is asked for: a plan names few types, and starts cold. */
interface LazyTable {
  readonly file: CatalogueFile;
  /** Encoded families by their name in lower case; on Azure two may differ in case only. */
  readonly encoded: ReadonlyMap<string, readonly string[]>;
  readonly decoded: Map<string, Machines>;
  all: Machines | undefined;
}

const tables = new Map<Provider, LazyTable>();

function lazyTable(provider: Provider): LazyTable {
  let table = tables.get(provider);
  if (table === undefined) {
    const file = FILES[provider]();
    const encoded = new Map<string, string[]>();
    for (const [name, family] of Object.entries(file.families)) {
      const key = name.toLowerCase();
      encoded.set(key, [...(encoded.get(key) ?? []), family]);
    }
    table = { file, encoded, decoded: new Map(), all: undefined };
    tables.set(provider, table);
  }
  return table;
}

/** The machine that the table lists under this name, in any case. */
export function listedMachine(provider: Provider, type: string): Machine | undefined {
  const name = type.toLowerCase();
  return family(provider, lazyTable(provider), FAMILY[provider](name))?.get(name);
}

/** All machines that the table of a provider lists. */
export function listedMachines(provider: Provider): Machines {
  const table = lazyTable(provider);
  table.all ??= new Map([...table.encoded.keys()].flatMap((name) => [...(family(provider, table, name) ?? [])]));
  return table.all;
}

/** Where the table of a provider comes from. */
export function tableSources(provider: Provider): readonly Source[] {
  return Object.values(lazyTable(provider).file.sources);
}

function family(provider: Provider, table: LazyTable, name: string): Machines | undefined {
  const encoded = table.encoded.get(name);
  if (encoded === undefined) return undefined;
  let machines = table.decoded.get(name);
  if (machines === undefined) {
    machines = new Map(encoded.flatMap((one) => decode(provider, table.file.sources, one)));
    table.decoded.set(name, machines);
  }
  return machines;
}

function decode(provider: Provider, sources: CatalogueFile["sources"], encoded: string): [string, Machine][] {
  const [head = "", ...rows] = encoded.split("; ");
  const [key = "", architecture] = head.split(" ");
  const source = sources[key];
  if (source === undefined) throw new Error(`catalogue of ${provider}: no source "${key}"`);
  return rows.map((row) => {
    const [type = "", vcpus, memoryMiB, ...flags] = row.split(" ");
    const machine: Machine = {
      provider,
      type,
      vcpus: Number(vcpus),
      memoryMiB: Number(memoryMiB),
      architecture: architecture === "arm64" ? "arm64" : "amd64",
      ...decodeFlags(flags),
      basis: "table",
      source: source.name,
      date: source.date,
    };
    return [type.toLowerCase(), machine];
  });
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
