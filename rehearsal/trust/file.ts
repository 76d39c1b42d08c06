import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import {
  lastSeen,
  type ReachedSite,
  type RotationSubject,
  rotationProblems,
  type TrustFacts,
  type TrustRotation,
  withLast,
} from "../../lib/plan/trustPhases";
import { UserError } from "../userError";

/** Properties of the file, and what they are. */
const FIELDS: { readonly [field: string]: (value: unknown) => boolean } = {
  revision: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  changedAt: (value) => typeof value === "string" && Number.isFinite(Date.parse(value)),
  generations: (value) => Array.isArray(value) && value.every(isGeneration),
  issuedByNext: isNames,
  bundleSince: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  nextWasIssued: (value) => typeof value === "boolean",
  expelled: isNames,
};

/**
 * Reads the rotation's data.
 * @throws UserError with all that is wrong with it.
 */
export function readRotation(file: string, fleet: Omit<RotationSubject, "rotation">): RotationSubject {
  const read = rotationJson(file);
  const shape = shapeProblems(read);
  const problems = shape.length > 0 ? shape : rotationProblems({ ...fleet, rotation: read as TrustRotation });
  if (problems.length > 0) throw new UserError([`${file}:`, ...problems.map((one) => `  ${one}`)].join("\n"));
  return { ...fleet, rotation: read as TrustRotation };
}

/**
 * Reads what the file of the rotation holds, whatever that is.
 * @throws UserError where it is no JSON, or is not there.
 */
export function rotationJson(file: string): unknown {
  return json(
    file,
    `It holds the fleet's roots, such as {"revision":0,"generations":[{"name":"g1","state":"active"}]}.`,
  );
}

/**
 * Writes the rotation's data, with the time of the change, whole or not at all.
 * @throws UserError for data that no program would read, and where another has written the file since it was read, before
 * anything is written; and where it cannot be written.
 */
export function writeRotation(
  file: string,
  { sites, retired, rotation: read }: RotationSubject,
  to: TrustRotation,
): void {
  const now = rotationJson(file) as TrustRotation;
  if (!isDeepStrictEqual(now, read)) {
    throw new UserError(
      `${file} is as it was: another has changed it since it was read (revision ${read.revision} then, ${now.revision} now), and that ` +
        "would be lost. Run this again.",
    );
  }
  const rotation = { ...to, changedAt: new Date().toISOString() };
  const problems = rotationProblems({ rotation, sites, ...(retired !== undefined && { retired }) });
  if (problems.length > 0) {
    throw new UserError([`${file} is as it was, since it would be:`, ...problems.map((one) => `  ${one}`)].join("\n"));
  }
  writeWhole(file, rotation);
}

function shapeProblems(read: unknown): string[] {
  if (typeof read !== "object" || read === null || Array.isArray(read)) return ["it must be an object."];
  const given = read as { [field: string]: unknown };
  const unknown = Object.keys(given).filter((field) => !Object.hasOwn(FIELDS, field));
  const needed = ["revision", "generations"].filter((field) => !Object.hasOwn(given, field));
  const wrong = Object.keys(given).filter((field) => Object.hasOwn(FIELDS, field) && !FIELDS[field]!(given[field]));
  return [
    ...unknown.map((field) => `${field}: there is no such field; the fields are ${Object.keys(FIELDS).join(", ")}.`),
    ...needed.map((field) => `${field}: is missing.`),
    ...wrong.map((field) => `${field}: cannot be ${JSON.stringify(given[field])}.`),
  ];
}

function isGeneration(value: unknown): boolean {
  const { name, state, ...rest } = (value ?? {}) as { [field: string]: unknown };
  const isState = state === "next" || state === "active" || state === "retiring";
  return typeof name === "string" && isState && Object.keys(rest).length === 0;
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

/** Reads facts, from one file or from several that were collected in different places: as old as the oldest of them. */
export function readFacts(files: readonly string[]): TrustFacts {
  const all = files.map((file) => {
    const read = json(file, "`multisite trust status` writes it.");
    const { error } = FACTS.safeParse(read);
    if (error === undefined) return read as TrustFacts;
    const wrong = error.issues.map(({ path, message }) => `  ${path.join(".") || "it"}: ${message}`);
    const head = `${file} holds no facts of version 1: let \`multisite trust status\` write it.`;
    throw new UserError([head, ...wrong].join("\n"));
  });
  // What one runner could not reach, another may have; of two that have, the later tells how it is.
  const sites = all
    .flatMap((facts) => Object.entries(facts.sites))
    .sort(([, a], [, b]) => Number(a.reached) - Number(b.reached) || (a.seenAt < b.seenAt ? -1 : 1));
  const oldest = all.map(({ collectedAt }) => collectedAt).sort()[0] ?? "";
  // A site that nobody reached was seen last by whoever saw it last.
  const before = all
    .flatMap((facts) => Object.entries(facts.sites).flatMap(([name, one]) => [[name, lastSeen(one)] as const]))
    .filter((entry): entry is [string, ReachedSite] => entry[1] !== undefined)
    .sort(([, a], [, b]) => (a.seenAt < b.seenAt ? -1 : 1));
  const facts: TrustFacts = { version: 1, collectedAt: oldest, sites: Object.fromEntries(sites) };
  return withLast(facts, { ...facts, sites: Object.fromEntries(before) });
}

const seen = z.looseObject({ where: z.string() });

const reached = z.object({
  reached: z.literal(true),
  seenAt: z.string(),
  bundles: z.array(
    z.looseObject({
      ...seen.shape,
      hash: z.string(),
      roots: z.array(z.looseObject({ fingerprint: z.string() })),
    }),
  ),
  leaves: z.array(seen),
  consumers: z.array(seen),
});

const unreached = z.object({
  ...{ reached: z.literal(false), seenAt: z.string(), reason: z.string() },
  last: z.optional(reached),
});

/** What is read of facts. rehearsal/trust/facts.schema.json says all that they hold. */
const FACTS = z.object({
  version: z.literal(1),
  collectedAt: z.string(),
  sites: z.record(z.string(), z.discriminatedUnion("reached", [unreached, reached])),
});

function json(file: string, hint: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new UserError(
      `${isMissing ? `There is no ${file}.` : `${file} cannot be read: ${(error as Error).message}.`} ${hint}`,
    );
  }
}

/**
 * Writes JSON, of a link where it leads to, so that whoever reads the file finds the old text or the new one, never half of one, also when the machine
 * stops meanwhile.
 * @throws UserError when it cannot be written.
 */
export function writeWhole(file: string, value: unknown): void {
  const target = existsSync(file) ? realpathSync(file) : file;
  const beside = join(dirname(target), `.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const open = openSync(beside, "wx", 0o644);
    try {
      writeSync(open, `${JSON.stringify(value, null, 2)}\n`);
      fsyncSync(open);
    } finally {
      closeSync(open);
    }
    renameSync(beside, target);
  } catch (error) {
    rmSync(beside, { force: true });
    throw new UserError(`${file} cannot be written: ${(error as Error).message}`);
  }
}
