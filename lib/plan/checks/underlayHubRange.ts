import { type Cidr, formatCidr, overlap } from "../cidr";
import { isPrivate, reservedRange } from "../reserved";
import type { FleetSpec } from "../spec";
import { HUB_RANGE_PREFIX, hubRange } from "../underlay/hubRanges";
import { readableRanges, readRange } from "./ranges";
import type { Draft } from "./structure";
import { poolOf, takenBySites } from "./taken";
import type { LinkableSite } from "./underlay";
import type { Report } from "./wording";

/** Virtual hubs have addresses of their own, which the networks at them must not have. */
export function checkHubRange(spec: Draft<FleetSpec>, sites: readonly LinkableSite[], report: Report): void {
  const path = ["underlay", "hubRange"];
  const text = spec.underlay?.hubRange;
  const range = text === undefined ? defaultRange(spec) : readRange(text, path, report);
  if (range === undefined) return;
  const which =
    text === undefined ? `is missing, and block 0 of the pool, ${formatCidr(range)},` : `is "${text}", which`;
  const fault = faultOf(range, spec, sites);
  if (fault !== undefined) report(path, `${which} ${fault}`);
}

/** What is wrong with a range for hubs, and what to give. */
function faultOf(range: Cidr, spec: Draft<FleetSpec>, sites: readonly LinkableSite[]): string | undefined {
  if (range.prefix > HUB_RANGE_PREFIX) {
    const instead = `give a range of /${HUB_RANGE_PREFIX} or wider that nothing else has.`;
    return `is too narrow for virtual hubs in every region of Azure: ${instead}`;
  }
  if (!isPrivate(range)) return "is not private: give a part of the ranges of RFC 1918.";
  const kept = reservedRange(range, "built");
  if (kept !== undefined) {
    return `touches ${kept.cidr}, which is kept by ${kept.keeper}: give a range that nothing else has.`;
  }
  const reserved = readableRanges(spec.addresses?.reserved ?? []).map((cidr) => [cidr, "addresses.reserved"] as const);
  const drafts = sites.map(({ draft }) => draft);
  const ofSites = takenBySites(spec, drafts).map(({ cidr, of }) => [cidr, `site ${of.site.name}`] as const);
  const other = [...reserved, ...ofSites].find(([taken]) => overlap(range, taken));
  return other && `overlaps ${formatCidr(other[0])} of ${other[1]}: give a range that nothing else has.`;
}

function defaultRange(spec: Draft<FleetSpec>): Cidr | undefined {
  const from = poolOf(spec);
  return from && hubRange(undefined, from);
}
