import type { ResourceSchema } from "../sdk/package";

/**
 * The inputs that make a resource's path: texts that the cloud does not answer with, since they are in its id. The SDK
 * lists no such thing; everything else that a resource takes is in its outputs too.
 */
export function pathNames(schema: ResourceSchema): string[] {
  return [...schema.inputs]
    .filter(([name, { type }]) => name !== "id" && type.kind === "string" && !schema.outputs.has(name))
    .map(([name]) => name);
}

/** Ids of Azure are one whatever their case. */
export function lowerId(value: string): string {
  return value.toLowerCase();
}
