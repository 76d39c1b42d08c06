import type { Stats } from "node:fs";
import { lstat, readdir, stat } from "node:fs/promises";
import * as path from "node:path";
import { byBytes } from "../values";
import { contentOf, inItsWords, parseUri } from "./contents";
import type { Archive, Asset } from "./forms";
import { cleaned, packedMembers, packingOf } from "./packed";
import type { Member } from "./tar";

/** The bookkeeping folder, which no archive has. */
const bookkeeping = ".pulumi";

/** The files of an archive in the order in which the real engine packs them. Relative paths start at `folder`. */
export async function* membersOf(archive: Archive, folder: string): AsyncGenerator<Member> {
  if (archive.path !== "") yield* pathMembers(path.resolve(folder, archive.path));
  else if (archive.uri !== "") {
    const packing = packingOf(parseUri(archive.uri).url?.pathname ?? archive.uri);
    if (packing === undefined) throw new Error(`file at URL '${archive.uri}' is not a recognized archive format`);
    yield* packedMembers({ uri: archive.uri }, packing);
  } else yield* collectedMembers(archive.members ?? new Map(), folder);
}

async function* collectedMembers(
  members: ReadonlyMap<string, Asset | Archive>,
  folder: string,
): AsyncGenerator<Member> {
  for (const name of [...members.keys()].sort(byBytes)) {
    const member = members.get(name) as Asset | Archive;
    if (member.kind === "asset") {
      const open = () =>
        contentOf(member, folder).catch((error: Error) => {
          throw new Error(`failed to expand archive asset '${name}': ${error.message}`);
        });
      yield { name, open };
      continue;
    }
    const inner = membersOf(member, folder);
    const first = await inner.next().catch((error: Error) => {
      throw new Error(`failed to expand sub-archive '${name}': ${error.message}`);
    });
    if (first.done !== true) yield renamed(first.value, name);
    for await (const found of inner) yield renamed(found, name);
  }
}

const renamed = ({ name, open }: Member, folder: string): Member => ({
  name: cleaned(folder === "" ? name : `${folder}/${name}`),
  open,
});

async function* pathMembers(file: string): AsyncGenerator<Member> {
  const packing = packingOf(file);
  if (packing !== undefined) {
    yield* packedMembers({ file }, packing);
    return;
  }
  const info = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`couldn't read archive path '${file}': ${inItsWords(error, file).message}`);
  });
  if (!info.isDirectory()) throw new Error(`'${file}' is neither a recognized archive type nor a directory`);
  for await (const found of filesBelow(file)) {
    const asset: Asset = { kind: "asset", hash: "", text: "", path: found, uri: "" };
    yield { name: path.relative(file, found).split(path.sep).join("/"), open: () => contentOf(asset, file) };
  }
}

/** Files in and below a folder, by name. Links to files are followed, links to folders are not, the first one neither. */
async function* filesBelow(file: string): AsyncGenerator<string> {
  if (path.basename(file) === bookkeeping) return;
  const info = await look(lstat, file);
  if (info.isDirectory()) {
    const names = await readdir(file).catch((error: NodeJS.ErrnoException) => {
      throw inItsWords(Object.assign(error, { syscall: "open" }), file);
    });
    for (const name of names.sort(byBytes)) yield* filesBelow(path.join(file, name));
  } else if (!info.isSymbolicLink() || !(await look(stat, file)).isDirectory()) yield file;
}

async function look(how: (file: string) => Promise<Stats>, file: string): Promise<Stats> {
  try {
    return await how(file);
  } catch (error) {
    throw inItsWords(error as NodeJS.ErrnoException, file);
  }
}
