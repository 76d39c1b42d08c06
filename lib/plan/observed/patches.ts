import type { Notes } from "../demand/notes";
import { at, isPlain, type KubernetesObject, listAt } from "../workloads/objects";
import { podSpecOf } from "../workloads/podTemplates";
import { COUNTED_BY_REPLICAS } from "../workloads/scaling";
import { keyOfObject } from "./identity";
import type { Seen } from "./objects";

/** A patch of an object that is not counted. */
export interface Patched extends Seen {
  /** Whether the object itself is in the program, and counted as it says. */
  readonly isOfOneSeen: boolean;
}

const PATCH = /\wPatch$/;

/** Whether a resource changes some fields of an object that others may have made. */
export function isPatch(type: string): boolean {
  return PATCH.test(type);
}

/**
 * Parts what is asked of one cluster in objects and patches. A patch that says by itself how many pods there are, and what
 * each requests, is taken for the object, if that is not in the program.
 */
export function patched(asked: readonly Seen[]): { seen: Seen[]; patches: Patched[] } {
  const seen = asked.filter(({ resource }) => !isPatch(resource.type));
  const own = new Set(seen.map(({ object }) => keyOfObject(object)));
  const patches: Patched[] = [];
  for (const { resource, object: patch } of asked.filter((one) => isPatch(one.resource.type))) {
    const object = { ...patch, kind: patch.kind.replace(/Patch$/, "") };
    const key = keyOfObject(object);
    const isOfOneSeen = own.has(key);
    if (isOfOneSeen || !saysAll(object)) {
      patches.push({ resource, object, isOfOneSeen });
    } else {
      seen.push({ resource, object });
      own.add(key);
    }
  }
  return { seen, patches };
}

/** Fields by which an object asks for pods, or for more of them. */
const ASKING = ["replicas", "template", "jobTemplate", "containers", "parallelism", "maxReplicas", "maxReplicaCount"];

/** Notes the patches that ask for what is not counted. */
export function notePatches(patches: readonly Patched[], notes: Notes): void {
  for (const { resource, object, isOfOneSeen } of patches) {
    if (!ASKING.some((field) => at(object, "spec", field) !== undefined)) continue;
    const matter = isOfOneSeen
      ? "Patches of objects of this program are not counted: give the objects themselves what they ask for"
      : "Patches do not say all of what they ask for, so they are not counted: give replicas and each container's requests, or declare `demand`";
    notes.add(matter, `${object.kind}Patch "${resource.name}"`, "uncounted");
  }
}

/** Whether an object that may hold a part of its fields only is as good as whole to whoever counts pods. */
function saysAll(object: KubernetesObject): boolean {
  if (object.kind === "HorizontalPodAutoscaler") {
    return [at(object, "spec", "maxReplicas"), at(object, "spec", "scaleTargetRef", "name")].every(isGiven);
  }
  const counts = COUNTED_BY_REPLICAS.has(object.kind) ? isGiven(at(object, "spec", "replicas")) : true;
  const containers = listAt(podSpecOf(object), "containers");
  return counts && containers.length > 0 && containers.every((one) => isPlain(at(one, "resources", "requests")));
}

const isGiven = (value: unknown) => value !== undefined && value !== null;
