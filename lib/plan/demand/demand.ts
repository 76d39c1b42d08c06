import type { Problem } from "../problems";
import type { DaemonSetSpec, WorkloadSpec } from "../spec";
import { Field, isMap } from "./fields";
import { identityOf } from "./identity";
import { neighboursOf } from "./neighbours";
import { Notes } from "./notes";
import type { SourceObject } from "./objects";
import { DIVIDED_PEERS } from "./peers";
import { type NamedWorkload, type ReadManifests, readObjects } from "./reading";
import { type DemandTotals, totalsOf } from "./totals";
import { alone, toSpec, workload } from "./workloads";

/** What Kubernetes manifests ask for. */
export interface DemandFromManifests {
  /** Workloads with their replicas over the whole fleet; the name alone where it is unique, else `namespace/name`. */
  workloads: WorkloadSpec[];
  /** What runs on every node: counted per node, and in no total. */
  daemonSets: DaemonSetSpec[];
  /** Containers that ask for no CPU or no memory, as `workload/container`. They count as nothing of it. */
  withoutRequests: string[];
  /** Requests times replicas of all workloads, critical and sheddable. */
  totals: DemandTotals;
  /** What the numbers leave out, in sentences. */
  notes: string[];
}

/** A demand as far as it could be read, and all that was wrong. */
export interface CountedDemand extends DemandFromManifests {
  /** Those of the notes that tell of what is asked for and in no number. */
  uncounted: string[];
  problems: Problem[];
}

/**
 * Counts the demand of Kubernetes objects. It never throws: objects that cannot be read are named in `problems`.
 * Objects of no interest (Services, ConfigMaps, ...) are passed over.
 * @param nodeLabels keys of the labels of the nodes that they are for. @default not given
 */
export function demandFromObjects(sources: readonly SourceObject[], nodeLabels?: ReadonlySet<string>): CountedDemand {
  return demandOf(readObjects(sources, undefined, nodeLabels));
}

/** The demand of objects that were read. */
export function demandOf({ workloads, notes, problems }: ReadManifests): CountedDemand {
  return { ...assemble(workloads, notes), uncounted: notes.uncounted(), problems: problems.all };
}

/**
 * One object as a workload or a DaemonSet of a spec (only a workload has `replicas`), judged without the rest of its
 * manifests: no autoscaler, no LimitRange. Undefined when it runs no pods or cannot be read. Several objects are better
 * given to {@link demandFromObjects} at once.
 */
export function workloadOf(object: unknown): WorkloadSpec | DaemonSetSpec | undefined {
  let readable = true;
  const field = new Field(object, [], () => {
    readable = false;
  });
  const identity = isMap(object) ? identityOf(field) : undefined;
  const read = identity && workload(identity, field, alone(new Notes()));
  if (!readable || identity === undefined || read === undefined) return undefined;
  const name = identity.namespace === "default" ? identity.name : `${identity.namespace}/${identity.name}`;
  return toSpec(read, name, neighboursOf([{ workload: read, name }], new Notes())[0]);
}

function assemble(named: readonly NamedWorkload[], notes: Notes): DemandFromManifests {
  const workloads = named.map((it) => it.workload);
  const demand: DemandFromManifests = {
    workloads: [],
    daemonSets: [],
    withoutRequests: [],
    totals: totalsOf(workloads),
    notes: [],
  };
  const neighbours = neighboursOf(named, notes);
  for (const [index, { workload: one, name }] of named.entries()) {
    const spec = toSpec(one, name, neighbours[index]);
    if ("replicas" in spec) demand.workloads.push(spec);
    else demand.daemonSets.push(spec);
    if (one.areNumberedPeers && Number(one.replicas) > 1) notes.add(DIVIDED_PEERS, name);
    for (const { container, missing } of one.withoutRequests) {
      demand.withoutRequests.push(`${name}/${container}`);
      if (missing.length === 1)
        notes.add(`Containers that lack a request for ${missing[0]} only`, `${name}/${container}`, "uncounted");
    }
  }
  demand.notes = notes.lines();
  return demand;
}
