import type { Notes } from "../demand/notes";
import type { Workload } from "../demand/workloads";
import type { WorkloadSpec } from "../spec";
import { allowedDisruptions, allowOne, covers, isBudget, missingBudgets, type Running } from "./budgets";
import { EVERY_NAMESPACE } from "./cleaning";
import { at, type KubernetesObject } from "./objects";
import { inOrder, isClusterWide } from "./order";
import { completeSelector, spreadOut } from "./podTemplates";
import { type Priority, prioritise, priorityClasses } from "./priorities";
import { isConfined, type PlacedSite, replicasAt, type SiteReplicas } from "./replicas";
import { bind, boundsOf, isScalable, type ScalingMode, scaledBy, scaleTo } from "./scaling";
import type { RenderedSite, RenderedWorkload } from "./siteObjects";

/** A workload of the manifests, and what the plan knows of it. */
export interface PlacedWorkload {
  /** What the plan calls it. */
  readonly name: string;
  /** Undefined when the demand does not name it. */
  readonly spec: WorkloadSpec | undefined;
  readonly workload: Workload;
}

/** An object of the manifests, as this site's own copy. */
export interface SiteObject {
  readonly object: KubernetesObject;
  /** The workload that it is; undefined for an object that runs no pods, or one on every node. */
  readonly workload: PlacedWorkload | undefined;
}

interface Settings {
  readonly scaling: ScalingMode;
  readonly priorityPrefix: string;
  readonly priorities: readonly Priority[];
  readonly existingNamespaces: readonly string[];
}

/** A workload at a site. */
interface Placed {
  readonly object: KubernetesObject;
  readonly workload: PlacedWorkload;
  readonly replicas: SiteReplicas;
  readonly scaler: KubernetesObject | undefined;
}

/** What one site is given of the manifests' objects, which this changes in place. */
export function siteOf(
  place: PlacedSite,
  given: readonly SiteObject[],
  settings: Settings,
  notes: Notes,
): RenderedSite {
  const objects = given.map(({ object }) => object);
  const scalers = objects.filter((object) => scaledBy(object) !== undefined);
  const all = given.flatMap(({ object, workload }): Placed[] => {
    if (workload === undefined || workload.workload.replicas === "every node") return [];
    const total = workload.spec?.replicas ?? workload.workload.replicas;
    const replicas = replicasAt(place.placement, workload.spec, total);
    return [{ object, workload, replicas, scaler: scalers.find((scaler) => isTarget(scaler, object)) }];
  });
  const absent = all.filter((one) => !runsHere(one));
  const placed = all.filter(runsHere);
  for (const { object } of given) completeSelector(object, notes);
  const workloads = placed.map((one) => settle(one, settings.scaling));
  const own = placed.flatMap(({ object, workload }) => prioritised(object, workload, settings));
  const everywhere = objects.filter(({ apiVersion, kind }) => kind === "DaemonSet" && apiVersion.startsWith("apps/"));
  const onNodes = everywhere.filter((object) => prioritise(object, settings.priorityPrefix, "every-node"));
  const used = new Set([...settings.priorities, ...own, ...(onNodes.length > 0 ? (["every-node"] as const) : [])]);
  for (const { object } of placed) spreadOut(object);
  const left = without(objects, absent, placed);
  const budgets = budgetsOf(place, left, workloads, placed, notes);
  const made = [
    ...priorityClasses(settings.priorityPrefix, used),
    ...missingNamespaces(left, settings.existingNamespaces),
    ...budgets,
  ];
  return { site: place.site.name, objects: inOrder([...made, ...left]), workloads };
}

function isTarget(scaler: KubernetesObject, { kind, metadata }: KubernetesObject): boolean {
  const target = scaledBy(scaler);
  const sameNamespace = (scaler.metadata.namespace ?? "default") === (metadata.namespace ?? "default");
  return target?.kind === kind && target.name === metadata.name && sameNamespace;
}

/**
 * What can run no pods for now stays, at 0 replicas, and so does what asks for none, such as a suspended CronJob; a Job or a
 * Pod that has no place here is not there.
 */
function runsHere({ object, replicas, workload }: Placed): boolean {
  return replicas.afterLoss > 0 || ((isScalable(object.kind) || asksForNone(workload)) && !isConfined(workload.spec));
}

function asksForNone({ workload }: PlacedWorkload): boolean {
  return workload.replicas === 0;
}

