import { type Field, isMap } from "./fields";
import type { Identity } from "./identity";
import type { OnNote } from "./notes";

/** The pods that an object runs. */
export interface Pods {
  /** The pod's template: metadata and spec. */
  readonly template: Field;
  /** Pods at once when nothing scales it, or one on every node. */
  readonly count: number | "every node";
  /** Whether this library knows the kind, or only found a pod template where most kinds have it. */
  readonly known: boolean;
}

type Source = (object: Field, note: OnNote) => Omit<Pods, "known"> | undefined;

/** KEDA's own default of maxReplicaCount (keda.sh, ScaledObject and ScaledJob specification, v2). */
export const KEDA_MAXIMUM = 100;

const SOURCES: ReadonlyMap<string, Source> = new Map<string, Source>([
  ["apps/Deployment", replicated],
  ["apps/StatefulSet", replicated],
  ["apps/ReplicaSet", replicated],
  ["/ReplicationController", replicated],
  ["apps/DaemonSet", (object) => ({ template: object.at("spec", "template"), count: "every node" })],
  ["/Pod", (object) => (hasEnded(object) ? undefined : { template: object, count: 1 })],
  ["batch/Job", (object, note) => (hasEnded(object) ? undefined : job(object.at("spec"), note))],
  ["batch/CronJob", cronJob],
  ["keda.sh/ScaledJob", scaledJob],
]);

/**
 * The pods that an object runs; undefined when it runs none. A kind that this library does not know counts when it has
 * a pod template at `spec.template`, as an Argo Rollout has, with its `spec.replicas` or 1.
 */
export function podsOf(identity: Identity, object: Field, note: OnNote): Pods | undefined {
  const source = SOURCES.get(`${identity.group}/${identity.kind}`);
  if (source !== undefined) {
    const pods = source(object, note);
    return pods && { ...pods, known: true };
  }
  if (!hasPodTemplate(object.value)) return undefined;
  return { ...replicated(object), known: false };
}

/** Looks without reading through fields: a strange object of a kind that runs no pods is no problem. */
function hasPodTemplate(object: unknown): boolean {
  let value = object;
  for (const key of ["spec", "template", "spec"]) {
    if (!isMap(value) || !Object.hasOwn(value, key)) return false;
    value = value[key];
  }
  return isMap(value) && Object.hasOwn(value, "containers") && Array.isArray(value.containers);
}

function replicated(object: Field): Omit<Pods, "known"> {
  return { template: object.at("spec", "template"), count: object.at("spec", "replicas").whole() ?? 1 };
}

/** A Job runs at most `parallelism` pods, and never more than it has completions left. */
function job(spec: Field, note: OnNote): Omit<Pods, "known"> {
  const parallelism = spec.at("parallelism").whole() ?? 1;
  const completions = spec.at("completions").whole() ?? Number.POSITIVE_INFINITY;
  return { template: spec.at("template"), count: isSuspended(spec, note) ? 0 : Math.min(parallelism, completions) };
}

function isSuspended(spec: Field, note: OnNote): boolean {
  const suspended = spec.at("suspend").flag() === true;
  if (suspended) note("Suspended, so counted as nothing", "uncounted");
  return suspended;
}

function cronJob(object: Field, note: OnNote): Omit<Pods, "known"> {
  const spec = object.at("spec");
  const runs = job(spec.at("jobTemplate", "spec"), note);
  if (isSuspended(spec, note)) return { ...runs, count: 0 };
  const policy = spec.at("concurrencyPolicy").text() || "Allow";
  if (policy === "Allow") {
    note("CronJobs that may overlap (concurrencyPolicy Allow) are counted as one run at a time", "uncounted");
  }
  return runs;
}

function scaledJob(object: Field, note: OnNote): Omit<Pods, "known"> {
  const spec = object.at("spec");
  const one = job(spec.at("jobTargetRef"), note);
  return { ...one, count: Number(one.count) * (spec.at("maxReplicaCount").whole() ?? KEDA_MAXIMUM) };
}

/** Pods and Jobs of a live cluster that have run to their end hold nothing any more. */
function hasEnded(object: Field): boolean {
  if (!isMap(object.at("status").value)) return false;
  const phase = object.at("status", "phase").value;
  return phase === "Succeeded" || phase === "Failed" || !object.at("status", "completionTime").absent;
}
