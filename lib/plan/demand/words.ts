import { type Field, shown } from "./fields";

/** One of the API's enumerated texts, or a problem; empty is the same as absent. */
export function oneOf<const T extends string>(field: Field, allowed: readonly T[]): T | undefined {
  const text = field.text();
  if (text === undefined || text === "") return undefined;
  const found = allowed.find((one) => one === text);
  if (found === undefined) field.problem(`must be one of ${allowed.join(", ")}, got ${shown(text)}`);
  return found;
}
