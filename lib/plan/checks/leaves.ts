import { didYouMean, oneOf, type Report, wrong } from "./wording";

/**
 * The structure of plain data: what it may be, in words for people, and how it is read. A reading reports everything
 * that is wrong and yields what is right, so that one mistake hides no other.
 *
 * A library of schemas would do more than the spec needs, and costs a plan more than all of its arithmetic: a plan of
 * many sites is made in a fresh process as a rule, and must be there in milliseconds (bench/plan.ts).
 */
export interface Schema<T> {
  /** What may be given; follows "give". */
  readonly allowed: string;
  /** Absent is as good as given. */
  readonly optional?: true;
  /** What of a value is right, undefined if nothing is. `path` is changed while it runs: whoever keeps it must copy it. */
  draft(value: unknown, path: (string | number)[], report: Report): unknown;
  /** The type that it reads; never there. */
  readonly type?: T;
}

/** The type that a schema reads. */
export type TypeOf<S> = S extends Schema<infer T> ? T : never;

/** The smallest part: a predicate, and the words for what it allows. */
function leaf<T>(allowed: string, is: (value: unknown) => boolean): Schema<T> {
  return {
    allowed,
    draft(value, path, report) {
      if (is(value)) return value;
      report(path, wrong(value, allowed));
      return undefined;
    },
  };
}

/** A property that may be absent. */
export function optional<T>(schema: Schema<T>): Schema<T> & { readonly optional: true } {
  return { ...schema, optional: true };
}

/** A text that matches. `allowed` says what matches, and gives an example. */
export function text(allowed: string, pattern: RegExp): Schema<string> {
  return leaf(allowed, (value) => typeof value === "string" && pattern.test(value));
}

/** Any text of 1 to `longest` characters; further rules need more than this one value. */
export function anyText(longest: number, what: string): Schema<string> {
  return leaf(what, (value) => typeof value === "string" && value.length > 0 && value.length <= longest);
}

/** One of a few words. */
export function word<const T extends string>(words: readonly T[]): Schema<T> {
  const shown = words.map((one) => JSON.stringify(one)).join(", ");
  return leaf(`one of ${shown}`, (value) => (words as readonly unknown[]).includes(value));
}

/** One of a few numbers. */
export function oneNumber<const T extends number>(numbers: readonly T[]): Schema<T> {
  return leaf(numbers.join(" or "), (value) => (numbers as readonly unknown[]).includes(value));
}

