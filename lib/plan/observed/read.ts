import type { Count } from "../guaranteed";
import { type ObservedResource, UNKNOWN } from "./types";

/**
 * Reads the properties of one resource. Nothing here throws, whatever the values are, and nothing unknown is ever taken
 * for a value: it is undefined, and its path is remembered in `unknown` when somebody asked for it.
 */
export interface Reader {
  /** A finite number of 0 or more; undefined when absent, null when not known (or null, or NaN). */
  count(...path: Path): Count;
  /** As `count`, but what is not known is not remembered: for what a pool can do without. */
  detail(...path: Path): Count;
  /** As `count`, for what a pool cannot do without: that it is absent is remembered as well. */
  need(...path: Path): Count;
  text(...path: Path): string | undefined;
  /** Whatever is there, undefined when it is not known, which is not remembered: for what a pool can do without. */
  hint(...path: Path): unknown;
  /** `true` also for the string "true", as provider inputs have it. */
  flag(...path: Path): boolean;
  /** The texts of a list; unknown members are remembered. */
  texts(...path: Path): string[];
  /** Readers of the members of a list of objects; of an object on its own, a list of one. */
  members(...path: Path): Reader[];
  /** As `members`, each remembering for itself what is unknown: for members that are judged one by one. */
  parts(...path: Path): Reader[];
  /** Whether there is anything at the path, known or not. */
  has(...path: Path): boolean;
  /** Labels of nodes: a map of texts. */
  labels(...path: Path): ReadLabels;
  /** Remembers that something at the path is missing. */
  missing(...path: Path): void;
  /** Paths that were asked for and are not known, in the order of asking. */
  readonly unknown: string[];
}

/** What is known of the labels of a pool's nodes. */
export interface ReadLabels {
  readonly labels: Record<string, string>;
  /** Labels whose values are not known, which is not remembered. */
  readonly openLabels: readonly string[];
}

type Path = readonly (string | number)[];

/** A reader of a resource's properties. A property that the program never gave has the provider's default. */
export function reader(resource: ObservedResource): Reader {
  // Previews of bridged providers show as unknown also what the program left to the provider (`capacityType`).
  const given = givenTo(resource);
  return readerOf(resource.props, "", [], (top) => given !== undefined && !given.includes(top));
}

/**
 * The properties that the program itself gave, as far as they may be unknown; undefined where nobody can tell. Where the inputs
 * were not seen, what is unknown among them was made from another resource, and the engine lists it in propertyDependencies;
 * with nothing listed at all everything unknown stays unknown.
 */
export function givenTo({ given, propertyDependencies }: ObservedResource): readonly string[] | undefined {
  if (given !== undefined) return given;
  const listed = Object.keys(propertyDependencies);
  return listed.length > 0 ? listed : undefined;
}

/** A reader of plain properties that belong to no resource of their own, such as a provider's. */
export function plainReader(props: unknown): Reader {
  return readerOf(props, "", [], () => false);
}

function readerOf(root: unknown, prefix: string, unknown: string[], isDefault: (top: string) => boolean): Reader {
  const name = (path: Path) => prefix + path.map((p) => (typeof p === "number" ? `[${p}]` : `.${p}`)).join("");
  const missing = (...path: Path) => {
    const text = name(path).replace(/^\./, "");
    if (!unknown.includes(text)) unknown.push(text);
  };
  const found = (path: Path): unknown => {
    let value: unknown = root;
    for (const step of path) {
      if (value === UNKNOWN) break;
      if (value === null || typeof value !== "object" || !Object.hasOwn(value, step)) return undefined;
      value = (value as Record<string | number, unknown>)[step];
    }
    return value;
  };
  const at = (path: Path): unknown => {
    const value = found(path);
    return value === UNKNOWN && isDefault(topOf(prefix, path)) ? undefined : value;
  };
  const ask = (path: Path): unknown => {
    const value = at(path);
    if (value === UNKNOWN) missing(...path);
    return value === UNKNOWN || value === null ? undefined : value;
  };
  const detail = (...path: Path): Count => {
    const value = at(path);
    return value === undefined || isAmount(value) ? value : null;
  };
  const objects = (path: Path, remember: () => string[]): Reader[] => {
    const value = ask(path);
    const nested = (member: unknown, at: Path) => readerOf(member, name(at), remember(), isDefault);
    if (Array.isArray(value)) return value.map((member, i) => nested(member, [...path, i]));
    return typeof value === "object" ? [nested(value, path)] : [];
  };
  return {
    unknown,
    missing,
    detail,
    count(...path) {
      const value = detail(...path);
      if (value === null) missing(...path);
      return value;
    },
    need(...path) {
      // Nobody but the program gives these, so the provider has no default for them.
      const value = found(path);
      if (isAmount(value)) return value;
      missing(...path);
      return value === undefined ? undefined : null;
    },
    hint(...path) {
      const value = at(path);
      return value === UNKNOWN ? undefined : value;
    },
    text: (...path) => asText(ask(path)),
    flag(...path) {
      const value = ask(path);
      return value === true || value === "true";
    },
    texts(...path) {
      const value = ask(path);
      if (!Array.isArray(value)) return [];
      return value.flatMap((member: unknown, i) => {
        if (typeof member !== "string") missing(...path, i);
        return typeof member === "string" ? [member] : [];
      });
    },
    members: (...path) => objects(path, () => unknown),
    parts: (...path) => objects(path, () => []),
    has(...path) {
      const value = at(path);
      return value !== undefined && value !== null;
    },
    labels(...path) {
      const value = ask(path);
      if (value === undefined || typeof value !== "object" || Array.isArray(value)) return NO_LABELS;
      const entries = Object.entries(value as object);
      return {
        labels: Object.fromEntries(entries.filter((one): one is [string, string] => typeof one[1] === "string")),
        openLabels: entries.filter(([, one]) => one === UNKNOWN).map(([key]) => key),
      };
    },
  };
}

const NO_LABELS: ReadLabels = { labels: {}, openLabels: [] };

/** A text that says something; undefined for any other value. */
export function asText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The resource's own property that a path leads into. */
function topOf(prefix: string, path: Path): string {
  return prefix === "" ? String(path[0]) : (/^\.?([^.[]+)/.exec(prefix)?.[1] ?? "");
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
