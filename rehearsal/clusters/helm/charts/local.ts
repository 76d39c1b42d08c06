import { existsSync, statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import type { NamedChart } from "./wanted";

/**
 * The chart that a path leads to, a folder or an archive, as the real provider looks for it: before any repository, unless
 * the release names one.
 * @param directory that relative paths start from.
 * @returns undefined where the name is no path of a chart.
 * @throws Error for what can only be a path, and is none.
 */
export function localChart({ chart, repository }: NamedChart, directory: string): string | undefined {
  const name = chart.trim();
  if (name === "" || name.startsWith("oci://") || isUrl(repository.repo)) return undefined;
  const path = resolve(directory, name);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined && (!found.isDirectory() || existsSync(join(path, "Chart.yaml")))) return path;
  if (isAbsolute(name) || name.startsWith(".")) throw new Error(`path ${JSON.stringify(name)} not found`);
  return undefined;
}

/** Whether a repository is named by its URL, and not by a name in the user's own helm. */
export function isUrl(repo: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(repo);
}
