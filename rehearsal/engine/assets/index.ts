import { createHash } from "node:crypto";
import * as path from "node:path";
import type { Properties } from "../provider";
import { byBytes, contains, isArchive, isAsset, isData } from "../values";
import { contentOf, fileContent, parseUri, uriContent } from "./contents";
import { type Archive, type Asset, memberData, parseArchive, parseAsset, wireForm } from "./forms";
import { membersOf } from "./members";
import { packingOf } from "./packed";
import { addContent, tarDigest } from "./tar";

/**
 * Properties in which every asset and archive has the hash of its content, so that a changed file behind the same path is
 * a change. The hashes are the real engine's own: a state may go from one to the other.
 * @param folder where relative paths start: the program's own.
 * @throws Error in the words of the real engine for content that cannot be read.
 */
export async function withHashes(properties: Properties, folder: string): Promise<Properties> {
  if (!contains(properties, (part) => isAsset(part) || isArchive(part))) return properties;
  return (await hashed("", properties, folder)) as Properties;
}

/** @param key of the property, for errors; items of lists have their list's. */
async function hashed(key: string, value: unknown, folder: string): Promise<unknown> {
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) items.push(await hashed(key, item, folder));
    return items;
  }
  if (!isData(value)) return value;
  if (isAsset(value)) return wireForm(await hashedAsset(key, parseAsset(value), folder));
  if (isArchive(value)) return wireForm(await hashedArchive(key, value, folder));
  // Sorted, so that of several errors always the same one is told.
  const parts: Properties = {};
  for (const name of Object.keys(value).sort(byBytes)) parts[name] = await hashed(name, value[name], folder);
  return Object.fromEntries(Object.keys(value).map((name) => [name, parts[name]]));
}

async function hashedAsset(key: string, asset: Asset, folder: string): Promise<Asset> {
  if (asset.hash !== "") return asset;
  try {
    const hash = createHash("sha256");
    await addContent(hash, await contentOf(asset, folder));
    return { ...asset, hash: hash.digest("hex") };
  } catch (error) {
    throw new Error(`failed to compute asset hash for "${key}": ${(error as Error).message}`);
  }
}

async function hashedArchive(key: string, value: { [name: string]: unknown }, folder: string): Promise<Archive> {
  const members = new Map<string, Asset | Archive>();
  const given = memberData(value);
  for (const name of Object.keys(given).sort(byBytes)) {
    const member = given[name];
    if (isAsset(member)) members.set(name, await hashedAsset(name, parseAsset(member), folder));
    else if (isArchive(member)) members.set(name, await hashedArchive(name, member, folder));
    else throw new Error(`archive member '${name}' is not an asset or archive`);
  }
  const archive = parseArchive(value, members);
  if (archive.hash !== "") return archive;
  try {
    return { ...archive, hash: await archiveDigest(archive, folder) };
  } catch (error) {
    throw new Error(`failed to compute archive hash for "${key}": ${(error as Error).message}`);
  }
}

/** Of what is packed already, the hash of the packed bytes; of everything else, that of a tar file with its content. */
async function archiveDigest(archive: Archive, folder: string): Promise<string> {
  const file = archive.path === "" ? undefined : path.resolve(folder, archive.path);
  const name = file ?? (archive.uri === "" ? "" : (parseUri(archive.uri).url?.pathname ?? ""));
  if (packingOf(name) === undefined) return tarDigest(membersOf(archive, folder));
  const hash = createHash("sha256");
  const content = file === undefined ? await uriContent(archive.uri) : await fileContent(file);
  if ("isFolder" in content && content.isFolder) throw new Error(`read ${file}: is a directory`);
  await addContent(hash, content);
  return hash.digest("hex");
}
