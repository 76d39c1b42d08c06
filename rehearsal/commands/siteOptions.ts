import { type Command, InvalidArgumentError } from "commander";
import type { KubeconfigOptions } from "./kubeconfigs";

/** Options of every command that asks the running sites of a program. */
export interface SiteOptions extends KubeconfigOptions {
  config: Record<string, string>;
  stack: string;
  /** Files with the states of other stacks, by the names under which the program refers to them. @default none */
  reference?: Record<string, string>;
  json?: string;
  /** Seconds that a site has for each answer. */
  timeout: number;
}

/** Adds those options. */
export function withSiteOptions(command: Command): Command {
  return command
    .option("--kubeconfig <site=file>", "kubeconfig of a site (repeatable)", siteFile, {})
    .option("--kubeconfigs <dir>", "folder of kubeconfigs that are named after their sites")
    .option(
      "--context <site=name>",
      "context of a site, of its kubeconfig or of your own (repeatable)",
      siteContext,
      {},
    )
    .option("--timeout <seconds>", "how long each site has to answer", positive, 10)
    .option("--json <file>", "write what was found as JSON (- for standard output, in place of the text)")
    .option("-c, --config <key=value>", "configuration of the program (repeatable)", keyValue, {})
    .option("-s, --stack <name>", "name of the stack", "rehearsal")
    .option("--reference <stack=file>", "state of a stack that the program refers to (repeatable)", stackFile, {});
}

function siteFile(text: string, all: Record<string, string>): Record<string, string> {
  return pair(text, all, "Write site=file, such as frankfurt=frankfurt.yaml");
}

function siteContext(text: string, all: Record<string, string>): Record<string, string> {
  return pair(text, all, "Write site=name, such as frankfurt=frankfurt-admin");
}

function stackFile(text: string, all: Record<string, string>): Record<string, string> {
  return pair(text, all, "Write stack=file, such as acme/trust/production=trust.state.json");
}

function keyValue(text: string, all: Record<string, string>): Record<string, string> {
  return pair(text, all, "Write key=value, such as replicas=3");
}

function pair(text: string, all: Record<string, string>, hint: string): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError(`${hint}; got "${text}".`);
  return { ...all, [text.slice(0, at)]: text.slice(at + 1) };
}

/** A number of seconds or minutes. */
export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0 || value > 3600)
    throw new InvalidArgumentError(`Give a number above 0, at most 3600; got "${text}".`);
  return value;
}
