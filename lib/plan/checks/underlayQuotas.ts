import { type BlockPool, blockOfNumber } from "../addresses";
import { type Cidr, merged } from "../cidr";
import type { FleetSpec } from "../spec";
import { meshPorts } from "../underlay/ports";
import { fitsRules } from "../underlay/quotas";
import { readableRanges } from "./ranges";
import type { Draft } from "./structure";
import { poolOf } from "./taken";
import type { LinkableSite } from "./underlay";
import type { Report } from "./wording";

/** Sites on AWS whose firewall has no room for their peers, not even for whole blocks of neighbours in one range. */
export function checkQuotas(spec: Draft<FleetSpec>, sites: readonly LinkableSite[], report: Report): void {
  const ports = meshPorts("eks").length;
  const linked = sites.filter(({ isLinked }) => isLinked);
  if (fitsRules("aws", ports, linked.length)) return;
  const from = poolOf(spec);
  const ranges = linked.map((site) => ({ site, cidrs: wholeRanges(site, from) }));
  for (const { site } of ranges) {
    if (site.provider !== "aws" || !site.isOwn) continue;
    const sources = merged(ranges.flatMap((one) => (one.site === site ? [] : one.cidrs))).length;
    if (fitsRules("aws", ports, sources)) continue;
    report(
      ["underlay"],
      `links ${site.name} with peers in ${sources} ranges that do not adjoin, and no quota of AWS has room for rules from so many on ` +
        `${ports} ports: give sites numbers that follow each other, have fewer, or make two fleets of them.`,
    );
    return;
  }
}

/** What is nobody's but a site's: its block, or of a cluster that exists its nodes. */
function wholeRanges({ number, draft: { site } }: LinkableSite, from: BlockPool | undefined): Cidr[] {
  if (site.kind === "existing" || site.block !== undefined) {
    return readableRanges(site.kind === "existing" ? (site.cidrs?.nodes ?? []) : [site.block]);
  }
  const block = from === undefined || number === undefined ? undefined : blockOfNumber(number, from);
  return block === undefined ? [] : [block];
}
