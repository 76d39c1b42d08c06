import type { KubernetesObject } from "../plan/workloads/objects";

/** Kinds without which objects of any other kind may be refused, at once or for ever. */
const NEEDED =
  "CustomResourceDefinition PriorityClass RuntimeClass StorageClass IngressClass LimitRange ResourceQuota ServiceAccount".split(
    " ",
  );

/**
 * Into a budget's status a controller counts the pods as they come and go, so that a change of its own at that time is a
 * conflict, at which an update ends: in the middle of a Deployment that is replaced, say.
 */
const BEFORE_PODS = ["PodDisruptionBudget"];

/** Kinds that refuse other objects while what they call is not there yet. */
const LAST = ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "APIService"];

/**
 * The objects in the stages in which they are made, each after all of the stage before: namespaces, what others need
 * and what may not change with them, everything else, and last what calls the pods of the others. Stages without objects are left out.
 */
export function stagesOf(objects: readonly KubernetesObject[]): KubernetesObject[][] {
  const stages: KubernetesObject[][] = [[], [], [], []];
  for (const object of objects) stages[stageOf(object.kind)]?.push(object);
  return stages.filter((stage) => stage.length > 0);
}

function stageOf(kind: string): number {
  if (kind === "Namespace") return 0;
  if (NEEDED.includes(kind) || BEFORE_PODS.includes(kind)) return 1;
  return LAST.includes(kind) ? 3 : 2;
}
