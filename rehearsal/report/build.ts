import type { CapacityVerdict } from "../../lib/plan/verdict";
import type { Subject } from "../commands/subject";
import type { ResourceView, RunResult, Session, Step } from "../engine";
import type { ProviderSource } from "../engine/provider";
import { amounts } from "./amounts";
import { reportLinks } from "./links";
import { masked } from "./mask";
import type { Report, ReportCapacity, ReportChanges, ReportPlaced, ReportResource, ReportViolation } from "./report";
import { reportTraffic } from "./traffic";

/** What a report is made from. */
export interface Findings {
  readonly subject: Subject;
  /** The verdict to report: the subject's, or that of the loss that was asked about. */
  readonly verdict: CapacityVerdict;
  /** The run whose resources and violations are reported. */
  readonly result: RunResult;
  /** The run that says what changes, where it is another one. @default result */
  readonly changes?: RunResult;
  readonly clouds: ProviderSource;
  /** The session of the run that is reported. */
  readonly session: Pick<Session, "shown">;
  readonly seconds: number;
}

/** Puts together what a command found. */
export function buildReport({ subject, verdict, result, changes, clouds, session, seconds }: Findings): Report {
  return {
    sites: subject.sites,
    demand: subject.demand,
    placed: placed(verdict),
    capacity: capacity(verdict),
    traffic: reportTraffic(subject.plan?.traffic, verdict.routing, result.resources),
    links: reportLinks(subject.plan?.underlay),
    // The program registers in whatever order its outputs resolve; two reports are to be compared line by line.
    resources: [...result.resources].sort(byUrn).map((resource) => reportResource(resource, clouds, session)),
    violations: violations(result),
    changes: changesOf((changes ?? result).steps),
    seconds: Number(seconds.toFixed(3)),
  };
}

function placed(verdict: CapacityVerdict): ReportPlaced {
  const sites = verdict.placements.map(({ site, share, worstShare, capableShare, replicas, requested }) => {
    const { cpu, memoryGiB, pods } = amounts(requested);
    return { site, share, worstShare, capableShare, cpu, memoryGiB, pods, replicas: { ...replicas } };
  });
  const total = (of: (site: (typeof sites)[number]) => number) => sites.reduce((sum, site) => sum + of(site), 0);
  return { cpu: total((s) => s.cpu), memoryGiB: total((s) => s.memoryGiB), pods: total((s) => s.pods), sites };
}

function capacity(verdict: CapacityVerdict): ReportCapacity {
  // JSON has no Infinity: no fault domain is left, or nothing is asked for.
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  return {
    verdict: verdict.verdict,
    holds: verdict.holds,
    tolerate: verdict.tolerate,
    faultDomain: verdict.faultDomain,
    factor: verdict.binding === undefined ? null : finite(verdict.factor),
    minimumFactor: finite(verdict.minimumFactor),
    binding: verdict.binding ?? null,
    losses: verdict.losses.map((loss) => ({
      faultDomains: [...loss.faultDomains],
      sites: [...loss.sites],
      holds: loss.holds,
      resources: loss.resources.map((resource) => ({ ...resource })),
    })),
    fixes: verdict.fixes.map((fix) => fix.text),
    notes: [...verdict.notes],
  };
}

function reportResource(resource: ResourceView, clouds: ProviderSource, session: Findings["session"]): ReportResource {
  const isSimulated = resource.custom && !resource.type.startsWith("pulumi:");
  return {
    urn: resource.urn,
    type: resource.type,
    name: resource.name,
    parent: resource.parent || null,
    provider: resource.provider || null,
    dependsOn: [...resource.dependsOn].sort(),
    inputs: masked(session.shown(resource.inputs)) as Record<string, unknown>,
    outputs: masked(session.shown(resource.outputs)) as Record<string, unknown>,
    fidelity: isSimulated ? (clouds.fidelity(resource.type) ?? null) : null,
  };
}

function violations(result: RunResult): ReportViolation[] {
  return result.violations
    .map(({ policy, level, urn, message }) => ({ policy, level, urn, message }))
    .sort((a, b) => compare(a.policy, b.policy) || byUrn(a, b) || compare(a.message, b.message));
}

function byUrn(a: { urn: string }, b: { urn: string }): number {
  return compare(a.urn, b.urn);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Steps by what they mean for the user: a replacement is one change, whatever the engine does to carry it out. */
function changesOf(steps: readonly Step[]): ReportChanges {
  const changes: ReportChanges = { same: [], create: [], update: [], replace: [], delete: [], properties: {} };
  const replaced = new Set(steps.filter((step) => step.op === "replace").map((step) => step.urn));
  for (const step of [...steps].sort(byUrn)) {
    const { op, urn } = step;
    if (op === "same" || op === "create" || op === "update" || op === "replace") changes[op].push(urn);
    else if (op === "delete" && !replaced.has(urn)) changes.delete.push(urn);
    if (op === "update" || op === "replace") {
      const paths = step.detailedDiff === undefined ? [] : Object.keys(step.detailedDiff);
      changes.properties[urn] = [
        ...new Set(paths.length > 0 ? paths : [...(step.diffs ?? []), ...(step.replaceKeys ?? [])]),
      ].sort();
    }
  }
  return changes;
}
