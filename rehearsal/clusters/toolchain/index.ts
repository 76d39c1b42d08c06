import { arch, platform } from "node:os";
import { dirname } from "node:path";
import { Interrupted, UserError } from "../../userError";
import { type Archive, archiveOf, HOSTS } from "./archives";
import { build, findGo, type Go, LEAST_GO_MINOR } from "./build";
import { entryOf, fillEntry, inWords, readEntry, type Workplace } from "./cache";
import { download } from "./download";
import { type Holder, withLock } from "./lock";
import { cacheFolder, emptyAssets, type Found, givenPrograms, meantProgram } from "./places";
import { type Bundle, FACTS, type OptionalProgram, PROGRAMS, type Program, programsOf, VERSIONS } from "./versions";

export type { Found } from "./places";
export { OPTIONAL_PROGRAMS, type OptionalProgram, PROGRAMS, type Program, VERSIONS } from "./versions";

/** The programs, each with its place and version. */
export type Toolchain = Readonly<Record<Program, Found>>;

export interface ToolchainOptions {
  /** What is being done right now, for long work. The part before the first colon changes with the step only. */
  readonly progress?: (text: string) => void;
  /** Ends a download or a build. */
  readonly signal?: AbortSignal;
  /** Environment to look in and to build with. @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Folder for what is downloaded and built. @default "multisite/toolchain" in the user's cache folder */
  readonly cache?: string;
  /** Where official binaries are, such as in a company's mirror. @default the projects' own hosts */
  readonly archives?: (bundle: Bundle) => Archive | undefined;
  /** Milliseconds that a host of official binaries has to answer. @default 4000 */
  readonly patience?: number;
}

/** A bundle's way into the cache; each is tried in turn, and says by an Error why it did not work. */
type Way = (bundle: Bundle, place: Workplace) => Promise<"download" | "build">;

/**
 * The programs that sites on this machine need: from a folder that the user names (`MULTISITE_ASSETS`,
 * `KUBEBUILDER_ASSETS`), the PATH where versions fit, our cache, official binaries, or built with Go, in this order.
 * What is downloaded or built is kept in the cache.
 * @throws UserError that names the ways out when programs are missing; Interrupted.
 */
export async function toolchain(options: ToolchainOptions = {}): Promise<Toolchain> {
  return whole(await provided(PROGRAMS, options));
}

/** One of the programs alone, for what needs no site; found, and downloaded or built, in the same way. */
export async function tool(program: Program, options: ToolchainOptions = {}): Promise<Found> {
  return (await provided([program], options)).get(program) as Found;
}

async function provided(programs: readonly Program[], options: ToolchainOptions): Promise<Map<Program, Found>> {
  const notes: string[] = [];
  const found = await findAll(programs, options, notes);
  const missing = bundlesOf(programs.filter((program) => !found.has(program)));
  if (missing.length > 0) {
    const install = installer(options, notes, () => programs.filter((program) => !found.has(program)));
    for (const bundle of missing) await addMissing(found, await install(bundle));
  }
  const empty = emptyAssets(options.environment ?? process.env);
  if (empty !== undefined) options.progress?.(`${empty}: they come from ${placesOf([...found.values()], options)}`);
  return found;
}

/** The folders in which programs are, such as `/usr/local/bin and the cache, ...`. */
function placesOf(found: readonly Found[], { environment = process.env, cache }: ToolchainOptions): string {
  const kept = `the cache, ${cache ?? cacheFolder(environment)}`;
  return [...new Set(found.map(({ path, from }) => (from === "cache" ? kept : dirname(path))))].sort().join(" and ");
}

/** The programs, where all are there already: nothing is downloaded or built. Else undefined. */
export async function presentToolchain(options: ToolchainOptions = {}): Promise<Toolchain | undefined> {
  const found = await findAll(PROGRAMS, options, []);
  return PROGRAMS.every((program) => found.has(program)) ? whole(found) : undefined;
}

/**
 * A program that sites can do without, such as `trust-manager`: from the folder of `MULTISITE_ASSETS`, where it is taken as
 * it is, from our cache, or built with Go once, in a minute or two. How they are run:
 *
 * - `trust-manager --kubeconfig FILE --trust-namespace NAMESPACE`, with its webhook's flags (`--help` lists them).
 * - `issuers --kubeconfig FILE --cluster-resource-namespace NAMESPACE`; it waits for cert-manager's kinds, then prints
 *   `issuing`.
 * - `pebble -config FILE`, with `PEBBLE_VA_ALWAYS_VALID=1` where nobody answers challenges.
 * @throws UserError that names the ways out when it is missing; Interrupted.
 */
export async function optionalTool(program: OptionalProgram, options: ToolchainOptions = {}): Promise<Found> {
  const present = await presentOptionalTool(program, options);
  if (present !== undefined) return present;
  return (await installer(options, [], () => [program])(program)).get(program) as Found;
}

/** The same, where it is there already: nothing is built. Else undefined. */
export async function presentOptionalTool(
  program: OptionalProgram,
  options: ToolchainOptions = {},
): Promise<Found | undefined> {
  const environment = options.environment ?? process.env;
  const given = meantProgram(program, environment);
  if (given !== undefined) return { path: given, version: VERSIONS[program], from: "assets" };
  return (await kept(options.cache ?? cacheFolder(environment), program))?.get(program);
}

async function findAll(
  programs: readonly Program[],
  options: ToolchainOptions,
  notes: string[],
): Promise<Map<Program, Found>> {
  const environment = options.environment ?? process.env;
  if (platform() === "win32") {
    throw new UserError("Sites on this machine, and the charts of programs, need Linux or macOS: on Windows, use WSL.");
  }
  const found = await givenPrograms(programs, { environment, note: (text) => notes.push(text) });
  const cache = options.cache ?? cacheFolder(environment);
  for (const bundle of bundlesOf(programs.filter((program) => !found.has(program)))) {
    addMissing(found, (await kept(cache, bundle)) ?? new Map());
  }
  return found;
}

