import { isDeepStrictEqual } from "node:util";
import type { Properties } from "./provider";
import { nameOf, typeOf } from "./urns";

/**
 * Property values as the SDK writes them on the wire: plain JSON, in which an unknown is a reserved string and secrets,
 * outputs, assets and references to resources are objects with a signature. Every function here returns its argument
 * itself when it has nothing to change, so that large inputs are not copied.
 */

/** Stands for a value that is not known before the update. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** The property that marks an object as something other than plain data. */
export const signatureKey = "4dabf18193072939515e22adb298388d";
/** Signature of a secret: `{ value }` on the wire, `{ ciphertext }` or `{ plaintext }` in a deployment. */
export const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
/** Signature of an output: `{ value?, secret?, dependencies? }`, unknown when it has no value. */
export const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
/** Signature of a reference to a resource: `{ urn, id?, packageVersion? }`. */
export const referenceSignature = "5cf8f73096256a8f31e491e813e4eb8e";
/** Signature of an asset: `{ hash?, text?, path?, uri? }`. */
export const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
/** Signature of an archive: `{ hash?, assets?, path?, uri? }`. */
export const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";

type Data = { [name: string]: unknown };

/** An object with properties: neither null nor a list. */
export function isData(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasSignature(value: unknown, signature: string): value is Data {
  return isData(value) && value[signatureKey] === signature;
}

export const isSecret = (value: unknown): value is Data => hasSignature(value, secretSignature);
export const isOutput = (value: unknown): value is Data => hasSignature(value, outputSignature);
export const isAsset = (value: unknown): value is Data => hasSignature(value, assetSignature);
export const isArchive = (value: unknown): value is Data => hasSignature(value, archiveSignature);
export const isReference = (value: unknown): value is Data => hasSignature(value, referenceSignature);

/** Strings as the real engine sorts them: by their bytes. */
export const byBytes = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right));

/** Marks a value as secret, once. */
export function makeSecret(value: unknown): unknown {
  return isSecret(value) ? value : { [signatureKey]: secretSignature, value };
}

/**
 * Rewrites a value from the top down. `change` gives the new value, or undefined to descend into the parts of this one.
 */
export function rewrite(value: unknown, change: (part: unknown) => { to: unknown } | undefined): unknown {
  const changed = change(value);
  if (changed !== undefined) return changed.to;
  if (Array.isArray(value)) {
    let copy: unknown[] | undefined;
    for (let i = 0; i < value.length; i++) {
      const part = rewrite(value[i], change);
      if (part === value[i]) continue;
      copy ??= value.slice();
      copy[i] = part;
    }
    return copy ?? value;
  }
  if (!isData(value)) return value;
  let copy: Data | undefined;
  for (const name in value) {
    const part = rewrite(value[name], change);
    if (part === value[name]) continue;
    copy ??= { ...value };
    copy[name] = part;
  }
  return copy ?? value;
}

/** Like `rewrite`, for a whole bag of properties. */
export function rewriteAll(properties: Properties, change: (part: unknown) => { to: unknown } | undefined): Properties {
  return rewrite(properties, change) as Properties;
}

/** True when any part of the value satisfies the test. */
export function contains(value: unknown, test: (part: unknown) => boolean): boolean {
  if (test(value)) return true;
  if (Array.isArray(value)) return value.some((part) => contains(part, test));
  if (isData(value)) for (const name in value) if (contains(value[name], test)) return true;
  return false;
}

export const containsUnknowns = (value: unknown): boolean =>
  contains(value, (part) => part === unknownValue || (isOutput(part) && !("value" in part)));
export const containsSecrets = (value: unknown): boolean => contains(value, isSecret);

/** Outputs as the older forms of the same facts: an unknown, a secret, or the plain value. */
export function lowerOutputs(properties: Properties): Properties {
  const lower = (part: unknown): { to: unknown } | undefined => {
    if (!isOutput(part)) return undefined;
    const value = "value" in part ? rewrite(part.value, lower) : unknownValue;
    return { to: part.secret === true ? makeSecret(value) : value };
  };
  return rewriteAll(properties, lower);
}

