import type { FleetArgs } from "../options";
import type { FleetPlan, SitePlan } from "../plan/plan";
import type { Problem } from "../plan/problems";
import type { LinkPlan, UnderlayPlan } from "../plan/underlay";

/** What is wrong with the arguments beside the spec, for the links that the plan has. */
export function underlayProblems({ underlay, sites }: FleetPlan, args: Partial<FleetArgs>): Problem[] {
  if (underlay === undefined) {
    if (args.isLinkedElsewhere !== true) return [];
    return [
      { path: "isLinkedElsewhere", message: "is true, but spec.underlay is missing: nothing is linked, remove it" },
    ];
  }
  if (args.isLinkedElsewhere === true) return [];
  return secretProblems(underlay, underlay.links, sites, args.tunnelSecret);
}

/** Tunnels between clouds of which neither makes keys need a secret to derive theirs from. */
export function secretProblems(
  { gateways }: UnderlayPlan,
  links: readonly LinkPlan[],
  sites: readonly SitePlan[],
  secret: unknown,
): Problem[] {
  if (secret !== undefined) return [];
  const clouds = new Map([...sites, ...gateways].map(({ name, provider }) => [name, provider]));
  const keyless = links.filter(
    ({ ends, tunnels }) => tunnels.length > 0 && ends.every((end) => clouds.get(end) !== "aws"),
  );
  if (keyless.length === 0) return [];
  return [
    {
      path: "tunnelSecret",
      message:
        `is missing: neither end of ${keyless.map(({ name }) => name).join(", ")} makes keys for its tunnels. Give a secret, such as ` +
        `new PrivateKey("tunnels", { algorithm: "ED25519" }).privateKeyPem of @pulumi/tls`,
    },
  ];
}
