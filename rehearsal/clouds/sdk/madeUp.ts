import { createHash } from "node:crypto";
import type { Declarations } from "./declarations";
import type { PropertyType } from "./typeExpression";

/** Nested objects are made this deep; below, only what is required and no object itself. */
const MAX_DEPTH = 12;

/** Hexadecimal digits that depend on nothing but the parts: equal parts, equal digits. */
export function hex(length: number, ...parts: readonly unknown[]): string {
  let digits = "";
  for (let block = 0; digits.length < length; block++) {
    digits += createHash("sha256")
      .update(JSON.stringify([...parts, block]))
      .digest("hex");
  }
  return digits.slice(0, length);
}

/** Decimal digits, the first of which is not zero. */
export function digits(length: number, ...parts: readonly unknown[]): string {
  const all = BigInt(`0x${hex(length * 2, ...parts)}`)
    .toString()
    .padStart(length, "1");
  return `${1 + (Number(all[0]) % 9)}${all.slice(1, length)}`;
}

/** A GUID in the form of version 4. */
export function guid(...parts: readonly unknown[]): string {
  const h = hex(32, ...parts);
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20)}`;
}

/** Makes the text of an output from its name; undefined where the cloud has no convention. */
export type TextMaker = (name: string) => string | undefined;

/**
 * A value of a type, for an output that no rule gives: required parts only, texts by the cloud's conventions.
 * @param name of the property; texts are made from it.
 * @param seed makes the value that of one resource.
 */
export function madeUp(
  type: PropertyType,
  name: string,
  seed: string,
  declarations: Declarations,
  text: TextMaker,
  depth = 0,
): unknown {
  const inner = (member: PropertyType, as: string) => madeUp(member, as, seed, declarations, text, depth + 1);
  switch (type.kind) {
    case "string":
      return text(name) ?? `${name}-${hex(8, seed, name)}`;
    case "number":
      return 0;
    case "boolean":
      return false;
    case "any":
      return {};
    case "literal":
      return type.value;
    case "list":
      return [];
    case "map":
      return {};
    case "union":
      return inner(type.of.find(({ kind }) => kind === "string") ?? type.of[0]!, name);
    case "ref": {
      if (type.space === "enums") return declarations.values(type.name)?.[0] ?? text(name) ?? name;
      const object: { [name: string]: unknown } = {};
      if (depth >= MAX_DEPTH) return object;
      for (const [property, { type: of, optional }] of declarations.shape(type.space, type.name) ?? []) {
        if (!optional) object[property] = inner(of, property);
      }
      return object;
    }
  }
}
