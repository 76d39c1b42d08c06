import type { Problem } from "../problems";
import type { DaemonSetSpec, WorkloadSpec } from "../spec";
import { Field, isMap, pathText, type Step } from "./fields";
import { type Identity, identityOf, keyOf } from "./identity";
import { Notes } from "./notes";
import { podsOf } from "./podSources";
import { Scalers } from "./scalers";
import { Surroundings } from "./surroundings";
import { type DemandTotals, totalsOf } from "./totals";
import { alone, isCounted, type Manifests, toSpec, type Workload, workload } from "./workloads";

/** An object of a manifest as plain data, and where it was written. */
export interface SourceObject {
  /** The object: what is left of its manifest when it is read as JSON. */
  readonly object: unknown;
  /** Where it comes from, in words: `shop.yaml (document 3)`, or a URN. */
  readonly where: string;
  /** The line, from 1, of a place in the object, where the source has lines. */
  readonly lineAt?: (path: readonly Step[]) => number | undefined;
  /** The source's name alone, which goes before the line: `shop.yaml`. */
  readonly source?: string;
}

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

/** More objects than any cluster's manifests have; aliases can make a small file yield any number. */
const MOST_OBJECTS = 100_000;

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
  for (const found of objects.values()) {
    const { identity, field } = found;
    if (manifests.surroundings.takeIn(identity.kind, identity.namespace, field)) continue;
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

interface Found {
  readonly identity: Identity;
  readonly field: Field;
}

class Problems {
  readonly all: Problem[] = [];
  private readonly seen = new Set<string>();

  add(path: string, message: string): void {
    const key = `${path}\n${message}`;
    if (!this.seen.has(key)) this.all.push({ path, message });
    this.seen.add(key);
  }
}

/** The objects with lists taken apart. Of an object that is written twice the later counts, as with kubectl. */
function distinct(sources: readonly SourceObject[], problems: Problems, notes: Notes): Map<string, Found> {
  const found = new Map<string, Found>();
  let unnamed = 0;
  for (const source of sources) {
    const onProblem = (path: readonly Step[], message: string) => problems.add(placeText(source, path), message);
    for (const field of flatten(new Field(source.object, [], onProblem), 0)) {
      const identity = isMap(field.value) ? identityOf(field) : undefined;
      if (!isMap(field.value)) field.map();
      if (identity === undefined) continue;
      const key = identity.name === "" ? `unnamed ${unnamed++}` : keyOf(identity);
      if (found.delete(key))
        notes.add("Written more than once, so only the last counts", `${identity.kind} ${identity.name}`);
      found.set(key, { identity, field });
      if (found.size > MOST_OBJECTS) {
        field.problem(`too many objects: at most ${MOST_OBJECTS} are read`);
        return found;
      }
    }
  }
  return found;
}

/** The objects of a List, or of a typed list such as DeploymentList whose items do not repeat their kind. */
function* flatten(field: Field, depth: number): Generator<Field> {
  const kind = isMap(field.value) && Object.hasOwn(field.value, "kind") ? field.value.kind : undefined;
  if (typeof kind !== "string" || !kind.endsWith("List") || field.at("items").absent) {
    yield field;
    return;
  }
  if (depth >= 8) {
    field.problem("lists are nested too deeply: at most 8 levels are read");
    return;
  }
  const missing =
    kind === "List" ? {} : { kind: kind.slice(0, -"List".length), apiVersion: field.at("apiVersion").value };
  for (const item of field.at("items").items()) {
    const whole = isMap(item.value) ? { ...missing, ...item.value } : item.value;
    yield* flatten(new Field(whole, item.path, item.onProblem), depth + 1);
  }
}

/** Kinds that start or change pods in ways that no manifest shows. */
function noteOthers({ identity, field }: Found, notes: Notes): void {
  const { group, kind, name } = identity;
  if (kind === "VerticalPodAutoscaler" && field.at("spec", "updatePolicy", "updateMode").value !== "Off") {
    notes.add("Requests that a VerticalPodAutoscaler raises are not counted", name);
  } else if (group.includes(".") && !group.endsWith(".k8s.io") && podsOf(identity, field, () => {}) === undefined) {
    notes.add("Custom resources may start pods that are not counted", `${kind} ${name}`);
  }
}

function placeText(source: SourceObject, path: readonly Step[]): string {
  const line = source.lineAt?.(path);
  const where =
    line === undefined ? source.where : source.where.replace(source.source ?? "", `${source.source ?? ""}:${line}`);
  return path.length === 0 ? where : `${where} ${pathText(path)}`;
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
      notes.add(`Containers without a request for ${missing.join(" and ")}`, `${name}/${container}`);
    }
  }
  demand.notes = notes.lines();
  return demand;
}

/** The shortest name that no other workload has: the name, the name in its namespace, or that with its kind. */
function namesOf(workloads: readonly Workload[]): string[] {
  const forms = [
    ({ identity }: Workload) => identity.name,
    ({ identity }: Workload) => `${identity.namespace}/${identity.name}`,
    ({ identity }: Workload) => `${identity.kind} ${identity.namespace}/${identity.name}`,
    ({ identity }: Workload) => `${identity.kind}.${identity.group} ${identity.namespace}/${identity.name}`,
  ];
  const counts = forms.map((form) => {
    const count = new Map<string, number>();
    for (const one of workloads) count.set(form(one), (count.get(form(one)) ?? 0) + 1);
    return count;
  });
  return workloads.map((one) => {
    const unique = forms.findIndex((form, index) => counts[index]?.get(form(one)) === 1);
    return (forms[unique < 0 ? forms.length - 1 : unique] as (typeof forms)[0])(one);
  });
}
