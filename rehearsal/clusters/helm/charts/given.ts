import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { UserError } from "../../../userError";
import { chartName, isExact, type WantedChart } from "./wanted";

/**
 * Looks for a chart in the folder that `MULTISITE_CHARTS` names: `<chart>-<version>.tgz`, or the same unpacked.
 * @returns undefined when it is not there.
 * @throws UserError for a folder that is none, and when a release that names no version could mean several.
 */
export function givenChart(
  wanted: WantedChart,
  { MULTISITE_CHARTS: folder }: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (folder === undefined || folder === "") return undefined;
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError(`MULTISITE_CHARTS is ${folder}, which is no folder: name one that holds charts, or unset it`);
  }
  const version = wanted.version.trim();
  const name = chartName(wanted);
  const isWanted = isExact(version) ? exactly(name, version) : new RegExp(`^${escaped(name)}-v?\\d.*$`);
  const found = readdirSync(folder)
    .filter((entry) => isWanted.test(entry.replace(/\.tgz$/, "")))
    .map((entry) => resolve(folder, entry))
    .filter((path) => path.endsWith(".tgz") || existsSync(join(path, "Chart.yaml")));
  if (found.length > 1 && !isExact(version)) {
    throw new UserError(`MULTISITE_CHARTS holds several ${name}: give the release an exact version`);
  }
  return found[0];
}

function exactly(name: string, version: string): RegExp {
  return new RegExp(`^${escaped(name)}-v?${escaped(version.replace(/^v/, ""))}$`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
