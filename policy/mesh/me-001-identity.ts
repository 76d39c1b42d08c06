import { type Installation, isKnown } from "pulumi-multisite/plan";
import type { Finding } from "../judged";
import type { Rule } from "../rule";

/** What agents take for the name of a cluster. Source: Cilium, "Setting up Cluster Mesh", requirements. */
const NAME = /^([a-z0-9][-a-z0-9]*)?[a-z0-9]$/;
const LONGEST = 32;

/** Two clusters of one name or id are one to their peers: each takes the other's pods for its own. */
export const meshIdentity: Rule = {
  name: "me-001-mesh-identity",
  displayName: "Each cluster of a mesh has a name and an id of its own",
  description: "Names of Cilium's clusters are valid and unique, ids unique and within what the mesh may hold.",
  level: "mandatory",
  severity: "critical",
  remediation:
    "Give each cluster a name and an id of its own before its first pod: a change restarts all of its workloads.",
  atInstall: true,
  program: ({ mesh: { members } }) => [
    ...members.flatMap((one) => [...nameProblems(one), ...idProblems(one)].map((message) => about(one, message))),
    ...twice(members, "name"),
    ...twice(members, "id"),
  ],
};

function about({ site, urn }: Installation, message: string): Finding {
  return { message, site, urn };
}

function nameProblems({ called, name }: Installation): string[] {
  if (!isKnown(name)) return [];
  if (name === "default") return [`Cilium at ${called} has cluster.name "default": a mesh takes any other.`];
  if (name.length <= LONGEST && NAME.test(name)) return [];
  return [
    `Cilium at ${called} has cluster.name "${name}": give 1 to ${LONGEST} of a-z, 0-9 and "-", beginning and ending with ` +
      `a letter or digit.`,
  ];
}

/** The chart lets an id of 300 pass where agents know 255: they fail when they run. */
function idProblems({ called, id, maximumSites, cloudModes }: Installation): string[] {
  if (!isKnown(id)) return [];
  const most = isKnown(maximumSites) ? maximumSites : 511;
  if (!Number.isInteger(id) || id < 1 || id > most) {
    return [`Cilium at ${called} has cluster.id ${id}: give 1 to ${most} (clustermesh.maxConnectedClusters).`];
  }
  const marked = cloudModes.find((mode) => /eni|alibaba|aws-cni/.test(mode));
  if (marked === undefined || id % 256 < 128) return [];
  return [
    `Cilium at ${called} has cluster.id ${id} and ${marked}, which keeps the same bit of a connection's mark: give 1 to 127.`,
  ];
}

function twice(members: readonly Installation[], what: "name" | "id"): Finding[] {
  const first = new Map<string | number, Installation>();
  return members.flatMap((one) => {
    const value = one[what];
    // No id at all, which every cluster has until it is given one, is said already.
    if (!isKnown(value) || value === 0) return [];
    const other = first.get(value);
    if (other !== undefined)
      return [
        about(one, `Cilium at ${one.called} has cluster.${what} ${show(value)}, which ${other.called} has already.`),
      ];
    first.set(value, one);
    return [];
  });
}

function show(value: string | number): string {
  return typeof value === "string" ? `"${value}"` : String(value);
}
