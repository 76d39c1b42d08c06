import { groupOf } from "../../../lib/plan/demand/identity";
import type { GroupVersionKind } from "../../clusters/provider/objects";
import type { Properties } from "../../engine/provider";
import type { Account, Model } from "../model";
import { text } from "../wire";
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

const FIXED = "Kubernetes fixes it when the object is made: make another object, or delete this one first";

/**
 * Fields that the API server does not let change, and that do not replace the object, by kind; with what it takes for them where
 * they are not given. Source: `Validate...Update` of each kind in pkg/apis of Kubernetes 1.35.
 */
const FROZEN: { readonly [kind: string]: { readonly [path: string]: unknown } } = {
  CSIDriver: { "spec.attachRequired": true, "spec.volumeLifecycleModes": ["Persistent"] },
  PersistentVolumeClaim: { "spec.volumeMode": "Filesystem" },
  PriorityClass: { value: 0, preemptionPolicy: "PreemptLowerPriority" },
  ReplicaSet: { "spec.selector": undefined },
  RuntimeClass: { handler: undefined },
  StorageClass: { reclaimPolicy: "Delete", volumeBindingMode: "Immediate" },
};

/** As a model says it: the way out of each, and what each is where it is not given. */
export function frozenFields(kind: string): Pick<Model, "frozen" | "absent"> {
  const fields = FROZEN[kind];
  if (fields === undefined) return {};
  return { frozen: Object.fromEntries(Object.keys(fields).map((path) => [path, FIXED])), absent: fields };
}
