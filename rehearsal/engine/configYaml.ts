import { parse, type ScalarTag } from "yaml";
import { UserError } from "../userError";
import { byBytes } from "./values";

/** What the real engine's reader of YAML takes for a number or a point in time: more than YAML 1.2 does, less than 1.1. */
const startOfNumber = /^[-+]?\.?\d/;
const float = /^[-+]?(\.\d+|\d+(\.\d*)?)(e[-+]?\d+)?$/i;
const integer = /^([-+]?)(?:(0[box]?)([\da-f]+)|(\d+))$/i;
const time =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:T(?=.*(?:Z|[-+]\d\d:\d\d)$)| (?!.*(?:Z|[-+]\d\d:\d\d)$))(\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?(Z|[-+]\d\d:\d\d)?)?$/i;

/** Bounds of the integers that are kept to the last digit. */
const smallest = -(2n ** 63n);
const largest = 2n ** 64n - 1n;
const largestSigned = 2n ** 63n - 1n;

function toInteger(text: string): bigint | undefined {
  const [, sign, prefix, digits, decimal] = integer.exec(text) ?? [];
  const written =
    decimal === undefined || /^0\d/.test(decimal) ? `${prefix === "0" ? "0o" : prefix}${digits}` : decimal;
  try {
    const value = BigInt(written) * (sign === "-" ? -1n : 1n);
    return value < smallest || value > largest ? undefined : value;
  } catch {
    return undefined;
  }
}

/** A point in time as the real engine writes it into a configuration: `2026-11-28 00:00:00 +0000 UTC`. */
function toTime(text: string): string | undefined {
  const match = time.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone = "Z"] = match;
  const [date, clock] = [[year, month, day].map(Number), [hour, minute, second].map(Number)] as [
    [number, number, number],
    [number, number, number],
  ];
  const at = new Date(Date.UTC(date[0], date[1] - 1, date[2], ...clock));
  const isReal = at.getUTCMonth() + 1 === date[1] && at.getUTCDate() === date[2] && clock[0] < 24 && clock[1] < 60;
  if (!isReal || clock[2] > 59) return undefined;
  const two = (value: number): string => String(value).padStart(2, "0");
  const offset = zone.toUpperCase() === "Z" ? "+0000 UTC" : `${zone.replace(":", "")} ${zone.replace(":", "")}`;
  const part = fraction.replace(/\.?0+$/, "");
  return `${year}-${two(date[1])}-${two(date[2])} ${clock.map(two).join(":")}${part} ${offset}`;
}

const numbers: ScalarTag = {
  tag: "tag:yaml.org,2002:int",
  default: true,
  test: startOfNumber,
  resolve(text): unknown {
    const plain = text.replaceAll("_", "");
    const value = Number(plain);
    return toTime(text) ?? toInteger(plain) ?? (float.test(plain) && Number.isFinite(value) ? value : text);
  },
};

/** Reads a project's or stack's file. Integers are bigints: beyond 2^53 a number would round them. */
export function parseConfigYaml(text: string): unknown {
  return parse(text, { customTags: (tags) => [numbers, ...tags], merge: true });
}

/** Reads a file that is JSON, in the same values. As in the real engine, its numbers have the digits of floating point. */
export function parseConfigJson(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) => (Number.isInteger(value) ? BigInt(value as number) : value));
}

/**
 * JSON of a value that was read so, keys in order. Within objects and lists, as in the real engine, integers are kept up to 2^63.
 * @throws UserError for a number that JSON does not have.
 */
export function toJson(value: unknown): string {
  if (typeof value === "bigint") return value > largestSigned ? String(Number(value)) : String(value);
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new UserError(`${value} has no JSON form, which programs read: give it as a text, in quotes`);
  }
  if (Array.isArray(value)) return `[${value.map(toJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const parts = Object.entries(value)
    .sort(([left], [right]) => byBytes(left, right))
    .map(([name, part]) => `${JSON.stringify(name)}:${toJson(part)}`);
  return `{${parts.join(",")}}`;
}
