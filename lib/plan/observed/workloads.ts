import { type CountedDemand, demandFromObjects, type SourceObject } from "../demand";
import { Notes } from "../demand/notes";
import type { Problem } from "../problems";
import type { DaemonSetSpec, WorkloadSpec } from "../spec";
import { COUNTED_BY_REPLICAS } from "../workloads/scaling";
import { keyOfObject, scalersOf } from "./identity";
import { ignores } from "./ignored";
import { type Cluster, clustersOf } from "./objects";
import { notePatches } from "./patches";
import type { ObservedResource, ObservedSite } from "./types";

/** What the Kubernetes objects of a program ask for, all its clusters together. */
export interface ObservedWorkloads {
  /** Whether the program has any object that runs pods. */
  readonly present: boolean;
  /** Workloads by name, their replicas summed over the clusters that run them alike. */
  readonly workloads: readonly WorkloadSpec[];
  /** What runs on every node, by the site it is deployed to; "" for objects whose cluster cannot be told. */
  readonly daemonSets: ReadonlyMap<string, readonly DaemonSetSpec[]>;
  /** Containers without requests, as `workload/container`. */
  readonly withoutRequests: readonly string[];
  /** Objects that cannot be read, unknown values among them: their demand is not known. */
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
  /** Those of the notes that tell of what is asked for and was not counted. */
  readonly uncounted: readonly string[];
}

/**
 * Counts what the objects ask for. A fleet's demand is what all its sites run together: a Deployment of three replicas
 * in each of three clusters is one workload of nine.
 * @param siteOf the site that an object is deployed to; undefined where nobody can tell.
 * @param sites those of the program, of whose nodes the objects may speak
 */
export function observedWorkloads(
  objects: readonly ObservedResource[],
  siteOf: (resource: ObservedResource) => string | undefined,
  sites: readonly ObservedSite[],
): ObservedWorkloads {
  const clusters = clustersOf(objects, siteOf);
  const nodeLabels = labelsOf(sites);
  const beside = new Notes();
  for (const cluster of clusters) {
    notePatches(cluster.patches, beside);
    noteIgnored(cluster, beside);
  }
  const counted = clusters.map(({ site, seen }) => {
    const sources = seen.map(({ resource, object }): SourceObject => {
      return { object, source: `${resource.type.split(":").at(-1)} "${resource.name}"` };
    });
    return { site, demand: demandFromObjects(sources, nodeLabels) };
  });
  return {
    present: counted.some(
      ({ demand }) => demand.workloads.length + demand.daemonSets.length > 0 || hasProblems(demand),
    ),
    workloads: merged(counted.flatMap(({ demand }) => demand.workloads)),
    daemonSets: daemonSetsBySite(counted),
    withoutRequests: [...new Set(counted.flatMap(({ demand }) => demand.withoutRequests))],
    problems: counted.flatMap(({ demand }) => demand.problems),
    notes: [...new Set(counted.flatMap(({ demand }) => demand.notes)), ...beside.lines()],
    uncounted: [...new Set(counted.flatMap(({ demand }) => demand.uncounted)), ...beside.uncounted()],
  };
}

/** Labels that pools give their nodes; undefined where there are none to compare with. */
function labelsOf(sites: readonly ObservedSite[]): ReadonlySet<string> | undefined {
  const pools = sites.flatMap((site) => site.pools);
  return pools.length === 0 ? undefined : new Set(pools.flatMap(({ labels }) => Object.keys(labels)));
}

/** Where kinds say how many pods they run at most. */
const COUNTS: Readonly<Record<string, string>> = {
  HorizontalPodAutoscaler: "maxReplicas",
  ScaledObject: "maxReplicaCount",
  ...Object.fromEntries([...COUNTED_BY_REPLICAS].map((kind) => [kind, "replicas"])),
};

/** Numbers of pods that the program lets go of, so that others may set them, where no autoscaler of the program does. */
function noteIgnored({ seen }: Cluster, notes: Notes): void {
  const scalers = scalersOf(seen);
  for (const { resource, object } of seen) {
    const field = COUNTS[object.kind];
    if (field === undefined || !ignores(resource, "spec", field) || scalers.has(keyOfObject(object))) continue;
    notes.add(
      "Numbers of pods whose changes the program ignores (ignoreChanges) count as it or its state has them, and others may ask for more",
      `${object.kind} "${resource.name}" (spec.${field})`,
      "uncounted",
    );
  }
}

/** Of clusters that cannot be told, each may have the same DaemonSet: a node has it once. */
function daemonSetsBySite(
  counted: readonly { readonly site: string; readonly demand: CountedDemand }[],
): Map<string, DaemonSetSpec[]> {
  const bySite = new Map<string, Map<string, DaemonSetSpec>>();
  for (const { site, demand } of counted) {
    const alike = bySite.get(site) ?? new Map<string, DaemonSetSpec>();
    for (const one of demand.daemonSets) alike.set(JSON.stringify(one), one);
    bySite.set(site, alike);
  }
  return new Map([...bySite].map(([site, alike]) => [site, [...alike.values()]]));
}

function hasProblems(demand: CountedDemand): boolean {
  return demand.problems.length > 0;
}

/** Equal workloads of several clusters become one; workloads that only share a name are told apart by a number. */
function merged(all: readonly WorkloadSpec[]): WorkloadSpec[] {
  const alike = new Map<string, WorkloadSpec>();
  for (const one of all) {
    const { replicas, ...rest } = one;
    const key = JSON.stringify(rest);
    const known = alike.get(key);
    alike.set(key, known === undefined ? one : { ...known, replicas: known.replicas + replicas });
  }
  const seen = new Map<string, number>();
  return [...alike.values()].map((one) => {
    const count = (seen.get(one.name) ?? 0) + 1;
    seen.set(one.name, count);
    return count === 1 ? one : { ...one, name: `${one.name} (${count})` };
  });
}
