import { accessSync, constants, existsSync, statSync, writeFileSync } from "node:fs";
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
  if (json === undefined || json === "-") return;
  try {
    if (existsSync(json) && statSync(json).isDirectory()) throw new Error("it is a folder: name a file in it");
    accessSync(existsSync(json) ? json : dirname(resolve(json)), constants.W_OK);
  } catch (error) {
    throw unwritable(json, error);
  }
}

function unwritable(json: string, error: unknown): UserError {
  return new UserError(`cannot write --json ${json}: ${(error as Error).message}`);
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
  if (json === "-") {
    terminal.out(JSON.stringify(report, null, 2));
    return;
  }
  terminal.out(text);
  if (json === undefined) return;
  try {
    writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  } catch (error) {
    throw unwritable(json, error);
  }
}
