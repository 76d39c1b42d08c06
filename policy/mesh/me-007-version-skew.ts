import { type Installation, isKnown } from "pulumi-multisite/plan";
import type { Finding } from "../judged";
import type { Rule } from "../rule";

/** The first minor version of Cilium that has `clustermesh.cacheTTL`. */
const FIRST = 19;

/** What a newer site writes, one that is two minor versions older need not understand. */
export const versionSkew: Rule = {
  name: "me-007-version-skew",
  displayName: "Versions in a mesh are at most one apart",
  description: "Every site of a mesh runs Cilium 1.19 or later, and no two are more than one minor version apart.",
  level: "mandatory",
  severity: "high",
  remediation: "Upgrade site by site, one minor version at a time.",
  atInstall: true,
  program: ({ mesh: { members } }) => {
    const known = members.flatMap((one) => {
      const minor = minorOf(one);
      return minor === undefined ? [] : [{ one, minor }];
    });
    return [...known.flatMap(({ one, minor }) => tooOld(one, minor)), ...tooFar(known)];
  },
};

function minorOf({ version }: Installation): number | undefined {
  const digits = isKnown(version) ? /^v?1\.(\d+)/.exec(version)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}

function tooOld({ called, version, site, urn }: Installation, minor: number): Finding[] {
  if (minor >= FIRST) return [];
  const message = `Cilium ${String(version)} at ${called} never lets a dead site's backends go: install 1.${FIRST} or later.`;
  return [{ message, site, urn }];
}

function tooFar(known: readonly { readonly one: Installation; readonly minor: number }[]): Finding[] {
  const sorted = [...known].sort((a, b) => a.minor - b.minor);
  const [oldest, newest] = [sorted[0], sorted.at(-1)];
  if (oldest === undefined || newest === undefined || newest.minor - oldest.minor <= 1) return [];
  const [from, to] = [oldest, newest].map(({ one }) => `${String(one.version)} at ${one.called}`);
  return [
    {
      message: `Cilium is ${from} and ${to}: sites of one mesh may be one minor version apart.`,
      ...{ site: oldest.one.site, urn: oldest.one.urn },
    },
  ];
}
