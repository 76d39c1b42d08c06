import { createReadStream, type Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { LARGEST_TEXT, ManifestError, type ManifestSource } from "../lib/plan/demand";
import type { Problem } from "../lib/plan/problems";

/** Files of a folder that are read, and those that say that the folder has to be rendered first. */
const EXTENSIONS: readonly string[] = [".yaml", ".yml", ".json"];
const UNRENDERED: ReadonlyMap<string, string> = new Map([
  ["Chart.yaml", `is a Helm chart: render it first, "helm template FOLDER | multisite plan --workloads -"`],
  [
    "kustomization.yaml",
    `is a kustomization: build it first, "kubectl kustomize FOLDER | multisite plan --workloads -"`,
  ],
  [
    "kustomization.yml",
    `is a kustomization: build it first, "kubectl kustomize FOLDER | multisite plan --workloads -"`,
  ],
]);

/** Files in all, so that a folder given by mistake (such as /) ends soon. */
const MOST_FILES = 10_000;

/** Bytes of one file. UTF-8 takes at least one for each character. */
const LARGEST_FILE = 4 * LARGEST_TEXT;

/**
 * Reads the manifests that a user names.
 * @param paths files, folders (read with all folders in them: .yaml, .yml and .json; hidden ones and node_modules are
 * left out), or `-` for `stdin`
 * @param stdin what `-` reads
 * @throws ManifestError naming every path that cannot be read, and why
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
  if (reading.problems.length > 0) throw new ManifestError(reading.problems);
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
    const unrendered = entries.find((it) => UNRENDERED.has(it.name));
    if (unrendered !== undefined) {
      this.problem(path, (UNRENDERED.get(unrendered.name) ?? "").replace("FOLDER", path));
      return;
    }
    for (const entry of entries) await this.entry(join(path, entry.name), entry);
    if (named && this.sources.length === before && this.problems.length === 0) {
      this.problem(path, `holds no file that ends in ${EXTENSIONS.join(", ")}`);
    }
  }

  private async entry(path: string, entry: Dirent): Promise<void> {
    if (entry.name.startsWith(".") || entry.name === "node_modules") return;
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

/** UTF-8, or UTF-16 where a byte order mark says so, as YAML has it. */
function decode(bytes: Buffer): string {
  const mark = bytes.subarray(0, 2).toString("hex");
  const encoding = mark === "fffe" ? "utf-16le" : mark === "feff" ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding, { fatal: true }).decode(bytes);
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "does not exist"],
  ["EACCES", "may not be read: permission denied"],
  ["EPERM", "may not be read: permission denied"],
  ["ELOOP", "is a link that leads to itself"],
  ["ENOTDIR", "does not exist: a part of its path is no folder"],
  ["EISDIR", "is a folder"],
  ["ENAMETOOLONG", "is no path: it is too long"],
  ["ERR_ENCODING_INVALID_ENCODED_DATA", "is no text: it is neither UTF-8 nor UTF-16 with a byte order mark"],
]);

function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return REASONS.get(code) ?? `cannot be read${code === "" ? "" : ` (${code})`}`;
}
