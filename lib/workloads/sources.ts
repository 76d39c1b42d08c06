import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { ManifestSource } from "../plan/demand";

const MANIFEST = /\.(ya?ml|json)$/i;

/**
 * Reads manifests: files, and of folders all `.yaml`, `.yml` and `.json` below them, in the order of their names. Call it
 * in the program: a component's constructor reads nothing.
 * @throws pulumi.RunError with every path that cannot be read.
 */
export function manifestFiles(...paths: string[]): ManifestSource[] {
  const problems: string[] = [];
  const found = paths.flatMap((path) => {
    try {
      return filesOf(path).map((name) => ({ name, text: readFileSync(name, "utf8") }));
    } catch (error) {
      problems.push(`  ${path}: ${(error as Error).message}`);
      return [];
    }
  });
  if (problems.length > 0) throw new pulumi.RunError(`Manifests cannot be read:\n${problems.join("\n")}`);
  return found;
}

function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const name = join(path, entry.name);
    if (entry.isDirectory()) return filesOf(name);
    return MANIFEST.test(entry.name) ? [name] : [];
  });
}

/** How a kustomization is built. */
export interface KustomizationOptions {
  /** The kubectl to build it with. @default the one on the PATH */
  kubectl?: string;
}

/** A build that takes longer waits for a remote base that does not answer. */
const BUILD_SECONDS = 120;
const LARGEST_BUILD_BYTES = 64 * 1024 * 1024;

/**
 * Builds a kustomization with `kubectl kustomize`, whose kustomize is the one that `kubectl apply -k` has. There is no
 * other implementation to trust, and the SDK's `kustomize.v2.Directory` shows its objects to neither plan nor policies
 * before the first update. Plugins and Helm inflation stay off: a build runs nobody's code.
 * @throws pulumi.RunError when there is no kubectl, or the folder cannot be built; the message says what kubectl said.
 */
export function kustomization(folder: string, { kubectl = "kubectl" }: KustomizationOptions = {}): ManifestSource[] {
  try {
    const text = execFileSync(kubectl, ["kustomize", folder], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      timeout: BUILD_SECONDS * 1000,
      maxBuffer: LARGEST_BUILD_BYTES,
    });
    return [{ name: folder, text }];
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code !== "ENOENT") {
      throw new pulumi.RunError(`Kustomization ${folder} cannot be built: ${stderr?.trim() || message}`);
    }
    throw new pulumi.RunError(
      `Kustomization ${folder} cannot be built: there is no ${kubectl}. Install kubectl, give its path as ` +
        `kustomization(folder, { kubectl }), or build it beforehand: kubectl kustomize ${folder} > built.yaml, and manifestFiles("built.yaml").`,
    );
  }
}
