import { isKnown } from "pulumi-multisite/plan";
import type { Rule } from "../rule";

/** Cilium's own default keeps the backends of a dead site for ever. */
export const cacheTtl: Rule = {
  name: "me-003-cache-ttl",
  displayName: "A dead site's backends are let go",
  description: "Every Cilium of a mesh forgets a peer that does not answer: clustermesh.cacheTTL is set.",
  level: "mandatory",
  severity: "critical",
  remediation: "Set clustermesh.cacheTTL, to 180s: longer than a restart of the mesh API takes.",
  atInstall: true,
  program: ({ mesh: { members } }) =>
    members
      .filter(({ cacheTtl }) => isKnown(cacheTtl) && isZero(cacheTtl))
      .map(({ called, site, urn, cacheTtl }) => ({
        message: `Cilium at ${called} has clustermesh.cacheTTL ${String(cacheTtl)}, so it keeps a dead site's backends for ever: give 180s.`,
        ...{ site, urn },
      })),
};

/** Zero in any spelling of Go's durations: `0`, `0s`, `0m0s`. */
function isZero(duration: string): boolean {
  return /\d/.test(duration) && !/[1-9]/.test(duration);
}
