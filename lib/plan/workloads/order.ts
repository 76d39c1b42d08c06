import type { KubernetesObject } from "./objects";

/**
 * Kinds that others need, in the order in which they are applied; every other kind comes after them and before those that
 * run pods. The order of `helm install` (InstallOrder in Helm's releaseutil), as far as it matters to an API server.
 */
const FIRST = (
  "Namespace CustomResourceDefinition PriorityClass RuntimeClass StorageClass LimitRange ResourceQuota ServiceAccount " +
  "Secret ConfigMap PersistentVolume PersistentVolumeClaim ClusterRole ClusterRoleBinding Role RoleBinding " +
  "PodDisruptionBudget Service"
).split(" ");

/** Kinds that name others, and webhooks, which refuse everything as long as nothing answers for them. */
const LAST =
  "HorizontalPodAutoscaler ScaledObject Ingress APIService ValidatingWebhookConfiguration MutatingWebhookConfiguration".split(
    " ",
  );

/** Place of a kind in the order of application: lower first. */
function rank(kind: string): number {
  const first = FIRST.indexOf(kind);
  if (first >= 0) return first;
  const last = LAST.indexOf(kind);
  return last >= 0 ? FIRST.length + 1 + last : FIRST.length;
}

/** Objects in the order in which they can be applied one after the other; those of one kind as they were. */
export function inOrder(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return [...objects].sort((a, b) => rank(a.kind) - rank(b.kind));
}

/** Kinds without a namespace, of Kubernetes' own groups. */
const CLUSTER_WIDE = new Set(
  (
    "Namespace Node PersistentVolume CustomResourceDefinition APIService PriorityClass RuntimeClass StorageClass " +
    "CSIDriver CSINode ClusterRole ClusterRoleBinding IngressClass VolumeAttachment FlowSchema ClusterTrustBundle " +
    "PriorityLevelConfiguration ValidatingWebhookConfiguration MutatingWebhookConfiguration DeviceClass GatewayClass " +
    "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding CertificateSigningRequest"
  ).split(" "),
);

/** Whether a kind of Kubernetes itself lives in no namespace. */
export function isClusterWide(kind: string): boolean {
  return CLUSTER_WIDE.has(kind);
}
