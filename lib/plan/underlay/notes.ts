import type { SitePlan } from "../plan";
import { MOST_IN_MESH } from "./facts";
import { cloudsOf, defaultHubs } from "./hubs";
import type { NetworkPlan } from "./plan";
import type { UnderlaySpec, UnderlayTopology } from "./spec";

/** What a reader should decide before the fleet grows or shrinks. */
export function underlayNotes(
  topology: UnderlayTopology,
  sites: readonly SitePlan[],
  spec: UnderlaySpec,
  everCount: number,
): string[] {
  const found: string[] = [];
  if (spec.topology === undefined && everCount === MOST_IN_MESH) {
    found.push(
      "With one site more the underlay turns from pairs to hubs: name underlay.topology to decide when that happens.",
    );
  }
  if (topology !== "hubs" || cloudsOf(sites).length < 2) return found;
  for (const cloud of cloudsOf(sites)) {
    if (spec.hubs?.[cloud] !== undefined) continue;
    const where = defaultHubs(cloud, sites).map(({ region }) => `{ region: "${region}" }`);
    found.push(
      `The hubs of ${cloud} are where its first sites are: pin them with underlay.hubs.${cloud}: [${where.join(", ")}].`,
    );
  }
  return found;
}

/**
 * Routes of one VPC route table, and inbound rules of one security group, before AWS is asked for more. Newer accounts have
 * 500 routes, older ones 50 (Amazon VPC quotas, 2026-11).
 */
const AWS_ROUTES = 50;
const AWS_RULES = 60;

/** Rules of a group times groups of a network interface, whatever AWS is asked (Amazon VPC quotas, 2026-11). */
const AWS_RULES_AT_MOST = 1000;

/** What must be asked of AWS first: an update that meets a quota half-way leaves half a network. */
export function quotaNotes(networks: readonly NetworkPlan[]): string[] {
  const aws = networks.filter(({ provider, isOwn }) => provider === "aws" && isOwn);
  const routes = Math.max(0, ...aws.map(({ routes: all, isAttached }) => entries(all.length, isAttached)));
  const rules = Math.max(
    0,
    ...aws.map(({ openings, isAttached }) =>
      openings.reduce((sum, one) => sum + entries(one.sources.length, isAttached), 0),
    ),
  );
  const found: string[] = [];
  if (routes > AWS_ROUTES) found.push(quota(routes, "routes per route table", AWS_ROUTES));
  if (rules > AWS_RULES_AT_MOST) found.push(tooManyRules(rules));
  else if (rules > AWS_RULES) found.push(quota(rules, "inbound rules per security group", AWS_RULES));
  return found;
}

/** A reference to a prefix list counts as many entries as the list may have. */
function entries(count: number, isList: boolean): number {
  return isList ? prefixListSize(count) : count;
}

/** How many entries a prefix list is made for: in tens, so that few joins change its size. */
export function prefixListSize(entries: number): number {
  return Math.ceil(entries / 10) * 10;
}

function quota(needed: number, what: string, most: number): string {
  return `The sites on AWS need ${needed} ${what} beside their own (AWS gives ${most}): have the quota raised in every account first.`;
}

function tooManyRules(needed: number): string {
  return (
    `The sites on AWS need ${needed} inbound rules, and no quota goes beyond ${AWS_RULES_AT_MOST} for one network interface: ` +
    `have fewer peers, such as two fleets, or fewer sites on AWS.`
  );
}
