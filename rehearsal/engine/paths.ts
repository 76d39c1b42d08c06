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

/** A value on the way along a path, and whether it lies within a secret. */
interface Place {
  value: unknown;
  isSecret: boolean;
}

/** The place without the secrets around it. */
function opened({ value, isSecret: within }: Place): Place {
  return isSecret(value) ? opened({ value: value.value, isSecret: true }) : { value, isSecret: within };
}

const inside = (place: Place, value: unknown): Place => ({ value, isSecret: place.isSecret });
const isObject = (value: unknown): value is Properties => isData(value) && !(signatureKey in value);

/** The value at a path, without the secrets on the way; undefined when there is none. */
export function valueAt(root: unknown, path: PropertyPath): unknown {
  let value = root;
  for (const key of path) {
    const { value: outer } = opened({ value, isSecret: false });
    value =
      isObject(outer) || (Array.isArray(outer) && typeof key === "number") ? (outer as Properties)[key] : undefined;
  }
  return value;
}

/**
 * Sets back what `path` names in `fresh` to its value in `old`, in place. Neither places on the way nor items of lists
 * are made or removed. False when the path fits only one of the two. The cases are those of the real engine.
 */
function reset([key, ...rest]: PropertyPath, oldPlace: Place, freshPlace: Place): boolean {
  if (key === undefined) return false;
  const [from, to] = [opened(oldPlace), opened(freshPlace)];
  const [old, fresh] = [from.value, to.value];
  const kept = (value: unknown): unknown => (from.isSecret && !to.isSecret ? makeSecret(value) : value);
  const further = (at: string | number): boolean =>
    reset(rest, inside(from, (old as Properties)[at]), inside(to, (fresh as Properties)[at]));
  if (key === "*") return rest.length === 0 ? resetAll(old, fresh, kept) : resetEach(old, fresh, further);
  if (typeof key === "number") {
    if (!Array.isArray(old) || !Array.isArray(fresh)) return !Array.isArray(old) && !Array.isArray(fresh);
    if (key >= old.length || key >= fresh.length) return rest.length === 0 && key >= old.length && key >= fresh.length;
    if (rest.length > 0) return further(key);
    fresh[key] = kept(old[key]);
    return true;
  }
  if (rest.length > 0) {
    if (!isObject(old) || !isObject(fresh)) return !isObject(old) && !isObject(fresh);
    if (!Object.hasOwn(fresh, key)) return !Object.hasOwn(old, key);
    return further(key);
  }
  if (isObject(old) && Object.hasOwn(old, key)) {
    if (!isObject(fresh)) return false;
    fresh[key] = kept(old[key]);
  } else if (isObject(fresh)) delete fresh[key];
  return true;
}

/** Everything within, at the end of a path. */
function resetAll(old: unknown, fresh: unknown, kept: (value: unknown) => unknown): boolean {
  if (isObject(fresh)) {
    if (!isObject(old)) return true;
    for (const name of Object.keys(fresh)) if (!Object.hasOwn(old, name)) delete fresh[name];
    for (const name of Object.keys(old)) fresh[name] = kept(old[name]);
    return true;
  }
  if (!Array.isArray(fresh)) return false;
  if (!Array.isArray(old)) return true;
  for (let i = 0; i < Math.min(old.length, fresh.length); i++) fresh[i] = kept(old[i]);
  return old.length === fresh.length;
}

/** The rest of a path within everything there. */
function resetEach(old: unknown, fresh: unknown, further: (at: string | number) => boolean): boolean {
  if (isObject(old) && isObject(fresh))
    return Object.keys(old).every((name) => Object.hasOwn(fresh, name) && further(name));
  if (!Array.isArray(old) || !Array.isArray(fresh)) return false;
  const both = Math.min(old.length, fresh.length);
  return [...Array(both).keys()].every(further) && old.length === fresh.length;
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
    return path !== undefined && !reset(path, { value: oldInputs, isSecret: false }, { value: copy, isSecret: false });
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
