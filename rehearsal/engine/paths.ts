import type { Properties, PropertyDiff } from "./provider";
import { isData, isSecret, makeSecret, rewrite, sameValue, signatureKey } from "./values";

/** A parsed property path: names, list indices, and `*` for any of either. */
export type PropertyPath = (string | number)[];

const segment = /^(?:\.?([^.[\]"]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\[(\*)\])/;

/** Parses `a.b[0]["c d"].*`; undefined when the text is no path. */
export function parsePath(text: string): PropertyPath | undefined {
  const path: PropertyPath = [];
  let rest = text;
  while (rest !== "") {
    const match = segment.exec(rest);
    if (match === null) return undefined;
    const [whole, name, index, quoted, star] = match;
    path.push(index !== undefined ? Number(index) : (name ?? quoted?.replace(/\\(.)/g, "$1") ?? star ?? ""));
    rest = rest.slice(whole.length);
  }
  return path;
}

/** The text of a path, quoting only where needed. */
export function formatPath(path: PropertyPath): string {
  return path
    .map((part, i) => {
      if (typeof part === "number") return `[${part}]`;
      if (!/^\w+$/.test(part)) return `["${part.replace(/["\\]/g, "\\$&")}"]`;
      return i === 0 ? part : `.${part}`;
    })
    .join("");
}

/** True when `outer` names a place at or above `inner`. */
export function pathContains(outer: PropertyPath, inner: PropertyPath): boolean {
  return outer.length <= inner.length && outer.every((part, i) => part === "*" || part === inner[i]);
}

const bare = (value: unknown): unknown => (isSecret(value) ? bare(value.value) : value);

/**
 * Sets back what `path` names in `fresh` to its value in `old`, in place. Neither places on the way nor items of lists
 * are made or removed. False when the path fits only one of the two.
 */
function reset(path: PropertyPath, oldValue: unknown, newValue: unknown, secret: boolean): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return false;
  const [old, fresh] = [bare(oldValue), bare(newValue)];
  const inSecret = (secret || isSecret(oldValue)) && !isSecret(newValue);
  const kept = (value: unknown): unknown => (inSecret ? makeSecret(value) : value);
  if (key === "*") {
    const keys = Array.isArray(fresh)
      ? [...fresh.keys()]
      : isData(fresh)
        ? Object.keys({ ...fresh, ...(isData(old) ? old : {}) })
        : [];
    return keys.every((each) => reset([each, ...rest], oldValue, newValue, secret));
  }
  if (typeof key === "number") {
    if (!Array.isArray(old) || !Array.isArray(fresh)) return !Array.isArray(old) && !Array.isArray(fresh);
    if (key >= old.length || key >= fresh.length) return rest.length === 0 && key >= old.length && key >= fresh.length;
    if (rest.length > 0) return reset(rest, old[key], fresh[key], inSecret);
    fresh[key] = kept(old[key]);
    return true;
  }
  if (!isData(old) || !isData(fresh)) return !isData(old) && !isData(fresh);
  if (rest.length > 0) {
    if (!(key in old) || !(key in fresh)) return !(key in old) && !(key in fresh);
    return reset(rest, old[key], fresh[key], inSecret);
  }
  if (key in old) fresh[key] = kept(old[key]);
  else delete fresh[key];
  return true;
}

/** A copy of `inputs` in which the ignored paths have their old values, and the paths for which that is impossible. */
export function ignoreChanges(
  inputs: Properties,
  oldInputs: Properties,
  paths: string[],
): { inputs: Properties; invalid: string[] } {
  if (paths.length === 0) return { inputs, invalid: [] };
  const copy = structuredClone(inputs);
  const invalid = paths.filter((text) => {
    const path = parsePath(text);
    return path !== undefined && !reset(path, oldInputs, copy, false);
  });
  return { inputs: copy, invalid };
}

/** What differs between two values, by path: for providers that only say that something does. */
export function objectDiff(oldValue: unknown, newValue: unknown): { [path: string]: PropertyDiff } {
  const found: { [path: string]: PropertyDiff } = {};
  const note = (path: PropertyPath, kind: PropertyDiff["kind"]): void => {
    found[formatPath(path)] = { kind, inputDiff: true };
  };
  const visit = (path: PropertyPath, old: unknown, fresh: unknown): void => {
    if (sameValue(old, fresh)) return;
    const plain = ![old, fresh].some((value) => isData(value) && signatureKey in value);
    if (plain && isData(old) && isData(fresh)) {
      for (const name of new Set([...Object.keys(old), ...Object.keys(fresh)]))
        visit([...path, name], old[name], fresh[name]);
    } else if (Array.isArray(old) && Array.isArray(fresh)) {
      for (let i = 0; i < Math.max(old.length, fresh.length); i++) visit([...path, i], old[i], fresh[i]);
    } else note(path, old == null ? "add" : fresh == null ? "delete" : "update");
  };
  visit([], oldValue, newValue);
  return found;
}

/** The inputs with the named properties unknown. */
export function withUnknown(inputs: Properties, names: Set<string>, unknown: string): Properties {
  const copy = { ...inputs };
  for (const name of names) copy[name] = rewrite(copy[name], () => ({ to: unknown }));
  return copy;
}
