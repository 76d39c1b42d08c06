import { scoredOf } from "../schedulable";
import type { DaemonSetSpec, PodShape, WorkloadSpec } from "../spec";
import { antiAffinity } from "./antiAffinity";
import type { Field } from "./fields";
import { groupOf, type Identity, keyOf } from "./identity";
import { type NodeSpread, nodeSpreads } from "./nodeSpread";
import type { Notes, OnNote } from "./notes";
import { areNumberedPeers } from "./peers";
import { type ContainerWithoutRequest, podRequests } from "./podRequests";
import { type PodSelection, selectsPodsOf, templateLabels } from "./podSelection";
import { amountsOf, podShape } from "./podShape";
import { podsOf } from "./podSources";
import { type Preferences, preferencesOf } from "./preferences";
import type { ResourceList } from "./resourceList";
import { checkRestartPolicy } from "./restartPolicy";
import { Scalers } from "./scalers";
import { noteSurge } from "./surge";
import { type Priority, Surroundings } from "./surroundings";
import { checkTopologyKeys } from "./topologyKeys";

/** An object of the manifests that runs pods. */
export interface Workload {
  readonly identity: Identity;
  /** Pods at the peak over the whole fleet, or one on every node. */
  readonly replicas: number | "every node";
  readonly shape: PodShape;
  /** Effective requests of one pod, in nano-units. */
  readonly requests: ResourceList;
  /** What the scheduler takes one pod to ask for where it compares nodes, in nano-units. */
  readonly scored: ResourceList;
  readonly priority: Priority;
  readonly withoutRequests: readonly ContainerWithoutRequest[];
  /** Labels of its pods' template. */
  readonly labels: Readonly<Record<string, string>>;
  /** What its pods keep away from. */
  readonly antiAffinity: readonly PodSelection[];
  /** How evenly its pods, and others that are selected, must be over nodes. */
  readonly nodeSpreads: readonly NodeSpread[];
  /** What it prefers of the nodes with room. */
  readonly preferences: Preferences;
  /** Whether its pods call each other by their numbers, so that they belong together. */
  readonly areNumberedPeers: boolean;
}

/** The API server's limit for names (DNS subdomains). */
const LONGEST_NAME = 253;

/** Pods of one workload: more than all clusters of any fleet may hold, and exact in every sum. */
const MOST_REPLICAS = 10_000_000;

/** What a workload is judged with: the rest of its manifests. */
export interface Manifests {
  readonly surroundings: Surroundings;
  readonly scalers: Scalers;
  readonly notes: Notes;
  /** Keys of the labels of the nodes that they are for; undefined where those are not given. */
  readonly nodeLabels?: ReadonlySet<string> | undefined;
}

/** No other manifests. */
export function alone(notes: Notes): Manifests {
  return { surroundings: new Surroundings(), scalers: new Scalers(), notes };
}

/** Reads an object that runs pods; undefined for every other kind. */
export function workload(
  identity: Identity,
  object: Field,
  { surroundings, scalers, notes, nodeLabels }: Manifests,
): Workload | undefined {
  const subject = identity.namespace === "default" ? identity.name : `${identity.namespace}/${identity.name}`;
  const note: OnNote = (matter, meaning) => notes.add(matter, subject, meaning);
  const pods = podsOf(identity, object, note);
  if (pods === undefined) return undefined;
  const written = object.at("metadata", "name");
  // Of a name that is no text its own problem is told.
  if (identity.name === "" && (written.absent || written.value === "")) {
    written.problem("is missing: every workload must have a name");
  }
  if (!pods.known)
    note(`${identity.group}/${identity.kind} is not a kind of Kubernetes: counted by its pod template and replicas`);
  const spec = pods.template.at("spec");
  if (identity.name.length > LONGEST_NAME) written.problem(`is longer than ${LONGEST_NAME} characters`);
  surroundings.reportOutOfBounds(identity, spec);
  checkRestartPolicy(identity, spec);
  checkTopologyKeys(spec, nodeLabels, note);
  const defaults = surroundings.defaults(identity, spec, note);
  const { requests, scored, withoutRequests } = podRequests(spec, defaults, pods.known);
  const count = pods.count === "every node" ? pods.count : replicas(pods.count, scalers.maximumOf(identity), note);
  if (Number(count) > MOST_REPLICAS) object.problem(`asks for ${count} replicas: at most ${MOST_REPLICAS} are counted`);
  const read: Workload = {
    identity,
    replicas: count,
    shape: podShape(spec, requests, note, surroundings.schedulingOf(identity, spec)),
    requests,
    scored,
    priority: surroundings.priority(identity, object, pods.template, note),
    withoutRequests,
    labels: templateLabels(pods.template),
    antiAffinity: antiAffinity(spec, note),
    nodeSpreads: nodeSpreads(spec, note),
    preferences: preferencesOf(spec),
    areNumberedPeers: areNumberedPeers(identity, object, pods.template),
  };
  noteSurge(read, object, note);
  noteUnscheduled(object, spec, note);
  return read;
}

