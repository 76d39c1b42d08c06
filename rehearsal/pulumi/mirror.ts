import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";

/** What a real run writes into, and so must not be a link to the user's own. */
const WRITTEN = /^Pulumi\.[^/]+\.ya?ml$/;

/**
 * A folder that looks like the project, for a CLI that writes its stack's settings beside Pulumi.yaml: every entry is a
 * link to the project's, except the settings, which are copies. Node resolves links, so the program finds its packages.
 */
export function mirrorProject(projectDir: string, into: string): void {
  mkdirSync(into, { recursive: true });
  const project = resolve(projectDir);
  for (const entry of readdirSync(project)) {
    const from = join(project, entry);
    const to = join(into, entry);
    if (WRITTEN.test(entry) || entry === "Pulumi.yaml") copyFileSync(from, to);
    else symlinkSync(from, to, statSync(from, { throwIfNoEntry: false })?.isDirectory() ? "junction" : "file");
  }
  linkPackages(project, into);
}

/** The packages of a project that lies inside another one's folder are found by walking up: from the mirror, by a link. */
function linkPackages(project: string, into: string): void {
  if (existsSync(join(into, "node_modules"))) return;
  for (let folder = project; ; folder = resolve(folder, "..")) {
    const packages = join(folder, "node_modules");
    if (existsSync(packages)) {
      symlinkSync(packages, join(into, "node_modules"), "junction");
      return;
    }
    if (resolve(folder, "..") === folder) return;
  }
}

/** The policy packs are loaded by a path relative to the project: a copy would lose their packages, so a link serves. */
export function linkInto(path: string, into: string): void {
  if (process.platform === "win32") cpSync(path, into, { recursive: true });
  else symlinkSync(resolve(path), into);
}
