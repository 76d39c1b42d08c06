import { holds } from "../judged";
import type { Rule } from "../rule";
import { wouldHold } from "../wouldHold";

/** Spot machines are taken back when many want them: just when another region's load arrives. */
export const interruptible: Rule = {
  name: "n1-007-interruptible",
  displayName: "No reliance on interruptible machines",
  description: "The demand is carried without spot and preemptible machines.",
  level: "mandatory",
  severity: "high",
  remediation: "Use on-demand machines for what must be there when a site is lost, and spot machines on top.",
  judge: (fleet) => {
    if (holds(fleet) || !wouldHold(fleet)) return [];
    return fleet.sites.flatMap((site) =>
      site.pools
        .filter((pool) => pool.spot)
        .map((pool) => ({
          message: `Pool ${pool.name} at ${site.name} is interruptible and counts as 0. ${fleet.title} would hold only with its ${pool.possibleNodes} nodes.`,
          site: site.name,
          urn: pool.urn,
        })),
    );
  },
};
