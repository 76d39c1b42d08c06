import { Notes } from "../../lib/plan/demand/notes";
import type { KubernetesObject } from "../../lib/plan/workloads";
import { isBehindPods, lasting, lenient } from "../clusters/lenient";

/** Manifests' objects as a drill can play them, and what was changed in them, in sentences. */
export interface Playable {
  readonly objects: readonly KubernetesObject[];
  readonly notes: readonly string[];
}

/**
 * The objects without what a site of a drill cannot answer. Nothing runs in its pods: a webhook behind them would refuse every
 * object that it is to see, and an aggregated API would let no namespace go. Jobs are over at once, and one that is then
 * deleted could not be told from one that never ran. Charts are installed in the same way.
 */
export function playable(objects: readonly KubernetesObject[]): Playable {
  const notes = new Notes();
  const kept = objects.flatMap((object): KubernetesObject[] => {
    const { kind } = object;
    const changed = lenient(lasting(object));
    const isLeftOut = kind === "APIService" && isBehindPods(object.spec);
    if (isLeftOut) notes.add(LEFT_OUT, `${kind} ${object.metadata.name}`);
    else if (changed !== object) notes.add(CHANGES[kind] ?? LENIENT, `${kind} ${object.metadata.name}`);
    return isLeftOut ? [] : [changed];
  });
  return { objects: kept, notes: notes.lines() };
}

const LENIENT = "Nothing answers behind pods here, so in the drill these refuse nothing (failurePolicy: Ignore)";
const LEFT_OUT = "Nothing answers behind pods here, so the drill leaves these out";
const LASTING = "Jobs end at once here, and are kept until the drill is over (no ttlSecondsAfterFinished)";

/** What was changed in an object, by its kind. */
const CHANGES: Readonly<Record<string, string>> = {
  Job: LASTING,
  CustomResourceDefinition:
    "Nothing answers behind pods here, so in the drill versions of these are not converted (conversion strategy None)",
};
