import {
  accessSync,
  constants,
  existsSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import type { DrillReport } from "../drill/report";
import type { Report } from "../report/report";
import type { Terminal } from "../terminal";
import { UserError } from "../userError";

/**
 * Makes sure that a report can be written where it is wanted, before minutes are spent on what it tells.
 * @throws UserError when the file could not be written.
 */
export function checkReport(json: string | undefined): void {
  const [problem] = reportProblems(json);
  if (problem !== undefined) throw new UserError(problem);
}

/** Why a report could not be written where it is wanted; empty where it can. */
export function reportProblems(json: string | undefined): string[] {
  return json === undefined || json === "-" ? [] : writeProblems("--json", json, false);
}

/** Members by which the documents that commands write are known. */
const DOCUMENTS = [
  ["capacity", "violations", "seconds"],
  ["carried", "losses", "seconds"],
  ["isReady", "sites", "skew"],
  ["isDone", "sites", "next"],
  ["facts", "rotation", "gates"],
  ["step", "taken", "rotation"],
  ["closes", "remains", "next"],
];

/**
 * Takes an earlier report away, which would be read as that of a run that ends without one. A link stays, and what is no plain
 * file; a file that cannot be removed, as one that is mounted, is emptied.
 * @throws UserError when it can be neither, and for a file that no command has written as a report: it would be lost.
 */
export function removeReport(json: string | undefined): void {
  if (json === undefined || json === "-" || !existsSync(json) || reportProblems(json).length > 0) return;
  const file = realpathSync(json);
  if (!statSync(file).isFile()) return;
  if (!isReport(readFileSync(file, "utf8"))) {
    throw new UserError(
      `--json ${json}: the file is there, and is no report of multisite's, which alone are written over: name another, or remove it.`,
    );
  }
  try {
    rmSync(file);
  } catch {
    write(json, "");
  }
}

/** Whether a text is that of a file which is still empty, or has a document that one of our commands has written. */
function isReport(text: string): boolean {
  if (text.trim() === "") return true;
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document !== "object" || document === null) return false;
    return DOCUMENTS.some((members) => members.every((name) => Object.hasOwn(document, name)));
  } catch {
    return false;
  }
}

function write(json: string, text: string): void {
  try {
    writeFileSync(json, text);
  } catch (error) {
    throw new UserError(unwritable("--json", json, error));
  }
}

/** Why a state could not be kept in its file; empty where it can. */
export function stateProblems(state: string | undefined): string[] {
  // The state is written beside its file, and then takes its place.
  return state === undefined ? [] : writeProblems("--state", state, true);
}

/** @param isReplaced whether another file takes the place of the one that is there */
function writeProblems(option: string, file: string, isReplaced: boolean): string[] {
  if (file === "") return [`${option} is empty: name a file`];
  try {
    if (existsSync(file) && statSync(file).isDirectory()) throw new Error("it is a folder: name a file in it");
    const folder = dirname(resolve(file));
    if (!existsSync(folder)) throw new Error(`there is no folder ${folder}: make it, or name another`);
    accessSync(existsSync(file) && !isReplaced ? file : folder, constants.W_OK);
    return [];
  } catch (error) {
    return [unwritable(option, file, error)];
  }
}

function unwritable(option: string, file: string, error: unknown): string {
  return `cannot write ${option} ${file}: ${(error as Error).message}`;
}

/**
 * Writes the report: as text, as JSON to a file beside the text, or with `-` as JSON in place of the text, so that
 * standard output can be piped.
 * @throws UserError when the file cannot be written.
 */
export function writeReport(
  report: Report | DrillReport,
  text: string,
  json: string | undefined,
  terminal: Terminal,
): void {
  writeDocument(report, text, json, terminal);
}

/** The same for what is no report on a fleet. */
export function writeDocument(report: object, text: string, json: string | undefined, terminal: Terminal): void {
  terminal.done();
  if (json !== "-") terminal.out(text);
  writeJson(report, json, terminal);
}

/** The same for a document whose text, if any is wanted, was shown before. */
export function writeJson(report: object, json: string | undefined, terminal: Terminal): void {
  if (json === "-") terminal.out(JSON.stringify(report, null, 2));
  if (json === undefined || json === "-") return;
  write(json, `${JSON.stringify(report, null, 2)}\n`);
}
