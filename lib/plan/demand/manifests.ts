import type { Problem } from "../problems";
import { type DemandFromManifests, demandOf } from "./demand";
import { givenManifests, type ManifestSource, type Manifests } from "./given";
import type { SourceObject } from "./objects";
import { readWritten } from "./written";
import { type Documents, documentsOf } from "./yamlDocuments";

/** Manifests that cannot be counted. The message lists every problem, one a line; a flood of them is cut short. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";

  /** The mark of `pulumi.RunError`, by which the SDK shows a program's error without a stack of calls; this imports no Pulumi. */
  readonly __pulumiRunError = true;

  constructor(readonly problems: readonly Problem[]) {
    const lines = problems.slice(0, MOST_LINES).map((it) => `  ${it.path}: ${it.message}`);
    const more = problems.length - lines.length;
    super(["The manifests cannot be read:", ...lines, ...(more > 0 ? [`  and ${more} more problems`] : [])].join("\n"));
  }
}

const MOST_LINES = 200;

/** The largest text that is read, in characters: five times what the API server takes in one request (3 MiB). */
export const LARGEST_TEXT = 16 * 1024 * 1024;

/**
 * Counts what Kubernetes manifests ask for: replicas, or their autoscaler's maximum, times the effective requests of
 * a pod. All texts belong together: an autoscaler in one scales a workload in another.
 * @param manifests what a `FleetWorkload` takes: a text, or a list of texts, with their names or without, and objects
 * @throws ManifestError with every problem at once, also when nothing in the manifests runs a pod
 */
export function demandFromManifests(manifests: Manifests): DemandFromManifests {
  const given = givenManifests(manifests);
  const { objects, problems } = objectsOf(given.sources);
  problems.unshift(...given.problems);
  const { problems: found, uncounted: _, ...demand } = demandOf(readWritten(objects));
  for (const problem of found) problems.push(problem);
  if (problems.length === 0 && demand.workloads.length + demand.daemonSets.length === 0) {
    const names = given.sources.map((it) => ("text" in it ? it.name : it.source)).join(", ");
    const kinds = "Deployment, StatefulSet, DaemonSet, Job, CronJob, Pod, or any kind with a pod template";
    problems.push({ path: names || "manifests", message: `run no pods: there must be at least one ${kinds}` });
  }
  if (problems.length > 0) throw new ManifestError(problems);
  return demand;
}

/** What is wrong with texts of manifests, for whoever cannot read all that belongs to them. */
export function manifestProblems(sources: readonly ManifestSource[]): Problem[] {
  const { objects, problems } = objectsOf(sources);
  return [...problems, ...demandOf(readWritten(objects)).problems];
}

/** The objects, of texts and as they are, and where texts cannot be read; lists are still lists. */
export function objectsOf(sources: readonly (ManifestSource | SourceObject)[]): Documents {
  const problems: Problem[] = [];
  const objects: SourceObject[] = [];
  for (const source of sources) {
    if (!("text" in source)) {
      objects.push(source);
      continue;
    }
    const { name, text } = source;
    const unreadable = refusal(text);
    const read = unreadable === undefined ? documentsOf(name, text) : undefined;
    if (unreadable !== undefined) problems.push({ path: name, message: unreadable });
    if (read === undefined) continue;
    for (const problem of read.problems) problems.push(problem);
    for (const object of read.objects) objects.push(object);
  }
  return { objects, problems };
}

function refusal(text: string): string | undefined {
  if (text.length > LARGEST_TEXT) {
    return `is too large: ${text.length} characters, at most ${LARGEST_TEXT} are read; split it, or give only the workloads`;
  }
  if (text.includes("\0")) return "is no text: it contains zero bytes";
  return undefined;
}
