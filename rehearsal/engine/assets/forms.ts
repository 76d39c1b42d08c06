import {
  archiveSignature,
  assetSignature,
  isArchive,
  isAsset,
  isData,
  isOutput,
  isSecret,
  rewrite,
  signatureKey,
  unknownValue,
} from "../values";

/** A text, a file or a URI; fields that say nothing are empty. */
export interface Asset {
  readonly kind: "asset";
  /** SHA-256 of the content, in hex; empty until it is computed. */
  readonly hash: string;
  readonly text: string;
  readonly path: string;
  readonly uri: string;
}

/** A folder or packed file, a URI, or a collection of assets and archives by name. */
export interface Archive {
  readonly kind: "archive";
  /** SHA-256 of the packed file, or of the content as a tar file, in hex; empty until it is computed. */
  readonly hash: string;
  readonly path: string;
  readonly uri: string;
  /** Of a collection; absent for the others. */
  readonly members?: ReadonlyMap<string, Asset | Archive>;
}

type Data = { [name: string]: unknown };

/** A value's type in the words of the real engine. */
function typeName(value: unknown): string {
  if (value === unknownValue || isSecret(value) || isOutput(value)) return "resource.Output";
  if (value === null) return "<nil>";
  if (typeof value === "string") return "string";
  if (typeof value === "number") return "float64";
  if (typeof value === "boolean") return "bool";
  return Array.isArray(value) ? "[]interface {}" : "map[string]interface {}";
}

function text(value: Data, field: string, what: string): string {
  if (!(field in value)) return "";
  const given = value[field];
  if (typeof given !== "string" || given === unknownValue)
    throw new Error(`unexpected ${what} of type ${typeName(given)}`);
  return given;
}

/** Reads an asset from its wire form. */
export function parseAsset(value: Data): Asset {
  const [hash, content] = [text(value, "hash", "asset hash"), text(value, "text", "asset text")];
  return {
    kind: "asset",
    hash,
    text: content,
    path: text(value, "path", "asset path"),
    uri: text(value, "uri", "asset URI"),
  };
}

/** What a collection's wire form holds, by name. */
export function memberData(value: Data): Data {
  const { assets = {} } = value;
  if (!isData(assets) || isSecret(assets) || isOutput(assets)) {
    throw new Error(`unexpected archive contents of type ${typeName(assets)}`);
  }
  return assets;
}

/** Reads an archive, whose members were read before, from its wire form. */
export function parseArchive(value: Data, members: ReadonlyMap<string, Asset | Archive>): Archive {
  const hash = text(value, "hash", "archive hash");
  const path = text(value, "path", "archive path");
  if (path !== "") return { kind: "archive", hash, path, uri: "" };
  const uri = text(value, "uri", "archive URI");
  return { kind: "archive", hash, path, uri, ...(uri === "" ? { members } : {}) };
}

/** The wire form, without fields that say nothing. */
export function wireForm(form: Asset | Archive): Data {
  const wire: Data = { [signatureKey]: form.kind === "asset" ? assetSignature : archiveSignature };
  if (form.hash !== "") wire.hash = form.hash;
  if (form.kind === "asset" && form.text !== "") wire.text = form.text;
  if (form.kind === "archive" && form.members !== undefined) {
    wire.assets = Object.fromEntries([...form.members].map(([name, member]) => [name, wireForm(member)]));
  }
  if (form.path !== "") wire.path = form.path;
  if (form.uri !== "") wire.uri = form.uri;
  return wire;
}

/** Properties whose assets and archives are told by their hashes alone, as providers see what was. */
export function withoutContents<T>(properties: T): T {
  return rewrite(properties, (part) => {
    if (!isAsset(part) && !isArchive(part)) return undefined;
    const { [signatureKey]: signature, hash } = part;
    return { to: { [signatureKey]: signature, ...(hash === undefined ? {} : { hash }) } };
  }) as T;
}
