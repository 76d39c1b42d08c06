import { existsSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { HelmError, type HelmSession } from "../session";

/** What a chart says of itself. */
export interface ChartMetadata {
  readonly name: string;
  readonly version: string;
  readonly deprecated?: boolean;
}

/**
 * Reads a chart, and sees that it can be installed: that it is no library, and has the charts that it depends on.
 * @param fetching how those that are missing are fetched: anew, or those that its lock names, if it has one.
 * @throws HelmError
 */
export async function readChart(
  helm: HelmSession,
  path: string,
  fetching: "update" | "build" | "none",
): Promise<ChartMetadata> {
  const metadata = parse(await helm.run(["show", "chart", path])) as ChartMetadata & {
    type?: string;
    dependencies?: unknown;
  };
  if (metadata.type !== undefined && !["", "application"].includes(metadata.type)) {
    throw new HelmError(`${metadata.type} charts are not installable`);
  }
  if (Array.isArray(metadata.dependencies)) {
    let missing = await missingDependencies(helm, path);
    const isFetched = fetching === "update" || (fetching === "build" && existsSync(join(path, "Chart.lock")));
    if (missing.length > 0 && isFetched) {
      await helm.run(["dependency", fetching, path]);
      missing = await missingDependencies(helm, path);
    }
    if (missing.length > 0) {
      throw new HelmError(`found in Chart.yaml, but missing in charts/ directory: ${missing.join(", ")}`);
    }
  }
  return metadata;
}

/** Helm prints a table whose last column says what is the matter. */
async function missingDependencies(helm: HelmSession, path: string): Promise<string[]> {
  const rows = (await helm.run(["dependency", "list", path])).split("\n").map((line) => line.trim().split(/\s+/));
  return rows.filter((row) => row.at(-1) === "missing").map(([name]) => name ?? "");
}
