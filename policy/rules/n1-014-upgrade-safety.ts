import type { ObservedBudget, ObservedRunning } from "pulumi-multisite/plan";
import type { Finding } from "../judged";
import type { Rule } from "../rule";

/** A budget that lets nobody go protects no pod: it stops every drain, and with it every upgrade of the site. */
export const upgradeSafety: Rule = {
  name: "n1-014-upgrade-safety",
  displayName: "Nodes can be drained",
  description: "Every PodDisruptionBudget allows at least one disruption of the pods that it covers.",
  level: "advisory",
  severity: "medium",
  remediation: "Give the budget maxUnavailable: 1, or run one pod more than it keeps.",
  judge: ({ running }) => findings(running),
  compare: ({ observed }) => findings(observed.running),
};

function findings(running: ObservedRunning | undefined): Finding[] {
  return (running?.budgets ?? []).filter(({ allowed }) => allowed === 0).map(finding);
}

function finding({ name, site, says, pods, urn }: ObservedBudget): Finding {
  const at = site === "" ? "" : ` at ${site}`;
  const message = `PDB ${name}${at} allows 0 disruptions: ${says} of ${pods} ${pods === 1 ? "pod" : "pods"}, so no node that runs them can be drained. Set maxUnavailable: 1.`;
  return { message, urn, ...(site !== "" && { site }) };
}