/** Sets the replicas and the bounds of the autoscaler, if there is one. */
function settle({ object, workload, replicas, scaler }: Placed, mode: ScalingMode): RenderedWorkload {
  const autoscaled = scaler !== undefined && replicas.afterLoss > 0;
  const bounds = autoscaled ? boundsOf(replicas, mode) : { minimum: replicas.afterLoss, maximum: replicas.afterLoss };
  // Suspended, it keeps the parallelism that it will be resumed with.
  if (isScalable(object.kind) || !asksForNone(workload)) scaleTo(object, bounds.minimum);
  if (autoscaled) bind(scaler, bounds);
  const { namespace = "default", name } = object.metadata;
  const at = { kind: object.kind, namespace, object: name };
  return { name: workload.name, ...at, replicas: bounds.minimum, maximum: bounds.maximum, autoscaled };
}

function prioritised(object: KubernetesObject, { spec, workload }: PlacedWorkload, settings: Settings): Priority[] {
  const priority = spec === undefined ? workload.priority : (spec.priority ?? "critical");
  return prioritise(object, settings.priorityPrefix, priority) ? [priority] : [];
}

/** The objects without workloads that are not here, and without autoscalers of what runs no pods here. */
function without(
  objects: readonly KubernetesObject[],
  absent: readonly Placed[],
  placed: readonly Placed[],
): KubernetesObject[] {
  const idle = [...absent, ...placed.filter(({ replicas }) => replicas.afterLoss === 0)];
  const gone = new Set([...absent.map(({ object }) => object), ...idle.map(({ scaler }) => scaler)]);
  const isEmptyBudget = (object: KubernetesObject) =>
    isBudget(object) &&
    absent.some((one) => covers(object, one.object)) &&
    !placed.some((one) => covers(object, one.object));
  return objects.filter((object) => !gone.has(object) && !isEmptyBudget(object));
}

/** The budgets that the manifests lack; those that allow nobody to go are changed, since they block every drain. */
function budgetsOf(
  place: PlacedSite,
  objects: readonly KubernetesObject[],
  workloads: readonly RenderedWorkload[],
  placed: readonly Placed[],
  notes: Notes,
): KubernetesObject[] {
  const given = objects.filter(isBudget);
  const running: Running[] = placed.map(({ object }, index) => ({ object, pods: workloads[index]?.replicas ?? 0 }));
  for (const budget of given) {
    const pods = running.filter(({ object }) => covers(budget, object)).reduce((sum, one) => sum + one.pods, 0);
    if (pods === 0 || allowedDisruptions(budget, pods) > 0) continue;
    allowOne(budget);
    const subject = `${budget.metadata.name} at ${place.site.name} (${pods} ${pods === 1 ? "pod" : "pods"})`;
    notes.add(
      "PodDisruptionBudgets that allowed no disruption, so that no node could be drained, now allow one",
      subject,
    );
  }
  const { made, indistinct } = missingBudgets(running, objects);
  for (const { kind, metadata } of indistinct) {
    notes.add(
      "Have pods with the labels of others', of which a budget would make every eviction fail, and so are given no " +
        "PodDisruptionBudget: label their pods apart",
      `${kind} ${metadata.name}`,
    );
  }
  for (const { object } of running) {
    const own = given.filter((one) => covers(one, object)).map(({ metadata }) => metadata.name);
    if (own.length < 2) continue;
    notes.add(
      "Are covered by more than one PodDisruptionBudget, so that none of their pods can be evicted and no node of theirs drained: " +
        "leave one for each",
      `${object.kind} ${object.metadata.name} (${own.join(", ")})`,
    );
  }
  return made;
}

/** Namespaces that objects are in and the manifests do not bring: without them nothing else can be applied. */
function missingNamespaces(objects: readonly KubernetesObject[], existing: readonly string[]): KubernetesObject[] {
  const brought = objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name);
  const there = new Set([...brought, ...existing]);
  const used = objects.flatMap(({ kind, metadata }) =>
    typeof metadata.namespace === "string" && !isClusterWide(kind) ? [metadata.namespace] : [],
  );
  return [...new Set(used)]
    .filter((name) => !there.has(name) && !EVERY_NAMESPACE.has(name))
    .map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name, annotations: { [MADE]: "true" } } }));
}

/** Marks a namespace that no manifest brings. It may hold what others made, so that nobody deletes it. */
const MADE = "multisite/made-for-workloads";

/** Whether an object is a namespace that no manifest brings. */
export function isMadeNamespace({ kind, metadata }: KubernetesObject): boolean {
  return kind === "Namespace" && at(metadata, "annotations", MADE) !== undefined;
}
