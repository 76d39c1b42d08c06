import { LABEL_VALUE, QUALIFIED_NAME } from "../checks/schemaDemand";
import { type Field, shown } from "./fields";

/** Reads a map of labels, such as a node selector. Names and values that the API server refuses are problems. */
export function labels(field: Field): Map<string, string> {
  const read = new Map<string, string>();
  for (const [name, place] of field.entries()) {
    const value = place.text();
    if (place.absent) place.problem(`must be a text, got ${shown(place.value)}: an empty one is ""`);
    if (value === undefined || !checkLabelName(place, name) || !checkLabelValue(place, value)) continue;
    read.set(name, value);
  }
  return read;
}

/** Whether a text is a label's name or a taint's key, with a problem when it is not. */
export function checkLabelName(field: Field, name: string): boolean {
  if (QUALIFIED_NAME.test(name)) return true;
  field.problem(`has the key ${shown(name)}, which is no Kubernetes name such as "team" or "example.com/team"`);
  return false;
}

/** Whether a text is a label's value, with a problem when it is not. */
export function checkLabelValue(field: Field, value: string): boolean {
  if (LABEL_VALUE.test(value)) return true;
  field.problem(
    `must be at most 63 letters, digits, "-", "_" and ".", a letter or digit at both ends, got ${shown(value)}`,
  );
  return false;
}