/** A whole number from least to most. `what` may add what it counts. */
export function whole(least: number, most: number, what = ""): Schema<number> {
  return leaf(
    `a whole number, ${least} to ${most}${what}`,
    (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  );
}

/** A number, fractions allowed, from least to most. */
export function amount(least: number, most: number, what = ""): Schema<number> {
  return leaf(
    `a number, ${least} to ${most}${what}`,
    (value) => typeof value === "number" && value >= least && value <= most,
  );
}

/** True or false. */
export const flag: Schema<boolean> = leaf("true or false", (value) => typeof value === "boolean");

/** A day of the calendar, `YYYY-MM-DD`. */
export const day: Schema<string> = leaf(`a day as "YYYY-MM-DD", such as "2026-11-20"`, (value) => {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const read = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(value);
});

/** A list. A wrong element stays in its place as undefined, so that the paths of the others stay true. */
export function list<T>(of: Schema<T>, what: string): Schema<T[]> {
  const allowed = `a list of ${what}`;
  return {
    allowed,
    draft(value, path, report) {
      if (Array.isArray(value)) return value.map((one, index) => at(of, one, index, path, report));
      report(path, wrong(value, allowed));
      return undefined;
    },
  };
}

/** An object from names to values. */
export function map<T>(of: Schema<T>, what: string): Schema<{ [name: string]: T }> {
  const allowed = `an object from ${what}`;
  return {
    allowed,
    draft(value, path, report) {
      if (!isReadable(value, allowed, path, report)) return undefined;
      const read = Object.entries(value).map(([name, one]) => [name, at(of, one, name, path, report)] as const);
      return Object.fromEntries(read.filter(([, one]) => one !== undefined));
    },
  };
}

/** Reads a part of a value. */
export function at(
  schema: Schema<unknown>,
  value: unknown,
  step: string | number,
  path: (string | number)[],
  report: Report,
): unknown {
  path.push(step);
  const read = schema.draft(value, path, report);
  path.pop();
  return read;
}

/** Properties and their schemas. */
export interface Shape {
  readonly [name: string]: Schema<unknown>;
}

type Flat<T> = { [K in keyof T]: T[K] };

/** The type of an object of this shape: absent where optional, never undefined. */
export type ObjectOf<S extends Shape> = Flat<
  { [K in keyof S as S[K] extends { readonly optional: true } ? never : K]: TypeOf<S[K]> } & {
    [K in keyof S as S[K] extends { readonly optional: true } ? K : never]?: TypeOf<S[K]>;
  }
>;

/** How an object is spoken of. */
export interface ObjectWords {
  /** What to give when there is none. @default the names of its properties */
  readonly allowed?: string;
  /** What to say of a property that is not its own but known elsewhere; undefined for one that nobody knows. */
  readonly stranger?: (name: string) => string | undefined;
}

/** An object of exactly these properties. */
export function strict<S extends Shape>(shape: S, words: ObjectWords = {}): Schema<ObjectOf<S>> {
  const known = Object.keys(shape);
  const allowed = words.allowed ?? `an object with ${known.join(", ")}`;
  return {
    allowed,
    draft(value, path, report) {
      if (!isReadable(value, allowed, path, report)) return undefined;
      for (const name of Object.keys(value)) {
        if (!Object.hasOwn(shape, name)) report([...path, name], unknown(name, known, words));
      }
      return readShape(shape, value, path, report);
    },
  };
}

/**
 * An object one of whose properties says which others it has.
 * @param otherwise reads what can be read of one that says nothing known
 */
export function variant<T>(
  property: string,
  variants: { readonly [name: string]: Schema<T> },
  allowed: string,
  otherwise: (value: Values, path: (string | number)[], report: Report) => unknown = () => undefined,
): Schema<T> {
  return {
    allowed,
    draft(value, path, report) {
      if (!isReadable(value, allowed, path, report)) return undefined;
      const name = Object.hasOwn(value, property) ? value[property] : undefined;
      const chosen = typeof name === "string" && Object.hasOwn(variants, name) ? variants[name] : undefined;
      if (chosen !== undefined) return chosen.draft(value, path, report);
      report([...path, property], wrong(name, oneOf(Object.keys(variants))));
      return otherwise(value, path, report);
    },
  };
}

/** Reads the properties of a shape, whatever else the object has. */
export function readShape(
  shape: Shape,
  value: Values,
  path: (string | number)[],
  report: Report,
): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(shape)) {
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    if (given === undefined && schema.optional) continue;
    const read = at(schema, given, name, path, report);
    if (read !== undefined) made[name] = read;
  }
  return made;
}

function unknown(name: string, known: readonly string[], words: ObjectWords): string {
  const here = `Known here: ${known.join(", ")}.`;
  const stranger = words.stranger?.(name);
  if (stranger !== undefined) return `${stranger} ${here}`;
  return `is an unknown property: remove or rename it.${didYouMean(name, known)} ${here}`;
}

/** The properties of an object, whatever they are. */
type Values = Readonly<Record<string, unknown>>;

/** Whether a value is an object with properties; reports it where it is none. */
function isReadable(value: unknown, allowed: string, path: (string | number)[], report: Report): value is Values {
  if (isObject(value)) return true;
  report(path, wrong(value, allowed));
  return false;
}

/** Whether a value is an object with properties, and no list. */
export function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
