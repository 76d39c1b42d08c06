import { checkAddresses } from "./checks/addresses";
import { checkDemand } from "./checks/demand";
import { checkKinds } from "./checks/kinds";
import { checkMesh } from "./checks/mesh";
import { checkMeshEndpoints } from "./checks/meshEndpoints";
import { checkTags } from "./checks/names";
import { checkPlaces } from "./checks/places";
import { checkPools } from "./checks/pools";
import { checkApiAccess } from "./checks/ranges";
import { checkSites, draftSites } from "./checks/sites";
import { readStructure } from "./checks/structure";
import { subjectOf } from "./checks/subjects";
import { checkTraffic } from "./checks/traffic";
import { checkTrust } from "./checks/trust";
import { checkUnderlay } from "./checks/underlay";
import { checkWebhookPorts } from "./checks/webhookPorts";
import { formatPath, type Path } from "./checks/wording";
import type { FleetSpec } from "./spec";

/** One thing that is wrong with a spec. */
export interface Problem {
  /** Where, such as `sites[0].pools[1].nodes`; `spec` for the whole. */
  readonly path: string;
  /** Whose it is, where the path counts what has names: `site frankfurt, pool apps`. */
  readonly subject?: string;
  /** What is wrong, the value given, the values allowed, and what to change; it reads on from the path. */
  readonly message: string;
}

/** A spec that cannot be planned. Its message lists every problem, for people; no stack of calls explains a spec. */
export class SpecError extends Error {
  override readonly name = "SpecError";

  /** The mark of `pulumi.RunError`, by which the SDK shows a program's error without a stack of calls; this imports no Pulumi. */
  readonly __pulumiRunError = true;

  constructor(readonly problems: readonly Problem[]) {
    super(listing(problems));
  }
}

/** How many problems a message lists: more are not read. All are in `problems`. */
const MOST_LISTED = 100;

function listing(problems: readonly Problem[]): string {
  const lines = problems.slice(0, MOST_LISTED).map(lineOf);
  const more = problems.length - lines.length;
  if (more > 0) lines.push(`  and ${more} more.`);
  const head =
    problems.length === 1 ? "The fleet's spec has a problem:" : `The fleet's spec has ${problems.length} problems:`;
  return [head, ...lines].join("\n");
}

function lineOf({ path, subject, message }: Problem): string {
  return `  ${path}${subject === undefined ? "" : ` (${subject})`} ${message}`;
}

/**
 * Everything that is wrong with a spec, all at once; empty when it can be planned. Whether its capacity suffices is no
 * problem of the spec but the plan's verdict. Takes anything, whoever wrote it, and never throws.
 */
export function specProblems(input: unknown): Problem[] {
  return readSpec(input).problems;
}

/** A spec and its problems. */
export interface ReadSpec {
  /** A plain copy that no getter or later change of the input can alter; undefined when there are problems. */
  readonly spec: FleetSpec | undefined;
  readonly problems: Problem[];
}

/** Reads a spec once: the copy that was checked is the copy that is planned. */
export function readSpec(input: unknown): ReadSpec {
  const found: { readonly path: Path; readonly message: string }[] = [];
  const draft = readStructure(input, (path, message) => found.push({ path: [...path], message }));
  const unreadable = new Set(found.map(({ path }) => formatPath(path)));
  const report = (path: Path, message: string) => {
    // It is given, and left out of the draft with all that is in it: nobody may call that missing.
    if (path.some((_, index) => unreadable.has(formatPath(path.slice(0, index + 1))))) return;
    found.push({ path: [...path], message });
  };
  const sites = draftSites(draft);
  checkSites(draft, sites, report);
  checkAddresses(draft, sites, report);
  checkPlaces(draft, sites, report);
  for (const site of sites) checkApiAccess(site, report);
  checkKinds(sites, report);
  checkPools(draft, sites, report);
  checkDemand(draft, report);
  checkTraffic(draft, sites, report);
  checkTrust(draft, sites, report);
  checkUnderlay(draft, sites, report);
  checkMesh(draft, sites, report);
  checkMeshEndpoints(draft, sites, report);
  checkWebhookPorts(sites, report);
  checkTags(draft.tags, ["tags"], report);
  for (const { site, path } of sites) checkTags(site.tags, [...path, "tags"], report, draft.tags);
  const problems = found.map(({ path, message }): Problem => {
    const subject = subjectOf(path, draft);
    return { path: formatPath(path), ...(subject !== undefined && { subject }), message };
  });
  return { spec: problems.length === 0 ? (draft as FleetSpec) : undefined, problems };
}
