import type { LocalSite } from "../clusters/sites";
import { kubeConfigOf, kubernetes, type V1Pod } from "../clusters/sites/kubernetes";
import { OVERHEAD_NAMESPACE } from "../clusters/sites/overheadPods";

/** On pods that stand for a workload: its name. */
export const WORKLOAD_ANNOTATION = "multisite/workload";

/** The pods of one workload in one site. */
export interface WorkloadPods {
  readonly running: number;
  readonly pending: number;
  /** Why pods are pending, in the scheduler's words, with the number of pods. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** Pods by workload, as the plan names workloads. */
export type SitePods = ReadonlyMap<string, WorkloadPods>;

/** Reads the pods of a site. */
export interface PodReader {
  /** @throws when the site does not answer. */
  read(): Promise<SitePods>;
}

/**
 * A reader of a site's pods. Those that only stand for what the plan counted on every node are left out.
 * @param workloads names of the plan's workloads: `namespace/name`, or the name alone where it is unique.
 */
export async function podReader(site: LocalSite, workloads: readonly string[]): Promise<PodReader> {
  const { CoreV1Api } = await kubernetes();
  const config = await kubeConfigOf(site.kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  const known = new Set(workloads);
  return {
    async read() {
      const { items } = await core.listPodForAllNamespaces({
        fieldSelector: `metadata.namespace!=${OVERHEAD_NAMESPACE}`,
      });
      return gather(items, known);
    },
  };
}

/** Pods by the plan's workloads; pods of anything else are passed over. */
export function gather(pods: readonly V1Pod[], known: ReadonlySet<string>): SitePods {
  const found = new Map<string, { running: number; pending: number; reasons: Record<string, number> }>();
  for (const pod of pods) {
    const name = workloadOf(pod, known);
    if (name === undefined || pod.metadata?.deletionTimestamp !== undefined) continue;
    const entry = found.get(name) ?? { running: 0, pending: 0, reasons: {} };
    found.set(name, entry);
    const phase = pod.status?.phase;
    // A Job's pod that has ended well had its place.
    if (phase === "Running" || phase === "Succeeded") entry.running++;
    else if (phase !== "Failed") {
      entry.pending++;
      const reason = reasonOf(pod);
      entry.reasons[reason] = (entry.reasons[reason] ?? 0) + 1;
    }
  }
  return found;
}

function workloadOf(pod: V1Pod, known: ReadonlySet<string>): string | undefined {
  const played = pod.metadata?.annotations?.[WORKLOAD_ANNOTATION];
  if (played !== undefined) return played;
  return nameIn(known, pod.metadata?.namespace ?? "default", ownerOf(pod));
}

/** How the plan names what a user has written under this name: with its namespace, or without where that is enough. */
export function nameIn(known: ReadonlySet<string>, namespace: string, name: string): string | undefined {
  return [`${namespace}/${name}`, name].find((one) => known.has(one));
}

/** Name of what a user wrote: of a Deployment or CronJob there is a ReplicaSet or Job between it and its pods. */
function ownerOf({ metadata }: V1Pod): string {
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return metadata?.name ?? "";
  const hash = metadata?.labels?.["pod-template-hash"];
  if (owner.kind === "ReplicaSet" && hash !== undefined && owner.name.endsWith(`-${hash}`))
    return owner.name.slice(0, -hash.length - 1);
  // The CronJob controller adds the minute of the run since 1970.
  if (owner.kind === "Job") return owner.name.replace(/-\d{8}$/, "");
  return owner.name;
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
