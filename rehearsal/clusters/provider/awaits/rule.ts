import { isObject } from "../../../clouds/wire";
import type { Properties } from "../../../engine/provider";
import { type GroupVersionKind, type KubeObject, listAt, nameOf, namespaceOf, textAt, uidOf } from "../objects";

/** What is seen of an object while it is waited for. */
export interface Sight {
  /** The object as it is now. */
  live: KubeObject;
  /** As it was before it was changed; undefined for one that was just created. */
  before: KubeObject | undefined;
  /** Objects of a watched kind in the same namespace. */
  related(kind: string): readonly KubeObject[];
  /** Seconds since something watched last changed. */
  quietSeconds: number;
}

export interface Judgement {
  isReady: boolean;
  /** What is missing, when it is not ready in the end. */
  problems: string[];
  /** What is worth to be told besides, when it is not ready in the end. */
  warnings?: string[];
  /** It will never be ready: waiting is over. */
  isHopeless?: boolean;
}

/** The last is what is nearest to the cause, such as what the scheduler says of a pod; empty when nothing is known. */
export function missingIn({ problems, warnings = [] }: Judgement): string {
  return [...problems, ...warnings].at(-1) ?? "";
}

/** When objects of a kind are ready. Pure: all that it needs is seen. */
export interface Rule {
  /** Kinds beside the object's own that have to be watched. */
  watches: readonly GroupVersionKind[];
  judge(sight: Sight): Judgement;
  /** False where the real provider, reading an object, does not ask whether it is ready. @default true */
  isAskedOnRead?: boolean;
  /** Seconds that it takes at most, whatever the program allows. @default no limit */
  atMostSeconds?: number;
}

export const POD: GroupVersionKind = { apiVersion: "v1", kind: "Pod" };

export function isOwnedBy(object: KubeObject, owner: KubeObject | undefined): boolean {
  if (owner === undefined) return false;
  return listAt(object, "metadata", "ownerReferences").some((reference) => textAt(reference, "uid") === uidOf(owner));
}

export function condition(object: unknown, type: string): Properties | undefined {
  return listAt(object, "status", "conditions")
    .filter(isObject)
    .find((each) => each.type === type);
}

export const isTrue = (found: Properties | undefined): boolean => found?.status === "True";

/** `[reason] message` of a condition. */
export function worded(found: Properties | undefined): string {
  return `[${textAt(found, "reason")}] ${textAt(found, "message")}`;
}

/** How messages call an object. */
export function shortName(object: KubeObject): string {
  const namespace = namespaceOf(object);
  return namespace === "" || namespace === "default" ? nameOf(object) : `${namespace}/${nameOf(object)}`;
}
