import { DEFAULT_SCHEDULER } from "../../lib/plan/demand/workloads";
import { firstOf } from "../../lib/plan/firstOf";
import type { LocalSite } from "../clusters/sites";
import { type CoreV1Event, kubeConfigOf, kubernetes, type V1Pod } from "../clusters/sites/kubernetes";
import { OVERHEAD_NAMESPACE } from "../clusters/sites/overheadPods";
import { itemsOf } from "../clusters/sites/strangeAnswer";
import { type Asking, answerOf } from "./answers";
import { nameIn, type Titled, type Titles } from "./titles";

/** On pods that stand for a workload: its name. */
export const WORKLOAD_ANNOTATION = "multisite/workload";

/** The pods of one workload in one site. */
export interface WorkloadPods {
  readonly running: number;
  /** Pods of Jobs that have ended well. */
  readonly ended: number;
  readonly pending: number;
  /** Why pods are pending, in the scheduler's words, with the number of pods. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** Why a site's API server refused pods that controllers wanted to make: its last words, by the plan's workloads. */
export type Refusals = ReadonlyMap<string, string>;

/** Pods by workload, as the plan names workloads. */
export type SitePods = ReadonlyMap<string, WorkloadPods>;

/** Reads the pods of a site. */
export interface PodReader {
  /** @throws UserError when the site does not answer. */
  read(): Promise<SitePods>;
  /** @throws UserError when the site does not answer. */
  refusals(): Promise<Refusals>;
  /** {@link unseenOf} of the site. @throws UserError when the site does not answer. */
  unseen(): Promise<string[]>;
}

/** A reader of a site's pods. Those that only stand for what the plan counted on every node are left out. */
export async function podReader(site: LocalSite, { titles, answerSeconds }: Asking): Promise<PodReader> {
  const { AppsV1Api, CoreV1Api } = await kubernetes();
  const config = await kubeConfigOf(site.kubeconfig, answerSeconds);
  const core = config.makeApiClient(CoreV1Api);
  const apps = config.makeApiClient(AppsV1Api);
  const others = { fieldSelector: `metadata.namespace!=${OVERHEAD_NAMESPACE}` };
  return {
    async read() {
      const pods = core.listPodForAllNamespaces(others).then(itemsOf);
      return gather(await answerOf(site.name, "pods", pods), titles);
    },
    async refusals() {
      const failed = { fieldSelector: "reason=FailedCreate" };
      const events = core.listEventForAllNamespaces(failed).then(itemsOf);
      return gatherRefusals(await answerOf(site.name, "events", events), titles);
    },
    async unseen() {
      const lists = Promise.all([
        core.listPodForAllNamespaces(others).then(itemsOf),
        apps.listDeploymentForAllNamespaces(others).then(itemsOf),
        apps.listStatefulSetForAllNamespaces(others).then(itemsOf),
        apps.listDaemonSetForAllNamespaces(others).then(itemsOf),
      ]);
      const [pods, ...made] = await answerOf(site.name, "pods and workloads", lists);
      const kinds = ["Deployment", "StatefulSet", "DaemonSet"];
      const controlled = made.map((some, index): Controlled[] =>
        some.map((one) => ({ kind: kinds[index] ?? "", ...one })),
      );
      return unseenOf(pods, controlled.flat());
    },
  };
}

/** An object whose pods a controller makes. */
interface Controlled {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string; readonly generation?: number };
  readonly status?: { readonly observedGeneration?: number };
}

/** Objects that are named before it says how many more there are. */
const NAMED = 3;

/**
 * What a scheduler, nodes and controllers that are at work would have looked at, for a message: pods that the default scheduler
 * has said nothing of, pods that their node has not started, and objects whose last change no controller has seen. Empty where
 * there is none.
 */
export function unseenOf(pods: readonly V1Pod[], controlled: readonly Controlled[]): string[] {
  const pending = pods.filter(
    ({ metadata, status }) => metadata?.deletionTimestamp === undefined && status?.phase === "Pending",
  );
  const unplaced = pending.filter(
    ({ spec, status }) =>
      (spec?.schedulerName ?? DEFAULT_SCHEDULER) === DEFAULT_SCHEDULER &&
      spec?.nodeName === undefined &&
      status?.conditions === undefined,
  );
  const unstarted = pending.filter(({ spec }) => spec?.nodeName !== undefined);
  const changed = controlled.filter(
    ({ metadata, status }) => (status?.observedGeneration ?? 0) < (metadata?.generation ?? 1),
  );
  const names = changed.map(({ kind, metadata }) => `${kind} ${metadata?.namespace}/${metadata?.name}`);
  const podsOf = ({ length }: readonly V1Pod[]) => `${length} ${length === 1 ? "pod" : "pods"}`;
  return [
    ...(unplaced.length === 0 ? [] : [`its scheduler has not looked at ${podsOf(unplaced)}`]),
    ...(unstarted.length === 0 ? [] : [`its nodes have not started ${podsOf(unstarted)}`]),
    ...(names.length === 0 ? [] : [`its controllers have not looked at ${firstOf(names, NAMED)}`]),
  ];
}

