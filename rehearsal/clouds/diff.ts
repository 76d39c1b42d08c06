import type { DiffRequest, DiffResult, Properties, PropertyDiff } from "../engine/provider";
import { isMadeName, madePrefix } from "./check";
import type { Autoname, Model } from "./model";
import { holdsUnknown, isObject, own, reveal, same } from "./wire";

/** What decides whether a change replaces. */
export interface Diffing {
  model: Model | undefined;
  /** Paths that are immutable in every type of the cloud. */
  immutable: readonly string[];
  autoname: Autoname | undefined;
}

/** Compares the old inputs with the new ones, path by path. Unknown new values count as changed. */
export function diffResource(request: DiffRequest, { model, immutable, autoname }: Diffing): DiffResult {
  const changes = changedPaths(request.oldInputs, request.news).filter(
    ({ path }) => !request.ignoreChanges.some((kept) => covers(kept, path)),
  );
  const forced = [...immutable, ...(model?.immutable ?? [])];
  const renewal = model?.renews?.(request.oldInputs, request.oldOutputs);
  if (renewal !== undefined) {
    changes.push({ path: renewal, kind: "update" });
    forced.push(renewal);
  }
  const detailedDiff: { [path: string]: PropertyDiff } = {};
  const replaces = new Set<string>();
  for (const { path, kind } of changes) {
    const bare = path.replace(/\[\d+\]/g, "[*]");
    // Items of a list whose length changes are not told apart.
    const isFixed = forced.some((fixed) => fixed === "*" || covers(fixed, bare) || fixed.startsWith(`${bare}[*]`));
    const replace = isFixed && !(model?.mutable ?? []).some((free) => covers(free, bare));
    if (replace) replaces.add(top(path));
    detailedDiff[path] = { kind: replace ? `${kind}-replace` : kind, inputDiff: path !== renewal };
  }
  return {
    changes: changes.length === 0 ? "none" : "some",
    replaces: [...replaces],
    deleteBeforeReplace: replaces.size > 0 && keepsName(request, autoname),
    diffs: [...new Set(changes.map(({ path }) => top(path)))],
    detailedDiff,
  };
}

interface Change {
  path: string;
  kind: "add" | "delete" | "update";
}

/** The paths of the leaves that differ, down into objects and into lists of equal length. */
export function changedPaths(before: unknown, after: unknown, path = ""): Change[] {
  const [old, now] = [reveal(before) ?? undefined, reveal(after) ?? undefined];
  if (same(old, now)) return [];
  const isTree = (value: unknown) => value === undefined || isObject(value);
  if (isTree(old) && isTree(now) && !(path !== "" && isEmpty(old) && isEmpty(now))) {
    const [one, other] = [(old ?? {}) as Properties, (now ?? {}) as Properties];
    return Object.keys({ ...one, ...other }).flatMap((name) =>
      name.startsWith("__") ? [] : changedPaths(own(one, name), own(other, name), step(path, name)),
    );
  }
  if (Array.isArray(old) && Array.isArray(now) && old.length === now.length && !holdsUnknown(now)) {
    return old.flatMap((item, i) => changedPaths(item, now[i], `${path}[${i}]`));
  }
  return [{ path, kind: old === undefined ? "add" : now === undefined ? "delete" : "update" }];
}

/** True when the path is the given one or lies below it. */
function covers(above: string, path: string): boolean {
  return path === above || (path.startsWith(above) && (path[above.length] === "." || path[above.length] === "["));
}

/** A name that the program chose cannot be given to the new one while the old one has it. */
function keepsName(request: DiffRequest, autoname: Autoname | undefined): boolean {
  if (autoname === undefined || autoname.style === "uuid") return false;
  const { property, inside, digits } = autoname;
  const nameIn = (inputs: Properties) => {
    const holder = inside === undefined ? inputs : reveal(own(inputs, inside));
    return isObject(holder) ? reveal(own(holder, property)) : undefined;
  };
  const name = nameIn(request.news);
  return (
    typeof name === "string" &&
    name === nameIn(request.oldInputs) &&
    !isMadeName(name, madePrefix(request.name, autoname), digits)
  );
}

function isEmpty(value: unknown): boolean {
  return value === undefined || Object.keys(value as Properties).length === 0;
}

function step(path: string, name: string): string {
  if (!/^[A-Za-z_$][\w$-]*$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === "" ? name : `${path}.${name}`;
}

function top(path: string): string {
  return /^[^.[]+/.exec(path)?.[0] ?? path;
}
