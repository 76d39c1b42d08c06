import { nearest } from "../nearest";
import { notPlainWords } from "./plain";

/** Reports one problem of a spec. */
export type Report = (path: Path, message: string) => void;

/** Where in the spec, from its root. */
export type Path = readonly (string | number)[];

/** A path as people write it: `sites[0].tags["cost centre"]`. The root itself is `spec`. */
export function formatPath(path: Path): string {
  const text = path
    .map((step) => {
      if (typeof step === "number") return `[${step}]`;
      return /^[A-Za-z_$][\w$]*$/.test(step) ? `.${step}` : `[${JSON.stringify(clip(step))}]`;
    })
    .join("");
  return text === "" ? "spec" : text.replace(/^\./, "");
}

/** A value as a message shows it: short, on one line, and never the insides of an object. */
export function show(value: unknown): string {
  const odd = notPlainWords(value);
  if (odd !== undefined) return odd.what;
  if (typeof value === "string") return JSON.stringify(clip(value));
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}

/** What is wrong with a value that is not one of those allowed. `allowed` follows "give". */
export function wrong(value: unknown, allowed: string): string {
  if (value === undefined) return `is missing: give ${allowed}.`;
  const why = notPlainWords(value)?.why ?? "";
  return `is ${show(value)}: give ${allowed}.${why === "" ? "" : ` ${why}`}`;
}

/** "did you mean", or nothing when no known word is near. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const near = nearest(word, known);
  return near === undefined ? "" : ` Did you mean ${JSON.stringify(near)}?`;
}

/** Words as a list for people: `a, b or c`. */
export function oneOf(words: readonly (string | number)[]): string {
  const shown = words.map((word) => (typeof word === "string" ? JSON.stringify(word) : String(word)));
  if (shown.length < 2) return shown.join("");
  return `${shown.slice(0, -1).join(", ")} or ${shown[shown.length - 1]}`;
}

/** Whole numbers with thousands, as people read them. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

const LONGEST_SHOWN = 60;

/** A text as far as a message shows it. */
export function clip(text: string): string {
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN - 3)}...`;
}