function addMissing(found: Map<Program, Found>, more: ReadonlyMap<Program | OptionalProgram, Found>): void {
  for (const program of PROGRAMS) {
    const one = more.get(program);
    if (one !== undefined && !found.has(program)) found.set(program, one);
  }
}

/** The programs of a bundle that the cache has. */
async function kept(cache: string, bundle: Bundle): Promise<Map<Program | OptionalProgram, Found> | undefined> {
  const entry = await readEntry(entryOf(cache, bundle), programsOf(bundle));
  if (entry === undefined) return undefined;
  const version = VERSIONS[bundle];
  return new Map(programsOf(bundle).map((name) => [name, { path: entry.get(name) ?? "", version, from: "cache" }]));
}

function bundlesOf(programs: readonly Program[]): Bundle[] {
  return [...new Set(programs.map((program) => FACTS[program].bundle))];
}

function whole(found: ReadonlyMap<Program, Found>): Toolchain {
  return Object.fromEntries(found) as Toolchain;
}

/**
 * Brings bundles into the cache; what did not work for one is not tried again for the next.
 * @param missing what is wanted and not there, for the message when a bundle cannot be brought.
 */
function installer(
  options: ToolchainOptions,
  notes: string[],
  missing: () => readonly (Program | OptionalProgram)[],
): (bundle: Bundle) => Promise<Map<Program | OptionalProgram, Found>> {
  const environment = options.environment ?? process.env;
  const cache = options.cache ?? cacheFolder(environment);
  const tried: string[] = [];
  const ways: Way[] = [downloader(options), builder(options)];
  return async (bundle) => {
    const entry = entryOf(cache, bundle);
    const waiting = ({ pid }: Holder) => options.progress?.(`waiting for process ${pid}, which installs ${bundle}`);
    try {
      await withLock(`${entry}.lock`, { waiting, signal: options.signal }, async () => {
        const isThere = (await kept(cache, bundle)) !== undefined;
        if (!isThere) await fillEntry(entry, programsOf(bundle), oneOf(bundle, ways, tried));
      });
    } catch (error) {
      if (error instanceof UserError || error instanceof Interrupted) throw error;
      const known = inWords(error, cache);
      throw known instanceof UserError ? known : missingError(missing(), [...notes, ...tried], error);
    }
    const made = await kept(cache, bundle);
    if (made === undefined) throw new UserError(`${entry} was changed while it was made: run this again.`);
    return made;
  };
}

function oneOf(bundle: Bundle, ways: Way[], tried: string[]): (place: Workplace) => Promise<"download" | "build"> {
  return async (place) => {
    for (const way of [...ways]) {
      try {
        return await way(bundle, place);
      } catch (error) {
        if (error instanceof UserError || error instanceof Interrupted) throw error;
        if (inWords(error, "") instanceof UserError) throw error;
        tried.push((error as Error).message);
        // A network that does not answer once, or a machine without Go, is the same for the next bundle.
        if (error instanceof Unavailable) ways.splice(ways.indexOf(way), 1);
      }
    }
    throw new Error("none of the ways worked");
  };
}

/** A way that works for no bundle here. */
class Unavailable extends Error {}

function downloader({ progress, signal, patience, archives = official }: ToolchainOptions): Way {
  return async (bundle, { folder }) => {
    const archive = archives(bundle);
    if (archive === undefined) throw new Error(`no official ${bundle} for ${platform()} ${arch()}`);
    const said = (text: string) => progress?.(`downloading ${bundle} ${VERSIONS[bundle]} (once): ${text}`);
    try {
      await download(archive, programsOf(bundle), folder, {
        progress: said,
        signal,
        ...(patience === undefined ? {} : { patience }),
      });
    } catch (error) {
      if (signal?.aborted) throw new Interrupted();
      if (/cannot be fetched: (?!answers)/.test((error as Error).message))
        throw new Unavailable((error as Error).message);
      throw error;
    }
    return "download";
  };
}

function official(bundle: Bundle): Archive | undefined {
  return archiveOf(bundle, platform(), arch());
}

function builder({ progress, signal, environment = process.env }: ToolchainOptions): Way {
  let go: Go | string | undefined;
  return async (bundle, place) => {
    go ??= await findGo(environment);
    if (typeof go === "string") throw new Unavailable(go);
    const said = (text: string) => progress?.(`building ${bundle} ${VERSIONS[bundle]} with Go (once): ${text}`);
    await build(go, bundle, place, { environment, progress: said, signal });
    return "build";
  };
}

function missingError(
  needed: readonly (Program | OptionalProgram)[],
  tried: readonly string[],
  error: unknown,
): UserError {
  const programs = needed.map((program) => `${program} ${FACTS[program].wanted}`);
  const reasons = tried.length > 0 ? tried : [(error as Error).message];
  return new UserError(
    [
      `${programs.join(", ")}: needed for what runs on this machine, and not here. Three ways to get what is needed:`,
      `  1. Install Go 1.${LEAST_GO_MINOR} or later (https://go.dev/doc/install): they are then built from public Go modules, once, in`,
      "     some minutes.",
      `  2. Let this machine reach ${HOSTS.join(", ")}: official binaries are then downloaded (Linux).`,
      "  3. Put them into a folder and name it: MULTISITE_ASSETS=/that/folder.",
      "What was tried:",
      ...reasons.map((reason) => `  - ${reason.replaceAll("\n", "\n    ")}`),
    ].join("\n"),
  );
}
