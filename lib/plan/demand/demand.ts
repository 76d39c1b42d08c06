import type { Problem } from "../problems";
import type { DaemonSetSpec, WorkloadSpec } from "../spec";
import { Field, isMap } from "./fields";
import { identityOf, keyOf } from "./identity";
import { namesOf } from "./naming";
import { Notes } from "./notes";
import { distinct, type Found, Problems, type SourceObject } from "./objects";
import { podsOf } from "./podSources";
import { Scalers } from "./scalers";
import { Surroundings } from "./surroundings";
import { type DemandTotals, totalsOf } from "./totals";
import { alone, isCounted, type Manifests, toSpec, type Workload, workload } from "./workloads";

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
  problems: Problem[];
}

/**
 * Counts the demand of Kubernetes objects. It never throws: objects that cannot be read are named in `problems`.
 * Objects of no interest (Services, ConfigMaps, ...) are passed over.
 */
export function demandFromObjects(sources: readonly SourceObject[]): CountedDemand {
  const problems = new Problems();
  const manifests: Manifests = { surroundings: new Surroundings(), scalers: new Scalers(), notes: new Notes() };
  const objects = distinct(sources, problems, manifests.notes);
  const present = new Set<string>();
  const running: Found[] = [];
  for (const found of objects) {
    const { identity, field } = found;
    if (manifests.surroundings.takeIn(identity, field)) continue;
    if (manifests.scalers.takeIn(identity, field)) continue;
    noteOthers(found, manifests.notes);
    if (podsOf(identity, field, () => {}) === undefined) continue;
    present.add(keyOf(identity));
    running.push(found);
  }
  const workloads = running
    .filter(({ identity, field }) => !isCounted(identity, field, present))
    .map(({ identity, field }) => workload(identity, field, manifests))
    .filter((it) => it !== undefined);
  for (const scaler of manifests.scalers.unclaimed()) {
    manifests.notes.add("Autoscalers of workloads that are not in the manifests", scaler);
  }
  return { ...assemble(workloads, manifests.notes), problems: problems.all };
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
  return toSpec(read, identity.namespace === "default" ? identity.name : `${identity.namespace}/${identity.name}`);
}

/** Kinds that start or change pods in ways that no manifest shows. */
function noteOthers({ identity, field }: Found, notes: Notes): void {
  const { group, kind, name } = identity;
  if (kind === "VerticalPodAutoscaler" && field.at("spec", "updatePolicy", "updateMode").value !== "Off") {
    notes.add("Requests that a VerticalPodAutoscaler raises are not counted", name);
  } else if (group.includes(".") && !group.endsWith(".k8s.io") && podsOf(identity, field, () => {}) === undefined) {
    notes.add("Custom resources may start pods that are not counted", kind);
  }
}

function assemble(workloads: readonly Workload[], notes: Notes): DemandFromManifests {
  const names = namesOf(workloads);
  const demand: DemandFromManifests = {
    workloads: [],
    daemonSets: [],
    withoutRequests: [],
    totals: totalsOf(workloads),
    notes: [],
  };
  for (const [index, one] of workloads.entries()) {
    const name = names[index] ?? one.identity.name;
    const spec = toSpec(one, name);
    if ("replicas" in spec) demand.workloads.push(spec);
    else demand.daemonSets.push(spec);
    for (const { container, missing } of one.withoutRequests) {
      demand.withoutRequests.push(`${name}/${container}`);
      if (missing.length === 1)
        notes.add(`Containers that lack a request for ${missing[0]} only`, `${name}/${container}`);
    }
  }
  demand.notes = notes.lines();
  return demand;
}
