import { writeFileSync } from "node:fs";
import type { DrillReport } from "../drill/report";
import type { Report } from "../report/report";
import type { Terminal } from "../terminal";
import { UserError } from "../userError";

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
    throw new UserError(`cannot write --json ${json}: ${(error as Error).message}`);
  }
}
