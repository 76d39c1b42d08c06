import { setTimeout as sleep } from "node:timers/promises";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import type { FleetPlan } from "../../lib/plan/plan";
import type { ScalingMode } from "../../lib/plan/workloads";
import { lose, startedSites } from "../drill/drill";
import { DrillFleet } from "../drill/fleet";
import { place } from "../drill/place";
import { shortageNote, shortages } from "../drill/promise";
import type { DrillLoss, DrillReport } from "../drill/report";
import { inPods } from "../drill/standIns";
import { drillText, unfinishedText } from "../drill/text";
import { titlesOf } from "../drill/titles";
import { Population } from "../drill/users/population";
import type { RunResult } from "../engine";
import { bringingPods } from "../placed";
import type { Terminal } from "../terminal";
import { authorities } from "../traffic";
import { UserError } from "../userError";
import { type GivenWorkloads, readWorkloads } from "./demand";
import type { CommonOptions } from "./options";
import { checkReport, writeReport } from "./output";
import { today } from "./plan";
import { openProgram, refuseFailed } from "./program";
import { type CommandSites, withSites } from "./sites";
import { subjectOf } from "./subject";

/** Options of `multisite drill`. */
export interface DrillCommandOptions extends CommonOptions {
  scaling: ScalingMode;
  /** Seconds that each step waits for its pods. */
  patience: number;
}

/**
 * `multisite drill`: the fleet's sites as real control planes, its workloads placed by real schedulers, and then sites
 * that are really killed, and come back.
 * @returns the exit code: 0 when the others carried the demand after every loss, 1 when not.
 */
export async function drill(
  dir: string,
  options: DrillCommandOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  if (options.lose.length === 0) {
    throw new UserError(
      "Which site is to be lost? --lose NAME (repeatable: all these at once), or --lose each: one after the other.",
    );
  }
  checkReport(options.json);
  const workloads = await readWorkloads(options.workloads);
  const work = async (sites: CommandSites) => {
    const { report, fleet } = await run(dir, { ...options, given: workloads }, terminal, sites);
    writeReport(report, drillText(report, fleet, terminal.colors), options.json, terminal);
    return report.carried ? 0 : 1;
  };
  return withSites(dir, terminal, signal, work, Math.min(options.patience, UP_SECONDS));
}

/** Seconds that `up` waits for an object: what pods still wait for when the sites are up is what the drill's steps are about. */
const UP_SECONDS = 60;

/** Seconds that a site's answer may take at the least: it may be a busy machine. */
const ANSWER_SECONDS = 10;

/** A chart that the program's `FleetWorkload` releases. */
const FLEET_CHART = /multisite:index:FleetWorkload\$kubernetes:helm\.sh\/v3:Release::/;

type Given = DrillCommandOptions & { given: GivenWorkloads | undefined };

async function run(
  dir: string,
  options: Given,
  terminal: Terminal,
  sites: CommandSites,
): Promise<{ report: DrillReport; fleet: string }> {
  const started = performance.now();
  const { session } = await openProgram(dir, options, terminal, sites.signal, { sites: sites.stage });
  try {
    const preview = await session.preview();
    refuseFailed(preview);
    if (options.given !== undefined) refuseOthers(preview);
    const subject = subjectOf(preview.resources, { manifests: options.given?.demand, today: today() });
    const plan = playedPlan(subject.plan);
    const rounds = roundsOf(options.lose, plan);
    const daemonSets = options.given?.demand.daemonSets.map(({ name }) => name) ?? [];
    const local = await sites.start(plan, preview, daemonSets);
    const up = await session.up();
    refuseFailed(up);
    const written = { manifests: options.given?.sources, resources: up.resources };
    const fleet = await DrillFleet.open(plan, local.sites, sites.signal, {
      titles: titlesOf(plan.spec.demand, written),
      answerSeconds: Math.min(Math.max(options.patience, ANSWER_SECONDS), UP_SECONDS),
    });
    terminal.progress("placing workloads: applying their objects");
    const notes = await place(fleet, {
      manifests: options.given,
      scaling: options.scaling,
      hasCharts: preview.resources.some(({ urn }) => FLEET_CHART.test(urn)),
    });
    const reported = (losses: DrillLoss[]) =>
      reportOf(plan, losses, notes, options.scaling, (performance.now() - started) / 1000);
    const losses = await withUsers(plan, up, sites.signal, (users) => {
      const how = { ...drillOptions(options, terminal, sites), users };
      const unfinished = (done: DrillLoss[], lost: readonly string[]) =>
        tell(unfinishedText(reported(done), lost, terminal.colors), terminal);
      return eachLost(rounds, (lost) => lose(fleet, lost, how), unfinished);
    });
    return { report: reported(losses), fleet: subject.fleet ?? dir };
  } finally {
    await session.close();
  }
}

