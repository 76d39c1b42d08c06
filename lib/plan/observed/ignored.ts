import type { ObservedResource } from "./types";

/**
 * Whether the program ignores changes of a property: of it, of all that holds it, or of all of the resource. Members of
 * lists are steps of a path like any other (`agentPoolProfiles[0].count`), and `*` is any of them.
 */
export function ignores({ ignoreChanges }: ObservedResource, ...path: readonly string[]): boolean {
  return ignoreChanges.some((ignored) => {
    const steps = ignored
      .replace(/\["?([^\]"]*)"?\]/g, ".$1")
      .split(".")
      .filter((step) => step !== "");
    return steps.length <= path.length && steps.every((step, i) => step === "*" || step === path[i]);
  });
}
