/**
 * Properties in the wire form of the Pulumi SDK, read and written by the simulated clouds.
 * Source of the signatures: `@pulumi/pulumi/runtime/rpc.js`.
 */
import type { Properties } from "../engine/provider";
import { spellings } from "../engine/secretFilter";
import { isSecret, signatureKey, unknownValue } from "../engine/values";

export { isSecret };

/** What stands for a value that is not known before the update. */
export const UNKNOWN = unknownValue;

/** Sentinels by JSON type, of which the SDK for Node.js writes only the first. Source: sdk/go/common/resource/plugin/rpc.go. */
const UNKNOWNS: ReadonlySet<unknown> = new Set([
  unknownValue,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

type Tagged = { [signatureKey]: unknown; value?: unknown };

/** True for a value that carries one of the SDK's signatures: a secret, an asset, an archive, a resource. */
export function isTagged(value: unknown): value is Tagged {
  return typeof value === "object" && value !== null && signatureKey in value;
}

/** True when the value, or what a secret hides, is not known yet. */
export function isUnknown(value: unknown): boolean {
  return UNKNOWNS.has(reveal(value));
}

/** The value itself, out of the secret's envelope if it has one. */
export function reveal(value: unknown): unknown {
  return isSecret(value) ? reveal(value.value) : value;
}

/** A plain JSON object: not a list, and none of the SDK's tagged values. */
export function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isTagged(value);
}

/** The value with every secret revealed, at any depth. Unknown values stay. */
export function plain(value: unknown): unknown {
  const open = reveal(value);
  if (Array.isArray(open)) return open.map(plain);
  if (!isObject(open)) return open;
  return Object.fromEntries(Object.entries(open).map(([key, inner]) => [key, plain(inner)]));
}

/** True when an unknown lies anywhere in the value. */
export function holdsUnknown(value: unknown): boolean {
  const open = reveal(value);
  if (UNKNOWNS.has(open)) return true;
  if (Array.isArray(open)) return open.some(holdsUnknown);
  return isObject(open) && Object.values(open).some(holdsUnknown);
}

/** True when both say the same; secrets are compared by what they hide, null and absent are one. */
export function same(left: unknown, right: unknown): boolean {
  const a = reveal(left) ?? undefined;
  const b = reveal(right) ?? undefined;
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object") return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i]));
  }
  const [one, other] = [a as Properties, b as Properties];
  return Object.keys({ ...one, ...other }).every((key) => same(one[key], other[key]));
}

/** A value found at a path, with the path in full: indices in place of `[*]`. */
export interface Found {
  path: string;
  value: unknown;
}

/**
 * The known values at a path such as `vpcConfig.subnetIds[*]`: `[*]` walks a list, `{*}` a map's values. Secrets are
 * opened; absent and unknown values are left out.
 */
export function select(root: unknown, path: string): Found[] {
  let found: Found[] = [{ path: "", value: reveal(root) }];
  for (const step of path.match(/[^.[\]{}]+|\[\*\]|\{\*\}/g) ?? []) {
    found = found.flatMap(({ path: at, value }) => {
      if (step === "[*]")
        return Array.isArray(value) ? value.map((v, i) => ({ path: `${at}[${i}]`, value: reveal(v) })) : [];
      if (!isObject(value)) return [];
      if (step !== "{*}") return [{ path: at === "" ? step : `${at}.${step}`, value: reveal(own(value, step)) }];
      return Object.entries(value).map(([key, v]) => ({ path: `${at}["${key}"]`, value: reveal(v) }));
    });
  }
  return found.filter(({ value }) => value !== undefined && value !== null && !UNKNOWNS.has(value));
}

/** The first known value at a path. */
export function at(root: unknown, path: string): unknown {
  return select(root, path)[0]?.value;
}

/** The text at a path; undefined when it is absent, unknown or no text. */
export function text(root: unknown, path: string): string | undefined {
  const value = at(root, path);
  return typeof value === "string" ? value : undefined;
}

/** An own property: names such as `__proto__` and `constructor` never reach the prototype. */
export function own(object: Properties, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** How a value is shown in a message: as JSON, cut at 200 characters, secrets never. */
export function show(value: unknown): string {
  if (isSecret(value)) return "[secret]";
  const json = JSON.stringify(value, (_, inner) => (isSecret(inner) ? "[secret]" : inner)) ?? "nothing";
  return json.length > 200 ? `${json.slice(0, 197)}...` : json;
}

/** Shorter secrets are not taken out, as in Pulumi: without them no word of a message would be left whole. */
const SHORTEST = 3;

/** Takes out of a text everything that the properties hold as a secret, in full or as {@link show} cuts it. */
export function redactor(properties: unknown): (text: string) => string {
  const hidden = new Set<string>();
  const collect = (value: unknown, isHidden: boolean): void => {
    if (isSecret(value)) collect(value.value, true);
    else if (Array.isArray(value)) for (const item of value) collect(item, isHidden);
    else if (isObject(value)) for (const item of Object.values(value)) collect(item, isHidden);
    else if (isHidden && typeof value === "string" && value.length >= SHORTEST && !UNKNOWNS.has(value)) {
      for (const form of spellings(value)) hidden.add(form).add(form.slice(0, 70));
    }
  };
  collect(properties, false);
  const longestFirst = [...hidden].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((open, secret) => open.replaceAll(secret, "[secret]"), text);
}
