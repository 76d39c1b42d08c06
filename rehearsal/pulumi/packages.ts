import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { PluginPackage } from "../clouds";

interface Manifest {
  name?: string;
  version?: string;
  pulumi?: { resource?: boolean; name?: string; version?: string };
}

/**
 * The provider packages that a program finds: those with `pulumi.resource` in the `node_modules` of its folder and of the
 * folders above it, the nearest of a name, under scope `@pulumi` or any other.
 */
export function installedPackages(dir: string): PluginPackage[] {
  const found = new Map<string, PluginPackage>();
  for (let folder = resolve(dir); ; folder = dirname(folder)) {
    for (const manifest of manifests(join(folder, "node_modules"))) {
      const name = manifest.pulumi?.name ?? manifest.name?.split("/").at(-1) ?? "";
      const version = manifest.pulumi?.version ?? manifest.version ?? "";
      if (manifest.pulumi?.resource === true && !found.has(name)) found.set(name, { name, version });
    }
    if (folder === dirname(folder)) return [...found.values()];
  }
}

function* manifests(packages: string): Iterable<Manifest> {
  for (const entry of list(packages)) {
    const names = entry.startsWith("@") ? list(join(packages, entry)).map((name) => join(entry, name)) : [entry];
    for (const name of names) {
      const file = join(packages, name, "package.json");
      if (existsSync(file)) yield JSON.parse(readFileSync(file, "utf8")) as Manifest;
    }
  }
}

function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith(".")) : [];
}
