import type { LocalSite } from "../clusters/sites";
import { kubeConfigOf, kubernetes } from "../clusters/sites/kubernetes";
import { type Asking, answerOf } from "./answers";
import type { Bounds } from "./autoscaler";
import { WORKLOAD_ANNOTATION } from "./pods";
import { nameIn } from "./titles";

/** A workload of one site whose replicas can be changed. */
export interface Scalable {
  readonly workload: string;
  readonly replicas: number;
  /** Of its HorizontalPodAutoscaler; undefined where it has none. */
  readonly bounds: Bounds | undefined;
  scale(replicas: number): Promise<void>;
}

interface Controller {
  metadata?: { name?: string; namespace?: string };
  spec?: { replicas?: number; template?: { metadata?: { annotations?: { [key: string]: string } } } };
}

/** The Deployments and StatefulSets of a site that are workloads of the plan. */
export async function scalables(site: LocalSite, { titles, answerSeconds }: Asking): Promise<Scalable[]> {
  const { AppsV1Api, AutoscalingV2Api } = await kubernetes();
  const config = await kubeConfigOf(site.kubeconfig, answerSeconds);
  const apps = config.makeApiClient(AppsV1Api);
  const [deployments, statefulSets, scalers] = await answerOf(
    site.name,
    "workloads",
    Promise.all([
      apps.listDeploymentForAllNamespaces(),
      apps.listStatefulSetForAllNamespaces(),
      config.makeApiClient(AutoscalingV2Api).listHorizontalPodAutoscalerForAllNamespaces(),
    ]),
  );
  const bounds = new Map<string, Bounds>();
  for (const { metadata, spec } of scalers.items) {
    const { kind, name } = spec?.scaleTargetRef ?? {};
    const { minReplicas = 1, maxReplicas = 1 } = spec ?? {};
    bounds.set(`${kind} ${metadata?.namespace}/${name}`, { minimum: minReplicas, maximum: maxReplicas });
  }
  const made = (kind: "Deployment" | "StatefulSet", { metadata, spec }: Controller): Scalable[] => {
    const { name = "", namespace = "" } = metadata ?? {};
    const workload =
      spec?.template?.metadata?.annotations?.[WORKLOAD_ANNOTATION] ?? nameIn(titles, namespace, { kind, name });
    if (workload === undefined) return [];
    const scale = async (replicas: number) => {
      const asked = { name, namespace, body: { metadata: { name, namespace }, spec: { replicas } } };
      const scaled =
        kind === "Deployment"
          ? apps.replaceNamespacedDeploymentScale(asked)
          : apps.replaceNamespacedStatefulSetScale(asked);
      await answerOf(site.name, `${kind} ${namespace}/${name} with ${replicas} replicas`, scaled);
    };
    return [{ workload, replicas: spec?.replicas ?? 1, bounds: bounds.get(`${kind} ${namespace}/${name}`), scale }];
  };
  return [
    ...deployments.items.flatMap((one) => made("Deployment", one)),
    ...statefulSets.items.flatMap((one) => made("StatefulSet", one)),
  ];
}
