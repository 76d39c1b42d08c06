import { createHash } from "node:crypto";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { writeFile } from "node:fs/promises";
import { arch, platform } from "node:os";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { UserError } from "../../userError";
import { type Keeper, startKeeper } from "../keeper";
import { recipe } from "./build";
import { type Bundle, VERSIONS } from "./versions";

/** What lies beside the files of an entry: that it is there means that the entry is whole. */
interface Manifest {
  /** How they came, such as by a download or a build. */
  readonly from: string;
  /** The files; caches that exist call them programs. */
  readonly programs: Readonly<
    Record<string, { readonly sha256: string; readonly size: number; readonly mtimeMs: number }>
  >;
}

/** Folder of a bundle at our version, made the way we make it now, for this system. */
export function entryOf(cache: string, bundle: Bundle): string {
  return join(cache, `${bundle}-${VERSIONS[bundle]}-${platform()}-${arch()}-${recipe(bundle)}`);
}

/**
 * The paths of an entry's files by name, or undefined when it is not there or not as it was made. Content is compared with
 * its checksum where size or time differ from what was noted; an entry that is damaged is taken away.
 */
export async function readEntry(entry: string, names: readonly string[]): Promise<Map<string, string> | undefined> {
  const manifest = readManifest(entry);
  if (manifest === undefined) return undefined;
  const found = new Map<string, string>();
  for (const name of names) {
    const path = join(entry, name);
    if (!(await isAsNoted(path, manifest.programs[name]))) {
      rmSync(entry, { recursive: true, force: true });
      return undefined;
    }
    found.set(name, path);
  }
  return found;
}

/** @returns undefined where there is none, or none of the shape that we write. */
function readManifest(entry: string): Manifest | undefined {
  try {
    const manifest = JSON.parse(readFileSync(join(entry, "manifest.json"), "utf8")) as Manifest;
    return typeof manifest.programs === "object" && manifest.programs !== null ? manifest : undefined;
  } catch {
    return undefined;
  }
}

async function isAsNoted(path: string, noted: Manifest["programs"][string] | undefined): Promise<boolean> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.size !== noted?.size) return false;
  return stat.mtimeMs === noted.mtimeMs || (await sha256(path)) === noted.sha256;
}

/** Where an entry is made. */
export interface Workplace {
  /** An empty folder for the files. */
  readonly folder: string;
  /** A file for logs, gone afterwards. */
  readonly log: string;
  readonly keeper: Keeper;
}

/**
 * Makes an entry: in a folder of its own beside it, which then takes its name in one step. Whatever ends us before leaves
 * no entry, and the folder goes with us.
 * @throws UserError when the cache cannot be written; and what `make` throws.
 */
export async function fillEntry(
  entry: string,
  names: readonly string[],
  make: (place: Workplace) => Promise<Manifest["from"]>,
): Promise<void> {
  const temporary = temporaryFolder(entry);
  const keeper = startKeeper(temporary);
  try {
    const folder = join(temporary, "files");
    mkdirSync(folder);
    const from = await make({ folder, log: join(temporary, "log"), keeper });
    await writeManifest(folder, names, from);
    rmSync(entry, { recursive: true, force: true });
    renameSync(folder, entry);
  } catch (error) {
    throw inWords(error, dirname(entry));
  } finally {
    await keeper.end();
  }
}

function temporaryFolder(entry: string): string {
  const cache = dirname(entry);
  try {
    mkdirSync(cache, { recursive: true });
    // We hold the entry's lock, so that what others began and never ended (a power cut) is nobody's.
    for (const left of readdirSync(cache)) {
      if (left.startsWith(`${basename(entry)}.tmp-`)) rmSync(join(cache, left), { recursive: true, force: true });
    }
    return mkdtempSync(`${entry}.tmp-`);
  } catch (error) {
    throw inWords(error, cache);
  }
}

async function writeManifest(folder: string, names: readonly string[], from: Manifest["from"]): Promise<void> {
  const files: Record<string, Manifest["programs"][string]> = {};
  for (const name of names) {
    const path = join(folder, name);
    if (!existsSync(path)) throw new Error(`${name} was not among what was made`);
    const { size, mtimeMs } = statSync(path);
    files[name] = { sha256: await sha256(path), size, mtimeMs };
  }
  const manifest: Manifest = { from, programs: files };
  await writeFile(join(folder, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** Errors of the disk as a user can act on them; others as they are. */
export function inWords(error: unknown, cache: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const text = error instanceof Error ? error.message : "";
  const move = "or set XDG_CACHE_HOME to a folder elsewhere";
  if (code === "ENOSPC" || code === "EDQUOT" || /no space left on device|disk quota exceeded/i.test(text)) {
    return new UserError(`The disk of ${cache} is full: the programs take up to 600 MB. Free some space, ${move}.`);
  }
  if (code !== undefined && ["EACCES", "EPERM", "EROFS", "EEXIST", "ENOTDIR"].includes(code)) {
    return new UserError(`${cache} cannot be written (${code}): change its permissions, ${move}.`);
  }
  return error;
}
