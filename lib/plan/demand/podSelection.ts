import { selects } from "../workloads/selectors";
import type { Field } from "./fields";
import type { Identity } from "./identity";
import { labels } from "./labels";

/** Which pods a term of affinity or a topology spread is about. */
export interface PodSelection {
  readonly selector: unknown;
  /** Label keys whose values must be equal, and those whose values must differ, where the workload's pods have them. */
  readonly equal: readonly string[];
  readonly different: readonly string[];
  /** Namespaces by name. */
  readonly namespaces: readonly string[];
  /** Namespaces by labels, beside those; `{}` is all of them, undefined none. */
  readonly namespaceSelector: unknown;
}

/** What a selection looks at in pods. */
export interface Labelled {
  readonly identity: Pick<Identity, "cluster" | "namespace">;
  readonly labels: Readonly<Record<string, string>>;
}

const NAMESPACE_NAME = "kubernetes.io/metadata.name";

/** Labels that differ from one revision of a workload to the next: pods that run beside each other for long have one value. */
const REVISIONS: readonly string[] = ["pod-template-hash", "controller-revision-hash"];

/** Prefixes and names of labels that controllers give to pods, of which a template says nothing. */
const GIVEN =
  /^(batch\.kubernetes\.io\/|apps\.kubernetes\.io\/|statefulset\.kubernetes\.io\/|job-name$|controller-uid$)/;

/** The labels of a pod's template. */
export function templateLabels(template: Field): Record<string, string> {
  return Object.fromEntries(labels(template.at("metadata", "labels")));
}

/** Reads a selection; undefined when templates do not tell which pods it is about. */
export function readSelection(term: Field): PodSelection | undefined {
  const texts = (key: string) =>
    term
      .at(key)
      .items()
      .map((it) => it.text() ?? "");
  const selector = term.at("labelSelector").map();
  const namespaceSelector = term.at("namespaceSelector").map();
  const isByName = keysOf(namespaceSelector).every((key) => key === NAMESPACE_NAME);
  const [equal, different] = [texts("matchLabelKeys"), texts("mismatchLabelKeys")];
  const isGiven = [...keysOf(selector), ...equal, ...different].some((key) => GIVEN.test(key));
  if (!isByName || isGiven || keysOf(selector).some((key) => REVISIONS.includes(key))) return undefined;
  return { selector, equal, different, namespaces: texts("namespaces"), namespaceSelector };
}

/** The label keys that a selector asks for. */
function keysOf(selector: Readonly<Record<string, unknown>> | undefined): string[] {
  const { matchLabels, matchExpressions } = selector ?? {};
  const expressions: unknown[] = Array.isArray(matchExpressions) ? matchExpressions : [];
  return [
    ...Object.keys(matchLabels !== null && typeof matchLabels === "object" ? matchLabels : {}),
    ...expressions.map((one) => String((one as { key?: unknown } | null)?.key)),
  ];
}

/**
 * Whether a selection of `own` is about pods of `other`, another workload or itself, while no revision follows another. By
 * Kubernetes' rules: no selector selects nothing, an empty one everything, and no namespace is the workload's own.
 */
export function selectsPodsOf(selection: PodSelection, own: Labelled, other: Labelled): boolean {
  if (!inNamespace(selection, own.identity, other.identity) || !selects(selection.selector, other.labels)) return false;
  const value = ({ labels: of }: Labelled, key: string) => (Object.hasOwn(of, key) ? of[key] : undefined);
  const isRevision = (key: string) => REVISIONS.includes(key);
  const isSame = (key: string) => (isRevision(key) ? own === other : value(own, key) === value(other, key));
  const counts = (key: string) => isRevision(key) || value(own, key) !== undefined;
  return selection.equal.filter(counts).every(isSame) && !selection.different.filter(counts).some(isSame);
}

/** Whether a selection is about pods of the workload's own namespace alone. */
export function isAtHome({ namespaces, namespaceSelector }: PodSelection): boolean {
  return namespaces.length === 0 && namespaceSelector === undefined;
}

function inNamespace(selection: PodSelection, own: Labelled["identity"], other: Labelled["identity"]): boolean {
  const { namespaces, namespaceSelector } = selection;
  if (own.cluster !== other.cluster) return false;
  if (isAtHome(selection)) return other.namespace === own.namespace;
  return namespaces.includes(other.namespace) || selects(namespaceSelector, { [NAMESPACE_NAME]: other.namespace });
}
