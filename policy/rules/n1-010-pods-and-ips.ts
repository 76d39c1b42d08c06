import type { JudgedFleet } from "../judged";
import type { Rule } from "../rule";
import { listed } from "../wording";

/** A node without addresses for its pods stands idle. */
export const podsAndAddresses: Rule = {
  name: "n1-010-pods-and-ips",
  displayName: "Addresses for every pod",
  description:
    "Every pod range of a site has addresses for all nodes that draw on it and those that an upgrade makes beside them.",
  level: "mandatory",
  severity: "high",
  remediation: "Give the site a larger pod range, or fewer pods per node.",
  judge: ({ sites }: JudgedFleet) =>
    sites.flatMap(({ name, urn, podRanges }) =>
      podRanges
        .filter(({ addresses, needed }) => needed > addresses)
        .map(({ cidr, pools, addresses, needed, surge }) => {
          const whose = pools.length === 0 ? "" : ` of ${pools.length === 1 ? "pool" : "pools"} ${listed(pools)}`;
          const message = `Site ${name}: ${cidr}${whose} gives ${addresses} pod addresses; failover needs ${needed} incl. surge ${surge}.`;
          return { message, site: name, urn };
        }),
    ),
};
