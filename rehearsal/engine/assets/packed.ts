import { createReadStream } from "node:fs";
import { access, constants } from "node:fs/promises";
import * as path from "node:path";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Entry, ZipFile } from "yauzl";
import { inItsWords, uriContent } from "./contents";
import type { Member } from "./tar";

/** How a file is packed, by the end of its name, as the real engine tells. */
export function packingOf(name: string): "tar" | "tgz" | "zip" | undefined {
  if (name.endsWith(".tar")) return "tar";
  if (name.endsWith(".tgz") || name.endsWith(".tar.gz")) return "tgz";
  return name.endsWith(".zip") || name.endsWith(".jar") ? "zip" : undefined;
}

/** A packed archive: a file of this machine, or what a URI names. */
export type Source = { readonly file: string } | { readonly uri: string };

/** A path in its shortest form, without a slash at its end. */
export const cleaned = (name: string): string => path.posix.normalize(name).replace(/(?<=.)\/$/, "");

/** The files of a packed archive, in its own order. */
export async function* packedMembers(source: Source, packing: "tar" | "tgz" | "zip"): AsyncGenerator<Member> {
  // With a signature of its own, since a stream's opening error would come too late for its words.
  if ("file" in source) {
    await access(source.file, constants.R_OK).catch((error: NodeJS.ErrnoException) => {
      throw inItsWords(Object.assign(error, { syscall: "open" }), source.file);
    });
  }
  if (packing === "zip") yield* zipMembers(source);
  else yield* tarMembers(await streamOf(source), packing === "tgz");
}

async function streamOf(source: Source): Promise<Readable> {
  return "file" in source ? createReadStream(source.file) : Readable.from((await uriContent(source.uri)).chunks);
}

async function* tarMembers(bytes: Readable, isZipped: boolean): AsyncGenerator<Member> {
  const extract = (await import("tar-stream")).extract();
  // The streams of this package are not Node.js's own in name, yet in all that matters here.
  const into = extract as unknown as NodeJS.WritableStream;
  const ended = (error?: Error | null): void => void (error && extract.destroy(error));
  if (isZipped) pipeline(bytes, createGunzip(), into, ended);
  else pipeline(bytes, into, ended);
  for await (const entry of extract) {
    const { name, type, size } = entry.header;
    if (type === "file")
      yield { name: cleaned(name), open: async () => ({ size, chunks: entry as AsyncIterable<Uint8Array> }) };
    else if (type !== "directory") throw new Error(`Unrecognized tar header: ${name} is a ${type}`);
    entry.resume();
  }
}

async function openZip(source: Source): Promise<ZipFile> {
  const yauzl = await import("yauzl");
  const options = { lazyEntries: true, autoClose: false, decodeStrings: false };
  const opened =
    "file" in source
      ? yauzl.openPromise(source.file, options)
      : yauzl.fromBufferPromise(Buffer.concat(await allOf((await uriContent(source.uri)).chunks)), options);
  return opened.catch((error: Error) => {
    throw new Error(`failed to read ZIP: ${error.message}`);
  });
}

async function allOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
}

async function* zipMembers(source: Source): AsyncGenerator<Member> {
  const zip = await openZip(source);
  try {
    for await (const entry of zip.eachEntry()) yield* zipMember(zip, entry);
  } finally {
    zip.close();
  }
}

function* zipMember(zip: ZipFile, entry: Entry): Generator<Member> {
  const name = String(entry.fileName);
  if (name.endsWith("/")) return;
  const open = async () => ({ size: entry.uncompressedSize, chunks: await zip.openReadStreamPromise(entry) });
  yield { name: cleaned(name), open };
}
