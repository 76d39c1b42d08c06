import { holds, type JudgedFleet, type JudgedPool, type JudgedSite } from "../judged";
import type { Rule } from "../rule";
import { wouldHold } from "../wouldHold";

/** An autoscaler adds nodes when the cloud has some left, which is not the hour in which a region has been lost. */
export const guaranteedNotMaximum: Rule = {
  name: "n1-006-guaranteed-not-max",
  displayName: "No reliance on autoscaling",
  description: "The demand is carried by nodes that are always there, not by those that an autoscaler may add.",
  level: "mandatory",
  severity: "high",
  remediation: "Raise the pool's minimum, or its fixed size, to what must be there when a site is lost.",
  judge: (fleet) => {
    if (holds(fleet) || !wouldHold(fleet)) return [];
    return fleet.sites.flatMap((site) => site.pools.filter(isScaled).map((pool) => finding(fleet, site, pool)));
  },
};

function isScaled(pool: JudgedPool): boolean {
  return !pool.spot && pool.possibleNodes > pool.nodes;
}

function finding(fleet: JudgedFleet, site: JudgedSite, pool: JudgedPool) {
  const counts = `${pool.possibleNodes === 1 ? "node" : "nodes"} ${pool.nodes === 1 ? "is" : "are"}`;
  return {
    message: `Pool ${pool.name} at ${site.name}: only ${pool.nodes} of ${pool.possibleNodes} ${counts} guaranteed; autoscaling during an outage is not counted (static stability). ${fleet.title} would hold only with all of them.`,
    site: site.name,
    urn: pool.urn,
  };
}
