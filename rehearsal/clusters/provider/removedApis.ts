import type { Connection } from "./connection";
import type { GroupVersionKind } from "./objects";

const RBAC = "ClusterRole ClusterRoleBinding Role RoleBinding";
const FLOW = "FlowSchema PriorityLevelConfiguration";

/**
 * API versions that Kubernetes took away, with the kinds, the minor version of the release that did, and the API version to
 * use instead where it is not `v1` of the group. Sources: `APILifecycleRemoved` and `APILifecycleReplacement` in k8s.io/api
 * 0.36, and pulumi-kubernetes provider/pkg/kinds/deprecated.go for what is no longer there; read 2026-11-29.
 */
const REMOVED: readonly (readonly [apiVersion: string, kinds: string, minor: number, instead?: string])[] = [
  ["admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration ValidatingWebhookConfiguration", 22],
  ["apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", 22],
  ["apps/v1beta1", "ControllerRevision Deployment StatefulSet", 16],
  ["apps/v1beta2", "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet", 16],
  ["autoscaling/v2beta1", "HorizontalPodAutoscaler", 25, "autoscaling/v2"],
  ["autoscaling/v2beta2", "HorizontalPodAutoscaler", 26, "autoscaling/v2"],
  ["batch/v1beta1", "CronJob", 25],
  ["batch/v2alpha1", "CronJob", 21],
  ["certificates.k8s.io/v1beta1", "CertificateSigningRequest", 22],
  ["coordination.k8s.io/v1beta1", "Lease", 22],
  ["discovery.k8s.io/v1beta1", "EndpointSlice", 25],
  ["extensions/v1beta1", "DaemonSet Deployment ReplicaSet", 16, "apps/v1"],
  ["extensions/v1beta1", "NetworkPolicy", 16, "networking.k8s.io/v1"],
  ["extensions/v1beta1", "Ingress", 22, "networking.k8s.io/v1"],
  ["flowcontrol.apiserver.k8s.io/v1beta1", FLOW, 26, "flowcontrol.apiserver.k8s.io/v1beta3"],
  ["flowcontrol.apiserver.k8s.io/v1beta2", FLOW, 29, "flowcontrol.apiserver.k8s.io/v1beta3"],
  ["flowcontrol.apiserver.k8s.io/v1beta3", FLOW, 32],
  ["networking.k8s.io/v1beta1", "Ingress IngressClass", 22],
  ["node.k8s.io/v1beta1", "RuntimeClass", 25],
  ["policy/v1beta1", "PodDisruptionBudget", 25],
  ["rbac.authorization.k8s.io/v1alpha1", RBAC, 20],
  ["rbac.authorization.k8s.io/v1beta1", RBAC, 22],
  ["scheduling.k8s.io/v1alpha1", "PriorityClass", 17],
  ["scheduling.k8s.io/v1beta1", "PriorityClass", 22],
  ["storage.k8s.io/v1beta1", "CSIDriver CSINode StorageClass VolumeAttachment", 22],
  ["storage.k8s.io/v1beta1", "CSIStorageCapacity", 27],
];

/** Why no API server of today has a kind in this version, in the real provider's words; undefined for all others. */
export function removal({ apiVersion, kind }: GroupVersionKind): string | undefined {
  const row = REMOVED.find(([version, kinds]) => version === apiVersion && kinds.split(" ").includes(kind));
  if (row === undefined) return undefined;
  const [, , minor, instead = apiVersion.replace(/[^/]*$/, "v1")] = row;
  return (
    `apiVersion "${apiVersion}/${kind}" was removed in Kubernetes 1.${minor}. Use "${instead}/${kind}" instead.\n` +
    `See https://git.k8s.io/kubernetes/CHANGELOG/CHANGELOG-1.${minor}.md#deprecation for more information.`
  );
}

/** The same, asked of a server: one old enough may have the kind still. */
export async function removedFrom(connection: Connection | undefined, kind: GroupVersionKind) {
  const why = removal(kind);
  if (why === undefined || connection === undefined) return undefined;
  return (await connection.hasKind(kind).catch(() => true)) ? undefined : why;
}
