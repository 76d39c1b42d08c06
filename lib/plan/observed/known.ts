import { type ObservedResource, UNKNOWN } from "./types";

/**
 * What engines write in place of a value that they cannot know yet, by its kind: of a boolean, number, text, list, asset, archive
 * and object. Source: @pulumi/policy, proxy.ts; the engine, sdk/go/common/resource/plugin/rpc.go.
 */
const UNKNOWN_TEXTS: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/**
 * A copy of properties in plain data, with `UNKNOWN` in place of what the engine cannot know yet.
 *
 * The SDK of policies hands out proxies that throw at the first touch of an unknown, and its runner then drops the rest of
 * the policy and reports a mandatory rule as a mere note. So unknowns are taken out here, at the one place where properties
 * are read, and none can escape from a rule. Whatever else a property does when it is read counts as unknown.
 */
export function known(props: unknown): unknown {
  if (UNKNOWN_TEXTS.has(props)) return UNKNOWN;
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

/**
 * Properties of a resource: its outputs, and where they are missing or not wholly known yet, what it is asked to be. Of an
 * object that the program gives, a provider may leave parts open that nobody asked for.
 * @param inputs in plain data; undefined where they were not seen
 */
export function asAsked(inputs: unknown, outputs: unknown): Pick<ObservedResource, "props" | "given"> {
  if (inputs === undefined) return { props: outputs };
  const asked = inputs as object;
  const answered = Object.entries(outputs ?? {}).filter(([, value]) => isWhole(value));
  return { props: { ...(outputs ?? {}), ...asked, ...Object.fromEntries(answered) }, given: Object.keys(asked) };
}

function isWhole(value: unknown): boolean {
  if (value === null || typeof value !== "object") return value !== UNKNOWN;
  return Object.values(value).every(isWhole);
}
