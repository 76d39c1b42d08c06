import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { UserError } from "../../userError";
import { FACTS, OPTIONAL_PROGRAMS, PROGRAMS, type Program, readVersion } from "./versions";

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
}

/** Milliseconds that a program has to print its version: they answer in 0.1 s, on a crowded machine in seconds. */
const PATIENCE = 20_000;

/**
 * Looks for programs in the folder that `MULTISITE_ASSETS` names, then in that of `KUBEBUILDER_ASSETS`, then on the PATH.
 *
 * A version that does not fit is passed over with a note, except in `MULTISITE_ASSETS`: who names that folder means it.
 * @throws UserError for a folder in `MULTISITE_ASSETS` that is not there, or a program in it that does not fit.
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
    const one = await lookFor(program, environment, around.note ?? (() => {}));
    if (one !== undefined) found.set(program, one);
  };
  await Promise.all(programs.map(look));
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

async function lookFor(
  program: Program,
  environment: Readonly<Record<string, string | undefined>>,
  note: (text: string) => void,
): Promise<Found | undefined> {
  const { fits, wanted } = FACTS[program];
  for (const { path, from, isMeant } of candidates(program, environment)) {
    const printed = await versionOf(program, path);
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
  const { MULTISITE_ASSETS: ours, KUBEBUILDER_ASSETS: theirs, PATH = "" } = environment;
  return [
    ...(ours ? [{ path: resolve(ours, program), from: "assets" as const, isMeant: true }] : []),
    ...(theirs ? [{ path: resolve(theirs, program), from: "assets" as const, isMeant: false }] : []),
    ...PATH.split(delimiter)
      .filter((folder) => isAbsolute(folder))
      .map((folder) => ({ path: join(folder, program), from: "path" as const, isMeant: false })),
  ].filter(({ path }) => isExecutable(path));
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

/** What a program prints of its version, or undefined when it cannot be run. */
function versionOf(program: Program, path: string): Promise<string | undefined> {
  return new Promise((answer) => {
    execFile(path, [...FACTS[program].versionArguments], { timeout: PATIENCE, encoding: "utf8" }, (error, out, err) =>
      answer(error === null ? `${out}\n${err}` : undefined),
    );
  });
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
