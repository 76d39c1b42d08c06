import type { ObservedBudget, ObservedRunning, RunningObject } from "pulumi-multisite/plan";
import type { Finding } from "../judged";
import type { Rule } from "../rule";

/**
 * A budget that lets nobody go protects no pod: it stops every drain, and with it every upgrade of the site. So do two budgets for
 * one pod, whatever each of them says.
 */
export const upgradeSafety: Rule = {
  name: "n1-014-upgrade-safety",
  displayName: "Nodes can be drained",
  description:
    "Every PodDisruptionBudget allows at least one disruption of the pods that it covers, and no two cover the same pods.",
  level: "advisory",
  severity: "medium",
  remediation:
    "Give the budget maxUnavailable: 1, or run one pod more than it keeps; leave one budget for each workload.",
  judge: ({ running }) => findings(running),
  compare: ({ observed }) => findings(observed.running),
};

function findings(running: ObservedRunning | undefined): Finding[] {
  const { budgets = [], objects = [] } = running ?? {};
  return [
    ...budgets.filter(({ allowed }) => allowed === 0).map(finding),
    ...objects.filter((one) => one.budgets.length > 1).map(coveredTwice),
  ];
}

function coveredTwice({ kind, name, site, budgets, urn }: RunningObject): Finding {
  const at = site === "" ? "" : ` at ${site}`;
  const message = `${kind} ${name}${at} is covered by ${budgets.length} PDBs (${[...budgets].sort().join(", ")}): Kubernetes evicts no pod that more than one covers, so no node that runs it can be drained. Leave one.`;
  return { message, urn, ...(site !== "" && { site }) };
}

function finding({ name, site, says, pods, urn }: ObservedBudget): Finding {
  const at = site === "" ? "" : ` at ${site}`;
  const message = `PDB ${name}${at} allows 0 disruptions: ${says} of ${pods} ${pods === 1 ? "pod" : "pods"}, so no node that runs them can be drained. Set maxUnavailable: 1.`;
  return { message, urn, ...(site !== "" && { site }) };
}
