import type { Notes } from "../demand/notes";
import { at, isPlain, type KubernetesObject, labelsAt, listAt, mapAt, type Plain } from "./objects";
import { selectorOf } from "./selectors";

/** Where kinds keep the template of their pods; every other kind that has one has it at `spec.template`. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
  ScaledJob: ["spec", "jobTargetRef", "template"],
};

/** The template of an object's pods: metadata and spec. */
export function templateOf(object: KubernetesObject): Plain {
  return mapAt(object, ...pathOf(object));
}

/**
 * Whether the object's own API refuses that its pods be spread or given a priority, unless an operator of the cluster has allowed
 * it: Knative's does. Source: knative.dev/serving, pkg/apis/config/features.go (v1.19).
 */
export function placesItself({ apiVersion }: KubernetesObject): boolean {
  return apiVersion.startsWith("serving.knative.dev/");
}

/** What an object's pods are to be; undefined for one that has none. */
export function podSpecOf(object: KubernetesObject): unknown {
  return at(object, ...pathOf(object), "spec");
}

/** The labels of an object's pods; none for one that has no pods. */
export function podLabels(object: KubernetesObject): Record<string, string> {
  return labelsAt(object, ...pathOf(object), "metadata", "labels");
}

const pathOf = ({ kind }: KubernetesObject): readonly string[] => TEMPLATES[kind] ?? ["spec", "template"];

const SELECTING = new Set(["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"]);

/**
 * Completes what old API versions derived, and `apps/v1` refuses to be without: a selector, and labels that it selects.
 */
export function completeSelector(object: KubernetesObject, notes: Notes): void {
  if (!SELECTING.has(object.kind) || isPlain(at(object, "spec", "selector"))) return;
  const subject = `${object.kind} ${object.metadata.name}`;
  const labels = podLabels(object);
  const chosen =
    Object.keys(labels).length > 0 ? labels : { "app.kubernetes.io/name": object.metadata.name.slice(0, 63) };
  mapAt(templateOf(object), "metadata").labels = { ...chosen };
  mapAt(object, "spec").selector = { matchLabels: { ...chosen } };
  notes.add("Had no selector, which is required, and so is given one by its pods' labels", subject);
}

/** The keys of node labels over which a site's pods are spread: its zones, then its hosts. */
export const SPREAD_OVER: readonly string[] = ["topology.kubernetes.io/zone", "kubernetes.io/hostname"];

/**
 * Spreads pods over zones and hosts where the manifest does not say how. As a preference, never as a condition: the
 * verdict has proven that whole pods find whole nodes, whichever; a condition would leave pods pending beside free nodes.
 */
export function spreadOut(object: KubernetesObject): void {
  if (placesItself(object)) return;
  const matchLabels = podLabels(object);
  const selector = selectorOf(object) ?? (Object.keys(matchLabels).length > 0 ? { matchLabels } : undefined);
  if (selector === undefined) return;
  const spec = mapAt(templateOf(object), "spec");
  const given = listAt(spec, "topologySpreadConstraints");
  const missing = SPREAD_OVER.filter((key) => !given.some((one) => at(one, "topologyKey") === key));
  if (missing.length === 0) return;
  const constraints = missing.map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: selector,
    // Else the pods of the old revision push those of the new one together.
    ...(object.kind === "Deployment" && { matchLabelKeys: ["pod-template-hash"] }),
  }));
  spec.topologySpreadConstraints = [...given, ...constraints];
}
