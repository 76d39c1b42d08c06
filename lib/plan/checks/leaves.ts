import { z } from "zod";

/**
 * The smallest parts of the schema: each is a predicate and the words for what it allows, which follow "give". The
 * value itself is added to the message by `structure.ts`, in one place for all.
 */
function leaf<T>(allowed: string, is: (value: unknown) => boolean): z.ZodCustom<T, T> {
  return z.custom<T>(is, { error: allowed });
}

/** A text that matches. `allowed` says what matches, and gives an example. */
export function text(allowed: string, pattern: RegExp): z.ZodCustom<string, string> {
  return leaf<string>(allowed, (value) => typeof value === "string" && pattern.test(value));
}

/** One of a few words. */
export function word<const T extends string>(words: readonly T[]): z.ZodCustom<T, T> {
  return leaf<T>(`one of ${words.map((one) => JSON.stringify(one)).join(", ")}`, (value) =>
    (words as readonly unknown[]).includes(value),
  );
}

/** One of a few numbers. */
export function oneNumber<const T extends number>(numbers: readonly T[]): z.ZodCustom<T, T> {
  return leaf<T>(numbers.join(" or "), (value) => (numbers as readonly unknown[]).includes(value));
}

/** A whole number from least to most. `what` may add what it counts. */
export function whole(least: number, most: number, what = ""): z.ZodCustom<number, number> {
  return leaf<number>(
    `a whole number, ${least} to ${most}${what}`,
    (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  );
}

/** A number, fractions allowed, from least to most. */
export function amount(least: number, most: number, what = ""): z.ZodCustom<number, number> {
  return leaf<number>(
    `a number, ${least} to ${most}${what}`,
    (value) => typeof value === "number" && value >= least && value <= most,
  );
}

/** True or false. */
export const flag = leaf<boolean>("true or false", (value) => typeof value === "boolean");

/** A day of the calendar, `YYYY-MM-DD`. */
export const day = leaf<string>(`a day as "YYYY-MM-DD", such as "2026-11-20"`, (value) => {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const read = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(value);
});

/** Any text of 1 to `longest` characters; further rules need more than this one value. */
export function anyText(longest: number, what: string): z.ZodCustom<string, string> {
  return leaf<string>(what, (value) => typeof value === "string" && value.length > 0 && value.length <= longest);
}

/**
 * An object of exactly these properties. The error carries the known names, for "did you mean".
 * @param what what to give when there is none; by default the names
 */
export function strict<S extends z.core.$ZodLooseShape>(shape: S, what?: string): z.ZodObject<S, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? known.join(" ") : (what ?? `an object with ${known.join(", ")}`),
  });
}

/** A list. */
export function list<T extends z.ZodType>(of: T, what: string): z.ZodArray<T> {
  return z.array(of, { error: `a list of ${what}` });
}

/** An object from names to values. */
export function map<T extends z.ZodType>(of: T, what: string): z.ZodRecord<z.ZodString, T> {
  return z.record(z.string(), of, { error: `an object from ${what}` });
}
