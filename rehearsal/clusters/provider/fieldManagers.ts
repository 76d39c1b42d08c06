import { randomBytes } from "node:crypto";
import { isObject, own } from "../../clouds/wire";
import type { Properties } from "../../engine/provider";
import { annotation, type KubeObject, listAt, textAt } from "./objects";

/** Who owns the fields of an object that was created, until they are first changed. */
export const CREATOR = "pulumi-kubernetes";

/**
 * What the names begin with under which kubectl and plugins own what they wrote, by operation: kubectl's end in the command,
 * such as `kubectl-edit`. Source: `fixCSAFieldManagers` in pulumi-kubernetes await.go, and `matchFieldManager` of fluxcd/pkg/ssa.
 */
const PREDECESSORS: { readonly [operation: string]: readonly string[] } = {
  Apply: ["kubectl"],
  Update: ["kubectl", "before-first-apply", CREATOR, "pulumi-resource-kubernetes"],
};

/** The manager of a resource's fields: the one that its annotation names, the one that it had, or a new one. */
export function fieldManagerOf(inputs: KubeObject, known: string | undefined): string {
  const named = annotation(inputs, "patchFieldManager");
  if (named !== "") return named;
  return known === undefined || known === "" ? `${CREATOR}-${randomBytes(4).toString("hex")}` : known;
}

function managersOf(object: KubeObject): Properties[] {
  return listAt(object, "metadata", "managedFields").filter(isObject);
}

const isPredecessor = (entry: Properties): boolean =>
  textAt(entry, "subresource") === "" &&
  (PREDECESSORS[textAt(entry, "operation")] ?? []).some((name) => textAt(entry, "manager").startsWith(name));

/** True when a plugin created the object, and its fields are not yet taken over. */
export function isCreatedByPlugin(object: KubeObject): boolean {
  return managersOf(object).some(
    ({ manager, operation }) =>
      operation === "Update" && [CREATOR, `${CREATOR}.exe`, "pulumi-resource-kubernetes"].includes(String(manager)),
  );
}

export function hasManagers(object: KubeObject): boolean {
  return managersOf(object).length > 0;
}

/**
 * The changes (JSON Patch) by which a manager takes over the fields that its predecessors own, so that applying the inputs
 * takes away what they no longer have. Empty when there is nothing to take over.
 */
export function takeOver(object: KubeObject, manager: string): unknown[] {
  const all = managersOf(object);
  const old = all.filter(isPredecessor);
  if (old.length === 0) return [];
  const isOurs = (entry: Properties): boolean =>
    entry.manager === manager && entry.operation === "Apply" && textAt(entry, "subresource") === "";
  const ours = all.find(isOurs);
  const taken = {
    ...(ours ?? old[0]),
    manager,
    operation: "Apply",
    fieldsV1: [...old, ...(ours === undefined ? [] : [ours])].map(({ fieldsV1 }) => fieldsV1).reduce(union, {}),
  };
  const others = all.filter((entry) => !isPredecessor(entry) && !isOurs(entry));
  return [
    { op: "replace", path: "/metadata/managedFields", value: [...others, taken] },
    { op: "replace", path: "/metadata/resourceVersion", value: textAt(object, "metadata", "resourceVersion") },
  ];
}

/** Both sets of fields, in the form of FieldsV1. */
function union(left: unknown, right: unknown): Properties {
  const [one, other] = [left, right].map((set) => (isObject(set) ? set : {})) as [Properties, Properties];
  return Object.fromEntries(
    Object.keys({ ...one, ...other }).map((name) => [name, union(own(one, name), own(other, name))]),
  );
}

/** Whose a field is, named by the parts of its path: this manager's, and anyone else's. */
export function ownersOf(
  object: KubeObject,
  path: readonly string[],
  manager: string,
): { ours: boolean; theirs: boolean } {
  const owns = ({ fieldsV1 }: Properties): boolean => {
    let fields: unknown = fieldsV1;
    for (const name of path) fields = isObject(fields) ? own(fields, `f:${name}`) : undefined;
    return fields !== undefined;
  };
  const owners = managersOf(object).filter(owns);
  return {
    ours: owners.some((entry) => entry.manager === manager),
    theirs: owners.some((entry) => entry.manager !== manager),
  };
}
