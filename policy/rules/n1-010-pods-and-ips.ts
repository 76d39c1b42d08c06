import type { JudgedFleet } from "../judged";
import type { Rule } from "../rule";

/** A node without addresses for its pods stands idle. */
export const podsAndAddresses: Rule = {
  name: "n1-010-pods-and-ips",
  displayName: "Addresses for every pod",
  description: "Every site's pod range has addresses for all of its nodes and those that an upgrade makes beside them.",
  level: "mandatory",
  severity: "high",
  remediation: "Give the site a larger pod range, or fewer pods per node.",
  judge: ({ sites }: JudgedFleet) =>
    sites.flatMap(({ name, urn, podRange }) => {
      if (podRange === undefined || podRange.nodes >= podRange.needed) return [];
      const { cidr, nodes, addressesPerNode, needed, surge } = podRange;
      const message = `Site ${name}: ${cidr} gives ${nodes * addressesPerNode} pod addresses; failover needs ${needed * addressesPerNode} incl. surge ${surge}.`;
      return [{ message, site: name, urn }];
    }),
};
