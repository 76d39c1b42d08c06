import { groupOf } from "../../../lib/plan/demand/identity";
import type { GroupVersionKind } from "../../clusters/provider/objects";
import type { Properties } from "../../engine/provider";
import type { Account } from "../model";
import { own, text } from "../wire";
import type { Thing } from "../world";

export const NAMESPACE = "kubernetes:core/v1:Namespace";
export const DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";
export const RELEASE = "kubernetes:helm.sh/v3:Release";

/** Namespaces that every cluster has. */
export const BUILT_IN_NAMESPACES: ReadonlySet<string> = new Set([
  "default",
  "kube-system",
  "kube-public",
  "kube-node-lease",
]);

/** Kinds that lie in no namespace. Source: `kubectl api-resources --namespaced=false` of Kubernetes 1.36. */
export const CLUSTER_WIDE: ReadonlySet<string> = new Set(
  `APIService CertificateSigningRequest ClusterRole ClusterRoleBinding ClusterTrustBundle ComponentStatus CSIDriver CSINode
  CustomResourceDefinition DeviceClass DeviceTaintRule FlowSchema IPAddress IngressClass MutatingAdmissionPolicy MutatingAdmissionPolicyBinding
  MutatingWebhookConfiguration Namespace Node PersistentVolume PriorityClass PriorityLevelConfiguration ResourceSlice RuntimeClass
  SelfSubjectAccessReview SelfSubjectReview SelfSubjectRulesReview ServiceCIDR StorageClass StorageVersion StorageVersionMigration
  SubjectAccessReview TokenReview ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration
  VolumeAttachment VolumeAttributesClass`.split(/\s+/),
);

/** The kind of a type token, without the `Patch` of types that change what others made. */
export function kindOf(type: string): string {
  return (type.split(":").at(-1) ?? type).replace(/Patch$/, "");
}

/** Kinds of groups that the SDK does not know are custom resources, whose scope only their definition says. */
function isBuiltIn(type: string): boolean {
  const group = type.split(":")[1]?.split("/")[0] ?? "";
  return !group.includes(".") || group.endsWith(".k8s.io");
}

/**
 * Whether objects of a kind lie in namespaces, for those that name none. Of a custom resource whose definition is not in the
 * world, such as one that a chart brings, its name is all that there is to go by.
 */
export function isNamespaced(
  type: string,
  { apiVersion, kind }: GroupVersionKind,
  definitions: Iterable<Thing>,
): boolean {
  if (isBuiltIn(type)) return !CLUSTER_WIDE.has(kindOf(type));
  for (const { inputs } of definitions) {
    const isOfKind = text(inputs, "spec.group") === groupOf(apiVersion) && text(inputs, "spec.names.kind") === kind;
    if (isOfKind) return text(inputs, "spec.scope") === "Namespaced";
  }
  return !kind.startsWith("Cluster");
}

/** The namespace of an object; undefined for what lies in none, or may lie in none. */
export function namespaceOf(type: string, inputs: Properties, account: Account): string | undefined {
  if (type === RELEASE) return text(inputs, "namespace") ?? account.facts.namespace;
  if (isBuiltIn(type) && CLUSTER_WIDE.has(kindOf(type))) return undefined;
  const given = text(inputs, "metadata.namespace");
  return given ?? (isBuiltIn(type) && !kindOf(type).endsWith("List") ? account.facts.namespace : undefined);
}

/** Paths that replace an object when they change, by kind. Source: `forceNewProperties` in pulumi-kubernetes provider/pkg/provider/diff.go. */
export const IMMUTABLE: { readonly [kind: string]: readonly string[] } = {
  ClusterRoleBinding: ["roleRef"],
  RoleBinding: ["roleRef"],
  CSIDriver: ["spec.attachRequired", "spec.volumeLifecycleModes"],
  DaemonSet: ["spec.selector"],
  Deployment: ["spec.selector"],
  Job: ["spec.completions", "spec.selector", "spec.template"],
  PersistentVolumeClaim: [
    "spec.accessModes",
    "spec.selector",
    "spec.storageClassName",
    "spec.volumeName",
    "spec.volumeMode",
  ],
  Pod: ["spec"],
  PriorityClass: ["value", "preemptionPolicy"],
  ReplicaSet: ["spec.selector"],
  ResourceQuota: ["spec.scopes"],
  RuntimeClass: ["handler"],
  Secret: ["type"],
  StatefulSet: [
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.selector",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  StorageClass: ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode", "allowedTopologies"],
};

/** The data of Secrets and ConfigMaps, unless the provider is told that they are mutable. */
export function immutableData(type: string, config: Properties): readonly string[] {
  const isSet = (name: string) => ["true", true].includes(own(config, name) as string | boolean);
  if (type === "kubernetes:core/v1:Secret" && !isSet("enableSecretMutable")) return ["data", "stringData"];
  if (type === "kubernetes:core/v1:ConfigMap" && !isSet("enableConfigMapMutable")) return ["data", "binaryData"];
  return [];
}
