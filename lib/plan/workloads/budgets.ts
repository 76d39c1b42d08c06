import { at, isPlain, type KubernetesObject, labelsAt, mapAt } from "./objects";
import { podLabels } from "./podTemplates";
import { COUNTED_BY_REPLICAS } from "./scaling";
import { selectorOf, selects } from "./selectors";

/** A workload's object at a site, and the least number of pods that it runs there. */
export interface Running {
  readonly object: KubernetesObject;
  readonly pods: number;
}

/** Pods that may be evicted at once while all are well, by the disruption controller's own arithmetic. */
export function allowedDisruptions(budget: unknown, pods: number): number {
  const unavailable = at(budget, "spec", "maxUnavailable");
  const available = at(budget, "spec", "minAvailable");
  // Both are rounded up (k8s.io/kubernetes pkg/controller/disruption, getExpectedPodCount).
  if (unavailable !== undefined && unavailable !== null) return Math.min(pods, amountOf(unavailable, pods));
  // Without either, the API's default of minAvailable is 1.
  return Math.max(0, pods - (available === undefined || available === null ? 1 : amountOf(available, pods)));
}

function amountOf(value: unknown, pods: number): number {
  if (typeof value === "number") return value;
  const percent = /^([0-9]+)%$/.exec(String(value));
  return percent === null ? 0 : Math.ceil((Number(percent[1]) * pods) / 100);
}

/** Whether a budget is about the pods of an object. */
export function covers(budget: KubernetesObject, object: KubernetesObject): boolean {
  const { namespace = "default" } = budget.metadata;
  return (
    (object.metadata.namespace ?? "default") === namespace && selects(at(budget, "spec", "selector"), podLabels(object))
  );
}

/** Has a budget allow exactly one disruption, whatever it said. */
export function allowOne(budget: KubernetesObject): void {
  const spec = mapAt(budget, "spec");
  delete spec.minAvailable;
  spec.maxUnavailable = 1;
}

/**
 * A budget of one disruption for every workload that no other budget covers. `maxUnavailable: 1` lets a single replica go as
 * well, so that it never blocks a drain and stays right while an autoscaler changes the number.
 *
 * Two budgets for one pod make every eviction of it fail, and one whose pods' number nobody can tell (a Job's, a DaemonSet's)
 * allows none: where a workload's selector selects others' pods too, its budget goes by all of its labels, and workloads with
 * the same labels share one.
 * @param objects everything that is at the site, other than these workloads as well
 * @returns the budgets, and the workloads whose pods cannot be told from others', which are left without one
 */
export function missingBudgets(running: readonly Running[], objects: readonly KubernetesObject[]): MissingBudgets {
  const given = objects.filter(isBudget);
  const taken = new Set(given.map((one) => placeOf(one)));
  const pods = new PodLabels(objects.filter((one) => Object.keys(podLabels(one)).length > 0));
  const counted = new Set(running.map(({ object }) => object).filter(isCounted));
  const covered = new Set(given.flatMap((one) => pods.coveredBy(one)));
  const made: KubernetesObject[] = [];
  const indistinct: KubernetesObject[] = [];
  const make = (object: KubernetesObject, mayShare: boolean): boolean => {
    for (const selector of [selectorOf(object), pods.exactSelector(object)]) {
      const one = budget(nameFor(object, taken), object.metadata.namespace, selector);
      const others = pods.coveredBy(one).filter((other) => other !== object);
      if (!others.every((other) => mayShare && counted.has(other) && !covered.has(other))) continue;
      made.push(one);
      taken.add(placeOf(one));
      for (const each of [object, ...others]) covered.add(each);
      return true;
    }
    return false;
  };
  // Those that can have one of their own first: what is left then shares.
  for (const object of counted) if (!covered.has(object)) make(object, false);
  for (const object of counted) if (!covered.has(object) && !make(object, true)) indistinct.push(object);
  return { made, indistinct };
}

/** The objects with pods, found by what selects their labels. */
export class PodLabels {
  private readonly byLabel = new Map<string, KubernetesObject[]>();
  private readonly byNamespace = new Map<string, KubernetesObject[]>();

  constructor(objects: readonly KubernetesObject[]) {
    for (const object of objects) {
      const { namespace = "default" } = object.metadata;
      const labels = Object.entries(podLabels(object));
      add(this.byNamespace, String(namespace), object);
      for (const [key, value] of labels) add(this.byLabel, JSON.stringify([namespace, key, value]), object);
    }
  }

  coveredBy(budget: KubernetesObject): KubernetesObject[] {
    const { namespace = "default" } = budget.metadata;
    const [label] = Object.entries(labelsAt(budget, "spec", "selector", "matchLabels"));
    const found =
      label === undefined
        ? this.byNamespace.get(String(namespace))
        : this.byLabel.get(JSON.stringify([namespace, ...label]));
    return (found ?? []).filter((object) => covers(budget, object));
  }

  /** What selects only pods with the very same labels. */
  exactSelector(object: KubernetesObject): object {
    const matchLabels = podLabels(object);
    const all = this.coveredBy(budget("", object.metadata.namespace, { matchLabels }));
    const further = new Set(
      all.flatMap((other) => Object.keys(podLabels(other))).filter((key) => !(key in matchLabels)),
    );
    const matchExpressions = [...further].sort().map((key) => ({ key, operator: "DoesNotExist" }));
    return { matchLabels, ...(further.size > 0 && { matchExpressions }) };
  }
}

function add(to: Map<string, KubernetesObject[]>, key: string, object: KubernetesObject): void {
  const all = to.get(key);
  if (all === undefined) to.set(key, [object]);
  else all.push(object);
}

export interface MissingBudgets {
  readonly made: KubernetesObject[];
  /** Their pods have the labels of others'. */
  readonly indistinct: readonly KubernetesObject[];
}

/** Whether the disruption controller can tell how many pods there should be. */
function isCounted(object: KubernetesObject): boolean {
  return COUNTED_BY_REPLICAS.has(object.kind) && selectorOf(object) !== undefined;
}

function placeOf({ metadata }: Pick<KubernetesObject, "metadata">): string {
  return `${metadata.namespace ?? "default"}/${metadata.name}`;
}

function nameFor({ kind, metadata }: KubernetesObject, taken: ReadonlySet<string>): string {
  const names = [metadata.name, `${metadata.name}-${kind.toLowerCase()}`];
  const free = names.find((name) => !taken.has(placeOf({ metadata: { ...metadata, name } })));
  return free ?? `${names[1]}-multisite`;
}

function budget(name: string, namespace: unknown, selector: unknown): KubernetesObject {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, ...(typeof namespace === "string" && { namespace }) },
    spec: {
      maxUnavailable: 1,
      selector,
      // Else pods that are not well block the drain of their node for ever.
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    },
  };
}

/** Whether an object is a budget whose pods can be told. */
export function isBudget(object: KubernetesObject): boolean {
  return object.kind === "PodDisruptionBudget" && isPlain(object.spec);
}
