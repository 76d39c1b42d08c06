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

/** Routes of one VPC route table, and inbound rules of one security group, before AWS is asked for more (2026-11). */
const AWS_ROUTES = 50;
const AWS_RULES = 60;

/** What must be asked of AWS first: an update that meets a quota half-way leaves half a network. */
export function quotaNotes(networks: readonly NetworkPlan[]): string[] {
  const aws = networks.filter(({ provider, isOwn }) => provider === "aws" && isOwn);
  const routes = Math.max(0, ...aws.map((network) => network.routes.length));
  const rules = Math.max(0, ...aws.map(({ openings }) => openings.reduce((sum, one) => sum + one.sources.length, 0)));
  const found: string[] = [];
  if (routes > AWS_ROUTES) found.push(quota(routes, "routes per route table", AWS_ROUTES));
  if (rules > AWS_RULES) found.push(quota(rules, "inbound rules per security group", AWS_RULES));
  return found;
}

function quota(needed: number, what: string, most: number): string {
  return `The sites on AWS need ${needed} ${what} beside their own (AWS gives ${most}): have the quota raised in every account first.`;
}
