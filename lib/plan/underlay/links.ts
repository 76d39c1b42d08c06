import { type Cidr, parseCidr } from "../cidr";
import type { SitePlan } from "../plan";
import { CLOUD_LINKS, CLOUD_ORDER } from "./facts";
import { type GatewayRole, type LinkEnd, madeMtuBytes, pairSupport, tunnelsMbps } from "./kinds";
import { globalNetwork, ownsNetwork } from "./networks";
import type { LinkPlan, MissingLink } from "./plan";
import type { LinkSpec } from "./spec";
import { linkRange, type TunnelEnd, tunnels } from "./tunnels";

/** One key for a pair, whoever is named first. */
export function pairKey(a: string, b: string): string {
  return a < b ? `${a}--${b}` : `${b}--${a}`;
}

/** The declared links by their pairs. */
export function declaredLinks(links: readonly LinkSpec[]): ReadonlyMap<string, LinkSpec> {
  return new Map(links.map((link) => [pairKey(link.between[0] ?? "", link.between[1] ?? ""), link]));
}

/** Two ends in the order in which links name them: by cloud, then by name. */
export function ordered<T extends { readonly provider: string; readonly name: string }>(a: T, b: T): readonly [T, T] {
  const rank = ({ provider }: T) => (CLOUD_ORDER.indexOf(provider) + 1 || CLOUD_ORDER.length + 1) - 1;
  const first = rank(a) - rank(b) || (a.name < b.name ? -1 : 1);
  return first <= 0 ? [a, b] : [b, a];
}

/** What a site is to its links. */
export function linkEnd(site: SitePlan): LinkEnd {
  const tenant = site.spec.kind === "aks" ? site.spec.tenant : undefined;
  return { provider: site.provider, region: site.region, isOwn: ownsNetwork(site.spec), tenant };
}

/** The link of a pair of sites, or what is missing. */
export function pairLink(a: SitePlan, b: SitePlan, declared: LinkSpec | undefined): LinkPlan | MissingLink {
  const support = pairSupport(linkEnd(a), linkEnd(b));
  const kind = declared?.kind ?? support.made;
  const ends = ordered(a, b);
  if (declared === undefined && areInOneNetwork(a, b)) return oneNetwork(ends);
  if (kind === undefined) return missing(a, b, support.allowed, support.because);
  if (declared !== undefined && (kind !== support.made || isGiven(declared, ends)))
    return givenLink(ends, kind, declared);
  return madeLink(ends, kind, declared);
}

function areInOneNetwork(a: SitePlan, b: SitePlan): boolean {
  const network = globalNetwork(a.spec);
  return network !== undefined && network === globalNetwork(b.spec);
}

/** Both sites are in one network of the team's, which routes between its subnets; firewalls are the team's too. */
function oneNetwork(ends: readonly [SitePlan, SitePlan]): LinkPlan {
  return { ...givenLink(ends, "network", {}), mtuBytes: CLOUD_LINKS.gcp.networkMtuBytes };
}

/** Whether a declared link is the team's own. */
export function isGiven(link: LinkSpec, ends: readonly SitePlan[]): boolean {
  return link.given === true || link.kind === "interconnect" || ends.some((site) => !ownsNetwork(site.spec));
}

function missing(a: SitePlan, b: SitePlan, allowed: readonly string[], because: string): MissingLink {
  const foreign = [a, b].filter((site) => !ownsNetwork(site.spec)).map(({ name }) => name);
  const why =
    foreign.length === 0
      ? because
      : `the library did not make the network of ${foreign.join(" and ")}, and leaves it alone`;
  return {
    sites: [a.name, b.name],
    message:
      `Nothing links ${a.name} and ${b.name}: ${why}. Declare what does in underlay.links: ` +
      `{ between: ["${a.name}", "${b.name}"], kind: ${allowed.map((kind) => `"${kind}"`).join(" or ")}, given: true, mtuBytes: ... }.`,
  };
}

function givenLink(
  ends: readonly [SitePlan, SitePlan],
  kind: LinkPlan["kind"],
  declared: Pick<LinkSpec, "mtuBytes" | "bandwidthMbps">,
): LinkPlan {
  return {
    name: linkName(ends),
    ends: [ends[0].name, ends[1].name],
    kind,
    isGiven: true,
    // A given link without an MTU is refused before.
    mtuBytes: declared.mtuBytes ?? 0,
    bandwidthMbps: declared.bandwidthMbps,
    bandwidthMbpsWithOneTunnelLost: undefined,
    tunnels: [],
    stack: undefined,
  };
}

function madeLink(
  ends: readonly [SitePlan, SitePlan],
  kind: LinkPlan["kind"],
  declared: LinkSpec | undefined,
): LinkPlan {
  const range = declared?.tunnelRange === undefined ? linkRange(ends) : parseCidr(declared.tunnelRange);
  const made = kind === "vpn" ? vpn(ends, range, "site") : { name: linkName(ends), ...peered(ends) };
  return { ...made, mtuBytes: Math.min(made.mtuBytes, declared?.mtuBytes ?? Number.POSITIVE_INFINITY) };
}

type NamedEnd = TunnelEnd & { readonly name: string };

/** A VPN between two gateways of different clouds, first end first. */
export function vpn(ends: readonly [NamedEnd, NamedEnd], range: Cidr, role: GatewayRole): LinkPlan {
  const providers = [ends[0].provider, ends[1].provider] as const;
  const made = tunnels(ends, range);
  return {
    name: linkName(ends),
    ends: [ends[0].name, ends[1].name],
    kind: "vpn",
    isGiven: false,
    mtuBytes: madeMtuBytes("vpn", providers),
    bandwidthMbps: tunnelsMbps(made.length, providers, role),
    bandwidthMbpsWithOneTunnelLost: tunnelsMbps(made.length - 1, providers, role),
    tunnels: made,
    stack: stackName(providers),
  };
}

function peered(ends: readonly [SitePlan, SitePlan]) {
  const providers = [ends[0].provider, ends[1].provider] as const;
  return {
    ends: [ends[0].name, ends[1].name] as const,
    kind: "peering" as const,
    isGiven: false,
    mtuBytes: madeMtuBytes("peering", providers),
    // A cloud's backbone carries what the machines send.
    bandwidthMbps: undefined,
    bandwidthMbpsWithOneTunnelLost: undefined,
    tunnels: [],
    stack: stackName(providers),
  };
}

function linkName(ends: readonly { readonly name: string }[]): string {
  return ends.map(({ name }) => name).join("--");
}

/** The stack of a pair of clouds: `links-aws-gcp`, or `links-aws` within one. */
export function stackName([a, b]: readonly [string, string]): string {
  return a === b ? `links-${a}` : `links-${a}-${b}`;
}
