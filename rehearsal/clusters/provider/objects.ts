import { groupOf } from "../../../lib/plan/demand/identity";
import { isObject, own, plain } from "../../clouds/wire";
import type { Properties } from "../../engine/provider";
import { rewrite } from "../../engine/values";

/** An object of an API server, as JSON has it. */
export interface KubeObject extends Properties {
  apiVersion: string;
  kind: string;
  metadata: Properties;
}

/** A kind of object, in one version of one group. */
export interface GroupVersionKind {
  /** Such as `apps/v1`; `v1` for the core group. */
  apiVersion: string;
  kind: string;
}

/** The kind that a type token such as `kubernetes:core/v1:ConfigMap` names; of a patch, the kind of what it changes. */
export function kindOfToken(token: string): GroupVersionKind {
  const [, module = "", type = ""] = token.split(":");
  return { apiVersion: module.replace(/^core\//, ""), kind: type.replace(/(?<=.)Patch$/, "") };
}

/** The type token of an object's kind. */
export function tokenOf({ apiVersion, kind }: GroupVersionKind): string {
  return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

/** True for types that change fields of an object which someone else made: `ConfigMapPatch` for the kind `ConfigMap`. */
export function isPatch(token: string, { kind }: Pick<GroupVersionKind, "kind">): boolean {
  return token.split(":")[2] === `${kind}Patch`;
}

export function isCustomResourceDefinition({ apiVersion, kind }: GroupVersionKind): boolean {
  return kind === "CustomResourceDefinition" && groupOf(apiVersion) === "apiextensions.k8s.io";
}

/** The kind of an object whatever its version, as `group/kind`. */
export const groupKindOf = ({ apiVersion, kind }: GroupVersionKind): string => `${groupOf(apiVersion)}/${kind}`;

/** The kind that a CustomResourceDefinition defines, as `group/kind`, and where its objects lie: `Namespaced` or `Cluster`. */
export function definedBy(definition: KubeObject): { groupKind: string; scope: string } {
  const spec = plain(definition.spec);
  const groupKind = `${textAt(spec, "group")}/${textAt(spec, "names", "kind")}`;
  return { groupKind, scope: textAt(spec, "scope") };
}

/** A value deep in an object; undefined when there is none. No list is entered. */
export function pluck(root: unknown, ...path: string[]): unknown {
  let value = root;
  for (const name of path) {
    if (!isObject(value)) return undefined;
    value = own(value, name);
  }
  return value ?? undefined;
}

export function textAt(root: unknown, ...path: string[]): string {
  const value = pluck(root, ...path);
  return typeof value === "string" ? value : "";
}

export function numberAt(root: unknown, ...path: string[]): number | undefined {
  const value = pluck(root, ...path);
  return typeof value === "number" ? value : undefined;
}

export function listAt(root: unknown, ...path: string[]): unknown[] {
  const value = pluck(root, ...path);
  return Array.isArray(value) ? value : [];
}

export const nameOf = (object: unknown): string => textAt(object, "metadata", "name");
export const namespaceOf = (object: unknown): string => textAt(object, "metadata", "namespace");
export const uidOf = (object: unknown): string => textAt(object, "metadata", "uid");

/** `namespace/name`, or the name alone of what lies in no namespace: the ids of resources. */
export function idOf(object: unknown): string {
  const namespace = namespaceOf(object);
  return namespace === "" ? nameOf(object) : `${namespace}/${nameOf(object)}`;
}

/** The parts of an id that {@link idOf} made. */
export function parseId(id: string): { namespace: string; name: string } {
  const [first = "", second] = id.split("/");
  return second === undefined ? { namespace: "", name: first } : { namespace: first, name: second };
}

/** An annotation under `pulumi.com/`; empty when it is not there. */
export function annotation(object: unknown, name: string): string {
  return textAt(object, "metadata", "annotations", `pulumi.com/${name}`);
}

/** The object with other metadata; undefined values are taken out. */
export function withMetadata<T extends Properties>(object: T, metadata: Properties): T {
  const merged = { ...(isObject(object.metadata) ? object.metadata : {}), ...metadata };
  const entries = Object.entries(merged).filter(([, value]) => value !== undefined);
  return { ...object, metadata: Object.fromEntries(entries) };
}

/** Properties whose names no SDK can spell, as the API has them. Source: schema of `JSONSchemaProps`. */
const DASHED = [
  "embedded-resource",
  "int-or-string",
  "list-map-keys",
  "list-type",
  "map-type",
  "preserve-unknown-fields",
  "validations",
].map((name) => `x-kubernetes-${name}`);
const TO_DASHES = new Map(DASHED.map((name) => [name.replaceAll("-", "_"), name]));
const TO_UNDERSCORES = new Map(DASHED.map((name) => [name, name.replaceAll("-", "_")]));

function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  return rewrite(value, (part) => {
    if (!isObject(part) || !Object.keys(part).some((name) => names.has(name))) return undefined;
    const entries = Object.entries(part).map(([name, inner]) => [names.get(name) ?? name, renamed(inner, names)]);
    return { to: Object.fromEntries(entries) };
  });
}

/** Properties of a resource as the API has them: secrets in clear, without what the provider itself keeps there. */
export function toObject(properties: Properties): KubeObject {
  const entries = Object.entries(properties).filter(([name]) => !name.startsWith("__"));
  return renamed(plain(Object.fromEntries(entries)), TO_DASHES) as KubeObject;
}

/** An object of the API as properties of a resource. */
export function toProperties(object: Properties): Properties {
  return renamed(object, TO_UNDERSCORES) as Properties;
}
