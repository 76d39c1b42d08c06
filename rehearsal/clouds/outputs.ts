import type { Properties } from "../engine/provider";
import { makeSecret } from "../engine/values";
import type { TextMaker } from "./sdk/madeUp";
import { madeUp } from "./sdk/madeUp";
import type { ResourceSchema, SdkPackage } from "./sdk/package";
import type { PropertyType } from "./sdk/typeExpression";
import { isObject, isTagged, isUnknown, own, reveal, UNKNOWN } from "./wire";

/** How the outputs are to be made. */
export interface Answering {
  sdk: SdkPackage;
  schema: ResourceSchema;
  /** With `preview`, what only the cloud can know is unknown. */
  preview: boolean;
  /** Makes the outputs that nothing gives those of one resource. */
  seed: string;
  text: TextMaker;
  /** False for a cloud that answers with what it was given and little else, as Kubernetes does: nothing is made up. */
  fills: boolean;
  /** Outputs that the model gives, or those of the resource as it was. They win over made-up ones. */
  given: Properties;
}

/**
 * The outputs of a resource: its inputs, as the cloud echoes them, and what the cloud adds. In a preview that is unknown,
 * unless it is given.
 */
export function outputsOf(inputs: Properties, how: Answering): Properties {
  const outputs: Properties = {};
  for (const [name, { type, optional }] of how.schema.outputs) {
    if (name === "urn" || name === "id") continue;
    const isPure = !how.schema.inputs.has(name);
    const input = isPure ? undefined : own(inputs, name);
    const given = own(how.given, name);
    let value: unknown;
    if (input !== undefined && input !== null) value = echo(input, given, type, name, how);
    else if (given !== undefined) value = given;
    else if (how.preview && (isPure || (how.fills && !optional))) value = UNKNOWN;
    else if (how.fills && !optional) value = madeUp(type, name, how.seed, how.sdk.declarations, how.text);
    if (value !== undefined) outputs[name] = how.schema.secretOutputs.has(name) ? makeSecret(value) : value;
  }
  return outputs;
}

/** An input as an output, with the parts of nested objects that the cloud adds. */
function echo(input: unknown, given: unknown, type: PropertyType, name: string, how: Answering): unknown {
  const value = reveal(input);
  if (isUnknown(value) || isTagged(value)) return input;
  let answer: unknown = value;
  if (type.kind === "list" && Array.isArray(value)) {
    answer = value.map((item, i) => echo(item, Array.isArray(given) ? given[i] : undefined, type.of, name, how));
  } else if (type.kind === "map" && isObject(value)) {
    answer = mapObject(value, (inner, key) =>
      echo(inner, isObject(given) ? own(given, key) : undefined, type.of, key, how),
    );
  } else if (type.kind === "ref" && isObject(value)) {
    answer = echoObject(value, isObject(given) ? given : {}, type, how);
  }
  return input === value ? answer : makeSecret(answer);
}

function echoObject(
  value: Properties,
  given: Properties,
  type: PropertyType & { kind: "ref" },
  how: Answering,
): Properties {
  const shape = type.space === "enums" ? undefined : how.sdk.declarations.shape(type.space, type.name);
  const answer: Properties = {};
  for (const [name, inner] of Object.entries(value)) {
    const property = shape?.get(name);
    answer[name] = property === undefined ? inner : echo(inner, own(given, name), property.type, name, how);
  }
  for (const [name, inner] of Object.entries(given)) answer[name] ??= inner;
  if (!how.fills) return answer;
  for (const [name, property] of shape ?? []) {
    if (property.optional || name in answer) continue;
    answer[name] = how.preview ? UNKNOWN : madeUp(property.type, name, how.seed, how.sdk.declarations, how.text);
  }
  return answer;
}

function mapObject(object: Properties, change: (value: unknown, key: string) => unknown): Properties {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
}
