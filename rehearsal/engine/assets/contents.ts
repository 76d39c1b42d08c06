import { open } from "node:fs/promises";
import * as path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Asset } from "./forms";

/** Bytes that are read once. */
export interface Content {
  readonly size: number;
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** As often as the real engine asks for a URI before it gives up. */
const tries = 5;
/** Milliseconds before the second try; each further pause is half as long again. */
const firstPause = 100;

/** Where the operating system's words differ between Node.js and the real engine. */
const words: { [code: string]: string } = {
  EISDIR: "is a directory",
  ELOOP: "too many levels of symbolic links",
  ENAMETOOLONG: "file name too long",
};

/** An error of the file system in the real engine's words: `open /a/file: no such file or directory`. */
export function inItsWords(error: NodeJS.ErrnoException, file: string): Error {
  if (error.code === undefined) return error;
  const known = words[error.code] ?? /^\w+: ([^,]+)/.exec(error.message)?.[1] ?? error.message;
  return new Error(`${error.syscall} ${file}: ${known}`);
}

/** Opens a file. @throws in the real engine's words. */
export async function fileContent(file: string): Promise<Content & { isFolder: boolean }> {
  try {
    const handle = await open(file);
    const info = await handle.stat();
    const isFolder = info.isDirectory();
    if (isFolder) await handle.close();
    return { isFolder, size: info.size, chunks: isFolder ? [] : handle.createReadStream() };
  } catch (error) {
    throw inItsWords(error as NodeJS.ErrnoException, file);
  }
}

/** The content of a text, a file or what a URI names. Relative paths start at `folder`. */
export async function contentOf(asset: Asset, folder: string): Promise<Content> {
  if (asset.uri !== "" && asset.path === "") return uriContent(asset.uri);
  if (asset.path === "") {
    const bytes = Buffer.from(asset.text);
    return { size: bytes.length, chunks: [bytes] };
  }
  const file = path.resolve(folder, asset.path);
  const content = await fileContent(file).catch((error: Error) => {
    throw new Error(`failed to open asset file '${file}': ${error.message}`);
  });
  if (content.isFolder) throw new Error(`asset path '${file}' is a directory; try using an archive`);
  return content;
}

/** The parts of a URI that say how it is read; a text without a scheme has an empty one. */
export function parseUri(uri: string): { scheme: string; url: URL | undefined } {
  const scheme = /^([a-z][a-z\d+.-]*):/i.exec(uri)?.[1]?.toLowerCase() ?? "";
  if (scheme === "") return { scheme, url: undefined };
  if (!URL.canParse(uri)) throw new Error(`parse "${uri}": invalid URL`);
  return { scheme, url: new URL(uri) };
}

/** What a URI names: over HTTP, or a file of this machine. */
export async function uriContent(uri: string): Promise<Content> {
  const { scheme, url } = parseUri(uri);
  if (url !== undefined && (scheme === "http" || scheme === "https")) return download(url);
  if (url === undefined || scheme !== "file") throw new Error(`Unrecognized or unsupported URI scheme: ${scheme}`);
  if (url.host !== "") throw new Error(`file:// host '${url.host}' not supported (only localhost)`);
  if (url.search !== "") throw new Error(`file:// URIs cannot have a query string: ${uri}`);
  if (url.hash !== "") throw new Error(`file:// URIs cannot have a fragment: ${uri}`);
  const file = fileURLToPath(url);
  const content = await fileContent(file);
  if (content.isFolder) throw new Error(`read ${file}: is a directory`);
  return content;
}

/** An answer other than a server's failure is the content, whatever its status, as in the real engine. */
async function download(url: URL): Promise<Content> {
  for (let attempt = 1, pause = firstPause; ; attempt++, pause *= 1.5) {
    const answer = await fetch(url).catch((error: Error) => error);
    const isFailure = answer instanceof Error || answer.status >= 500 || answer.status === 429;
    if (isFailure && attempt < tries) {
      if (!(answer instanceof Error)) await answer.body?.cancel();
      await wait(pause);
      continue;
    }
    if (answer instanceof Error) {
      throw new Error(`Get "${url}": ${answer.cause instanceof Error ? answer.cause.message : answer.message}`);
    }
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return { size: bytes.length, chunks: [bytes] };
  }
}