/** Pods that Kubernetes' own scheduler places nowhere. */
function noteUnscheduled(object: Field, spec: Field, note: (matter: string) => void): void {
  const isLive = !object.at("metadata", "uid").absent;
  const scheduler = spec.at("schedulerName").text() || DEFAULT_SCHEDULER;
  if (scheduler !== DEFAULT_SCHEDULER) note(`Where scheduler ${scheduler} (schedulerName) places pods is not judged`);
  // In a live object it is what the scheduler has written, and no site is given it.
  if (!isLive && spec.at("nodeName").text()) note("Whether there is the node that pods name (nodeName) is not judged");
  const claims = spec
    .at("volumes")
    .items()
    .filter((one) => !one.at("persistentVolumeClaim").absent);
  if (claims.length > 0 || object.at("spec", "volumeClaimTemplates").items().length > 0)
    note("Whether there are the volumes that pods claim, and nodes that reach them, is not judged");
  if (object.at("spec", "paused").value === true)
    note("A paused Deployment starts no pods until it is resumed, which is not judged");
}

/** Who places pods that name no other. */
export const DEFAULT_SCHEDULER = "default-scheduler";

/** Whether pods of a workload may share no node with those of another, or with each other. */
export function keepsAway(one: Workload, other: Workload): boolean {
  return one.antiAffinity.some((term) => selectsPodsOf(term, one, other));
}

function replicas(written: number, maximum: number | undefined, note: (matter: string) => void): number {
  if (maximum === undefined) return written;
  if (written > maximum) note("Replicas beyond the autoscaler's maximum are not counted: it would take them away");
  if (written === 0) note("Replicas are 0, which turns the autoscaler off, yet its maximum is counted");
  return maximum;
}

/** What a workload has to do with others of its manifests, in the words of a spec. */
export type Neighbours = Pick<WorkloadSpec, "apartFrom" | "nodeSpread" | "hasPreferences">;

/** A workload in the words of a fleet's spec. */
export function toSpec(of: Workload, name: string, neighbours: Neighbours = {}): WorkloadSpec | DaemonSetSpec {
  const containers = of.withoutRequests.map((it) => it.container);
  const common = { name, ...of.shape, ...(containers.length > 0 ? { containersWithoutRequests: containers } : {}) };
  if (of.replicas === "every node") return common;
  const spec = {
    ...common,
    replicas: of.replicas,
    ...(of.priority === "sheddable" ? { priority: of.priority } : {}),
    ...(keepsAway(of, of) ? { onePerNode: true } : {}),
    ...neighbours,
  };
  const usual = scoredOf(spec);
  const { cpu, memoryGiB } = amountsOf(of.scored);
  return cpu === usual.cpu && memoryGiB === usual.memoryGiB ? spec : { ...spec, scoredAs: { cpu, memoryGiB } };
}

/** Whether an object's controller is among the objects of `present`, where its pods are counted already. */
export function isCounted(identity: Identity, object: Field, present: ReadonlySet<string>): boolean {
  return object
    .at("metadata", "ownerReferences")
    .items()
    .some((owner) => {
      const apiVersion = owner.at("apiVersion").value;
      const kind = owner.at("kind").value;
      const name = owner.at("name").value;
      const group = typeof apiVersion === "string" ? groupOf(apiVersion) : "";
      if (typeof kind !== "string" || typeof name !== "string") return false;
      return present.has(keyOf({ ...identity, group, kind, name }));
    });
}
