import { at, isPlain, labelsAt, listAt, type Plain } from "./objects";

/** Whether a label selector (`matchLabels` and `matchExpressions`) selects labels. An empty one selects all. */
export function selects(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  if (!isPlain(selector)) return false;
  const own = (key: string) => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  return (
    Object.entries(labelsAt(selector, "matchLabels")).every(([key, value]) => own(key) === value) &&
    listAt(selector, "matchExpressions").every((expression) => holds(expression, own))
  );
}

function holds(expression: unknown, own: (key: string) => string | undefined): boolean {
  const value = own(String(at(expression, "key")));
  const values = listAt(expression, "values");
  switch (at(expression, "operator")) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return false;
  }
}

/** The selector of a workload's own pods; undefined for a kind that has none of labels (ReplicationController has its own form). */
export function selectorOf(object: Plain): Plain | undefined {
  const selector = at(object, "spec", "selector");
  if (!isPlain(selector)) return undefined;
  return object.kind === "ReplicationController" ? { matchLabels: selector } : selector;
}
