import { isObject } from "./leaves";
import { clip, type Path } from "./wording";

/** Lists whose elements have names, and what an element is called. */
const NOUNS: Readonly<Record<string, string>> = {
  sites: "site",
  pools: "pool",
  workloads: "workload",
  daemonSets: "DaemonSet",
};

/**
 * The names of what a path leads through by numbers, such as `site frankfurt, pool apps` for `sites[0].pools[1].nodes`:
 * nobody counts to the hundredth workload. Undefined where nothing has one, or the path leads to the name itself.
 * @param spec what of the spec could be read
 */
export function subjectOf(path: Path, spec: unknown): string | undefined {
  const names: string[] = [];
  let place = spec;
  for (const [at, step] of path.entries()) {
    const isThere = typeof place === "object" && place !== null && Object.hasOwn(place, step);
    place = isThere ? (place as Record<string | number, unknown>)[step] : undefined;
    const noun = typeof step === "number" ? NOUNS[String(path[at - 1])] : undefined;
    const leadsToName = path[at + 1] === "name";
    if (noun !== undefined && !leadsToName && isObject(place) && typeof place.name === "string") {
      names.push(`${noun} ${clip(place.name)}`);
    }
  }
  return names.length === 0 ? undefined : names.join(", ");
}
