import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A public package whose data the catalogues are made from. Pinned, so that two runs give the same bytes. */
export interface SourcePackage {
  /** Name on the Python Package Index. */
  readonly name: string;
  /** The exact version; raise it to refresh the catalogue. */
  readonly version: string;
  /** The day that version was looked at, YYYY-MM-DD: raise it together with the version. */
  readonly date: string;
}

/** EC2's own `DescribeInstanceTypes` answers and instance type offerings per zone, as moto replays them. */
export const MOTO: SourcePackage = { name: "moto", version: "5.2.5", date: "2026-11-20" };
/** `endpoints.json`: every AWS region of every partition. */
export const BOTOCORE: SourcePackage = { name: "botocore", version: "1.44.5", date: "2026-11-20" };
/** Google and Azure machine tables, transcribed from the clouds' documentation and from Vantage's instance lists. */
export const BOAVIZTAPI: SourcePackage = { name: "boaviztapi", version: "2.5.0", date: "2026-11-20" };
/** The regions of the clouds with the coordinates of their sites or cities. */
export const SPARECORES: SourcePackage = { name: "sparecores-crawler", version: "0.10.2", date: "2026-11-20" };

/** `name@version`, as the catalogues cite it. */
export function cite(source: SourcePackage): string {
  return `${source.name}@${source.version} (PyPI)`;
}

/** Downloads a package's wheel with pip and unpacks it. Returns the folder with the unpacked files. */
export function unpack(source: SourcePackage): string {
  const folder = mkdtempSync(join(tmpdir(), "machines-"));
  const pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", folder];
  execFileSync("python3", [...pip, `${source.name}==${source.version}`], { stdio: ["ignore", "ignore", "inherit"] });
  const wheel = readdirSync(folder).find((file) => file.endsWith(".whl"));
  if (wheel === undefined) throw new Error(`pip gave no wheel for ${cite(source)}`);
  execFileSync("python3", ["-m", "zipfile", "-e", join(folder, wheel), folder]);
  return folder;
}

/** The rows of a CSV file as records by column name. Quoted fields may hold commas; none of ours holds a line break. */
export function csv(path: string): Record<string, string>[] {
  const [head, ...lines] = readFileSync(path, "utf8")
    .replace(/^\uFEFF/, "")
    .trim()
    .split(/\r?\n/)
    .map(fields);
  return lines.map((line) => Object.fromEntries((head ?? []).map((name, i) => [name, line[i] ?? ""])));
}

function fields(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((m) =>
    (m[1] ?? m[2] ?? "").replaceAll('""', '"').trim(),
  );
}
