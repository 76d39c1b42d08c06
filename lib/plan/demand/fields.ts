/** One step into plain data: a key of a map or an index of a list. */
export type Step = string | number;

/** Takes what is wrong with plain data, so that all of it is found in one pass. */
export type OnProblem = (path: readonly Step[], message: string) => void;

/**
 * A place in plain data of unknown shape, with the readers that the Kubernetes API's own types need.
 *
 * A reader never throws: what does not fit is told to `onProblem` and reads as absent. As in the API, null is absent.
 * Only own properties are read, so that a key such as `__proto__` or `constructor` is data like any other.
 */
export class Field {
  constructor(
    readonly value: unknown,
    readonly path: readonly Step[],
    readonly onProblem: OnProblem,
  ) {}

  /** Whether nothing was written here. */
  get absent(): boolean {
    return this.value === undefined || this.value === null;
  }

  /** Reports this place. */
  problem(message: string): void {
    this.onProblem(this.path, message);
  }

  /** The place under a key, absent when there is none. */
  at(key: string, ...more: readonly string[]): Field {
    const under = new Field(this.own(key), [...this.path, key], this.onProblem);
    const [next, ...rest] = more;
    return next === undefined ? under : under.at(next, ...rest);
  }

  /** The places under each key of a map, in the order written. */
  entries(): [string, Field][] {
    const map = this.map();
    return Object.keys(map ?? {}).map((key) => [key, this.at(key)]);
  }

  /** The places in a list. */
  items(): Field[] {
    if (this.absent) return [];
    if (!Array.isArray(this.value)) {
      this.problem(`must be a list, got ${shown(this.value)}`);
      return [];
    }
    return Array.from(this.value, (item, index) => new Field(item, [...this.path, index], this.onProblem));
  }

  /** A text. Numbers and booleans are none: the API server refuses them where it wants a text. */
  text(): string | undefined {
    if (this.absent) return undefined;
    if (typeof this.value === "string") return this.value;
    this.problem(`must be a text, got ${shown(this.value)}: put it in quotes`);
    return undefined;
  }

  /** True or false. */
  flag(): boolean | undefined {
    if (this.absent) return undefined;
    if (typeof this.value === "boolean") return this.value;
    this.problem(`must be true or false, got ${shown(this.value)}`);
    return undefined;
  }

  /** A whole number of `least` up to 2^31-1, the API's int32. */
  whole(least = 0): number | undefined {
    if (this.absent) return undefined;
    const value = this.value;
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= INT32) return value;
    const numeric = typeof value === "string" && /^[0-9]+$/.test(value) ? ": write it without quotes" : "";
    const hint = typeof value === "string" ? unrendered(value) || numeric : "";
    this.problem(`must be a whole number from ${least} to ${INT32}, got ${shown(value)}${hint}`);
    return undefined;
  }

  /** Whether this is a map, with a problem when something else is written. */
  map(): Readonly<Record<string, unknown>> | undefined {
    if (this.absent) return undefined;
    if (isMap(this.value)) return this.value;
    this.problem(`must be a map, got ${shown(this.value)}`);
    return undefined;
  }

  private own(key: string): unknown {
    const map = this.map();
    return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
  }
}

const INT32 = 2 ** 31 - 1;

/** Whether a value is a map: an object that is no list. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What to say when a text is a template that nobody rendered; empty when it is none. */
export function unrendered(text: string): string {
  return text.includes("{{") ? `: this is a template, render it first ("helm template" for a Helm chart)` : "";
}

/** A value as one shows it to its writer: never more than a few words of it. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (isMap(value)) return "a map";
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
}

/** A path as it is written in JSONPath and in the API server's own messages: `spec.containers[0].name`. */
export function pathText(path: readonly Step[]): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[A-Za-z_][\w-]*$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}
