import type { FleetArgs } from "../options";
import type { FleetPlan } from "../plan/plan";
import type { Problem } from "../plan/problems";

/** What is wrong with the arguments beside the spec, for the links that the plan has. */
export function underlayProblems({ underlay, sites }: FleetPlan, { tunnelSecret }: Partial<FleetArgs>): Problem[] {
  if (underlay === undefined) return [];
  if (underlay.topology === "hubs") {
    return [
      {
        path: "spec.underlay.topology",
        message:
          'is "hubs", which is planned but not built yet: have the links made elsewhere and leave underlay out, or set "mesh"',
      },
    ];
  }
  const clouds = new Map(sites.map(({ name, provider }) => [name, provider]));
  const keyless = underlay.links.filter(
    ({ ends, tunnels }) => tunnels.length > 0 && ends.every((end) => clouds.get(end) !== "aws"),
  );
  if (keyless.length === 0 || tunnelSecret !== undefined) return [];
  return [
    {
      path: "tunnelSecret",
      message:
        `is missing: neither end of ${keyless.map(({ name }) => name).join(", ")} makes keys for its tunnels. Give a secret, such as ` +
        `new PrivateKey("tunnels", { algorithm: "ED25519" }).privateKeyPem of @pulumi/tls`,
    },
  ];
}
