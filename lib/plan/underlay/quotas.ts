import { type Cidr, formatCidr, merged } from "../cidr";
import { MOST_IN_MESH } from "./facts";
import type { NetworkPlan } from "./plan";

/**
 * Amazon VPC quotas that a site's peers use up (https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html). A
 * rule or a route that names a prefix list counts as many as the list is made for.
 */
const AWS = {
  /** Routes of one route table. Newer accounts have 500 (quota L-93826ACB), older ones 50; 1000 when asked. */
  routesPerTable: 50,
  /** Inbound rules of one security group; more when asked. */
  rulesPerGroup: 60,
  /** Rules of a group times groups of a network interface, whatever AWS is asked. */
  rulesPerInterface: 1000,
} as const;

/** Rules of a cluster's own group that are there without peers: for its API, webhooks, and the balancer of the mesh's API. */
const OWN_RULES = 40;

/** How many entries a prefix list is made for: in tens, so that few joins change its size. */
export function prefixListSize(entries: number): number {
  return Math.ceil(entries / 10) * 10;
}

/**
 * Whether so many ranges of peers are kept in a prefix list, which rules name, in place of a rule for each.
 * @param isAttached a site at a hub has lists from the first peer on
 */
export function isListed(ranges: number, isAttached = false): boolean {
  return isAttached || ranges >= MOST_IN_MESH;
}

/** Whether the firewall of a site can tell so many sources apart on so many ports. Google and Azure count by thousands. */
export function fitsRules(provider: string, ports: number, sources: number): boolean {
  return provider !== "aws" || ports * entries(sources) <= AWS.rulesPerInterface - OWN_RULES;
}

/**
 * What a firewall is opened to: the peers' nodes, or where it cannot tell so many apart, their whole blocks, neighbouring
 * ones as one range. Either way nobody else's: what a block has beside nodes is no packet's source on a link.
 * @param blocks of the same peers, with no address of anybody else
 */
export function sourcesOf(
  provider: string,
  ports: number,
  nodes: readonly string[],
  blocks: () => readonly Cidr[],
): readonly string[] {
  return fitsRules(provider, ports, nodes.length) ? nodes : merged(blocks()).map(formatCidr);
}

/** What must be asked of AWS first: an update that meets a quota half-way leaves half a network. */
export function quotaNotes(networks: readonly NetworkPlan[]): string[] {
  const aws = networks.filter(({ provider, isOwn }) => provider === "aws" && isOwn);
  const routes = Math.max(
    0,
    ...aws.map(({ routes: all, isAttached }) => (isAttached ? prefixListSize(all.length) : all.length)),
  );
  const rules = Math.max(0, ...aws.map(rulesOf));
  const found: string[] = [];
  if (routes > AWS.routesPerTable) found.push(quota(routes, "routes per route table", AWS.routesPerTable));
  if (rules > AWS.rulesPerGroup) found.push(quota(rules, "inbound rules per security group", AWS.rulesPerGroup));
  return found;
}

/** Inbound rules of the fuller of a site's groups: its cluster's, and that of the balancer before the mesh's API. */
function rulesOf({ openings, peers, isAttached }: NetworkPlan): number {
  const ofCluster = openings.reduce((sum, { sources }) => sum + entries(sources.length, isAttached), 0);
  return Math.max(ofCluster, entries(peers.length));
}

function entries(ranges: number, isAttached = false): number {
  return isListed(ranges, isAttached) ? prefixListSize(ranges) : ranges;
}

function quota(needed: number, what: string, most: number): string {
  return `The sites on AWS need ${needed} ${what} beside their own (AWS gives ${most}): have the quota raised in every account first.`;
}
