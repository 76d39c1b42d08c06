import type { Rule } from "../rule";

/** The unknown rule: what is not known before the update counts as nothing, and is named. */
export const capacityKnown: Rule = {
  name: "n1-002-capacity-known",
  displayName: "Capacity is known at preview",
  description: "Everything that capacity depends on is known before anything is created.",
  level: "mandatory",
  severity: "high",
  remediation:
    "Give plain values where an Output stands, or declare the pool under `pools` in the pack's configuration.",
  judge: (fleet) =>
    fleet.unknown.map(({ path, site, urn }) => ({
      message: `${fleet.title}: ${path}${site === undefined ? "" : ` of site ${site}`} is unknown at preview. Give a literal, or set ${fleet.urn === undefined ? "the pool's `nodes` and `allocatable` in the pack's configuration" : "the pool's `allocatable`"}.`,
      site,
      urn,
    })),
};
