import type { z } from "zod";
import type { FleetSpec, SiteKind } from "../spec";
import { plainCopy } from "./plain";
import { fleetSchema } from "./schema";
import { commonSchema, SITE_SCHEMAS } from "./schemaSites";
import { didYouMean, oneOf, type Path, type Report, wrong } from "./wording";

/**
 * A spec as far as it can be read: everything that has the wrong structure is left out, so that what is right can
 * still be judged, and all problems are found at once.
 */
export type Draft<T> = T extends readonly (infer E)[]
  ? (Draft<E> | undefined)[]
  : T extends object
    ? { [K in keyof T]?: Draft<T[K]> }
    : T;

/** A plain copy of the input, and its readable part. */
export interface Structure {
  /** Equal to the input and of the right structure if no problem was reported. */
  readonly copy: unknown;
  readonly draft: Draft<FleetSpec>;
}

/** Checks the structure of an input: what is missing, unknown, of the wrong type or out of its own bounds. */
export function readStructure(input: unknown, report: Report): Structure {
  const { copy, forbidden } = plainCopy(input);
  for (const path of forbidden) {
    report(path, `is a name that reaches into JavaScript's prototypes: remove it.`);
  }
  const parsed = fleetSchema.safeParse(copy);
  if (parsed.success) return { copy: parsed.data, draft: parsed.data as Draft<FleetSpec> };
  const issues = parsed.error.issues.flatMap((issue) => [issue, ...commonIssues(issue, copy)]);
  for (const issue of issues) reportIssue(issue, copy, report);
  for (const issue of issues) prune(copy, issue);
  return { copy, draft: isRecord(copy) ? (copy as Draft<FleetSpec>) : {} };
}

/** A site of unknown kind fits no branch of the union: what all kinds have is still checked. */
function commonIssues(issue: z.core.$ZodIssue, copy: unknown): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [];
  const site = issue.path.slice(0, 2) as Path;
  const parsed = commonSchema.safeParse(at(copy, site));
  if (parsed.success) return [];
  return parsed.error.issues.map((inner) => ({ ...inner, path: [...site, ...inner.path] }));
}

function reportIssue(issue: z.core.$ZodIssue, copy: unknown, report: Report): void {
  const path = issue.path as Path;
  switch (issue.code) {
    case "unrecognized_keys":
      for (const key of issue.keys) report([...path, key], unknownProperty(key, issue.message.split(" "), path, copy));
      return;
    case "invalid_union":
      report(path, wrong(at(copy, path), oneOf(Object.keys(SITE_SCHEMAS))));
      return;
    default:
      report(path, wrong(at(copy, path), issue.message));
  }
}

function unknownProperty(key: string, known: readonly string[], path: Path, copy: unknown): string {
  const owners = Object.entries(SITE_SCHEMAS).filter(([, schema]) => Object.hasOwn(schema.shape, key));
  const here = `Known here: ${known.join(", ")}.`;
  if (path[0] === "sites" && path.length === 2 && owners.length > 0) {
    const kind = (at(copy, path) as { kind?: SiteKind }).kind;
    const kinds = owners.map(([owner]) => owner);
    return `is not a property of a site of kind ${JSON.stringify(kind)}, but of ${oneOf(kinds)}: remove it. ${here}`;
  }
  return `is an unknown property: remove or rename it.${didYouMean(key, known)} ${here}`;
}

/** The value at a path of plain data, or undefined. */
function at(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) => (isRecord(value) && Object.hasOwn(value, step) ? value[step] : undefined),
    root,
  );
}

/** Takes out what an issue is about. A list keeps its length, so that the paths of its other elements stay true. */
function prune(copy: unknown, issue: z.core.$ZodIssue): void {
  if (issue.code === "unrecognized_keys") {
    const owner = at(copy, issue.path as Path);
    if (isRecord(owner)) for (const key of issue.keys) delete owner[key];
    return;
  }
  const path = issue.path as Path;
  const last = path[path.length - 1];
  const owner = at(copy, path.slice(0, -1));
  if (last === undefined || !isRecord(owner)) return;
  if (Array.isArray(owner)) owner[last as number] = undefined;
  else delete owner[last];
}

function isRecord(value: unknown): value is Record<string | number, unknown> {
  return typeof value === "object" && value !== null;
}
