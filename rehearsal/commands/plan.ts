import { keeperNotes } from "../../lib/plan/trust/keepers";
import { buildReport } from "../report/build";
import { judgementText, sitesText, UNJUDGED } from "../report/text";
import type { Terminal } from "../terminal";
import { UserError } from "../userError";
import { readDemand } from "./demand";
import type { CommonOptions } from "./options";
import { writeReport } from "./output";
import { openProgram, refuseFailed } from "./program";
import { subjectOf, without } from "./subject";

export type PlanOptions = CommonOptions;

/**
 * `multisite plan`: what follows from a program's fleet, nothing created.
 * @returns the exit code: 0 when the fleet holds, 1 when not.
 */
export async function plan(
  dir: string,
  options: PlanOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const started = performance.now();
  const manifests = await readDemand(options.workloads);
  const { session, clouds } = await openProgram(dir, options, terminal, signal);
  try {
    const result = await session.preview();
    refuseFailed(result);
    const subject = subjectOf(result.resources, { manifests, today: today() });
    if (!subject.isJudged) throw new UserError(UNJUDGED);
    const verdict = options.lose.length > 0 ? without(subject, options.lose) : subject.verdict;
    const seconds = (performance.now() - started) / 1000;
    const report = buildReport({ subject, verdict, result, clouds, session, seconds });
    const text = [
      sitesText(report, () => undefined),
      runFromText(subject.plan),
      rootsText(subject.plan),
      ...judgementText(report, options.lose, terminal.colors),
    ];
    writeReport(report, text.filter((part) => part !== "").join("\n\n"), options.json, terminal);
    return report.capacity.holds ? 0 : 1;
  } finally {
    await session.close();
  }
}

function runFromText(plan: ReturnType<typeof subjectOf>["plan"]): string {
  if (plan === undefined) return "";
  return ["Where `pulumi up` must run", ...plan.sites.map((site) => `  ${site.name}: ${site.runFrom}`)].join("\n");
}

function rootsText(plan: ReturnType<typeof subjectOf>["plan"]): string {
  if (plan?.trust === undefined) return "";
  return ["Roots that the sites trust", ...keeperNotes(plan.trust).map((note) => `  ${note}`)].join("\n");
}

/** The day of the run: what ends on a day has ended or not. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}
