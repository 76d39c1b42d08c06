import { groupOf } from "../../../../lib/plan/demand/identity";
import { plain } from "../../../clouds/wire";
import { byBytes } from "../../../engine/values";
import {
  definedBy,
  groupKindOf,
  isCustomResourceDefinition,
  type KubeObject,
  nameOf,
  namespaceOf,
  textAt,
} from "../objects";

/** Which objects an object is made after, as references `group/namespaces/namespace/kind/name` or `group/kind/name`. */
const ANNOTATION = "config.kubernetes.io/depends-on";

/** Kinds that come first, in this order, and the one that comes last. Source: sigs.k8s.io/cli-utils pkg/ordering, v0.37. */
const FIRST = [
  "/Namespace",
  "/ResourceQuota",
  "storage.k8s.io/StorageClass",
  "apiextensions.k8s.io/CustomResourceDefinition",
  "admissionregistration.k8s.io/MutatingWebhookConfiguration",
  "/ServiceAccount",
  "extensions/PodSecurityPolicy",
  "policy/PodSecurityPolicy",
  "rbac.authorization.k8s.io/Role",
  "rbac.authorization.k8s.io/ClusterRole",
  "rbac.authorization.k8s.io/RoleBinding",
  "rbac.authorization.k8s.io/ClusterRoleBinding",
  "/ConfigMap",
  "/Secret",
  "/Service",
  "/LimitRange",
  "scheduling.k8s.io/PriorityClass",
  "extensions/Deployment",
  "apps/Deployment",
  "apps/StatefulSet",
  "batch/CronJob",
  "policy/PodDisruptionBudget",
];
const LAST = "admissionregistration.k8s.io/ValidatingWebhookConfiguration";

/** An object, and the objects that are made before it. */
export interface Ordered {
  readonly object: KubeObject;
  readonly after: readonly KubeObject[];
}

/**
 * Objects in the order in which they are registered, each with what it depends on: its namespace, the definition of its
 * kind, and what its annotation names, where they are among the objects. Of two with the same identity the last counts.
 * @throws Error naming every annotation that cannot be followed, or the objects that wait for one another.
 */
export function ordered(objects: readonly KubeObject[]): Ordered[] {
  const byId = new Map(objects.map((object) => [idOf(object), object]));
  const [namespaces, definitions] = [new Map<string, string>(), new Map<string, string>()];
  for (const [id, object] of byId) {
    if (groupKindOf(object) === "/Namespace") namespaces.set(nameOf(object), id);
    if (isCustomResourceDefinition(object)) definitions.set(definedBy(object).groupKind, id);
  }
  const problems: string[] = [];
  const edges = new Map<string, Set<string>>();
  for (const [id, object] of byId) {
    const found = [definitions.get(groupKindOf(object)), namespaces.get(namespaceOf(object))];
    const named = annotated(object, byId, (cause) =>
      problems.push(`invalid object: "${id}": invalid "${ANNOTATION}" annotation: ${cause}`),
    );
    edges.set(id, new Set([...found.filter((each) => each !== undefined), ...named]));
  }
  if (problems.length > 0) throw new Error(listed(problems));
  return layers(edges).flatMap((layer) =>
    layer
      .map((id) => ({
        object: byId.get(id) as KubeObject,
        after: [...(edges.get(id) ?? [])].map((it) => byId.get(it)!),
      }))
      .sort((left, right) => compared(left.object, right.object)),
  );
}

/** What an object's annotation names. */
function annotated(
  object: KubeObject,
  known: ReadonlyMap<string, KubeObject>,
  refuse: (cause: string) => void,
): Set<string> {
  const found = new Set<string>();
  const text = textAt(plain(object.metadata), "annotations", ANNOTATION);
  for (const reference of text === "" ? [] : text.split(",").map((part) => part.trim())) {
    const fields = reference.split("/");
    if (fields.length !== 3 && (fields.length !== 5 || fields[1] !== "namespaces")) {
      refuse(`${JSON.stringify(reference)} must be group/kind/name or group/namespaces/namespace/kind/name`);
    } else if (found.has(reference)) refuse(`duplicate dependency: ${idOf(object)} -> ${reference}`);
    else if (!known.has(reference)) refuse(`external dependency: ${idOf(object)} -> ${reference}`);
    else found.add(reference);
  }
  return found;
}

/** First what depends on nothing, then what depends on that only, and so on. */
function layers(edges: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const left = new Map([...edges].map(([id, after]) => [id, new Set(after)]));
  const found: string[][] = [];
  while (left.size > 0) {
    const layer = [...left].filter(([, after]) => after.size === 0).map(([id]) => id);
    if (layer.length === 0) {
      const circle = [...left].flatMap(([id, after]) => [...after].map((it) => `\n- ${id} -> ${it}`)).sort(byBytes);
      throw new Error(`cyclic dependency:${circle.join("")}`);
    }
    for (const id of layer) left.delete(id);
    for (const after of left.values()) for (const id of layer) after.delete(id);
    found.push(layer);
  }
  return found;
}

function compared(left: KubeObject, right: KubeObject): number {
  return (
    rank(left) - rank(right) ||
    byBytes(groupOf(left.apiVersion), groupOf(right.apiVersion)) ||
    byBytes(left.kind, right.kind) ||
    byBytes(namespaceOf(left), namespaceOf(right)) ||
    byBytes(nameOf(left), nameOf(right))
  );
}

function rank(object: KubeObject): number {
  const kind = groupKindOf(object);
  const index = FIRST.indexOf(kind);
  return index >= 0 ? index - FIRST.length : kind === LAST ? 1 : 0;
}

/** As the annotation names objects; the version says nothing. */
function idOf(object: KubeObject): string {
  const [group, namespace] = [groupOf(object.apiVersion), namespaceOf(object)];
  return `${group}/${namespace === "" ? "" : `namespaces/${namespace}/`}${object.kind}/${nameOf(object)}`;
}

function listed(problems: readonly string[]): string {
  if (problems.length === 1) return problems[0]!;
  return `${problems.length} errors:\n${problems.map((problem) => `- ${problem}`).join("\n")}`;
}
