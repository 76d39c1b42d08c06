import { amount, type Resources } from "pulumi-multisite/plan";
import type { Finding, JudgedFleet } from "../judged";
import { requestedBy } from "../programJudged";
import type { Rule } from "../rule";
import { amountText, declaredAmounts, reportedName, reportedValue } from "../wording";

/** Requests may exceed the declaration by this much before it is worth a word. */
const TOLERANCE = 1.05;

const COMPARED = [
  ["cpuMillis", "cpu"],
  ["memoryMiB", "memory"],
  ["pods", "pods"],
] as const;

/** A demand that was declared once drifts from what the workloads request today. */
export const demandTruth: Rule = {
  name: "n1-013-demand-truth",
  displayName: "Declared demand is what runs",
  description:
    "The declared demand is at least what the workloads of the stack request, and all of them request something.",
  level: "advisory",
  severity: "medium",
  remediation: "Declare the demand anew, and give every container requests.",
  judge: findings,
  compare: ({ judged, observed }) =>
    judged.flatMap((fleet) => findings({ ...fleet, requested: requestedBy(observed, true) })),
};

function findings(fleet: JudgedFleet): Finding[] {
  const { requested } = fleet;
  if (requested === undefined || fleet.input === undefined) return [];
  const below = requested.declared
    ? COMPARED.flatMap(([resource, word]) => beyond(fleet, requested.sum, resource, word))
    : [];
  if (requested.without.length === 0) return below;
  const shown = requested.without.slice(0, 20).join(", ");
  const more = requested.without.length > 20 ? ` and ${requested.without.length - 20} more` : "";
  return [...below, { message: `Containers without requests count as nothing: ${shown}${more}.` }];
}

/**
 * What runs ahead of a loss is more than the demand: each of N sites runs what it would have to carry, together
 * N/(N-k) times the demand. Only what exceeds that as well is undeclared.
 */
function beyond(fleet: JudgedFleet, sum: Resources, resource: string, word: "cpu" | "memory" | "pods"): Finding[] {
  const declared = declaredAmounts(fleet.input)[word];
  const requested = amount(sum, resource);
  const factor = fleet.capacity?.minimumFactor ?? 1;
  const ahead = Number.isFinite(factor) ? declared * factor : declared;
  if (declared === 0 || requested <= ahead * TOLERANCE) return [];
  const name = reportedName(resource);
  const text = (value: number) => amountText(name, reportedValue(resource, value));
  const placed = ahead > declared ? ` (${text(ahead)} with the replicas that wait for a loss)` : "";
  return [
    {
      message: `Declared ${name} demand ${text(declared)}${placed} is below the ${text(requested)} requested by workloads in this stack.`,
    },
  ];
}
