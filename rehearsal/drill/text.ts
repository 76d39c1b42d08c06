import { type Column, figure, percent, table } from "../report/table";
import type { Terminal } from "../terminal";
import type { DrillLoss, DrillReport, DrillStep, DrillUsers, DrillWaiting } from "./report";

type Colors = Terminal["colors"];

/** Workloads that are listed for a step before it says how many more there are. */
const SHOWN = 20;

const COLUMNS: Column[] = [
  { heading: "STEP" },
  { heading: "DEMANDED", right: true },
  { heading: "RUNNING", right: true },
  { heading: "PENDING", right: true },
  { heading: "HEADROOM", right: true },
  { heading: "SECONDS TO FULL", right: true },
  { heading: "SITES" },
];

/** A drill as people read it: a table for each loss, what did not run and why, and the result in one sentence. */
export function drillText(report: DrillReport, fleet: string, colors: Colors): string {
  const { length } = report.sites;
  const how =
    report.scaling === "prescaled" ? "each runs its failover share already" : "autoscalers grow into reserved room";
  const parts = [
    `Drill of ${fleet}: ${length} sites with real control planes on this machine; ${how} (${report.seconds.toFixed(1)} s)`,
    ...report.losses.map((loss) => lossText(loss, report, colors)),
    resultText(report, colors),
  ];
  if (report.notes.length > 0) parts.push(["Note:", ...report.notes.map((note) => `  - ${note}`)].join("\n"));
  return parts.join("\n\n");
}

/**
 * The losses that a drill had to the end when it had to end itself; empty where there was none.
 * @param lost sites in whose loss it ended.
 */
export function unfinishedText(report: DrillReport, lost: readonly string[], colors: Colors): string {
  if (report.losses.length === 0) return "";
  const heading = `The drill ended in the loss of ${lost.join(" and ")}. The losses before it:`;
  return [heading, ...report.losses.map((loss) => lossText(loss, report, colors))].join("\n\n");
}

function lossText(loss: DrillLoss, { verdict, notes, scaling }: DrillReport, colors: Colors): string {
  const rows = loss.steps.map((step) => [
    step.step,
    String(step.demanded),
    String(step.running),
    String(step.pending),
    percent(step.headroom),
    fullIn(step),
    step.sites.map(({ site, running, isLost }) => `${site} ${isLost ? "lost" : running}`).join(", "),
  ]);
  const lines = [`Losing ${loss.lost.join(" and ")} (the plan says: ${loss.planned})`, table(COLUMNS, rows)];
  if (loss.gone.length > 0) {
    lines.push(
      `  lost: ${loss.gone.join(", ")} ran once, in ${loss.lost.join(" and ")}, and nowhere after that: N+1 does not cover it.`,
    );
  }
  for (const step of loss.steps) lines.push(...waitingText(step).map((line) => colors.red(line)));
  if (loss.users !== null) lines.push(usersText(loss.users, colors));
  if (verdict === "holds" && contradicts(loss)) lines.push(colors.red(`  ${whyNotAsPlanned(loss, notes, scaling)}`));
  return lines.join("\n");
}

/** The plan promised that all runs, and something did not. */
function contradicts({ planned, steps }: DrillLoss): boolean {
  return planned === "holds" && steps.some((one) => one.secondsToFull === null || one.short.length > 0);
}

const CONTRADICTION = "The scheduler contradicts the plan: report this with --json.";

const UNJUDGED =
  "The plan has not judged what these pods wait for (its notes name the workloads): make it a preference, or ask for fewer pods.";

/** What the scheduler says of volumes, of which the plan knows nothing, and of conditions that it judges in part. */
const VOLUMES = /PersistentVolumeClaim|volume/;
const CONDITIONS = /affinity|topology spread|scheduling gates|not looked at by the scheduler/;

/** The plan's note on pods that nothing makes. */
const PAUSED = /^A paused Deployment/;

const FORETOLD =
  "The plan's notes say of these DaemonSets that some of their pods find no node: change what the notes name.";

/** The plan's note on DaemonSets that some nodes cannot run all of. */
const CROWDED = /^DaemonSets? (.+?) (?:asks for|ask together for|both take) .* waits there for ever/;

/** Whether a note says that some pods of a DaemonSet wait for ever. */
function foretells(note: string, daemonSet: string): boolean {
  const names = CROWDED.exec(note)?.[1]?.split(/, | and /) ?? [];
  return names.some((name) => name === daemonSet || /^\d+ more$/.test(name));
}

const REFUSED =
  "The sites refuse pods for the reasons above, which no plan knows: change these manifests, or give what they name as well.";

const HELD_BACK =
  "Nothing waits: the autoscalers ask for no more, by their maxReplicas, or because a load within a tenth of their target changes " +
  "nothing. Raise maxReplicas to what the plan places after a loss, or aim lower; --scaling prescaled runs it before.";

