import type { LocalSite } from "../clusters/sites";
import { kubeConfigOf, kubernetes } from "../clusters/sites/kubernetes";
import { itemsOf } from "../clusters/sites/strangeAnswer";
import { type Asking, answerOf } from "./answers";
import type { Bounds } from "./autoscaler";
import { WORKLOAD_ANNOTATION } from "./pods";
import { nameIn, type Titles } from "./titles";

/** A workload of one site whose replicas can be changed. */
export interface Scalable {
  readonly workload: string;
  readonly replicas: number;
  /** Of its HorizontalPodAutoscaler; undefined where it has none. */
  readonly bounds: Bounds | undefined;
  scale(replicas: number): Promise<void>;
}

interface Controller {
  metadata?: { name?: string; namespace?: string; ownerReferences?: unknown[] };
  spec?: { replicas?: number; template?: { metadata?: { annotations?: { [key: string]: string } } } };
}

/** Kinds with a number of pods that an API server lets be changed by itself. */
type ScalableKind = "Deployment" | "StatefulSet" | "ReplicaSet" | "ReplicationController";

/** The objects of a site that are workloads of the plan and whose replicas can be changed; what others have made is theirs. */
export async function scalables(site: LocalSite, { titles, answerSeconds }: Asking): Promise<Scalable[]> {
  const { AppsV1Api, AutoscalingV2Api, CoreV1Api } = await kubernetes();
  const config = await kubeConfigOf(site.kubeconfig, answerSeconds);
  const apps = config.makeApiClient(AppsV1Api);
  const core = config.makeApiClient(CoreV1Api);
  const scaling: {
    [kind in ScalableKind]: (asked: Parameters<typeof apps.replaceNamespacedDeploymentScale>[0]) => Promise<unknown>;
  } = {
    Deployment: (asked) => apps.replaceNamespacedDeploymentScale(asked),
    StatefulSet: (asked) => apps.replaceNamespacedStatefulSetScale(asked),
    ReplicaSet: (asked) => apps.replaceNamespacedReplicaSetScale(asked),
    ReplicationController: (asked) => core.replaceNamespacedReplicationControllerScale(asked),
  };
  const [deployments, statefulSets, replicaSets, controllers, scalers] = await answerOf(
    site.name,
    "workloads",
    Promise.all([
      apps.listDeploymentForAllNamespaces().then(itemsOf),
      apps.listStatefulSetForAllNamespaces().then(itemsOf),
      apps.listReplicaSetForAllNamespaces().then(itemsOf),
      core.listReplicationControllerForAllNamespaces().then(itemsOf),
      config.makeApiClient(AutoscalingV2Api).listHorizontalPodAutoscalerForAllNamespaces().then(itemsOf),
    ]),
  );
  const bounds = new Map<string, Bounds>();
  for (const { metadata, spec } of scalers) {
    const { kind, name } = spec?.scaleTargetRef ?? {};
    const { minReplicas = 1, maxReplicas = 1 } = spec ?? {};
    bounds.set(`${kind} ${metadata?.namespace}/${name}`, { minimum: minReplicas, maximum: maxReplicas });
  }
  const made = (kind: ScalableKind, { metadata, spec }: Controller): Scalable[] => {
    const { name = "", namespace = "", ownerReferences = [] } = metadata ?? {};
    const workload =
      spec?.template?.metadata?.annotations?.[WORKLOAD_ANNOTATION] ?? nameIn(titles, namespace, { kind, name });
    if (workload === undefined || ownerReferences.length > 0) return [];
    const scale = async (replicas: number) => {
      const asked = { name, namespace, body: { metadata: { name, namespace }, spec: { replicas } } };
      await answerOf(site.name, `${kind} ${namespace}/${name} with ${replicas} replicas`, scaling[kind](asked));
    };
    return [{ workload, replicas: spec?.replicas ?? 1, bounds: bounds.get(`${kind} ${namespace}/${name}`), scale }];
  };
  return [
    ...deployments.flatMap((one) => made("Deployment", one)),
    ...statefulSets.flatMap((one) => made("StatefulSet", one)),
    ...replicaSets.flatMap((one) => made("ReplicaSet", one)),
    ...controllers.flatMap((one) => made("ReplicationController", one)),
  ];
}

/** The pods of a site's Jobs and of its Pods that nothing has made, by the plan's workloads: nothing scales these. */
export async function unscaled(
  site: LocalSite,
  { titles, answerSeconds }: Asking,
): Promise<Readonly<Record<string, number>>> {
  const { BatchV1Api, CoreV1Api } = await kubernetes();
  const config = await kubeConfigOf(site.kubeconfig, answerSeconds);
  const [jobs, pods] = await answerOf(
    site.name,
    "Jobs and pods",
    Promise.all([
      config.makeApiClient(BatchV1Api).listJobForAllNamespaces().then(itemsOf),
      config.makeApiClient(CoreV1Api).listPodForAllNamespaces().then(itemsOf),
    ]),
  );
  const kept = [
    ...jobs.map(({ metadata, spec }): Kept => ({ kind: "Job", metadata, pods: atOnce(spec) })),
    ...pods.map(({ metadata }): Kept => ({ kind: "Pod", metadata, pods: 1 })),
  ];
  return keptPods(kept, titles);
}

/** An object that keeps its pods, whatever the load. */
interface Kept {
  readonly kind: "Job" | "Pod";
  readonly metadata: Controller["metadata"];
  readonly pods: number;
}

/** Pods of these objects by the plan's workloads, without those of objects that others have made, and of none of its workloads. */
export function keptPods(objects: readonly Kept[], titles: Titles): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { kind, metadata: { name = "", namespace = "", ownerReferences = [] } = {}, pods } of objects) {
    const workload = nameIn(titles, namespace, { kind, name });
    if (workload !== undefined && ownerReferences.length === 0) found[workload] = (found[workload] ?? 0) + pods;
  }
  return found;
}

/** Pods that a Job runs at once, as the plan counts them. */
export function atOnce({
  parallelism = 1,
  completions = Number.POSITIVE_INFINITY,
  suspend = false,
}: JobSpec = {}): number {
  return suspend ? 0 : Math.min(parallelism, completions);
}

interface JobSpec {
  readonly parallelism?: number;
  readonly completions?: number;
  readonly suspend?: boolean;
}
