import type { LocalSite } from "../clusters/sites";
import { kubeConfigOf, kubernetes } from "../clusters/sites/kubernetes";
import { OVERHEAD_NAMESPACE } from "../clusters/sites/overheadPods";
import { itemsOf } from "../clusters/sites/strangeAnswer";
import { type Asking, answerOf } from "./answers";
import { nameIn, type Titles } from "./titles";

/** What of a site's workloads nothing here starts. */
export interface Unplayed {
  /** Workloads without an object that a controller of the site makes pods of. */
  readonly workloads: readonly string[];
  /** Those of them that are CronJobs: they are suspended now. */
  readonly cronJobs: readonly string[];
  /** What is there and brings pods, `namespace/name`. */
  readonly started: readonly string[];
}

/** An object of any kind that brings pods. */
interface Listed {
  readonly kind: string;
  readonly metadata: { readonly name?: string; readonly namespace?: string; readonly ownerReferences?: unknown[] };
}

/**
 * Finds the workloads that no controller of a site starts: CronJobs run at their time, and custom kinds have no controller
 * here. The plan has counted their pods, so something must play them. CronJobs are suspended, for a run in the middle of a
 * drill would be there twice.
 * @param wanted workloads of which the plan has the site run pods.
 */
export async function unplayed(
  site: LocalSite,
  wanted: readonly string[],
  { titles, answerSeconds }: Asking,
): Promise<Unplayed> {
  const { AppsV1Api, BatchV1Api, CoreV1Api, PatchStrategy, setHeaderOptions } = await kubernetes();
  const config = await kubeConfigOf(site.kubeconfig, answerSeconds);
  const apps = config.makeApiClient(AppsV1Api);
  const batch = config.makeApiClient(BatchV1Api);
  const core = config.makeApiClient(CoreV1Api);
  const listing = async (kind: string, list: Promise<{ items: { metadata?: Listed["metadata"] }[] }>) =>
    (await answerOf(site.name, `${kind}s`, list.then(itemsOf))).map(
      ({ metadata = {} }): Listed => ({ kind, metadata }),
    );
  const [timed, ...lists] = await Promise.all([
    listing("CronJob", batch.listCronJobForAllNamespaces()),
    listing("Deployment", apps.listDeploymentForAllNamespaces()),
    listing("StatefulSet", apps.listStatefulSetForAllNamespaces()),
    listing("ReplicaSet", apps.listReplicaSetForAllNamespaces()),
    listing("ReplicationController", core.listReplicationControllerForAllNamespaces()),
    listing("Job", batch.listJobForAllNamespaces()),
    listing("Pod", core.listPodForAllNamespaces()),
  ]);
  const known = new Map([...titles].filter(([, workload]) => wanted.includes(workload)));
  const started = lists
    .flat()
    .filter(({ metadata }) => metadata.namespace !== OVERHEAD_NAMESPACE && !metadata.ownerReferences?.length);
  const names = new Set(started.map((one) => nameOf(one, known)));
  const cronJobs = timed.filter((one) => nameOf(one, known) !== undefined);
  const merging = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
  const suspended = cronJobs.map(({ metadata: { name = "", namespace = "" } }) =>
    batch.patchNamespacedCronJob({ name, namespace, body: { spec: { suspend: true } } }, merging),
  );
  await answerOf(site.name, "CronJobs, suspended", Promise.all(suspended));
  return {
    workloads: wanted.filter((name) => !names.has(name)),
    cronJobs: cronJobs.map((one) => nameOf(one, known)!),
    started: started.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).sort(),
  };
}

function nameOf({ kind, metadata: { namespace = "default", name = "" } }: Listed, known: Titles) {
  return nameIn(known, namespace, { kind, name });
}
