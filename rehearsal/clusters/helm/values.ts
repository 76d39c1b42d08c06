import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import { holdsUnknown, isObject, isSecret, isTagged, own, reveal } from "../../clouds/wire";
import type { Properties } from "../../engine/provider";
import { assetSignature, makeSecret, signatureKey } from "../../engine/values";

/**
 * The values of a release in wire form: those of its files, one after the other, then those that the program gives.
 * A null stays, since it takes a chart's own default away.
 * @param directory that the paths of files start from.
 * @throws Error that names a file that is no asset, or that cannot be read.
 */
export function givenValues(news: Properties, directory: string): unknown {
  const given = own(news, "values") ?? {};
  const files = own(news, "valueYamlFiles");
  const list = reveal(files);
  if (!Array.isArray(list) || list.length === 0) return given;
  // What is unknown may hide a secret, and whatever a file holds is merged only when everything is known.
  if (holdsUnknown(list) || holdsUnknown(given)) return given;
  const read = list.reduce((merged: unknown, file) => mergeValues(merged, readValues(file, directory)), {});
  const isHidden = isSecret(files) || list.some(isSecret);
  return mergeValues(isHidden ? makeSecret(read) : read, given);
}

/**
 * The second on top of the first, maps merged and all else replaced. A map of which one side is secret as a whole is secret
 * as a whole.
 */
export function mergeValues(under: unknown, over: unknown): unknown {
  const [low, high] = [reveal(under), reveal(over)];
  if (!isObject(low) || !isObject(high)) return over;
  const parts = new Map(Object.entries(low));
  for (const [name, value] of Object.entries(high)) {
    parts.set(name, parts.has(name) ? mergeValues(parts.get(name), value) : value);
  }
  const merged = Object.fromEntries(parts);
  return isSecret(under) || isSecret(over) ? makeSecret(merged) : merged;
}

/**
 * What a cluster says, marked as secret where the given values are. What is in the cluster only is nobody's secret.
 */
export function markSecrets(live: unknown, given: unknown): unknown {
  if (isSecret(given)) return makeSecret(live);
  if (Array.isArray(live) && Array.isArray(given)) return live.map((item, i) => markSecrets(item, given[i]));
  if (!isObject(live) || !isObject(given)) return live;
  return Object.fromEntries(Object.entries(live).map(([name, value]) => [name, markSecrets(value, own(given, name))]));
}

function readValues(asset: unknown, directory: string): unknown {
  const said = assetText(asset, directory);
  if (said === undefined)
    throw new Error("unsupported type for 'valueYamlFiles' arg: it takes files and texts (assets)");
  const values: unknown = parse(said.text) ?? {};
  if (!isObject(values)) throw new Error(`${said.path ?? "a text"} in valueYamlFiles holds no map`);
  return values;
}

/**
 * What an asset of a file or a text holds, with the path that it names; undefined for what is no asset.
 * @throws Error for a URL, and for a file that cannot be read.
 */
export function assetText(asset: unknown, directory: string): { text: string; path?: string } | undefined {
  const file = reveal(asset);
  if (!isTagged(file) || file[signatureKey] !== assetSignature) return undefined;
  const { text, path, uri } = file as { text?: unknown; path?: unknown; uri?: unknown };
  if (typeof uri === "string" && uri !== "") throw new Error(`cannot rehearse: values from ${uri}: give a file`);
  if (typeof path !== "string" || path === "") return { text: String(text ?? "") };
  return { text: readFileSync(resolve(directory, path), "utf8"), path };
}
