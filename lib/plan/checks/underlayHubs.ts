import { type BlockPool, blockOfNumber, blockPool } from "../addresses";
import { type Cidr, formatCidr, overlap, readCidr } from "../cidr";
import { type CloudProvider, isCloud } from "../faultDomains";
import { nearestRegion, regionFacts } from "../regions";
import { isPrivate } from "../reserved";
import type { FleetSpec } from "../spec";
import { HUBS_PER_CLOUD, partitionOf } from "../underlay/facts";
import { HUB_RANGE_PREFIX, hubRange } from "../underlay/hubRanges";
import { inTwoTenants } from "../underlay/kinds";
import { readableRanges, readRange } from "./ranges";
import type { Draft } from "./structure";
import type { LinkableSite } from "./underlay";
import { type Report, show } from "./wording";

const CLOUDS = ["aws", "gcp", "azure"] as const;

/** Everything about hubs: where they are, whose they are, and their own addresses. */
export function checkHubs(
  spec: Draft<FleetSpec>,
  sites: readonly LinkableSite[],
  topology: string,
  report: Report,
): void {
  const own = sites.filter((site) => site.isOwn && site.isLinked);
  const clouds = new Set(own.map(({ provider }) => provider).filter(isCloud));
  if (topology === "mesh") {
    checkUnused(spec, report);
    return;
  }
  for (const cloud of CLOUDS) {
    if (!clouds.has(cloud)) continue;
    const there = own.filter(({ provider }) => provider === cloud);
    checkPartition(cloud, there, report);
    checkTenants(there, report);
    if (clouds.size > 1) checkPlaces(cloud, spec, there, report);
  }
  if (clouds.has("azure")) checkHubRange(spec, sites, report);
  checkOwnerRole(spec, report);
}

/** A role is of one account: that of another is nobody at the core network. */
function checkOwnerRole({ underlay }: Draft<FleetSpec>, report: Report): void {
  const { account, roleArn } = underlay?.hubOwners?.aws ?? {};
  const of = roleArn?.split(":")[4];
  if (account === undefined || of === undefined || of === account) return;
  report(
    ["underlay", "hubOwners", "aws", "roleArn"],
    `is of account ${of}, but the hubs are in ${account}: give a role of that account.`,
  );
}

function checkUnused({ underlay }: Draft<FleetSpec>, report: Report): void {
  for (const part of ["hubs", "hubOwners"] as const) {
    for (const cloud of CLOUDS) {
      if (underlay?.[part]?.[cloud] === undefined) continue;
      report(["underlay", part, cloud], `is for topology "hubs": remove it, or set underlay.topology.`);
    }
  }
  if (underlay?.hubRange !== undefined) {
    report(["underlay", "hubRange"], `is for topology "hubs": remove it, or set underlay.topology.`);
  }
}

/** A wide area network is of one partition. */
function checkPartition(cloud: CloudProvider, sites: readonly LinkableSite[], report: Report): void {
  const [first] = sites;
  const other = sites.find(
    ({ region }) => first !== undefined && partitionOf(cloud, region) !== partitionOf(cloud, first.region),
  );
  if (first === undefined || other === undefined) return;
  report(
    ["underlay", "topology"],
    `is "hubs", but ${first.name} (${first.region}) and ${other.name} (${other.region}) are in two partitions of ${cloud}, which no ` +
      `wide area network joins: set "mesh", and declare what links them.`,
  );
}

/** Whoever builds a virtual WAN must be somebody where its networks are. */
function checkTenants(sites: readonly LinkableSite[], report: Report): void {
  const [first] = sites;
  const other = sites.find((site) => first !== undefined && inTwoTenants(first, site));
  if (first === undefined || other === undefined) return;
  report(
    ["underlay", "topology"],
    `is "hubs", but ${first.name} and ${other.name} are in two tenants (${first.tenant} and ${other.tenant}), whose networks no virtual ` +
      `WAN of ours joins: set "mesh", and declare what links them.`,
  );
}

