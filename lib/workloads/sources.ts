import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type ManifestSource, manifestProblems } from "../plan/demand";
import { decode, EXTENSIONS, isPassedOver, reason, unrenderedKind } from "./files";

/** What a folder is given as that has to be rendered. */
const RENDERED = {
  chart: "is a Helm chart: give it as `chart` of the FleetWorkload",
  kustomization: "is a kustomization: give it with kustomization(folder)",
};

/**
 * Reads manifests: files, and of folders all `.yaml`, `.yml` and `.json` below them, in the order of their names; hidden ones
 * and node_modules are left out. Call it in the program: a component's constructor reads nothing.
 * @throws pulumi.RunError with every path that cannot be read, or has to be rendered first, and what is wrong in the others.
 */
export function manifestFiles(...paths: string[]): ManifestSource[] {
  const problems: string[] = [];
  const found: ManifestSource[] = [];
  for (const path of paths) {
    const before = found.length + problems.length;
    readInto(found, path, problems, new Set());
    if (found.length + problems.length > before) continue;
    problems.push(`  ${path}: holds no file that ends in ${EXTENSIONS.join(", ")}`);
  }
  if (problems.length === 0) return found;
  const others = manifestProblems(found).map(({ path, message }) => `  ${path}: ${message}`);
  throw new pulumi.RunError(["Manifests cannot be read:", ...problems, ...others].join("\n"));
}

/** @param folders those that were read, by their real paths: links may lead in circles. */
function readInto(found: ManifestSource[], path: string, problems: string[], folders: Set<string>): void {
  try {
    if (!statSync(path).isDirectory()) {
      found.push({ name: path, text: decode(readFileSync(path)) });
      return;
    }
    const real = realpathSync(path);
    if (folders.has(real)) return;
    folders.add(real);
    const names = readdirSync(path).sort((a, b) => (a < b ? -1 : 1));
    const kind = unrenderedKind(names);
    if (kind !== undefined) {
      problems.push(`  ${path}: ${RENDERED[kind]}`);
      return;
    }
    for (const name of names) {
      const below = join(path, name);
      const isRead = EXTENSIONS.includes(extname(name).toLowerCase()) || isFolder(below);
      if (isRead && !isPassedOver(name)) readInto(found, below, problems, folders);
    }
  } catch (error) {
    problems.push(`  ${path}: ${reason(error)}`);
  }
}

/** Of a link: whether it leads to one. */
function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
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
      throw new pulumi.RunError(`Kustomization ${folder} cannot be built: ${toldBy(stderr ?? "") || message}`);
    }
    throw new pulumi.RunError(
      `Kustomization ${folder} cannot be built: there is no ${kubectl}. Install kubectl, give its path as ` +
        `kustomization(folder, { kubectl }), or build it beforehand: kubectl kustomize ${folder} > built.yaml, and manifestFiles("built.yaml").`,
    );
  }
}

/** What kubectl says, without the frame of its log, and what to do where that advises what is not done here. */
function toldBy(stderr: string): string {
  const framed = /err=(?:"((?:[^"\\]|\\.)*)"|<\n([\s\S]*?)\n >)\s*$/.exec(stderr);
  const [, quoted, block] = framed ?? [];
  const text = quoted?.replace(/\\n/g, "\n").replace(/\\(["\\])/g, "$1") ?? block ?? stderr;
  const advice = /enable-helm/.test(text)
    ? "\n  Charts in kustomizations are not rendered here: give the chart as `chart` of a FleetWorkload, or run `helm template` beforehand."
    : "";
  return `${withoutGiven(text).replace(/^\t/gm, "").trim()}${advice}`;
}

/** Without the literals and patches that kubectl quotes, which may be those of Secrets. */
function withoutGiven(text: string): string {
  return text
    .replace(/literal sources \[.*?\]/gs, "literal sources")
    .replace(/invalid literal source [^\n,]*,/g, "invalid literal source,")
    .replace(/ with config: `.*?`/gs, "")
    .replace(/\[?patch: "(?:[^"\\]|\\.)*"\]?/gs, "the patch");
}
