import type { Properties } from "../../engine/provider";
import { rewrite } from "../../engine/values";
import { isObject, isTagged } from "../wire";

/** Fields that are quantities by name, each. */
const QUANTITIES = new Set(
  (
    "limits requests overhead podFixed default defaultRequest max min maxLimitRequestRatio hard capacity allocatable " +
    "allocatedResources"
  ).split(" "),
);

/** Fields that are one quantity. */
const QUANTITY = new Set(["sizeLimit", "divisor", "averageValue", "maximumVolumeSize"]);

/**
 * Inputs as the SDK's types spell them. The types know quantities as texts and no dashes in names; API server and provider
 * take what manifests have: `cpu: 2` for a Quantity, and `x-kubernetes-preserve-unknown-fields`. Numbers for other texts,
 * such as the value of an environment variable, are refused there as well.
 */
export function spelled(inputs: Properties): Properties {
  return renewed(inputs, spelledAs) as Properties;
}

/** The schema of a definition: what are quantities elsewhere (`limits`, `max`) are names of its own fields in it. */
function spelledSchema(schema: unknown): unknown {
  const spell = (name: string, value: unknown): [string, unknown] => [
    name.startsWith("x-kubernetes-") ? name.replaceAll("-", "_") : name,
    spelledSchema(value),
  ];
  return renewed(schema, spell);
}

function renewed(of: unknown, entry: (name: string, value: unknown) => [string, unknown]): unknown {
  return rewrite(of, (part) => {
    if (!isObject(part) || isTagged(part)) return undefined;
    return { to: Object.fromEntries(Object.entries(part).map(([name, value]) => entry(name, value))) };
  });
}

function spelledAs(name: string, value: unknown): [string, unknown] {
  return [name, name === "openAPIV3Schema" ? spelledSchema(value) : spelledValue(name, value)];
}

function spelledValue(name: string, value: unknown): unknown {
  if (QUANTITY.has(name)) return quantity(value);
  if (isObject(value) && QUANTITIES.has(name)) {
    return Object.fromEntries(Object.entries(value).map(([resource, amount]) => [resource, quantity(amount)]));
  }
  // Of a metric. A PriorityClass has a value, too, which is a number.
  if (isObject(value) && name === "target" && typeof value.value === "number") {
    return spelled({ ...value, value: quantity(value.value) });
  }
  return isObject(value) || Array.isArray(value) ? spelled(value as Properties) : value;
}

function quantity(value: unknown): unknown {
  return typeof value === "number" && Number.isFinite(value) ? String(value) : value;
}