function checkPlaces(
  cloud: CloudProvider,
  { underlay }: Draft<FleetSpec>,
  sites: readonly LinkableSite[],
  report: Report,
): void {
  const path = ["underlay", "hubs", cloud];
  const given = underlay?.hubs?.[cloud];
  const regions =
    given?.map((hub) => hub?.region) ?? [...new Set(sites.map(({ region }) => region))].slice(0, HUBS_PER_CLOUD);
  if (given?.length !== undefined && given.length !== HUBS_PER_CLOUD) {
    report(path, `has ${given.length}: give two hubs, in two regions, so that one may be lost.`);
  } else if (new Set(regions).size < HUBS_PER_CLOUD) {
    const why =
      given === undefined ? `is missing: ${cloud} has sites in ${regions[0]} alone` : `names ${regions[0]} twice`;
    report(
      path,
      `${why}, and hubs must not be lost with one region. Give two regions: [{ region: "${regions[0]}" }, { region: "..." }].`,
    );
  }
  const home = sites[0]?.region ?? "";
  (given ?? []).forEach((hub, index) => {
    if (hub?.region === undefined) return;
    if (partitionOf(cloud, hub.region) !== partitionOf(cloud, home)) {
      report(
        [...path, index, "region"],
        `is ${show(hub.region)}, in another partition of ${cloud} than the sites (${home}): no wide area network joins the two.`,
      );
      return;
    }
    if (regionFacts(cloud, hub.region) !== undefined) return;
    const near = nearestRegion(cloud, hub.region);
    const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
    report([...path, index, "region"], `is ${show(hub.region)}, which is no region of ${cloud}.${hint}`);
  });
}

/** Virtual hubs have addresses of their own, which the networks at them must not have. */
function checkHubRange(spec: Draft<FleetSpec>, sites: readonly LinkableSite[], report: Report): void {
  const path = ["underlay", "hubRange"];
  const text = spec.underlay?.hubRange;
  const range = text === undefined ? defaultRange(spec) : readRange(text, path, report);
  if (range === undefined) return;
  const which =
    text === undefined ? `is missing, and block 0 of the pool, ${formatCidr(range)},` : `is "${text}", which`;
  if (range.prefix > HUB_RANGE_PREFIX) {
    report(
      path,
      `${which} is too narrow for virtual hubs in every region of Azure: give a range of /${HUB_RANGE_PREFIX} or wider that nothing else has.`,
    );
    return;
  }
  if (!isPrivate(range)) report(path, `${which} is not private: give a part of the ranges of RFC 1918.`);
  for (const [taken, whose] of takenRanges(spec, sites)) {
    if (!overlap(range, taken)) continue;
    report(path, `${which} overlaps ${formatCidr(taken)} of ${whose}: give a range that nothing else has.`);
    return;
  }
}

function defaultRange(spec: Draft<FleetSpec>): Cidr | undefined {
  const from = poolOf(spec);
  return from && hubRange(undefined, from);
}

/** Where blocks come from; undefined for a pool that cannot be read, which is reported where it is given. */
export function poolOf({ addresses }: Draft<FleetSpec>): BlockPool | undefined {
  const { pool, blockPrefix } = addresses ?? {};
  const read = pool === undefined ? undefined : readCidr(pool);
  if (read !== undefined && "fault" in read) return undefined;
  return blockPool({ ...(pool !== undefined && { pool }), ...(blockPrefix !== undefined && { blockPrefix }) });
}

/** What sites and the rest of the company have, each with whose it is. */
function takenRanges(spec: Draft<FleetSpec>, sites: readonly LinkableSite[]): (readonly [Cidr, string])[] {
  const read = (texts: readonly (string | undefined)[], whose: string) =>
    readableRanges(texts).map((cidr) => [cidr, whose] as const);
  const from = poolOf(spec);
  const reserved = read(spec.addresses?.reserved ?? [], "addresses.reserved");
  const ofSites = sites.flatMap(({ name, number, draft: { site } }) => {
    const cidrs = site.kind === "existing" ? site.cidrs : undefined;
    const texts = [...(cidrs?.nodes ?? []), ...(cidrs?.pods ?? []), ...(cidrs?.services ?? []), site.block];
    const isOwn = site.kind !== "existing" && site.block === undefined && number !== undefined && from !== undefined;
    const block = isOwn ? blockOfNumber(number, from) : undefined;
    return [...read(texts, `site ${name}`), ...(block ? [[block, `site ${name}`] as const] : [])];
  });
  return [...reserved, ...ofSites];
}
