import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { chmod, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import type { Archive } from "./archives";

export interface DownloadOptions {
  readonly progress?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until a host must have answered: a network that drops packets must not hold us up. @default 4000 */
  readonly patience?: number;
}

/** Milliseconds without a byte after which a transfer counts as dead. */
const STALLED = 20_000;

/**
 * Fetches an archive, checks its digest before anything reads it, and puts the programs in a folder.
 * @throws Error that says why not: no such network, another digest, an archive without the programs.
 */
export async function download(
  archive: Archive,
  programs: readonly string[],
  folder: string,
  options: DownloadOptions,
): Promise<void> {
  const file = join(folder, `.${basename(new URL(archive.url).pathname)}`);
  try {
    const digest = await fetchTo(file, archive, options);
    if (digest !== archive.digest) {
      throw new Error(`${archive.url} has the ${archive.hash} ${digest}, not ${archive.digest}: it is not used`);
    }
    if (archive.member === undefined) await rename(file, join(folder, programs[0] ?? ""));
    else await extract(file, archive.member, programs, folder, options.signal);
    for (const program of programs) await chmod(join(folder, program), 0o755);
  } finally {
    await rm(file, { force: true });
  }
}

/** Writes what the URL gives to a file, and returns its digest. */
async function fetchTo(file: string, archive: Archive, options: DownloadOptions): Promise<string> {
  const stop = new AbortController();
  const abort = () => stop.abort();
  options.signal?.addEventListener("abort", abort);
  let timer = setTimeout(abort, options.patience ?? 4000);
  try {
    const response = await fetch(archive.url, { signal: stop.signal, redirect: "follow" });
    if (!response.ok || response.body === null) throw new Error(`answers ${response.status}`);
    const total = Number(response.headers.get("content-length") ?? 0);
    const hash = createHash(archive.hash);
    let received = 0;
    const watch = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        clearTimeout(timer);
        timer = setTimeout(abort, STALLED);
        received += chunk.length;
        hash.update(chunk);
        options.progress?.(amount(received, total));
        done(null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(response.body), watch, createWriteStream(file));
    return hash.digest("hex");
  } catch (error) {
    throw new Error(`${archive.url} cannot be fetched: ${reason(error)}`);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", abort);
  }
}

function amount(received: number, total: number): string {
  const mb = (bytes: number) => Math.floor(bytes / 1e6);
  return total > 0 ? `${mb(received)} of ${mb(total)} MB` : `${mb(received)} MB`;
}

/** Node.js hides why a fetch failed in the cause of the error. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "AbortError") return "no answer";
  return error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message;
}

async function extract(
  file: string,
  member: string,
  programs: readonly string[],
  folder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const members = programs.map((program) => member.replace("*", program));
  // Paths within the archive are cut off, so that nothing is written outside the folder.
  const depth = String(member.split("/").length - 1);
  const args = ["-xzf", file, "-C", folder, "--strip-components", depth, ...members];
  await promisify(execFile)("tar", args, { ...(signal === undefined ? {} : { signal }) });
}
