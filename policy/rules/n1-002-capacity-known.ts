import { NOT_KNOWN } from "pulumi-multisite/plan";
import type { JudgedFleet, Unknown } from "../judged";
import type { Rule } from "../rule";

/** The unknown rule: what is not known before the update counts as nothing, and is named. */
export const capacityKnown: Rule = {
  name: "n1-002-capacity-known",
  displayName: "Capacity is known at preview",
  description: "Everything that capacity depends on is known before anything is created.",
  level: "mandatory",
  severity: "high",
  remediation:
    "Give plain values where an Output stands, or declare the pool under `pools`, and what is asked for as `demand`, in the pack's configuration.",
  judge: (fleet) =>
    fleet.unknown.map((one) => ({
      message: `${fleet.title}: ${one.demand === undefined ? offered(fleet, one) : asked(one.path, one.demand)}`,
      site: one.site,
      urn: one.urn,
    })),
};

function offered({ urn }: JudgedFleet, { path, site }: Unknown): string {
  const where = site === undefined ? "" : ` of site ${site}`;
  const instead =
    urn === undefined ? "the pool's `nodes` and `allocatable` in the pack's configuration" : "the pool's `allocatable`";
  return `${path}${where} is unknown at preview. Give a literal, or set ${instead}.`;
}

function asked(path: string, problem: string): string {
  const instead = 'or set `demand` of the policy "multisite" in the pack\'s configuration.';
  if (problem.includes(NOT_KNOWN)) return `the demand of ${path} is unknown at preview. Give a literal, ${instead}`;
  return `the demand cannot be read: ${path} ${problem}. Correct it, ${instead}`;
}
