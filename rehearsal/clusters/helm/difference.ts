import { isDeepStrictEqual } from "node:util";
import { isObject, isUnknown, own, plain, reveal } from "../../clouds/wire";
import { formatPath } from "../../engine/paths";
import type { DiffRequest, DiffResult, Properties, PropertyDiff } from "../../engine/provider";

/** What a release cannot change in place. */
const REPLACING: ReadonlySet<string> = new Set(["name", "namespace"]);

/** Stands for a property that is not there, which is not the same as one that is null: a null changes a chart. */
const MISSING = Symbol("missing");

type Differences = { [path: string]: PropertyDiff };

/**
 * What differs between a release as the state knows it and what the program asks for. What is only in the cluster, such as
 * a value that somebody else set, is no difference, but a value that somebody changed is.
 */
export function diffRelease({ oldInputs, oldOutputs, news, ignoreChanges }: DiffRequest): DiffResult {
  const wanted = ignoreChanges.includes("version") ? { ...news, version: oldOutputs.version } : news;
  const detailedDiff = differences(oldOutputs, oldInputs, wanted);
  const paths = Object.keys(detailedDiff);
  const changed = [...new Set(paths.map((path) => /^[^.[]+/.exec(path)?.[0] ?? path))];
  return {
    changes: paths.length === 0 ? "none" : "some",
    replaces: changed.filter((name) => REPLACING.has(name)),
    deleteBeforeReplace: false,
    diffs: changed,
    detailedDiff,
  };
}

function differences(live: Properties, before: Properties, wanted: Properties): Differences {
  const found: Differences = {};
  const note = (path: readonly (string | number)[], kind: "add" | "delete" | "update"): void => {
    const isReplaced = REPLACING.has(String(path[0]));
    found[formatPath([...path])] = { kind: isReplaced ? `${kind}-replace` : kind, inputDiff: kind === "delete" };
  };
  const visit = (path: readonly (string | number)[], old: unknown, was: unknown, fresh: unknown): void => {
    if (fresh === MISSING) {
      if (was !== MISSING && old !== MISSING) note(path, "delete");
    } else if (old === MISSING) note(path, "add");
    else if (isUnknown(fresh)) note(path, "update");
    else if (isObject(old) && isObject(fresh)) {
      const names = new Set([...Object.keys(fresh), ...(isObject(was) ? Object.keys(was) : [])]);
      for (const name of names) visit([...path, name], part(old, name), part(was, name), part(fresh, name));
    } else if (!isDeepStrictEqual(plain(old), plain(fresh))) note(path, "update");
  };
  visit([], publicOnly(live), publicOnly(before), publicOnly(wanted));
  return found;
}

/** What providers keep for themselves begins with two underscores. */
function publicOnly(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !name.startsWith("__")));
}

function part(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? reveal(own(value, name)) : MISSING;
}
