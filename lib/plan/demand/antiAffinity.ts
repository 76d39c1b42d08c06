import { selects } from "../workloads/selectors";
import type { Field } from "./fields";
import type { Identity } from "./identity";
import { labels } from "./labels";

/** A term of required anti-affinity by host: on a node with a pod that it selects there may be none of the workload's. */
export interface AntiAffinityTerm {
  readonly selector: unknown;
  /** Label keys whose values must be equal, and those whose values must differ, where the workload's pods have them. */
  readonly equal: readonly string[];
  readonly different: readonly string[];
  /** Namespaces by name. */
  readonly namespaces: readonly string[];
  /** Namespaces by labels, beside those; `{}` is all of them, undefined none. */
  readonly namespaceSelector: unknown;
}

/** What a term looks at in pods. */
export interface Labelled {
  readonly identity: Pick<Identity, "cluster" | "namespace">;
  readonly labels: Readonly<Record<string, string>>;
}

const HOST = "kubernetes.io/hostname";
const NAMESPACE_NAME = "kubernetes.io/metadata.name";

/** Labels that differ from one revision of a workload to the next: pods that run beside each other for long have one value. */
const REVISIONS: readonly string[] = ["pod-template-hash", "controller-revision-hash"];

/** Prefixes and names of labels that controllers give to pods, of which a template says nothing. */
const GIVEN =
  /^(batch\.kubernetes\.io\/|apps\.kubernetes\.io\/|statefulset\.kubernetes\.io\/|job-name$|controller-uid$)/;

const UNJUDGED = "Required pod anti-affinity that depends on more than hosts and labels of templates is not judged";

/** The labels of a pod's template. */
export function templateLabels(template: Field): Record<string, string> {
  return Object.fromEntries(labels(template.at("metadata", "labels")));
}

/** Reads the terms that can be judged; the others are told to `note`. */
export function antiAffinityTerms(spec: Field, note: (matter: string) => void): AntiAffinityTerm[] {
  const required = spec.at("affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution");
  return required.items().flatMap((term) => {
    const read = readTerm(term);
    if (read === undefined) note(UNJUDGED);
    return read ?? [];
  });
}

function readTerm(term: Field): AntiAffinityTerm | undefined {
  const texts = (key: string) =>
    term
      .at(key)
      .items()
      .map((it) => it.text() ?? "");
  const selector = term.at("labelSelector").map();
  const namespaceSelector = term.at("namespaceSelector").map();
  const isByName = keysOf(namespaceSelector).every((key) => key === NAMESPACE_NAME);
  const [equal, different] = [texts("matchLabelKeys"), texts("mismatchLabelKeys")];
  const keys = [...keysOf(selector), ...equal, ...different];
  const isOfTemplates =
    keys.every((key) => !GIVEN.test(key)) && keysOf(selector).every((key) => !REVISIONS.includes(key));
  if (term.at("topologyKey").text() !== HOST || !isByName || !isOfTemplates) return undefined;
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
 * Whether a term of `own` selects pods of `other`, another workload or itself, while no revision follows another. By
 * Kubernetes' rules: no selector selects nothing, an empty one everything, and no namespace is the workload's own.
 */
export function isApart(term: AntiAffinityTerm, own: Labelled, other: Labelled): boolean {
  if (!inNamespace(term, own.identity, other.identity) || !selects(term.selector, other.labels)) return false;
  const value = ({ labels: of }: Labelled, key: string) => (Object.hasOwn(of, key) ? of[key] : undefined);
  const isRevision = (key: string) => REVISIONS.includes(key);
  const isSame = (key: string) => (isRevision(key) ? own === other : value(own, key) === value(other, key));
  const counts = (key: string) => isRevision(key) || value(own, key) !== undefined;
  return term.equal.filter(counts).every(isSame) && !term.different.filter(counts).some(isSame);
}

function inNamespace(term: AntiAffinityTerm, own: Labelled["identity"], other: Labelled["identity"]): boolean {
  const { namespaces, namespaceSelector } = term;
  if (own.cluster !== other.cluster) return false;
  if (namespaces.length === 0 && namespaceSelector === undefined) return other.namespace === own.namespace;
  return namespaces.includes(other.namespace) || selects(namespaceSelector, { [NAMESPACE_NAME]: other.namespace });
}
