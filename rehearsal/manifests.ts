import { createReadStream, type Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { LARGEST_TEXT, ManifestError, type ManifestSource, manifestProblems } from "../lib/plan/demand";
import type { Problem } from "../lib/plan/problems";
import { decode, EXTENSIONS, isPassedOver, reason, unrenderedKind } from "../lib/workloads/files";

/** How a folder is rendered that has to be. */
const RENDERED = {
  chart: `is a Helm chart: render it first, "helm template FOLDER | multisite plan --workloads -"`,
  kustomization: `is a kustomization: build it first, "kubectl kustomize FOLDER | multisite plan --workloads -"`,
};

/** Files in all, so that a folder given by mistake (such as /) ends soon. */
const MOST_FILES = 10_000;

/** Bytes of one file. UTF-8 takes at least one for each character. */
const LARGEST_FILE = 4 * LARGEST_TEXT;

/**
 * Reads the manifests that a user names.
 * @param paths files, folders (read with all folders in them: .yaml, .yml and .json; hidden ones and node_modules are
 * left out), or `-` for `stdin`
 * @param stdin what `-` reads
 * @throws ManifestError naming every path that cannot be read, and why, with what is wrong in the others
 */
export async function readManifests(
  paths: readonly string[],
  stdin: AsyncIterable<Uint8Array> = process.stdin,
): Promise<ManifestSource[]> {
  const reading = new Reading();
  for (const path of paths) {
    if (path === "-") await reading.read("standard input", stdin);
    else await reading.path(path);
  }
  if (reading.problems.length > 0) throw new ManifestError([...reading.problems, ...manifestProblems(reading.sources)]);
  return reading.sources;
}

class Reading {
  readonly sources: ManifestSource[] = [];
  readonly problems: Problem[] = [];
  private readonly folders = new Set<string>();

  /** A path that the user named: a file of any kind, pipes too, or a folder. */
  async path(path: string): Promise<void> {
    try {
      if ((await stat(path)).isDirectory()) await this.folder(path, true);
      else await this.read(path, createReadStream(path));
    } catch (error) {
      this.problem(path, reason(error));
    }
  }

  /** A folder and all in it, each real folder once: links may lead in circles. */
  private async folder(path: string, named: boolean): Promise<void> {
    const real = await realpath(path);
    if (this.folders.has(real)) return;
    this.folders.add(real);
    const entries = (await readdir(path, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
    const before = this.sources.length;
    const kind = unrenderedKind(entries.map(({ name }) => name));
    if (kind !== undefined) {
      this.problem(path, RENDERED[kind].replace("FOLDER", path));
      return;
    }
    for (const entry of entries) await this.entry(join(path, entry.name), entry);
    if (named && this.sources.length === before && this.problems.length === 0) {
      this.problem(path, `holds no file that ends in ${EXTENSIONS.join(", ")}`);
    }
  }

  private async entry(path: string, entry: Dirent): Promise<void> {
    if (isPassedOver(entry.name)) return;
    try {
      const what = entry.isSymbolicLink() ? await stat(path) : entry;
      if (what.isDirectory()) return await this.folder(path, false);
      if (!what.isFile() || !EXTENSIONS.includes(extname(entry.name).toLowerCase())) return;
      if (this.sources.length < MOST_FILES) await this.read(path, createReadStream(path));
      else if (this.sources.length === MOST_FILES)
        this.problem(path, `more than ${MOST_FILES} files: name a folder with fewer`);
    } catch (error) {
      this.problem(path, reason(error));
    }
  }

  /** Reads to the end, or as far as anything may be long. */
  async read(name: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    try {
      for await (const chunk of bytes) {
        length += chunk.length;
        if (length > LARGEST_FILE) {
          this.problem(
            name,
            `is too large: at most ${LARGEST_FILE} bytes are read; split it, or give only the workloads`,
          );
          return;
        }
        chunks.push(chunk);
      }
      this.sources.push({ name, text: decode(Buffer.concat(chunks)) });
    } catch (error) {
      this.problem(name, reason(error));
    }
  }

  private problem(path: string, message: string): void {
    this.problems.push({ path, message });
  }
}
