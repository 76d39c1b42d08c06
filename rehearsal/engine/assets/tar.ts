import { createHash, type Hash } from "node:crypto";
import * as path from "node:path";
import type { Content } from "./contents";

/** One file of an archive. */
export interface Member {
  readonly name: string;
  open(): Promise<Content>;
}

const blockSize = 512;
/** Bytes of a header's fields for a name and for what comes before it. */
const nameSize = 100;
const prefixSize = 155;
/** From here on a size does not fit its field of eleven octal digits. */
const largeSize = 8 ** 11;

// biome-ignore lint/suspicious/noControlCharactersInRegex: what is no text of ASCII is told by them.
const isAscii = (name: string): boolean => /^[\x01-\x7f]*$/.test(name);
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const toAscii = (name: string): string => name.replace(/[^\x01-\x7f]/gu, "");
const padding = (size: number): Buffer => Buffer.alloc((blockSize - (size % blockSize)) % blockSize);

/** Cuts a long name at a slash, so that its parts fit the two fields; undefined where that cannot be. */
function split(name: string): { prefix: string; suffix: string } | undefined {
  if (name.length <= nameSize || !isAscii(name)) return undefined;
  const length = name.length > prefixSize + 1 ? prefixSize + 1 : name.length - (name.endsWith("/") ? 1 : 0);
  const at = name.lastIndexOf("/", length - 1);
  const suffix = name.slice(at + 1);
  if (at <= 0 || at > prefixSize || suffix === "" || suffix.length > nameSize) return undefined;
  return { prefix: name.slice(0, at), suffix };
}

interface Header {
  name: string;
  prefix?: string;
  mode: number;
  size: number;
  flag: string;
  /** With the fields of devices, which a header of records leaves empty. */
  isWhole: boolean;
}

function headerBlock({ name, prefix, mode, size, flag, isWhole }: Header): Buffer {
  const block = Buffer.alloc(blockSize);
  const octal = (value: number, at: number, digits: number): void => {
    block.write(`${value.toString(8).padStart(digits, "0")}\0`, at, "latin1");
  };
  const kept = name.slice(0, nameSize);
  block.write(name.length > nameSize ? kept.replace(/\/+$/, "") : kept, 0, "latin1");
  octal(mode, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(size < largeSize ? size : 0, 124, 11);
  octal(0, 136, 11);
  block.write(flag, 156, "latin1");
  block.write("ustar\x0000", 257, "latin1");
  if (isWhole) {
    octal(0, 329, 7);
    octal(0, 337, 7);
  }
  if (prefix !== undefined) block.write(prefix, 345, "latin1");
  block.fill(" ", 148, 156);
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  return block;
}

/** A record of an extended header; its length counts its own digits. */
function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let size = bytes + String(bytes).length;
  if (String(size).length > String(bytes).length) size = bytes + String(size).length;
  return size + rest;
}

/** The headers of one file, as the real engine writes them: POSIX's older form where it fits, else its extended one. */
export function tarHeader(name: string, size: number): Buffer {
  const flag = name.endsWith("/") ? "5" : "0";
  const header: Header = { name, mode: 0o600, size, flag, isWhole: true };
  const parts = split(name);
  const fits = isAscii(name) && name.length <= nameSize;
  if ((fits || parts !== undefined) && size < largeSize) {
    return headerBlock(parts === undefined ? header : { ...header, name: parts.suffix, prefix: parts.prefix });
  }
  const records = (fits ? "" : record("path", name)) + (size < largeSize ? "" : record("size", String(size)));
  const data = Buffer.from(records);
  const { dir, base } = path.posix.parse(name);
  const extended = toAscii(path.posix.join(dir, "PaxHeaders.0", base))
    .slice(0, nameSize)
    .replace(/\/+$/, "");
  return Buffer.concat([
    headerBlock({ name: extended, mode: 0, size: data.length, flag: "x", isWhole: false }),
    data,
    padding(data.length),
    headerBlock({ ...header, name: toAscii(name) }),
  ]);
}

/** Adds content to a hash. @throws when it is not as long as it said. */
export async function addContent(hash: Hash, { size, chunks }: Content): Promise<number> {
  let count = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    count += chunk.length;
  }
  if (count !== size) throw new Error(`incorrect blob size: expected ${size}, got ${count}`);
  return count;
}

/** SHA-256, in hex, of the tar file of these members. Of two with one name the first counts. */
export async function tarDigest(members: AsyncIterable<Member>): Promise<string> {
  const hash = createHash("sha256");
  const seen = new Set<string>();
  for await (const { name, open } of members) {
    if (seen.has(name)) continue;
    seen.add(name);
    const content = await open();
    if (name.endsWith("/") && content.size > 0) {
      throw new Error(`incorrect blob size for ${name}: expected ${content.size}, got 0: archive/tar: write too long`);
    }
    hash.update(tarHeader(name, content.size));
    await addContent(hash, content);
    hash.update(padding(content.size));
  }
  return hash.update(Buffer.alloc(2 * blockSize)).digest("hex");
}
