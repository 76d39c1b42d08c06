import { isOutput, isSecret, unknownValue } from "../engine/values";

export const MASKED_SECRET = "[secret]";
export const MASKED_UNKNOWN = "[unknown]";

/** A value in wire form as a report may show it: secrets and unknowns are named, never shown. */
export function masked(value: unknown): unknown {
  if (value === unknownValue) return MASKED_UNKNOWN;
  if (Array.isArray(value)) return value.map(masked);
  if (value === null || typeof value !== "object") return value;
  const fields = value as Record<string, unknown>;
  if (isSecret(value)) return MASKED_SECRET;
  if (isOutput(value)) {
    if (fields.secret === true) return MASKED_SECRET;
    return "value" in fields ? masked(fields.value) : MASKED_UNKNOWN;
  }
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, masked(field)]));
}
