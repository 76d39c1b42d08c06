import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, statfsSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Interrupted } from "../../userError";
import type { Keeper } from "../keeper";
import { isExecutable } from "./places";
import { type Bundle, FACTS, type OptionalProgram, type Program, programsOf, readVersion, VERSIONS } from "./versions";

/** The oldest Go that fetches the one that a module asks for by itself (`GOTOOLCHAIN`) and reads `tool` lines: 1.24. */
export const LEAST_GO_MINOR = 24;

/** A Go that can build. */
export interface Go {
  readonly path: string;
  /** As `go version` prints it. */
  readonly version: string;
}

/**
 * Finds Go on the PATH or in GOROOT.
 * @returns why it cannot be used, as a text, where it cannot
 */
export async function findGo(environment: Readonly<Record<string, string | undefined>>): Promise<Go | string> {
  const { PATH = "", GOROOT } = environment;
  const folders = [...PATH.split(delimiter), ...(GOROOT ? [join(GOROOT, "bin")] : [])];
  const path = folders
    .filter(isAbsolute)
    .map((folder) => join(folder, "go"))
    .find(isExecutable);
  if (path === undefined) return "there is no go on the PATH";
  try {
    const { stdout } = await promisify(execFile)(path, ["version"], { timeout: 20_000 });
    const minor = /go1\.(\d+)/.exec(stdout)?.[1];
    if (minor !== undefined && Number(minor) < LEAST_GO_MINOR) {
      return `${path} is ${stdout.trim()}; 1.${LEAST_GO_MINOR} or later is needed`;
    }
    return { path, version: stdout.trim() };
  } catch (error) {
    return `${path} cannot be run: ${(error as Error).message.split("\n")[0]}`;
  }
}

/**
 * Folder of the bundle's Go module: a `go.mod` that requires the release and repeats those of its replace directives that
 * count (Go ignores them in a dependency), and a `go.sum` that pins the content of every module.
 */
export function moduleFolder(bundle: Bundle): string {
  // As source the folder lies beside this file; in a package this file is in dist, and the folder is not compiled.
  const beside = join(__dirname, "modules", bundle);
  if (existsSync(beside)) return beside;
  return join(__dirname, "..", "..", "..", "..", "rehearsal", "clusters", "toolchain", "modules", bundle);
}

/** What decides what a build yields, as 12 hexadecimal digits: module versions and contents, our own source, and flags. */
export function recipe(bundle: Bundle): string {
  const hash = createHash("sha256");
  const folder = moduleFolder(bundle);
  const sources = readdirSync(folder).filter((file) => file.endsWith(".go"));
  for (const file of ["go.mod", "go.sum", ...sources.sort()]) hash.update(readFileSync(join(folder, file)));
  return hash.update(linkerFlags(bundle)).digest("hex").slice(0, 12);
}

/** Versions that the projects' own builds set with the linker; without them Kubernetes takes itself for v0.0.0. */
function linkerFlags(bundle: Bundle): string {
  const version = VERSIONS[bundle];
  const { major, minor } = readVersion(version)!;
  const set = (name: string, value: string | number) => `-X ${name}=${value}`;
  const flags = ["-s", "-w"];
  if (bundle === "kubernetes") {
    for (const where of ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"]) {
      flags.push(set(`${where}.gitVersion`, `v${version}`), set(`${where}.gitTreeState`, "clean"));
      flags.push(set(`${where}.gitMajor`, major), set(`${where}.gitMinor`, minor));
    }
  }
  if (bundle === "helm") {
    const kubernetes = readVersion(VERSIONS.kubernetes)!;
    flags.push(set("helm.sh/helm/v3/internal/version.version", `v${version}`));
    for (const where of ["helm.sh/helm/v3/pkg/chartutil", "helm.sh/helm/v3/pkg/lint/rules"]) {
      flags.push(set(`${where}.k8sVersionMajor`, kubernetes.major), set(`${where}.k8sVersionMinor`, kubernetes.minor));
    }
  }
  return flags.join(" ");
}

/**
 * The linker leaves out what only debuggers read: the compiler need not make it, which saves a twelfth of its time. Programs that are
 * built so share what they have in common.
 */
export const WITHOUT_DEBUGGER = "-gcflags=all=-dwarf=false";

export interface BuildOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly progress?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Builds the programs of a bundle into a folder.
 * @param keeper ends the build, with all compilers that Go runs, when we end.
 * @param log file for what Go says.
 * @throws Error with the end of what Go said; Interrupted.
 */
export async function build(
  go: Go,
  bundle: Bundle,
  place: { readonly keeper: Keeper; readonly folder: string; readonly log: string },
  options: BuildOptions,
): Promise<void> {
  const packages = programsOf(bundle).map((program) => FACTS[program].package);
  const flags = ["-v", "-trimpath", WITHOUT_DEBUGGER, "-ldflags", linkerFlags(bundle)];
  const { GOFLAGS: _theirs, NODE_OPTIONS: _node, ...environment } = options.environment;
  const building = await place.keeper.start({
    command: go.path,
    // The separator at the end makes Go take it for a folder also for one program.
    args: ["build", ...flags, "-o", join(place.folder, sep), ...packages],
    cwd: moduleFolder(bundle),
    env: { ...environment, GOFLAGS: "-mod=readonly -buildvcs=false", GOWORK: "off", CGO_ENABLED: "0" },
    log: place.log,
  });
  const ended = new AbortController();
  const exit = building.exited.finally(() => ended.abort());
  const interrupt = () => building.kill();
  options.signal?.addEventListener("abort", interrupt);
  try {
    await report(place.log, ended.signal, options);
    const { code } = await exit;
    if (options.signal?.aborted) throw new Interrupted();
    if (code !== 0) throw new Error(`${go.version} cannot build ${bundle}: ${tail(place.log)}`);
  } finally {
    options.signal?.removeEventListener("abort", interrupt);
  }
  // Go names a program after the last part of its package that is no version.
  for (const program of programsOf(bundle))
    renameSync(join(place.folder, builtName(program)), join(place.folder, program));
}

function builtName(program: Program | OptionalProgram): string {
  const parts = FACTS[program].package.split("/").filter((part) => !/^v\d+$/.test(part));
  return parts.at(-1) ?? program;
}

/** Tells how far the build is, once a second, until it has ended. Go prints a line for each package that it compiles. */
async function report(log: string, ended: AbortSignal, { progress, signal }: BuildOptions): Promise<void> {
  const begun = Date.now();
  while (!ended.aborted && !signal?.aborted) {
    const lines = readFileSync(log, "utf8").split("\n");
    const compiled = lines.filter((line) => /^[\w.-]+(\/[\w.~-]+)*$/.test(line)).length;
    progress?.(`${Math.round((Date.now() - begun) / 1000)} s, ${compiled} packages compiled`);
    await sleep(1000, undefined, { signal: ended }).catch(() => {});
  }
}

/** The end of what Go said, without the names of packages and of modules that were fetched. */
function tail(log: string): string {
  const lines = readFileSync(log, "utf8").split("\n");
  const said = lines.filter((line) => /\s/.test(line) && !/^(go: downloading|# )/.test(line));
  if (said.length > 0) return said.slice(-5).join("\n");
  const { bavail, bsize } = statfsSync(dirname(log));
  return bavail * bsize < 2 ** 20 ? `the disk of ${dirname(log)} is full` : "it was ended from outside";
}
