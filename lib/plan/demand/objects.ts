import type { Problem } from "../problems";
import { Field, isMap, pathText, type Step } from "./fields";
import { type Identity, identityOf, isNamed, keyOf } from "./identity";
import type { Notes } from "./notes";

/** An object of a manifest as plain data, and where it was written. */
export interface SourceObject {
  /** The object: what is left of its manifest when it is read as JSON. */
  readonly object: unknown;
  /** What to call its source in messages: a file's name, or a URN. */
  readonly source: string;
  /** Its document in the source, from 1, where a source has several. */
  readonly document?: number;
  /** Places of keys that are written twice. */
  readonly repeatedKeys?: readonly string[];
  /** The line, from 1, of a place in the object, where the source has lines. */
  readonly lineAt?: (path: readonly Step[]) => number | undefined;
  /**
   * The cluster that it belongs to, where there are several: objects of two clusters are two objects even when they
   * have one name, and an autoscaler scales what is in its own cluster. @default "" one cluster
   */
  readonly cluster?: string;
}

/** An object that can be read, and who it is. */
export interface Found {
  readonly identity: Identity;
  readonly field: Field;
  /** Where it was written, such as `shop.yaml:42 (document 3)`. */
  readonly where: () => string;
}

/** More objects than any cluster's manifests have; aliases can make a small file yield any number. */
const MOST_OBJECTS = 100_000;

/** Lists in lists; kubectl itself makes lists of objects only. */
const DEEPEST_LIST = 8;

/** Problems in the order found, each once. */
export class Problems {
  readonly all: Problem[] = [];
  private readonly seen = new Set<string>();

  add(path: string, message: string): void {
    const key = `${path}\n${message}`;
    if (!this.seen.has(key)) this.all.push({ path, message });
    this.seen.add(key);
  }
}

/** The objects with lists taken apart. Of an object that is written twice the later counts, as with kubectl. */
export function distinct(sources: readonly SourceObject[], problems: Problems, notes: Notes): Found[] {
  const found = new Map<string, Found>();
  const unnamed: Omit<Found, "where">[] = [];
  let read = 0;
  for (const source of sources) {
    for (const place of source.repeatedKeys ?? []) notes.add("A key is written twice, and the last counts", place);
    const onProblem = (path: readonly Step[], message: string) => problems.add(placeText(source, path), message);
    for (const field of flatten(new Field(source.object, [], onProblem), 0)) {
      if (++read > MOST_OBJECTS) {
        field.problem(`too many objects: at most ${MOST_OBJECTS} are read`);
        return [...found.values()];
      }
      const identity = field.map() && identityOf(field, source.cluster);
      if (identity === undefined) continue;
      if (!isNamed(field)) unnamed.push({ identity, field });
      const key = isNamed(field) ? keyOf(identity) : `unnamed ${read}`;
      if (found.delete(key)) {
        notes.add("Written more than once, so only the last counts", `${identity.kind} ${identity.name}`, "uncounted");
      }
      found.set(key, { identity, field, where: () => writtenAt(source, field.path) });
    }
  }
  const taken = new Set(found.keys());
  const names = new Map(unnamed.map(({ identity, field }) => [field, nameApart(identity, taken)]));
  return [...found.values()].map((one) => {
    const name = names.get(one.field);
    return name === undefined ? one : { ...one, identity: { ...one.identity, name } };
  });
}

/** A name that no other object of its kind has, for one whose name the API server would make: `run`, then `run-2`. */
function nameApart(identity: Identity, taken: Set<string>): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? identity.name : `${identity.name}-${number}`;
    const key = keyOf({ ...identity, name });
    if (taken.has(key)) continue;
    taken.add(key);
    return name;
  }
}

/** The objects of a List, or of a typed list such as DeploymentList whose items do not repeat their kind. */
function* flatten(field: Field, depth: number): Generator<Field> {
  const kind = isMap(field.value) && Object.hasOwn(field.value, "kind") ? field.value.kind : undefined;
  if (typeof kind !== "string" || !kind.endsWith("List") || field.at("items").absent) {
    yield field;
    return;
  }
  if (depth >= DEEPEST_LIST) {
    field.problem(`lists are nested too deeply: at most ${DEEPEST_LIST} levels are read`);
    return;
  }
  const itemKind = kind.slice(0, -"List".length);
  const missing = itemKind === "" ? {} : { kind: itemKind, apiVersion: field.at("apiVersion").value };
  for (const item of field.at("items").items()) {
    const whole = isMap(item.value) ? { ...missing, ...item.value } : item.value;
    yield* flatten(new Field(whole, item.path, item.onProblem), depth + 1);
  }
}

/** Such as `shop.yaml:42 (document 3, Deployment web) spec.replicas`. */
function placeText(of: SourceObject, path: readonly Step[]): string {
  const where = writtenAt(of, path, title(of.object));
  return path.length === 0 ? where : `${where} ${pathText(path)}`;
}

/** Such as `shop.yaml:42 (document 3)`, and what is said in brackets beside it. */
function writtenAt(of: SourceObject, path: readonly Step[], ...beside: readonly string[]): string {
  const line = of.lineAt?.(path);
  const parts = [of.document === undefined ? "" : `document ${of.document}`, ...beside].filter((it) => it !== "");
  return `${of.source}${line === undefined ? "" : `:${line}`}${parts.length > 0 ? ` (${parts.join(", ")})` : ""}`;
}

function title(object: unknown): string {
  if (!isMap(object) || !isMap(object.metadata)) return "";
  const { kind, metadata } = object;
  return typeof kind === "string" && typeof metadata.name === "string" ? `${kind} ${metadata.name}`.slice(0, 100) : "";
}
