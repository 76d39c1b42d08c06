import { groupOf } from "../../../lib/plan/demand/identity";
import { kindOfToken } from "../../clusters/provider/objects";
import type { CheckRequest, Properties } from "../../engine/provider";
import { makeSecret } from "../../engine/values";
import type { Account, Model, Surroundings } from "../model";
import { isObject, isSecret, own, reveal, text } from "../wire";
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

/**
 * Kinds of groups that the SDK does not know are custom resources, whose scope only their definition says: so are
 * `gateway.networking.k8s.io` and `snapshot.storage.k8s.io`.
 */
function isBuiltIn(type: string): boolean {
  const group = type.split(":")[1]?.split("/")[0] ?? "";
  return !group.includes(".") || (group.endsWith(".k8s.io") && !/\.(networking|storage)\./.test(group));
}

/** Whether objects of a kind lie in namespaces; undefined for a custom resource whose definition is not in the world. */
function isKnownNamespaced(type: string, definitions: Iterable<Thing>): boolean | undefined {
  if (isBuiltIn(type)) return !CLUSTER_WIDE.has(kindOf(type));
  const { apiVersion, kind } = kindOfToken(type);
  for (const { inputs } of definitions) {
    const isOfKind = text(inputs, "spec.group") === groupOf(apiVersion) && text(inputs, "spec.names.kind") === kind;
    if (isOfKind) return text(inputs, "spec.scope") === "Namespaced";
  }
  return undefined;
}

/**
 * Whether objects of a kind lie in namespaces, for those that name none. Of a custom resource whose definition is not in the
 * world, such as one that a chart brings, its name is all that there is to go by.
 */
export function isNamespaced(type: string, definitions: Iterable<Thing>): boolean {
  return isKnownNamespaced(type, definitions) ?? !kindOf(type).startsWith("Cluster");
}

/**
 * The inputs of an object with the namespace that the provider puts it into when it names none. What was made without one
 * keeps so: it would be replaced. Source: `Check` of pulumi-kubernetes.
 */
export function inNamespace({ type, olds, news }: CheckRequest, { account, things }: Surroundings): Properties {
  const metadata = own(news, "metadata") ?? {};
  const open = reveal(metadata);
  const isOld = Object.keys(olds).length > 0 && !text(olds, "metadata.namespace");
  if (isOld || !isObject(open) || (own(open, "namespace") ?? "") !== "") return news;
  if (type === RELEASE || /.List$/.test(type) || isKnownNamespaced(type, things(DEFINITION)) !== true) return news;
  const placed = { ...open, namespace: account.facts.namespace };
  return { ...news, metadata: isSecret(metadata) ? makeSecret(placed) : placed };
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
