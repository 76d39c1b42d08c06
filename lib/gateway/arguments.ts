import type { LeafPair } from "../mesh/credentials";
import type { FleetPlan } from "../plan/plan";
import type { Problem } from "../plan/problems";

/** What is missing of the certificates that the program gives, or is there for nothing. */
export function gatewayProblems(
  { traffic }: FleetPlan,
  given: { readonly [site: string]: LeafPair } | undefined,
): Problem[] {
  const gateway = traffic?.gateway;
  const isGiven = gateway?.certificate.by === "given";
  const wanted = isGiven ? gateway.sites.map(({ site }) => site) : [];
  const missing = wanted.filter((site) => !Object.hasOwn(given ?? {}, site) || given?.[site] === undefined);
  const strangers = Object.keys(given ?? {}).filter((site) => !wanted.includes(site));
  return [
    ...missing.map((site) => ({
      path: `publicCertificates.${site}`,
      message:
        `is missing: users' TLS for ${gateway?.domain} ends in site "${site}", and the spec has its certificate given. Give it and ` +
        `its key in PEM, or have the site get it itself by spec.traffic.gateway.certificate { by: "acme" }`,
    })),
    ...strangers.map((site) => ({
      path: `publicCertificates.${site}`,
      message: `is of no use: ${whyNot(gateway === undefined, isGiven, wanted)}: remove it, or change the spec`,
    })),
  ];
}

function whyNot(isWithout: boolean, isGiven: boolean, wanted: readonly string[]): string {
  if (isWithout) return "the spec has no gateway";
  if (!isGiven) return "the sites get their certificates by ACME";
  return `it names none of the sites (${wanted.join(", ") || "there are none"})`;
}
