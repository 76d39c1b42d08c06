import { UNKNOWN } from "pulumi-multisite/plan";

/**
 * A copy of properties in plain data, with `UNKNOWN` in place of what the engine cannot know yet.
 *
 * The SDK hands out proxies that throw at the first touch of an unknown, and its runner then drops the rest of the
 * policy and reports a mandatory rule as a mere note. So unknowns are taken out here, at the one place where a policy
 * reads properties, and none can escape from a rule. Whatever else a property does when it is read counts as unknown.
 */
export function known(props: unknown): unknown {
  if (props === null || typeof props !== "object") return typeof props === "function" ? UNKNOWN : props;
  if (Array.isArray(props)) return Array.from({ length: props.length }, (_, i) => read(props, i));
  return Object.fromEntries(Object.keys(props).map((key) => [key, read(props, key)]));
}

function read(from: object, key: string | number): unknown {
  let value: unknown;
  try {
    value = (from as Record<string | number, unknown>)[key];
  } catch {
    return UNKNOWN;
  }
  return known(value);
}
