import { firstOf } from "../../../lib/plan/firstOf";
import { nearest } from "../../../lib/plan/nearest";
import type { CheckFailure, Properties } from "../../engine/provider";
import { isObject, isSecret, isTagged, isUnknown, reveal, show } from "../wire";
import type { Declarations } from "./declarations";
import type { PropertyType, Shape } from "./typeExpression";

/** Deeper than any real input, so that a value that contains itself ends. */
const MAX_DEPTH = 64;

/**
 * Checks the properties of a resource, of a function or of a nested object: missing, unknown and wrongly typed ones, all of
 * them. Unknown values pass; what a secret hides is checked, and never shown.
 * @param path where the object lies; empty for the inputs themselves.
 */
export function checkShape(
  value: Properties,
  shape: Shape,
  declarations: Declarations,
  path = "",
  depth = 0,
): CheckFailure[] {
  const failures: CheckFailure[] = [];
  for (const [name, { type, optional }] of shape) {
    if (optional || (Object.hasOwn(value, name) && reveal(value[name]) !== null)) continue;
    failures.push({
      property: join(path, name),
      reason: `missing required property "${name}" (${describe(type, declarations)})`,
    });
  }
  for (const [name, inner] of Object.entries(value)) {
    const property = shape.get(name);
    if (property !== undefined)
      failures.push(...checkValue(inner, property.type, declarations, join(path, name), depth + 1));
    else if (!name.startsWith("__")) {
      const near = nearest(name, shape.keys());
      const hint = near === undefined ? listing(shape) : `; did you mean "${near}"?`;
      failures.push({ property: join(path, name), reason: `unknown property "${name}"${hint}` });
    }
  }
  return failures;
}

/** Checks one value; see {@link checkShape}. Null is the same as absent. */
export function checkValue(
  given: unknown,
  type: PropertyType,
  declarations: Declarations,
  path: string,
  depth = 0,
): CheckFailure[] {
  const value = reveal(given);
  if (value === undefined || value === null || type.kind === "any" || isUnknown(value)) return [];
  if (depth > MAX_DEPTH) return [{ property: path, reason: `is nested more than ${MAX_DEPTH} deep` }];
  if (isTagged(value)) return type.kind === "union" ? [] : wrong(given, type, declarations, path);
  switch (type.kind) {
    case "string":
    case "number":
    case "boolean":
      return typeof value === type.kind && !Number.isNaN(value) ? [] : wrong(given, type, declarations, path);
    case "literal":
      return value === type.value ? [] : wrong(given, type, declarations, path);
    case "list":
      if (!Array.isArray(value)) return wrong(given, type, declarations, path);
      return value.flatMap((item, i) => checkValue(item, type.of, declarations, `${path}[${i}]`, depth + 1));
    case "map":
      if (!isObject(value)) return wrong(given, type, declarations, path);
      return Object.entries(value).flatMap(([key, item]) =>
        checkValue(item, type.of, declarations, `${path}[${JSON.stringify(key)}]`, depth + 1),
      );
    case "union":
      return checkUnion(given, type.of, declarations, path, depth);
    case "ref":
      return checkReference(given, type, declarations, path, depth);
  }
}

function checkReference(
  given: unknown,
  type: PropertyType & { kind: "ref" },
  declarations: Declarations,
  path: string,
  depth: number,
): CheckFailure[] {
  const value = reveal(given);
  if (type.space === "enums") {
    const allowed = declarations.values(type.name);
    return allowed === undefined || allowed.some((one) => one === value) ? [] : wrong(given, type, declarations, path);
  }
  const shape = declarations.shape(type.space, type.name);
  if (shape === undefined) return [];
  return isObject(value) ? checkShape(value, shape, declarations, path, depth) : wrong(given, type, declarations, path);
}

/** A union holds when one member holds; if none does, the member that comes closest speaks. */
function checkUnion(
  given: unknown,
  members: PropertyType[],
  declarations: Declarations,
  path: string,
  depth: number,
): CheckFailure[] {
  const complaints = members.map((member) => checkValue(given, member, declarations, path, depth + 1));
  if (complaints.some((list) => list.length === 0)) return [];
  const deeper = complaints.filter((list) => list.some(({ property }) => property !== path));
  if (deeper.length === 0) return wrong(given, { kind: "union", of: members }, declarations, path);
  return deeper.reduce((best, list) => (list.length < best.length ? list : best));
}

function wrong(given: unknown, type: PropertyType, declarations: Declarations, path: string): CheckFailure[] {
  const got = isSecret(given) ? "a secret of another type" : show(given);
  return [{ property: path, reason: `must be ${describe(type, declarations)}; got ${got}` }];
}

/** The type in words: `a string`, `a list of numbers`, `"A" or "B"`. */
export function describe(type: PropertyType, declarations: Declarations): string {
  switch (type.kind) {
    case "string":
    case "number":
    case "boolean":
      return `a ${type.kind}`;
    case "any":
      return "any value";
    case "literal":
      return JSON.stringify(type.value);
    case "list":
      return `a list (each item: ${describe(type.of, declarations)})`;
    case "map":
      return `an object (each value: ${describe(type.of, declarations)})`;
    case "union":
      return type.of.map((member) => describe(member, declarations)).join(" or ");
    case "ref": {
      const values = type.space === "enums" ? declarations.values(type.name) : undefined;
      return values === undefined
        ? `an object (${type.name})`
        : values.map((value) => JSON.stringify(value)).join(" or ");
    }
  }
}

function listing(shape: Shape): string {
  const names = [...shape.keys()];
  return `; it takes ${names.length === 0 ? "none" : firstOf(names, 12)}`;
}

function join(path: string, name: string): string {
  const plain = /^[A-Za-z_$][\w$-]*$/.test(name);
  if (!plain) return `${path}[${JSON.stringify(name)}]`;
  return path === "" ? name : `${path}.${name}`;
}
