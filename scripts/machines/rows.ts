/** One machine type on its way into a catalogue; `lib/plan/machines` reads the same shape back. */
export interface Row {
  /** The type's name, as the provider's API spells it. */
  readonly type: string;
  /** The family that the type is filed under: what stands before the size. */
  readonly family: string;
  readonly architecture: "amd64" | "arm64";
  /** vCPUs: hyperthreads, or cores where the family has no hyperthreading. */
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** Network interfaces of the default network card, and IPv4 addresses per interface (AWS only). */
  readonly eni?: { readonly interfaces: number; readonly ipv4: number };
  /** Whole accelerators by extended resource name. */
  readonly extended?: Readonly<Record<string, number>>;
  /** Burstable types: the share of each vCPU that is always there, 0 to 1. */
  readonly baseline?: number;
}

/**
 * Writes rows as `{ family: "arch size vcpus memory [flags]; ..." }`: one line per family, so that a refresh reads as
 * a diff of families. Flags: `e4x15` interfaces and addresses, `b0.2` baseline, `name*8` accelerators.
 */
export function families(rows: readonly Row[], source: string): Record<string, string> {
  const byFamily = new Map<string, Row[]>();
  for (const row of rows) byFamily.set(row.family, [...(byFamily.get(row.family) ?? []), row]);
  const sorted = [...byFamily].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    sorted.map(([family, types]) => {
      const architectures = new Set(types.map((row) => row.architecture));
      if (architectures.size !== 1) throw new Error(`family ${family} mixes architectures`);
      const sizes = types.sort((a, b) => a.vcpus - b.vcpus || a.memoryMiB - b.memoryMiB || (a.type < b.type ? -1 : 1));
      return [family, `${source} ${[...architectures][0]}; ${sizes.map(encode).join("; ")}`];
    }),
  );
}

function encode(row: Row): string {
  const flags: string[] = [];
  if (row.eni) flags.push(`e${row.eni.interfaces}x${row.eni.ipv4}`);
  if (row.baseline !== undefined) flags.push(`b${row.baseline}`);
  for (const [name, count] of Object.entries(row.extended ?? {})) flags.push(`${name}*${count}`);
  return [row.type, row.vcpus, row.memoryMiB, ...flags].join(" ");
}

/** Keeps one row per type. Where two sources disagree the smaller memory wins: a plan must never be optimistic. */
export function merge(...tables: readonly (readonly Row[])[]): Row[] {
  const merged = new Map<string, Row>();
  for (const row of tables.flat()) {
    const known = merged.get(row.type);
    if (known === undefined) merged.set(row.type, row);
    else if (row.memoryMiB < known.memoryMiB) merged.set(row.type, { ...known, memoryMiB: row.memoryMiB });
  }
  return [...merged.values()];
}