/** What to make of pods that were planned and do not run. */
function whyNotAsPlanned({ steps }: DrillLoss, notes: readonly string[], scaling: DrillReport["scaling"]): string {
  const sites = steps.flatMap((step) => step.sites.filter(({ isLost }) => !isLost));
  const waiting = sites.flatMap((site) => site.waiting);
  const isExcused = (workload: string, reason: string) =>
    VOLUMES.test(reason) || (CONDITIONS.test(reason) && notes.some((note) => excuses(note, workload, reason)));
  const isPaused = (workload: string) => notes.some((note) => PAUSED.test(note) && excuses(note, workload, ""));
  const isForetold = ({ workload }: DrillWaiting) => notes.some((note) => foretells(note, workload));
  const isKnown = (one: DrillWaiting) =>
    (missing(one) === 0 || one.refused !== null || isPaused(one.workload)) &&
    (isForetold(one) || Object.keys(one.reasons).every((reason) => isExcused(one.workload, reason)));
  const isAllThere = waiting.length === 0 && steps.every((step) => step.secondsToFull !== null);
  if (isAllThere && scaling === "reserved") return HELD_BACK;
  if (waiting.length === 0 || !waiting.every(isKnown)) return CONTRADICTION;
  if (waiting.some(isForetold)) return FORETOLD;
  return waiting.some(({ refused }) => refused !== null) ? REFUSED : UNJUDGED;
}

/** Pods that are planned, and of which there is nothing. */
function missing({ planned, running, pending }: DrillWaiting): number {
  return Math.max(0, planned - running - pending);
}

/** Such as "Required pod affinity is not judged: web, shop/cart and 3 more." Pods that others keep away are not named. */
function excuses(note: string, workload: string, reason: string): boolean {
  const [, named, more] = /not judged: (.*?)( and \d+ more)?\.$/.exec(note) ?? [];
  if (named === undefined) return false;
  const names = named.split(", ");
  if (more !== undefined || reason.includes("existing pods anti-affinity")) return true;
  return names.some((name) => name === workload || name.endsWith(`/${workload}`));
}

/** What users met, and whether that is what the plan says. */
function usersText(users: DrillUsers, { green, red }: Colors): string {
  const { requests, errors, lastErrorSeconds, predictedSeconds, otherErrors, servedDrained, held } = users;
  const last = lastErrorSeconds === null ? "" : `, the last ${figure(lastErrorSeconds)} s after the loss`;
  const elsewhere = Object.entries(users.served).map(([site, count]) => `${site} ${count}`);
  const lines = [
    `  Users: ${requests} requests, ${errors} errors${last}; the plan says ${figure(predictedSeconds)} s at most: ${held ? green("so it is") : red("NOT SO")}.`,
    `  After that they are served by ${elsewhere.join(", ") || "nobody"}.`,
  ];
  if (otherErrors > 0) lines.push(red(`  ${otherErrors} requests failed while every site was there or coming back.`));
  if (servedDrained > 0) lines.push(red(`  ${servedDrained} requests were led to a site that was drained.`));
  return lines.join("\n");
}

function fullIn({ step, secondsToFull, secondsToReady }: DrillStep): string {
  if (secondsToFull === null) return "never";
  if (step === "before") return "-";
  return secondsToReady === null
    ? figure(secondsToFull)
    : `${figure(secondsToFull)} (drained ${figure(secondsToReady)})`;
}

function waitingText({ step, sites, short }: DrillStep): string[] {
  const sitesBy = new Map<string, string[]>();
  for (const { site, waiting } of sites.filter(({ isLost }) => !isLost)) {
    for (const what of waiting.map(whatRuns)) sitesBy.set(what, [...(sitesBy.get(what) ?? []), site]);
  }
  const waiting = [...sitesBy].map(([what, [first, ...more]]) =>
    more.length === 0 ? `${first} runs ${what}` : `${[first, ...more].join(", ")} each run ${what}`,
  );
  const lacking = short.map((one) => `${one.workload}: ${one.running} of ${one.demanded} demanded pods run`);
  const lines = [...waiting, ...lacking].map((line) => `  ${step}: ${line}`);
  return lines.length <= SHOWN
    ? lines
    : [...lines.slice(0, SHOWN), `  ${step}: and ${lines.length - SHOWN} lines more: --json has all`];
}

/** Such as `1 of 2 web: 1 x 0/3 nodes are available`. */
function whatRuns(waiting: DrillWaiting): string {
  const { workload, planned, running, reasons, refused } = waiting;
  const why = Object.entries(reasons).map(([reason, pods]) => `${pods} x ${reason}`);
  const unmade = missing(waiting);
  if (unmade > 0) why.push(`${unmade} were never made${refused === null ? "" : `: ${refused}`}`);
  return `${running} of ${planned} ${workload}${why.length === 0 ? "" : `: ${why.join("; ")}`}`;
}

function resultText({ carried, losses, verdict }: DrillReport, { bold, green, red }: Colors): string {
  const failed = losses.filter((loss) => !loss.carried).map(({ lost }) => lost.join(" and "));
  const gone = [...new Set(losses.flatMap((loss) => loss.gone))];
  const users = losses.some((loss) => loss.users !== null) ? ", and users were elsewhere in time" : "";
  const once = gone.length === 0 ? "" : `, but for what runs once and was lost with its site: ${gone.join(", ")}`;
  const text = carried
    ? `${green(bold("CARRIED"))}: after each of these losses every pod ran that the plan had placed${users}${once}.`
    : `${red(bold("NOT CARRIED"))} after the loss of ${failed.join(", ")}.`;
  return `Result: ${text} The plan's verdict: ${verdict}.`;
}
