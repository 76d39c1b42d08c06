import type { Field } from "./fields";
import { checkLabelName, checkLabelValue } from "./labels";
import { ARCHITECTURE_LABELS, SYSTEM_LABELS } from "./nodeLabels";

/** What required node affinity says in terms that a spec has: labels with one value, and architectures. */
export interface RequiredAffinity {
  readonly labels: ReadonlyMap<string, string>;
  /** Undefined: any. */
  readonly architectures: readonly string[] | undefined;
}

const UNJUDGED = "Required node affinity beyond single labels and architectures is not judged";
const ARCHITECTURES: readonly string[] = ["amd64", "arm64"];

/**
 * Reads `requiredDuringSchedulingIgnoredDuringExecution` of a node affinity. Its terms are alternatives, and the
 * expressions of a term must all hold. A label counts when every term asks for the same single value of it, an
 * architecture when some term allows it. All else is told to `note`.
 */
export function affinity(field: Field, note: (matter: string) => void): RequiredAffinity {
  const required = field.at("requiredDuringSchedulingIgnoredDuringExecution");
  const terms = required
    .at("nodeSelectorTerms")
    .items()
    .map((it) => readTerm(it, note));
  const [first, ...others] = terms;
  if (first === undefined) {
    if (!required.absent) required.at("nodeSelectorTerms").problem("must list at least one term");
    return { labels: new Map(), architectures: undefined };
  }
  const shared = [...first.labels].filter(([key, value]) => others.every((it) => it.labels.get(key) === value));
  if (terms.some((it) => it.labels.size > shared.length)) note(UNJUDGED);
  const anyArchitecture = terms.some((it) => it.architectures === undefined);
  const architectures = anyArchitecture ? undefined : [...new Set(terms.flatMap((it) => it.architectures ?? []))];
  return { labels: new Map(shared), architectures };
}

interface Term {
  readonly labels: Map<string, string>;
  architectures: readonly string[] | undefined;
}

function readTerm(field: Field, note: (matter: string) => void): Term {
  const term: Term = { labels: new Map(), architectures: undefined };
  if (field.at("matchFields").items().length > 0) note(UNJUDGED);
  for (const expression of field.at("matchExpressions").items()) {
    const key = expression.at("key").text() ?? "";
    const operator = expression.at("operator").text() ?? "";
    const values = labelValues(expression.at("values"));
    const only = operator === "In" && values.length === 1 ? values[0] : undefined;
    if (ARCHITECTURE_LABELS.includes(key)) {
      const allowed = architecturesOf(operator, values);
      if (allowed === undefined) note(UNJUDGED);
      else term.architectures = (term.architectures ?? allowed).filter((it) => allowed.includes(it));
    } else if (SYSTEM_LABELS.includes(key) && isMetByLinux(operator, values)) {
      // Every node of a site runs Linux.
    } else if (only !== undefined) {
      if (checkLabelName(expression.at("key"), key)) term.labels.set(key, only);
    } else note(UNJUDGED);
  }
  return term;
}

function labelValues(field: Field): string[] {
  const read = field.items().map((it) => ({ it, value: it.text() ?? "" }));
  return read.filter(({ it, value }) => checkLabelValue(it, value)).map(({ value }) => value);
}

function architecturesOf(operator: string, values: readonly string[]): readonly string[] | undefined {
  switch (operator) {
    case "In":
      return values;
    case "NotIn":
      return ARCHITECTURES.filter((it) => !values.includes(it));
    case "Exists":
      return ARCHITECTURES;
    default:
      return undefined;
  }
}

function isMetByLinux(operator: string, values: readonly string[]): boolean {
  if (operator === "In") return values.includes("linux");
  return operator === "Exists" || (operator === "NotIn" && !values.includes("linux"));
}