/** What of an event says which pods could not be made, and why. */
type Refusal = Pick<CoreV1Event, "involvedObject" | "message" | "lastTimestamp" | "eventTime">;

/** The last refusal of each of the plan's workloads. */
export function gatherRefusals(events: readonly Refusal[], known: Titles): Refusals {
  const time = ({ lastTimestamp, eventTime }: Refusal) => Number(lastTimestamp ?? eventTime ?? 0);
  const found = new Map<string, string>();
  for (const event of [...events].sort((a, b) => time(a) - time(b))) {
    const { kind = "", namespace = "default", name = "" } = event.involvedObject;
    // An event does not say the hash by which a ReplicaSet's name ends when a Deployment has made it.
    const hash = name.split("-").at(-1);
    const workload = firstKnown(known, namespace, [{ kind, name }, ...writersOf({ kind, name, hash })]);
    // "Error creating: ..." of most controllers, "create Pod web-0 in StatefulSet web failed error: ..." of another.
    if (workload !== undefined) found.set(workload, refusal(event.message ?? ""));
  }
  return found;
}

/** What was refused, without the words of controllers around it, and without names of pods, which differ each time. */
function refusal(message: string): string {
  return message
    .replace(/^.*?\berror( creating)?: /i, "")
    .replace(/^pods "[^"]*" is forbidden/, "pods are forbidden")
    .replace(/^Pod "[^"]*" is invalid/, "its pods are invalid");
}

/** Pods by the plan's workloads; pods of anything else are passed over. */
export function gather(pods: readonly V1Pod[], known: Titles): SitePods {
  const found = new Map<string, { running: number; ended: number; pending: number; reasons: Record<string, number> }>();
  for (const pod of pods) {
    const name = workloadOf(pod, known);
    if (name === undefined || pod.metadata?.deletionTimestamp !== undefined) continue;
    const entry = found.get(name) ?? { running: 0, ended: 0, pending: 0, reasons: {} };
    found.set(name, entry);
    const phase = pod.status?.phase;
    if (phase === "Running") entry.running++;
    else if (phase === "Succeeded") entry.ended++;
    else if (phase !== "Failed") {
      entry.pending++;
      const reason = reasonOf(pod);
      entry.reasons[reason] = (entry.reasons[reason] ?? 0) + 1;
    }
  }
  return found;
}

/**
 * A workload's pods with those that have ended in the places that the others leave: a Job's pod that has ended well had its
 * place, and of all that it ever ran no more were there at once.
 * @param planned pods that the plan places
 */
export function inPlaces(pods: WorkloadPods, planned: number): WorkloadPods {
  const { running, ended } = pods;
  return { ...pods, running: running + Math.min(ended, Math.max(0, planned - running)) };
}

function workloadOf(pod: V1Pod, known: Titles): string | undefined {
  const played = pod.metadata?.annotations?.[WORKLOAD_ANNOTATION];
  return played ?? firstKnown(known, pod.metadata?.namespace ?? "default", writersOf(makerOf(pod)));
}

function firstKnown(known: Titles, namespace: string, titles: readonly Titled[]): string | undefined {
  return titles.map((one) => nameIn(known, namespace, one)).find((one) => one !== undefined);
}

/** The object that made a pod, or the pod itself; of ReplicaSets with the hash that ends the name of a Deployment's. */
function makerOf({ metadata }: V1Pod): Titled & { readonly hash?: string | undefined } {
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return { kind: "Pod", name: metadata?.name ?? "" };
  return { kind: owner.kind, name: owner.name, hash: metadata?.labels?.["pod-template-hash"] };
}

/** What a user may have written for pods that this made: of a Deployment or CronJob there is a ReplicaSet or Job between. */
function writersOf({ kind, name, hash }: ReturnType<typeof makerOf>): Titled[] {
  if (kind === "ReplicaSet" && hash !== undefined && name.endsWith(`-${hash}`))
    return [{ kind: "Deployment", name: name.slice(0, -hash.length - 1) }];
  // The CronJob controller adds the minute of the run since 1970; a Job may have been written with a date at its end.
  const timed = kind === "Job" ? /^(.+)-\d{8}$/.exec(name)?.[1] : undefined;
  return [{ kind, name }, ...(timed === undefined ? [] : [{ kind: "CronJob", name: timed }])];
}

/** `0/6 nodes are available: 6 Insufficient cpu. preemption: ...`: what follows the first sentence is no reason. */
function reasonOf({ status }: V1Pod): string {
  const condition = status?.conditions?.find(({ type, status: is }) => type === "PodScheduled" && is === "False");
  if (condition === undefined)
    return status?.conditions === undefined ? "not looked at by the scheduler yet" : "starting";
  return (condition.message ?? condition.reason ?? "unschedulable").replace(
    /\. (preemption|no new claims)[\s\S]*$/,
    "",
  );
}
