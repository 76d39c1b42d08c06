import { UNKNOWN } from "pulumi-multisite/plan";

/** Properties in plain data. Whatever is read of them may be null, unknown, or of another form than its type says. */
export type Props = Readonly<Record<string, unknown>>;

/** What is at a path; undefined where there is nothing, and null counts as nothing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  const found = path.reduce<unknown>(
    (inner, name) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, name) ? (inner as Props)[name] : undefined,
    value,
  );
  return found ?? undefined;
}

/** The members of a list, whatever they are; none of what is no list. */
export function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The objects of a list. */
export function objects(value: unknown): Props[] {
  return listed(value).filter((one): one is Props => typeof one === "object" && one !== null);
}

/** A text; empty where there is none, or where it is not known. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A value as a message shows it, whatever it is. */
export function shown(value: unknown): string {
  if (value === UNKNOWN) return "(not known yet)";
  return typeof value === "object" && value !== null ? "(no plain value)" : String(value);
}