/** Unknowns and secrets as outputs that carry the dependencies of their property, as transforms see them. */
export function raiseOutputs(properties: Properties, dependencies: { [property: string]: string[] }): Properties {
  const raise = (part: unknown): { to: unknown } | undefined => {
    if (part === unknownValue) return { to: { [signatureKey]: outputSignature } };
    if (!isSecret(part)) return undefined;
    const inner = part.value;
    if (inner === unknownValue) return { to: { [signatureKey]: outputSignature, secret: true } };
    return { to: { [signatureKey]: outputSignature, value: rewrite(inner, raise), secret: true } };
  };
  const raised: Properties = {};
  for (const name in properties) {
    const value = rewrite(properties[name], raise);
    const wanted = dependencies[name] ?? [];
    const known = outputDependencies(value);
    if (wanted.every((urn) => known.has(urn))) {
      raised[name] = value;
      continue;
    }
    const output = isOutput(value) ? value : { [signatureKey]: outputSignature, value };
    const own = (output.dependencies as string[] | undefined) ?? [];
    raised[name] = { ...output, dependencies: [...new Set([...own, ...wanted])] };
  }
  return raised;
}

/** The URNs that the outputs within a value depend on. */
export function outputDependencies(value: unknown, found: Set<string> = new Set()): Set<string> {
  contains(value, (part) => {
    if (isOutput(part)) for (const urn of (part.dependencies as string[] | undefined) ?? []) found.add(urn);
    return false;
  });
  return found;
}

/** Secrets as their plain values, for a provider that does not accept secrets. */
export function revealSecrets(properties: Properties): Properties {
  const reveal = (part: unknown): { to: unknown } | undefined =>
    isSecret(part) ? { to: rewrite(part.value, reveal) } : undefined;
  return rewriteAll(properties, reveal);
}

/**
 * References to resources as the real engine tells them to providers: with the resource's name and type, and an empty id
 * for one that is not known yet.
 */
export function namedReferences(properties: Properties): Properties {
  return rewriteAll(properties, (part) => {
    if (!isReference(part) || typeof part.urn !== "string") return undefined;
    const id = part.id === unknownValue ? { id: "" } : {};
    return { to: { ...part, ...id, name: nameOf(part.urn), type: typeOf(part.urn) } };
  });
}

/** The same without what a provider was told besides. */
export function plainReferences(properties: Properties): Properties {
  return rewriteAll(properties, (part) => {
    if (!isReference(part) || !("name" in part || "type" in part)) return undefined;
    const { name: _, type: __, ...reference } = part;
    return { to: reference.id === "" ? { ...reference, id: unknownValue } : reference };
  });
}

/** References to resources as ids (or URNs, for components), for a provider that does not accept references. */
export function lowerReferences(properties: Properties): Properties {
  return rewriteAll(properties, (part) => (isReference(part) ? { to: part.id ?? part.urn } : undefined));
}

/** Marks as secret what came in as secret, in the outputs of a provider that does not accept secrets. */
export function restoreSecrets(outputs: Properties, inputs: Properties): Properties {
  let copy: Properties | undefined;
  for (const name in inputs) {
    if (!(name in outputs)) continue;
    const [out, input] = [outputs[name], inputs[name]];
    let marked = out;
    if (isData(out) && isData(input) && !(signatureKey in out) && !(signatureKey in input))
      marked = restoreSecrets(out, input);
    else if (!isSecret(out) && containsSecrets(input)) marked = makeSecret(out);
    if (marked === out) continue;
    copy ??= { ...outputs };
    copy[name] = marked;
  }
  return copy ?? outputs;
}

/** Secrets as `[secret]`, for everything that is shown. */
export function maskSecrets<T>(value: T): T {
  const masked = { [signatureKey]: secretSignature, ciphertext: "[secret]" };
  return rewrite(value, (part) => (isSecret(part) ? { to: masked } : undefined)) as T;
}

/** Drops properties without a value, which count as absent, where the content of assets comes from, and versions of references. */
function compact(value: unknown): unknown {
  return rewrite(value, (part) => {
    if (isHashed(part)) return { to: { [signatureKey]: part[signatureKey], hash: part.hash } };
    if (isReference(part)) return { to: { [signatureKey]: part[signatureKey], urn: part.urn, id: part.id } };
    if (!isData(part) || !Object.values(part).some((item) => item === undefined || item === null)) return undefined;
    const entries = Object.entries(part).filter(([, item]) => item !== undefined && item !== null);
    return { to: compact(Object.fromEntries(entries)) };
  });
}

/** An asset or archive whose content was read. */
const isHashed = (value: unknown): value is Data =>
  (isAsset(value) || isArchive(value)) && typeof value.hash === "string";

/**
 * Equality of property values: a missing property and one that is null are the same, and so are assets with the same
 * content, wherever it comes from.
 */
export function sameValue(left: unknown, right: unknown): boolean {
  return isDeepStrictEqual(left, right) || isDeepStrictEqual(compact(left), compact(right));
}
