import { type MeshRange, overlap, readCidr } from "pulumi-multisite/plan";
import type { Finding } from "../judged";
import type { Rule } from "../rule";

/** A packet goes to one place: an address that two sites use is reached in one of them, or in none. */
export const rangesDisjoint: Rule = {
  name: "me-002-ranges-disjoint",
  displayName: "No address is used twice in a mesh",
  description: "Pods, nodes and Services of the sites of a mesh have ranges that do not overlap.",
  level: "mandatory",
  severity: "critical",
  remediation: "Give each site ranges of its own, Cilium's pool of pods first: by default it is 10.0.0.0/8 everywhere.",
  atInstall: true,
  program: ({ mesh: { ranges } }) => {
    const read = ranges.flatMap((range) => {
      const cidr = readCidr(range.cidr);
      return "fault" in cidr ? [] : [{ range, cidr }];
    });
    return [
      ...ranges.flatMap(malformed),
      // Each range once, however many it overlaps: Cilium's default pool overlaps every other.
      ...read.flatMap((one, i) => {
        const first = read
          .slice(0, i)
          .find((other) => mayMeet(one.range, other.range) && overlap(one.cidr, other.cidr));
        return first === undefined ? [] : [clash(first.range, one.range)];
      }),
    ];
  },
};

/** Services are known in their own site only; one network may hold the nodes of several clusters. */
function mayMeet(a: MeshRange, b: MeshRange): boolean {
  if (a.use === "services" && b.use === "services") return false;
  if (a.use === "nodes" && b.use === "nodes") return a.owner !== b.owner && a.network !== b.network;
  return a.owner !== b.owner || a.use !== b.use;
}

function clash(a: MeshRange, b: MeshRange): Finding {
  const [first, second] = [a, b].map(({ use, owner, cidr }) => `the ${use} of ${owner} (${cidr})`) as [string, string];
  return {
    message: `${first[0]!.toUpperCase()}${first.slice(1)} overlap ${second}: give ranges that do not.`,
    urn: b.urn,
  };
}

/** Other families than IPv4 are not judged. */
function malformed({ cidr, use, owner, urn }: MeshRange): Finding[] {
  const read = readCidr(cidr);
  if (!("fault" in read) || read.fault === "ipv6") return [];
  const instead = read.fault === "not canonical" ? `: give ${read.canonical}` : ": give one such as 10.1.0.0/16";
  return [{ message: `The ${use} of ${owner} have ${cidr}, which is no canonical range${instead}.`, urn }];
}
