import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, lstatSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { UserError } from "../../userError";
import { FACTS, OPTIONAL_PROGRAMS, type OptionalProgram, PROGRAMS, type Program, readVersion } from "./versions";

/** Where a program was found. */
export interface Found {
  /** Absolute path of the executable. */
  readonly path: string;
  /** `1.35.4` */
  readonly version: string;
  readonly from: "assets" | "path" | "cache";
}

/** Where to look, beside the cache. */
export interface Surroundings {
  /** @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** What was found and is not used, and why: one line each. */
  readonly note?: (text: string) => void;
  /** Milliseconds that a program has to print its version. @default 20000: they take 100, on a crowded machine thousands */
  readonly patience?: number;
}

/**
 * Looks for programs in the folder that `MULTISITE_ASSETS` names, then in that of `KUBEBUILDER_ASSETS`, then on the PATH.
 *
 * A version that does not fit is passed over with a note, except in `MULTISITE_ASSETS`: who names that folder means it.
 * @throws UserError for a folder in `MULTISITE_ASSETS` that is not there, and with all programs in it that do not fit or cannot
 * be run.
 */
export async function givenPrograms(programs: readonly Program[], around: Surroundings): Promise<Map<Program, Found>> {
  const environment = around.environment ?? process.env;
  const assets = environment.MULTISITE_ASSETS;
  if (assets && !statSync(assets, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError(
      `MULTISITE_ASSETS is ${assets}, which is no folder: name one that holds the programs, or unset it.`,
    );
  }
  const found = new Map<Program, Found>();
  const look = async (program: Program) => {
    const one = await lookFor(program, { note: () => {}, patience: 20_000, ...around, environment });
    if (one !== undefined) found.set(program, one);
  };
  const looks = await Promise.allSettled(programs.map(look));
  refuseAll(looks.flatMap((one) => (one.status === "rejected" ? [one.reason] : [])));
  return found;
}

/** What to know of a folder in `MULTISITE_ASSETS` in which nothing is found; undefined where there is none such. */
export function emptyAssets({
  MULTISITE_ASSETS: folder,
}: NonNullable<Surroundings["environment"]>): string | undefined {
  if (!folder || [...PROGRAMS, ...OPTIONAL_PROGRAMS].some((one) => isExecutable(resolve(folder, one))))
    return undefined;
  return `MULTISITE_ASSETS is ${folder}, which holds none of the programs`;
}

/** @throws UserError with the mistakes of the user's, each once; else the first of what went wrong. */
function refuseAll(problems: readonly unknown[]): void {
  const other = problems.find((one) => !(one instanceof UserError));
  if (other !== undefined) throw other;
  if (problems.length > 0) throw new UserError(problems.map((one) => (one as UserError).message).join("\n"));
}

/**
 * The program in the folder that `MULTISITE_ASSETS` names; undefined where none of its name is there.
 * @throws UserError for one that cannot be run: who names that folder means it.
 */
export function meantProgram(
  program: Program | OptionalProgram,
  { MULTISITE_ASSETS: folder }: NonNullable<Surroundings["environment"]>,
): string | undefined {
  if (!folder) return undefined;
  const path = resolve(folder, program);
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  if (isExecutable(path)) return path;
  throw new UserError(
    `${path} is no file that can be run. Make it one (chmod +x), or take it out of MULTISITE_ASSETS.`,
  );
}

async function lookFor(
  program: Program,
  { environment, note, patience }: Required<Surroundings>,
): Promise<Found | undefined> {
  const { fits, wanted } = FACTS[program];
  for (const { path, from, isMeant } of candidates(program, environment)) {
    const printed = await versionOf(program, path, patience);
    const version = printed === undefined ? undefined : readVersion(printed);
    if (version !== undefined && fits(version)) {
      return { path, version: `${version.major}.${version.minor}.${version.patch}`, from };
    }
    const is =
      version === undefined ? "does not say its version" : `is ${version.major}.${version.minor}.${version.patch}`;
    const text = `${path} ${is}; ${program} ${wanted} is needed`;
    if (isMeant) throw new UserError(`${text}. Take it out of MULTISITE_ASSETS, or put one that fits there.`);
    note(text);
  }
  return undefined;
}

interface Candidate {
  readonly path: string;
  readonly from: Found["from"];
  /** Whether the user named the very folder for this purpose. */
  readonly isMeant: boolean;
}

function candidates(program: Program, environment: Readonly<Record<string, string | undefined>>): Candidate[] {
  const { KUBEBUILDER_ASSETS: theirs, PATH = "" } = environment;
  const ours = meantProgram(program, environment);
  const others = [
    ...(theirs ? [{ path: resolve(theirs, program), from: "assets" as const, isMeant: false }] : []),
    ...PATH.split(delimiter)
      .filter((folder) => isAbsolute(folder))
      .map((folder) => ({ path: join(folder, program), from: "path" as const, isMeant: false })),
  ].filter(({ path }) => isExecutable(path));
  return [...(ours === undefined ? [] : [{ path: ours, from: "assets" as const, isMeant: true }]), ...others];
}

/** Whether a file can be run by this user. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Programs that are asked for their version. */
const asked = new Set<ChildProcess>();

function endAsked(): void {
  for (const child of asked) endGroup(child);
}

/** Ends a program with all that it has started. */
function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // The usual case: nobody is left.
  }
}

/** What a program prints of its version, or undefined when it cannot be run, or takes too long. */
async function versionOf(program: Program, path: string, patience: number): Promise<string | undefined> {
  if (asked.size === 0) process.once("exit", endAsked);
  const child = spawn(path, [...FACTS[program].versionArguments], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  asked.add(child);
  const late = setTimeout(() => endGroup(child), patience);
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => {
    said.out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    said.err += text;
  });
  // What it leaves running would hold its output open.
  child.once("exit", () => endGroup(child));
  const code = await new Promise((resolve) => child.once("error", () => resolve(undefined)).once("close", resolve));
  clearTimeout(late);
  asked.delete(child);
  if (asked.size === 0) process.off("exit", endAsked);
  return code === 0 ? `${said.out}\n${said.err}` : undefined;
}

/**
 * Our folder in the user's cache: `XDG_CACHE_HOME`, `~/Library/Caches` on macOS, else `~/.cache`.
 * Relative values of `XDG_CACHE_HOME` are ignored, as the XDG base directory specification says.
 */
export function cacheFolder(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const xdg = environment.XDG_CACHE_HOME;
  const home = environment.HOME || homedir();
  const user =
    xdg && isAbsolute(xdg) ? xdg : platform === "darwin" ? join(home, "Library", "Caches") : join(home, ".cache");
  return join(user, "multisite", "toolchain");
}
