import { isKnown } from "pulumi-multisite/plan";
import type { Rule } from "../rule";
import { differing } from "./sameness";

const ALLOWED = [255, 511];

/** The maximum decides how many bits of an identity name the site: sites that differ take each other's for their own. */
export const oneMaximum: Rule = {
  name: "me-005-one-maximum",
  displayName: "A mesh has one maximum of sites",
  description: "clustermesh.maxConnectedClusters is 255 or 511, and the same in every site of a mesh.",
  level: "mandatory",
  severity: "critical",
  remediation: "Choose 255 or 511 before the first site is built: it never changes afterwards.",
  atInstall: true,
  program: ({ mesh: { members } }) => [
    ...members
      .filter(({ maximumSites }) => isKnown(maximumSites) && !ALLOWED.includes(maximumSites))
      .map(({ called, maximumSites, site, urn }) => ({
        message: `Cilium at ${called} has clustermesh.maxConnectedClusters ${String(maximumSites)}: give ${ALLOWED.join(" or ")}.`,
        ...{ site, urn },
      })),
    ...differing(members, "clustermesh.maxConnectedClusters", ({ maximumSites }) => maximumSites),
  ],
};
