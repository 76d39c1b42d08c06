import type { Notes } from "../demand/notes";
import type { Found } from "../demand/objects";
import { at, copyOf, isPlain, type KubernetesObject, type Plain } from "./objects";

/** What the API server writes into metadata: it refuses some of it, and none of it means anything in another cluster. */
const SERVER_METADATA = [
  "managedFields",
  "resourceVersion",
  "uid",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "selfLink",
  // Owners are named by UID: another cluster's garbage collector deletes what they seem to have left behind.
  "ownerReferences",
];

const SERVER_ANNOTATIONS = [
  "kubectl.kubernetes.io/last-applied-configuration",
  "deployment.kubernetes.io/revision",
  "pv.kubernetes.io/bind-completed",
  "pv.kubernetes.io/bound-by-controller",
];

/** Labels by which a live Job tells its pods from those of a Job made anew. */
const JOB_LABELS = ["controller-uid", "batch.kubernetes.io/controller-uid"];

/** Versions that API servers have stopped to serve, where the object need not change for the next one. */
const SUCCESSORS: Readonly<Record<string, string>> = {
  "extensions/v1beta1": "apps/v1",
  "apps/v1beta1": "apps/v1",
  "apps/v1beta2": "apps/v1",
  "policy/v1beta1": "policy/v1",
  "autoscaling/v2beta2": "autoscaling/v2",
  "batch/v1beta1": "batch/v1",
  "rbac.authorization.k8s.io/v1beta1": "rbac.authorization.k8s.io/v1",
  "scheduling.k8s.io/v1beta1": "scheduling.k8s.io/v1",
  "storage.k8s.io/v1beta1": "storage.k8s.io/v1",
};

const SUCCEEDED = new Set(
  (
    "Deployment StatefulSet DaemonSet ReplicaSet CronJob PodDisruptionBudget HorizontalPodAutoscaler " +
    "Role RoleBinding ClusterRole ClusterRoleBinding PriorityClass StorageClass"
  ).split(" "),
);

/** An object as one would have written it: without what a live cluster has added, under a name, in a version that is served. */
export function cleaned({ identity, field }: Found, notes: Notes): KubernetesObject {
  const object = copyOf(field.value) as KubernetesObject;
  const subject = `${identity.kind} ${identity.name}`;
  const isLive = at(object, "metadata", "uid") !== undefined || at(object, "metadata", "resourceVersion") !== undefined;
  delete object.status;
  for (const key of SERVER_METADATA) delete object.metadata[key];
  removeKeys(object.metadata.annotations, SERVER_ANNOTATIONS);
  if (object.metadata.name === undefined) {
    delete object.metadata.generateName;
    object.metadata.name = identity.name;
    notes.add("Named by generateName, and so given that name once", subject);
  }
  if (!object.metadata.namespace) delete object.metadata.namespace;
  const successor = SUCCEEDED.has(object.kind) ? SUCCESSORS[object.apiVersion] : undefined;
  if (successor !== undefined) {
    notes.add(`Written for ${object.apiVersion}, which is no longer served, and applied as ${successor}`, subject);
    object.apiVersion = successor;
  }
  if (isLive) asNew(object);
  return object;
}

/** Takes out of a live object what binds it to its cluster: addresses, nodes, volumes, the identity of its pods. */
function asNew(object: KubernetesObject): void {
  const spec = isPlain(object.spec) ? object.spec : {};
  switch (object.kind) {
    case "Service":
      if (spec.clusterIP !== "None") removeKeys(spec, ["clusterIP", "clusterIPs"]);
      removeKeys(spec, ["healthCheckNodePort"]);
      break;
    case "PersistentVolumeClaim":
      removeKeys(spec, ["volumeName"]);
      break;
    case "Pod":
      removeKeys(spec, ["nodeName", "priority", "preemptionPolicy"]);
      break;
    case "Job":
      if (spec.manualSelector !== true) removeKeys(spec, ["selector"]);
      removeKeys(at(spec, "template", "metadata", "labels"), JOB_LABELS);
      removeKeys(object.metadata.labels, JOB_LABELS);
      break;
  }
}

function removeKeys(from: unknown, keys: readonly string[]): void {
  if (!isPlain(from)) return;
  for (const key of keys) delete from[key];
}

/** Whether an object is of its cluster and of no other: made by a controller of another object, or by the cluster itself. */
export function isOfItsCluster({ identity, field }: Found, present: ReadonlySet<string>): boolean {
  const { kind, namespace, name } = identity;
  if (kind === "Event" || kind === "EndpointSlice" || kind === "Endpoints" || kind === "ControllerRevision") {
    return !isWrittenByHand(field.value as Plain);
  }
  if (kind === "Service" && namespace === "default" && name === "kubernetes") return true;
  if (kind === "ConfigMap" && name === "kube-root-ca.crt") return true;
  if (isOfEveryCluster(field.value as KubernetesObject)) return !isWrittenByHand(field.value as Plain);
  return ownersOf(field.value).some((owner) => present.has(ownerKey(namespace, owner.kind, owner.name)));
}

/** Namespaces that every cluster has. */
export const EVERY_NAMESPACE: ReadonlySet<string> = new Set([
  "default",
  "kube-system",
  "kube-public",
  "kube-node-lease",
]);

/** Roles that every cluster has, beside those with the label. */
const EVERY_ROLE = new Set(["admin", "cluster-admin", "edit", "view"]);

/** Whether every cluster has such an object as soon as it is there, so that one can only be changed. */
export function isOfEveryCluster({ kind, metadata: { namespace, name, labels } }: KubernetesObject): boolean {
  switch (kind) {
    case "Namespace":
      return EVERY_NAMESPACE.has(name);
    case "ServiceAccount":
      return name === "default";
    case "ConfigMap":
      return namespace === "kube-system" && name === "extension-apiserver-authentication";
    case "PriorityClass":
      return name === "system-node-critical" || name === "system-cluster-critical";
    case "ClusterRole":
    case "ClusterRoleBinding":
      return EVERY_ROLE.has(name) || at(labels, BOOTSTRAPPED) !== undefined;
    default:
      return false;
  }
}

/** Label of roles that an API server makes when it starts. */
const BOOTSTRAPPED = "kubernetes.io/bootstrapping";

function isWrittenByHand(object: Plain): boolean {
  return at(object, "metadata", "uid") === undefined;
}

/** A text for an object as another object's owner reference names it. */
export function ownerKey(namespace: string, kind: string, name: string): string {
  return JSON.stringify([namespace, kind, name]);
}

function ownersOf(object: unknown): { kind: string; name: string }[] {
  const owners = at(object, "metadata", "ownerReferences");
  return (Array.isArray(owners) ? owners : []).map((owner) => ({
    kind: String(at(owner, "kind")),
    name: String(at(owner, "name")),
  }));
}
