/** The SDK's marks on values in wire form (`@pulumi/pulumi/runtime`: specialSigKey, specialSecretSig, unknownValue). */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT_VALUE = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export const MASKED_SECRET = "[secret]";
export const MASKED_UNKNOWN = "[unknown]";

/** A value in wire form as a report may show it: secrets and unknowns are named, never shown. */
export function masked(value: unknown): unknown {
  if (value === UNKNOWN) return MASKED_UNKNOWN;
  if (Array.isArray(value)) return value.map(masked);
  if (value === null || typeof value !== "object") return value;
  const fields = value as Record<string, unknown>;
  if (fields[SIGNATURE] === SECRET) return MASKED_SECRET;
  if (fields[SIGNATURE] === OUTPUT_VALUE) {
    if (fields.secret === true) return MASKED_SECRET;
    return "value" in fields ? masked(fields.value) : MASKED_UNKNOWN;
  }
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, masked(field)]));
}
