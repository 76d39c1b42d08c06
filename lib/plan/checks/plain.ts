/**
 * What stands in a copy where the input had something that is no plain data. It is a symbol, because no schema takes
 * one (an object would be searched for properties), so that the place is reported like any other wrong value.
 * @param what what it is, to follow "is": `an Output`, `a function`
 * @param why why it cannot be taken, as a sentence; empty where that is plain to see
 */
function notPlain(what: string, why = ""): symbol {
  return Symbol(`${what}\n${why}`);
}

/** The words of a {@link notPlain}, or undefined for every other value. */
export function notPlainWords(value: unknown): { readonly what: string; readonly why: string } | undefined {
  if (typeof value !== "symbol") return undefined;
  const [what = "", why = ""] = (value.description ?? "").split("\n");
  return { what, why };
}

/** A plain copy of an input, and the keys that were left out because they reach into prototypes. */
export interface PlainCopy {
  readonly copy: unknown;
  /** Paths whose last step is a forbidden key. */
  readonly forbidden: readonly (readonly (string | number)[])[];
}

/** No spec is nested deeper; a deeper one is a mistake or an attack. */
const DEEPEST = 32;

/** Values in the largest input that is read: aliases in YAML can make a few lines into billions. */
const MOST_VALUES = 2_000_000;

/** A longer list with holes is not copied element by element: `new Array(2 ** 32 - 1)` costs nothing to write. */
const MOST_HOLES = 10_000;

const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

const STRUCTURAL =
  "Structural values are plain, because they decide which resources exist and must be known at the first preview.";

/**
 * Copies an input as plain data: own enumerable properties, each read once, so that no getter, proxy or prototype can
 * say one thing to the check and another to the plan. Never throws. Properties that are undefined are left out.
 */
export function plainCopy(input: unknown): PlainCopy {
  const forbidden: (string | number)[][] = [];
  const path: (string | number)[] = [];
  const above = new Set<object>();
  let values = 0;

  function child(of: object, key: string | number): unknown {
    values++;
    let value: unknown;
    try {
      value = (of as Record<string | number, unknown>)[key];
    } catch {
      return unreadable();
    }
    if (typeof value !== "object" || value === null) return scalar(value);
    path.push(key);
    above.add(of);
    const copied = object(value);
    above.delete(of);
    path.pop();
    return copied;
  }

  function object(value: object): unknown {
    try {
      return copy(value);
    } catch {
      return unreadable();
    }
  }

  function copy(value: object): unknown {
    const odd = oddity(value);
    if (odd !== undefined) return odd;
    if (above.has(value)) return notPlain("an object that contains itself");
    if (path.length > DEEPEST) return notPlain(`nested more than ${DEEPEST} levels deep`);
    const keys = Object.keys(value);
    if (values + keys.length > MOST_VALUES) return notPlain(`part of a spec of more than ${MOST_VALUES} values`);
    if (Array.isArray(value)) return copyList(value, keys.length, (index) => child(value, index));
    const made: Record<string, unknown> = {};
    for (const key of keys) {
      if (FORBIDDEN.has(key)) {
        forbidden.push([...path, key]);
        continue;
      }
      const copied = child(value, key);
      if (copied !== undefined) made[key] = copied;
    }
    return made;
  }

  return { copy: typeof input === "object" && input !== null ? object(input) : scalar(input), forbidden };
}

function copyList(list: readonly unknown[], present: number, read: (index: number) => unknown): unknown {
  const holes = list.length - present;
  if (holes > 0 && list.length > MOST_HOLES) return notPlain(`a list of ${list.length} with holes`);
  return Array.from({ length: list.length }, (_, index) =>
    holes > 0 && !Object.hasOwn(list, index) ? notPlain("a hole in the list") : read(index),
  );
}

function unreadable(): symbol {
  return notPlain("a property that cannot be read", "Reading it throws.");
}

function scalar(value: unknown): unknown {
  switch (typeof value) {
    case "function":
      return notPlain("a function", STRUCTURAL);
    case "symbol":
    case "bigint":
      return notPlain(`a ${typeof value}`);
    default:
      return value;
  }
}

/** Objects that are no data: Outputs and resources of Pulumi, promises, instances of classes. */
function oddity(value: object): symbol | undefined {
  const marked = value as { __pulumiOutput?: unknown; __pulumiResource?: unknown; then?: unknown };
  if (marked.__pulumiOutput === true) return notPlain("an Output", STRUCTURAL);
  if (marked.__pulumiResource === true) return notPlain("a resource", STRUCTURAL);
  if (typeof marked.then === "function") return notPlain("a Promise", STRUCTURAL);
  if (Array.isArray(value)) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object of another realm has another Object.prototype, but that one has none either.
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return undefined;
  const maker: unknown = (prototype as { constructor?: { name?: unknown } }).constructor?.name;
  return notPlain(
    typeof maker === "string" && maker !== "" ? `a ${maker}` : "an instance of a class",
    "Give plain data.",
  );
}
