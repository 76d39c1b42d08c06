import { createColors } from "picocolors";
import { run } from "../../rehearsal/cli";
import type { Report } from "../../rehearsal/report/report";
import type { Terminal } from "../../rehearsal/terminal";
import type { Ended } from "./multisite";

/**
 * Runs a command line of `multisite` in this process: all of the command but what a process of its own adds, which
 * `multisite` of multisite.ts is for. Programs run in processes of their own all the same.
 */
export async function commandLine(args: readonly string[]): Promise<Ended> {
  const said = { stdout: "", stderr: "" };
  const terminal: Terminal = {
    out(text) {
      said.stdout += `${text}\n`;
    },
    err(text) {
      said.stderr += `${text}\n`;
    },
    progress() {},
    done() {},
    colors: createColors(false),
  };
  const exit = await run(["node", "multisite", ...args], terminal, new AbortController().signal);
  return { exit, ...said };
}

/** The same with `--json -`, and the report read. */
export async function reportedHere(args: readonly string[]): Promise<Ended & { report: Report }> {
  const ended = await commandLine([...args, "--json", "-"]);
  return { ...ended, report: ended.stdout === "" ? (undefined as never) : JSON.parse(ended.stdout) };
}
