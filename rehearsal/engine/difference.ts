import { isDeepStrictEqual } from "node:util";
import { withoutContents } from "./assets/forms";
import { formatPath, ignoreChanges, objectDiff, parsePath, pathContains } from "./paths";
import type { DiffResult, PropertyDiff } from "./provider";
import type { ResourceState } from "./state";
import { isSecret, revealSecrets, rewrite, sameValue } from "./values";

/** No difference. */
export const noDifference: DiffResult = { changes: "none", replaces: [], deleteBeforeReplace: false, diffs: [] };

/** A replacement that the engine decided on, blamed on one key. */
export const replacementFor = (key?: string): DiffResult => ({
  ...noDifference,
  changes: "some",
  replaces: key === undefined ? [] : [key],
});

/** The change that init errors count as for `replaceOnChanges`. */
const initErrorKey = "#initerror";
const asReplacement = { add: "add-replace", delete: "delete-replace", update: "update-replace" } as const;

/** True when the difference cannot be made in place. */
export function needsReplacement(diff: DiffResult): boolean {
  return (
    diff.replaces.length > 0 || Object.values(diff.detailedDiff ?? {}).some(({ kind }) => kind.endsWith("-replace"))
  );
}

/**
 * True when a trigger changed. As the real engine (3.259) reads a state, a secret has no value yet when triggers are
 * compared: one that is a secret as a whole never replaces anything, and one with a secret in it always does.
 */
export function isTriggered(before: unknown, now: unknown): boolean {
  const read = rewrite(before, (part) => (isSecret(part) ? { to: null } : undefined));
  const wanted = revealSecrets({ now }).now;
  if (read === null || wanted === null) return false;
  return !isDeepStrictEqual(withoutContents(read), withoutContents(wanted));
}

/** A diff of which the provider knows only that it does not know: the inputs decide, secret or not. */
export function settle(
  diff: DiffResult,
  old: Pick<ResourceState, "inputs">,
  news: ResourceState["inputs"],
  ignored: string[],
): DiffResult {
  if (diff.changes !== "unknown") return diff;
  const [before, now] = [old.inputs, ignoreChanges(news, old.inputs, ignored).inputs].map(revealSecrets);
  if (sameValue(before, now)) return { ...diff, changes: "none" };
  const detailedDiff = objectDiff(before, now);
  const diffs = [...new Set(Object.keys(detailedDiff).map((path) => String(parsePath(path)?.[0] ?? path)))];
  return { ...diff, changes: "some", diffs, detailedDiff };
}

/** Turns changes into replacements where `replaceOnChanges` says so. */
export function applyReplaceOnChanges(diff: DiffResult, paths: string[], hasInitErrors: boolean): DiffResult {
  if ((diff.changes !== "some" && !hasInitErrors) || paths.length === 0) return diff;
  const outer = paths.map(parsePath).filter((path) => path !== undefined);
  const covered = (text: string): boolean => {
    const inner = parsePath(text);
    return inner !== undefined && outer.some((path) => pathContains(path, inner));
  };
  const replaces = new Set([...diff.replaces, ...diff.diffs.filter(covered)]);
  const result: DiffResult = { ...diff, replaces: [...replaces] };
  if (diff.detailedDiff !== undefined) {
    const detailed: { [path: string]: PropertyDiff } = {};
    for (const [path, property] of Object.entries(diff.detailedDiff)) {
      const kind = asReplacement[property.kind as keyof typeof asReplacement];
      detailed[path] = kind !== undefined && covered(path) ? { ...property, kind } : property;
    }
    result.detailedDiff = detailed;
  }
  if (hasInitErrors && outer.some((path) => pathContains(path, [initErrorKey]))) {
    result.changes = "some";
    result.replaces.push(initErrorKey);
  }
  return result;
}

/** What differs, for a report: what the provider says, or else the inputs. */
export function shownDiff(
  diff: DiffResult,
  old: ResourceState,
  fresh: ResourceState,
): { [path: string]: PropertyDiff } {
  if (diff.detailedDiff !== undefined && Object.keys(diff.detailedDiff).length > 0) return diff.detailedDiff;
  const computed = objectDiff(old.inputs, fresh.inputs);
  for (const key of diff.replaces) {
    const path = formatPath([key]);
    const kind = asReplacement[(computed[path]?.kind ?? "update") as keyof typeof asReplacement] ?? "update-replace";
    computed[path] = { kind, inputDiff: true };
  }
  return computed;
}
