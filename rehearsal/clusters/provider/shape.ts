import type { Declarations } from "../../clouds/sdk/declarations";
import type { PropertyType, Shape } from "../../clouds/sdk/typeExpression";
import { isObject, isUnknown } from "../../clouds/wire";
import type { Properties } from "../../engine/provider";
import { isCustomResourceDefinition, type KubeObject } from "./objects";

/** The live object cut to the fields that the inputs have, lists item by item. */
export function prune(live: Properties, inputs: Properties): Properties {
  const pruned: Properties = {};
  for (const [name, value] of Object.entries(live)) {
    if (!Object.hasOwn(inputs, name)) continue;
    pruned[name] = pruneValue(value, inputs[name]);
  }
  return pruned;
}

function pruneValue(live: unknown, input: unknown): unknown {
  if (isObject(live) && isObject(input)) return prune(live, input);
  if (!Array.isArray(live) || !Array.isArray(input)) return live;
  return live.slice(0, input.length).map((item, i) => pruneValue(item, input[i]));
}

/** Metadata that only the API server writes. */
export const READ_ONLY: ReadonlySet<string> = new Set(
  "creationTimestamp deletionGracePeriodSeconds deletionTimestamp generation managedFields resourceVersion uid".split(
    " ",
  ),
);

/**
 * Inputs in the form in which the API server keeps them, so that what means the same is no difference: read-only metadata is
 * dropped, and of kinds that the SDK knows also nulls, empty lists and maps, which the server does not keep, and fields that
 * the kind does not have: the real provider reads inputs into the types of the API, which loses them without a word.
 * @param shape of the kind's inputs; undefined for custom resources, of which only their definition knows the meaning.
 */
export function normalize(object: KubeObject, shape: Shape | undefined, declarations: Declarations): KubeObject {
  let result: Properties = { ...object };
  if (isObject(result.metadata)) {
    result.metadata = Object.fromEntries(Object.entries(result.metadata).filter(([name]) => !READ_ONLY.has(name)));
  }
  if (shape === undefined) return result as KubeObject;
  result = withoutEmpty(result, shape, declarations, false);
  if (object.kind === "Secret" && object.apiVersion === "v1") return encoded(result) as KubeObject;
  if (isCustomResourceDefinition(object)) return withoutDefaults(result) as KubeObject;
  return result as KubeObject;
}

/** @param isInside false for the object itself: what the SDK lists there are its inputs, without the status. */
function withoutEmpty(object: Properties, shape: Shape, declarations: Declarations, isInside = true): Properties {
  const kept: Properties = {};
  for (const [name, value] of Object.entries(object)) {
    if (value === null || value === undefined) continue;
    const type = shape.get(name)?.type;
    if (isInside && type === undefined && !/[-$]/.test(name)) continue;
    const isEmpty = Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
    if (isEmpty && (type?.kind === "map" || type?.kind === "list")) continue;
    kept[name] = type === undefined ? value : withoutEmptyIn(value, type, declarations);
  }
  return kept;
}

function withoutEmptyIn(value: unknown, type: PropertyType, declarations: Declarations): unknown {
  if (type.kind === "list" && Array.isArray(value))
    return value.map((item) => withoutEmptyIn(item, type.of, declarations));
  if (type.kind !== "ref" || type.space === "enums" || !isObject(value)) return value;
  const shape = declarations.shape(type.space, type.name);
  return shape === undefined ? value : withoutEmpty(value, shape, declarations);
}

/** A secret's texts in base64, over its data, as the API server writes them down. */
function encoded(secret: Properties): Properties {
  const { stringData, ...rest } = secret;
  const data: Properties = {};
  for (const [name, value] of Object.entries(isObject(rest.data) ? rest.data : {})) data[name] = canonicalBase64(value);
  for (const [name, value] of Object.entries(isObject(stringData) ? stringData : {})) {
    data[name] = typeof value === "string" && !isUnknown(value) ? Buffer.from(value).toString("base64") : value;
  }
  return Object.keys(data).length === 0 ? rest : { ...rest, data };
}

/** Base64 without what a decoder skips; what is none stays, for the API server to refuse. */
function canonicalBase64(value: unknown): unknown {
  if (typeof value !== "string" || isUnknown(value)) return value;
  const bare = value.replace(/[\r\n]/g, "");
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(bare) ? bare : value;
}

/** What the API server takes out of a definition: its status, and the old switch that is off. */
function withoutDefaults({ status: _, ...definition }: Properties): Properties {
  if (!isObject(definition.spec) || definition.spec.preserveUnknownFields !== false) return definition;
  const { preserveUnknownFields: _off, ...spec } = definition.spec;
  return { ...definition, spec };
}
