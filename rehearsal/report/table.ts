/** One column of a table: its heading, and whether its values are numbers and so stand to the right. */
export interface Column {
  heading: string;
  right?: boolean;
}

/** Renders rows under their headings, two spaces apart and indented by two. Values that are all empty drop their column. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const kept = columns.map((_, index) => index).filter((index) => rows.some((row) => (row[index] ?? "") !== ""));
  const lines = [columns.map((column) => column.heading), ...rows];
  const widths = new Map(kept.map((index) => [index, Math.max(...lines.map((line) => (line[index] ?? "").length))]));
  return lines
    .map((line) =>
      kept
        .map((index) => {
          const value = line[index] ?? "";
          const width = widths.get(index) ?? 0;
          return columns[index]?.right ? value.padStart(width) : value.padEnd(width);
        })
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `  ${line}`)
    .join("\n");
}

/** A number as people write it: at most two decimals, none that are zero. */
export function figure(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toFixed(2)));
}

/** A fraction as a signed percentage, rounded down, so that a shortfall never reads as zero. */
export function percent(fraction: number | null): string {
  if (fraction === null) return "-";
  const rounded = Math.floor(fraction * 1000 + 1e-9) / 10;
  return `${rounded >= 0 ? "+" : ""}${figure(rounded)} %`;
}
