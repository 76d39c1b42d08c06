import { existsSync, lstatSync, readlinkSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { SiteStage } from "../clusters/stage";
import type { RunResult } from "../engine";
import type { Fidelity } from "../engine/provider";
import { buildReport } from "../report/build";
import type { Report } from "../report/report";
import { judgementText, sitesText, UNJUDGED, violationsText } from "../report/text";
import type { Terminal } from "../terminal";
import { UserError } from "../userError";
import { ambientNotes } from "./ambient";
import { readDemand } from "./demand";
import { judgeLives } from "./lives";
import type { CommonOptions } from "./options";
import { reportProblems, stateProblems, writeReport } from "./output";
import { today } from "./plan";
import { openProgram, type ProgramRun, refuseFailed } from "./program";
import { type CommandSites, withSites } from "./sites";
import { withState } from "./stateLock";
import { type Subject, subjectOf, without } from "./subject";

/** Options of `multisite rehearse`. */
export interface RehearseOptions extends CommonOptions {
  policyPack: string[];
  policyPackConfig: string[];
  /** Pulumi's deployment JSON: read if it exists, written at the end. */
  state?: string;
  /** Refuse types that are simulated by their shape only. */
  strict: boolean;
  engine: "own" | "pulumi";
  /** Real control planes for all sites, on this machine. */
  clusters: boolean;
}

/**
 * `multisite rehearse`: preview with the policies, then up on simulated clouds, then the loss of each site by arithmetic.
 * @returns the exit code: 0 when everything holds, 1 when a mandatory policy or the verdict fails.
 */
export async function rehearse(
  dir: string,
  given: RehearseOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const problems = optionProblems(given);
  if (problems.length > 0) throw new UserError(problems.join("\n"));
  // A link stays one, and two runs on one file meet at one lock.
  const options = { ...given, ...(given.state !== undefined && { state: followed(given.state) }) };
  if (!options.clusters)
    return withState(options.state, signal, () => rehearseOn(undefined, dir, options, terminal, signal));
  return withSites(dir, terminal, signal, (sites) => rehearseOn(sites, dir, options, terminal, sites.signal));
}

/** The file that a link leads to, also where it is not there yet. */
function followed(file: string): string {
  if (existsSync(file)) return realpathSync(file);
  const isLink = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? resolve(dirname(file), readlinkSync(file)) : file;
}

async function rehearseOn(
  sites: CommandSites | undefined,
  dir: string,
  options: RehearseOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const started = performance.now();
  const manifests = await readDemand(options.workloads);
  const run = await open(dir, options, terminal, signal, sites?.stage);
  try {
    const preview = await run.session.preview();
    // First, since a preview that fails at what is protected does not say why it would have to be replaced.
    for (const note of judgeLives(run.session.deployment(), preview)) terminal.err(note);
    for (const note of ambientNotes(preview)) terminal.err(`warning: ${note}`);
    refuseFailed(preview);
    if (options.strict) refuseShapes(preview, run);
    // What a mandatory policy refused is not built, and the report shows what was planned.
    const refused = preview.failure === "policy";
    if (!refused) await sites?.start(subjectOf(preview.resources, { manifests, today: today() }).plan, preview);
    const result = refused ? preview : await run.session.up();
    refuseFailed(result);
    const subject = subjectOf(result.resources, { manifests, today: today() });
    const verdict = options.lose.length > 0 ? without(subject, options.lose) : subject.verdict;
    const seconds = (performance.now() - started) / 1000;
    const report = buildReport({ ...run, subject, verdict, result, seconds });
    writeReport(report, text(report, { subject, result, refused, dir, options, terminal }), options.json, terminal);
    return (report.capacity.holds || !subject.isJudged) && !hasMandatory(report) ? 0 : 1;
  } finally {
    await run.session.close();
  }
}

async function open(
  dir: string,
  options: RehearseOptions,
  terminal: Terminal,
  signal: AbortSignal,
  sites: SiteStage | undefined,
): Promise<ProgramRun> {
  const policyPacks = packs(options);
  if (options.engine === "pulumi") {
    const { openPulumi } = await import("../pulumi/session.js");
    return openPulumi(dir, { ...options, policyPacks, ...(sites && { sites }) }, terminal, signal);
  }
  return openProgram(dir, options, terminal, signal, {
    policyPacks,
    ...(sites && { sites }),
    ...(options.state !== undefined && { stateFile: options.state }),
  });
}

/** What is wrong with the options, before minutes are spent on a run. */
function optionProblems({ policyPack, policyPackConfig, json, state, clusters }: RehearseOptions): string[] {
  const problems = [...reportProblems(json), ...stateProblems(state)];
  if (clusters && state !== undefined) {
    problems.push("--clusters --state: sites on this machine end with the command, and a state would outlive them.");
  }
  const packless = policyPack
    .filter((dir) => !existsSync(join(dir, "PulumiPolicy.yaml")))
    .map((dir) => `--policy-pack ${dir}: there is no PulumiPolicy.yaml in it.`);
  const missing = policyPackConfig
    .filter((file) => !existsSync(file))
    .map((file) => `--policy-pack-config ${file}: there is no such file.`);
  problems.push(...packless, ...missing);
  if (policyPackConfig.length > policyPack.length) {
    problems.push(
      `${policyPackConfig.length} --policy-pack-config for ${policyPack.length} --policy-pack: give one pack for each.`,
    );
  }
  return problems;
}

/** The policy packs with their configurations, paired by their order as the `pulumi` CLI does. */
function packs({ policyPack, policyPackConfig }: RehearseOptions): { dir: string; configFile?: string }[] {
  return policyPack.map((dir, i) => {
    const configFile = policyPackConfig[i];
    return { dir, ...(configFile !== undefined && { configFile }) };
  });
}

function refuseShapes(preview: RunResult, { clouds }: ProgramRun): void {
  const shape: Fidelity = "shape-only";
  const types = new Set(
    preview.resources.filter(({ type }) => clouds.fidelity(type) === shape).map(({ type }) => type),
  );
  if (types.size === 0) return;
  const list = [...types].sort().map((type) => `  ${type}`);
  throw new UserError(
    `--strict: the rehearsal knows only the shape of ${types.size} types, not what the cloud would refuse:\n${list.join("\n")}\nRehearse without --strict, or leave them out.`,
  );
}

interface Context {
  subject: Subject;
  result: RunResult;
  refused: boolean;
  dir: string;
  options: RehearseOptions;
  terminal: Terminal;
}

function text(report: Report, { subject, result, refused, dir, options, terminal }: Context): string {
  const { colors } = terminal;
  const counts = resourcesBySite(result);
  const name = subject.fleet === undefined ? "This program" : `Fleet ${subject.fleet}`;
  const parts = [
    `${name}: ${report.sites.length} sites, ${report.resources.length} resources, no cloud account used (${report.seconds.toFixed(1)} s)`,
    sitesText(report, (site) => counts.get(site)),
    changesText(report, refused),
    options.policyPack.length > 0 ? violationsText(report.violations, colors) : "",
    ...(subject.isJudged ? judgementText(report, options.lose, colors) : [UNJUDGED]),
    nextText(report, dir, options),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function changesText({ changes }: Report, refused: boolean): string {
  const counted = (["create", "update", "replace", "delete", "same"] as const)
    .filter((kind) => changes[kind].length > 0)
    .map((kind) => `${changes[kind].length} ${kind === "same" ? "unchanged" : `to ${kind}`}`);
  const list = counted.join(", ") || "nothing";
  return refused
    ? `Preview: ${list}. Nothing was built: a mandatory policy refused it.`
    : `Preview and up on simulated clouds: ${list}.`;
}

/** How many resources are below each Site component; of programs without one nothing is said. */
function resourcesBySite(result: RunResult): Map<string, number> {
  const counts = new Map<string, number>();
  const siteOf = new Map<string, string>();
  for (const resource of result.resources) {
    const site = resource.type === "multisite:index:Site" ? resource.name : siteOf.get(resource.parent);
    if (site === undefined) continue;
    siteOf.set(resource.urn, site);
    counts.set(site, (counts.get(site) ?? 0) + 1);
  }
  return counts;
}

function hasMandatory(report: Report): boolean {
  return report.violations.some((violation) => violation.level === "mandatory");
}

function nextText(report: Report, dir: string, options: RehearseOptions): string {
  const place = dir === "." ? "" : ` ${dir}`;
  if (options.policyPack.length === 0 && existsSync("policy/PulumiPolicy.yaml")) {
    return `Next: npx multisite rehearse${place} --policy-pack policy`;
  }
  if (!report.placed.sites.some(({ replicas }) => Object.keys(replicas).length > 0))
    return `Next: npx multisite plan${place} --workloads <your Kubernetes manifests>`;
  const given = options.workloads === undefined ? "" : ` --workloads ${options.workloads}`;
  return `Next, with real schedulers: npx multisite drill${place} --lose each${given}`;
}
