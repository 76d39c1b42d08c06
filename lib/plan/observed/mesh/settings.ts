import { UNKNOWN } from "../types";

/** A setting of an installation: what the program gives, what the chart takes without it, or `UNKNOWN`. */
export type Setting<T> = T | typeof UNKNOWN;

/** Where settings are looked up, by their paths. */
export interface Settings {
  text(absent: Setting<string>, ...path: readonly string[]): Setting<string>;
  count(absent: Setting<number>, ...path: readonly string[]): Setting<number>;
  flag(absent: Setting<boolean>, ...path: readonly string[]): Setting<boolean>;
  texts(absent: Setting<readonly string[]>, ...path: readonly string[]): Setting<readonly string[]>;
}

/**
 * Looks settings up in plain data. What is of another form than it should be is not known: the chart may still understand it.
 * @param isWhole whether what is absent is left to the chart; false where other files may give it
 */
export function settingsOf(root: unknown, isWhole: boolean): Settings {
  const find = <T>(read: (value: unknown) => Setting<T>, absent: Setting<T>, path: readonly string[]): Setting<T> => {
    const value = at(root, path);
    if (value === undefined || value === null) return isWhole ? absent : UNKNOWN;
    return value === UNKNOWN ? UNKNOWN : read(value);
  };
  return {
    text: (absent, ...path) => find(asText, absent, path),
    count: (absent, ...path) => find(asCount, absent, path),
    flag: (absent, ...path) => find(asFlag, absent, path),
    texts: (absent, ...path) => find(asTexts, absent, path),
  };
}

/** What is at a path; `UNKNOWN` where the path leads through something unknown. */
export function at(root: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => {
    if (inner === UNKNOWN) return UNKNOWN;
    const isObject = typeof inner === "object" && inner !== null && Object.hasOwn(inner, name);
    return isObject ? (inner as Readonly<Record<string, unknown>>)[name] : undefined;
  }, root);
}

/** Whether a setting is known. */
export function isKnown<T>(setting: Setting<T>): setting is T {
  return setting !== UNKNOWN;
}

function asText(value: unknown): Setting<string> {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : UNKNOWN;
}

function asCount(value: unknown): Setting<number> {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : UNKNOWN;
}

function asFlag(value: unknown): Setting<boolean> {
  if (value === true || value === "true") return true;
  return value === false || value === "false" ? false : UNKNOWN;
}

/** Lists, and texts with spaces or commas between, as the agent's configuration has them. */
function asTexts(value: unknown): Setting<readonly string[]> {
  if (typeof value === "string") return value.split(/[\s,]+/).filter((part) => part !== "");
  if (!Array.isArray(value)) return UNKNOWN;
  return value.every((member): member is string => typeof member === "string") ? value : UNKNOWN;
}
