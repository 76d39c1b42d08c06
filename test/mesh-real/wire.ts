import { signatureKey } from "../../rehearsal/engine/values";

/** A value in wire form with its secrets in clear: it goes to the nodes of the test, and nowhere else. */
export function clear(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clear);
  if (typeof value !== "object" || value === null) return value;
  if (signatureKey in value) return clear((value as { readonly value?: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, clear(one)]));
}