/**
 * Loses some sites after others.
 * @param unfinished told, before the error is thrown on, what was done until it, and what was not.
 */
export async function eachLost<T>(
  rounds: readonly (readonly string[])[],
  one: (lost: readonly string[]) => Promise<T>,
  unfinished: (done: T[], lost: readonly string[]) => void,
): Promise<T[]> {
  const done: T[] = [];
  for (const lost of rounds) {
    try {
      done.push(await one(lost));
    } catch (error) {
      unfinished(done, lost);
      throw error;
    }
  }
  return done;
}

/** Beside an error, and so not on standard output, which is for whole reports. */
function tell(text: string, terminal: Terminal): void {
  if (text === "") return;
  terminal.done();
  terminal.err(text);
}

/** With users and a server for each site, where the fleet has a name. */
async function withUsers<T>(
  { traffic }: FleetPlan,
  { resources }: RunResult,
  signal: AbortSignal,
  work: (users: Population | undefined) => Promise<T>,
): Promise<T> {
  if (traffic === undefined) return work(undefined);
  const users = await Population.open(traffic, authorities(resources), resources, signal);
  try {
    return await work(users);
  } finally {
    await users.close();
  }
}

/** Pods of the program's own would stand on the nodes beside those of --workloads, which alone are the demand. */
function refuseOthers({ resources }: RunResult): void {
  const names = bringingPods(resources).map((name) => `"${name}"`);
  if (names.length === 0) return;
  throw new UserError(
    `The program brings workloads of its own by FleetWorkload ${names.join(", ")}, and --workloads would run others beside ` +
      `them: leave --workloads out to drill with the program's, or take the FleetWorkload out of the program.`,
  );
}

/** The plan with all of its demand as pods. */
function playedPlan(plan: FleetPlan | undefined): FleetPlan {
  if (plan === undefined)
    throw new UserError("A drill needs a Fleet: from a program without one nobody knows what each site is to run.");
  const demand = inPods(plan.spec.demand);
  if ((demand.workloads ?? []).length === 0)
    throw new UserError("The fleet carries nothing: give it a demand, or --workloads.");
  return fleetPlan({ ...plan.spec, demand }, { today: today() });
}

/** @throws UserError for names that are no sites which serve. */
function roundsOf(given: readonly string[], plan: FleetPlan): string[][] {
  const names = plan.capacity.placements.map(({ site }) => site);
  const unknown = given.filter((name) => name !== "each" && !names.includes(name));
  if (unknown.length > 0) {
    throw new UserError(
      `--lose ${unknown.join(", ")}: there is no such site that serves; the sites are ${names.join(", ") || "none"}, or each.`,
    );
  }
  if (!given.includes("each")) return [[...new Set(given)]];
  if (given.length > 1) throw new UserError("--lose each loses one site after the other: give it alone.");
  return names.map((name) => [name]);
}

function drillOptions(
  { scaling, patience }: Given,
  terminal: Terminal,
  { signal }: CommandSites,
): Parameters<typeof lose>[2] {
  return {
    scaling,
    today: today(),
    patienceSeconds: patience,
    progress: (text) => terminal.progress(text),
    sleep: (seconds) => sleep(seconds * 1000, undefined, { signal }),
  };
}

function reportOf(
  plan: FleetPlan,
  losses: DrillLoss[],
  notes: readonly string[],
  scaling: DrillReport["scaling"],
  seconds: number,
): DrillReport {
  const short = losses.flatMap(({ lost, planned }) => {
    const found = planned === "does not hold" ? shortages(plan, lost) : [];
    return found.length === 0 ? [] : [shortageNote(lost, found)];
  });
  return {
    scaling,
    verdict: plan.capacity.verdict,
    carried: losses.every(({ carried }) => carried),
    sites: startedSites(plan),
    losses,
    notes: [...plan.capacity.notes, ...notes, ...short, ...(plan.traffic === undefined ? [] : [COUNTED])],
    seconds: Number(seconds.toFixed(3)),
  };
}

/** How users' seconds are to be read. */
const COUNTED =
  "Users' seconds are the services' own: intervals of checks and TTLs are counted and pass as fast as this machine can. Their servers speak plain HTTP.";
