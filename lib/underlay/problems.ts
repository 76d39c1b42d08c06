import * as pulumi from "@pulumi/pulumi";
import type { FleetArgs } from "../options";
import type { FleetPlan, SitePlan } from "../plan/plan";
import type { Problem } from "../plan/problems";
import type { LinkPlan, UnderlayPlan } from "../plan/underlay";
import { SHORTEST_SECRET } from "./keys";

/** What is wrong with the arguments beside the spec, for the links that the plan has. */
export function underlayProblems({ underlay, sites }: FleetPlan, args: Partial<FleetArgs>): Problem[] {
  if (underlay === undefined) {
    if (args.isLinkedElsewhere !== true) return [];
    return [
      { path: "isLinkedElsewhere", message: "is true, but spec.underlay is missing: nothing is linked, remove it" },
    ];
  }
  if (args.isLinkedElsewhere === true) return [];
  return [
    ...secretProblems(underlay, underlay.links, sites, args.tunnelSecret),
    ...hubOwnerProblems(underlay, sites, args),
  ];
}

/**
 * The runner's own credentials are of one AWS account: where sites without a role are in one and the hubs in another, one of
 * both needs a role, or a provider that somebody gives.
 */
export function hubOwnerProblems(
  { wideAreaNetworks }: UnderlayPlan,
  sites: readonly SitePlan[],
  { spec, providers = {}, hubProviders = {} }: Pick<Partial<FleetArgs>, "spec" | "providers" | "hubProviders">,
): Problem[] {
  const wan = wideAreaNetworks.find(({ provider }) => provider === "aws");
  const ofAws = sites.flatMap(({ name, spec: site }) => (site.kind === "eks" ? [{ name, site }] : []));
  const hasRole =
    spec?.underlay?.hubOwners?.aws?.roleArn ?? ofAws.find(({ site }) => site.account === wan?.owner)?.site.roleArn;
  if (wan === undefined || hasRole !== undefined || hubProviders.aws !== undefined) return [];
  const other = ofAws.find(
    ({ name, site }) => site.account !== wan.owner && site.roleArn === undefined && providers[name] === undefined,
  );
  if (other === undefined) return [];
  return [
    {
      path: "spec.underlay.hubOwners.aws.roleArn",
      message:
        `is missing: the hubs are in account ${wan.owner} and site ${other.name} in ${other.site.account}, and the credentials of a run are ` +
        `of one account. Give a role of ${wan.owner} (or of the sites), or hubProviders.aws`,
    },
  ];
}

/** Tunnels between clouds of which neither makes keys need a secret to derive theirs from. */
export function secretProblems(
  { gateways }: UnderlayPlan,
  links: readonly LinkPlan[],
  sites: readonly SitePlan[],
  secret: unknown,
): Problem[] {
  const fault = secretFault(secret);
  if (fault === undefined) return [];
  const clouds = new Map([...sites, ...gateways].map(({ name, provider }) => [name, provider]));
  const keyless = links.filter(
    ({ ends, tunnels }) => tunnels.length > 0 && ends.every((end) => clouds.get(end) !== "aws"),
  );
  if (keyless.length === 0) return [];
  const names = keyless.map(({ name }) => name).join(", ");
  const why =
    fault === ""
      ? `is missing: neither end of ${names} makes keys for its tunnels. Give a secret`
      : `${fault}, from which the keys of ${names} would derive: give ${SHORTEST_SECRET} characters or more`;
  return [
    {
      path: "tunnelSecret",
      message: `${why} that nobody can guess, such as new PrivateKey("tunnels", { algorithm: "ED25519" }).privateKeyPem of @pulumi/tls`,
    },
  ];
}

/** What is wrong with a secret, as far as that can be seen, without a word of what it is; empty where there is none. */
function secretFault(secret: unknown): string | undefined {
  if (secret === undefined) return "";
  // What comes later is looked at when it is there.
  if (pulumi.Output.isInstance(secret) || secret instanceof Promise) return undefined;
  if (typeof secret !== "string") return `is a value of type ${typeof secret}`;
  return secret.length < SHORTEST_SECRET ? `is a text of ${secret.length} characters` : undefined;
}
