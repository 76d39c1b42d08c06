import { type CloudProvider, isCloud } from "../faultDomains";
import { nearestRegion, regionFacts } from "../regions";
import type { FleetSpec } from "../spec";
import { HUBS_PER_CLOUD, partitionOf } from "../underlay/facts";
import { hubRegions, sharedDomain } from "../underlay/hubPlaces";
import { inTwoTenants } from "../underlay/kinds";
import type { Draft } from "./structure";
import type { LinkableSite } from "./underlay";
import { checkHubRange } from "./underlayHubRange";
import { type Path, type Report, show } from "./wording";

const CLOUDS = ["aws", "gcp", "azure"] as const;

/** Everything about hubs: where they are, whose they are, and their own addresses. */
export function checkHubs(
  spec: Draft<FleetSpec>,
  sites: readonly LinkableSite[],
  topology: string,
  report: Report,
): void {
  // Whatever state sites are in: hubs stay where they are when one of them is lost.
  const own = sites.filter((site) => site.isOwn);
  const clouds = new Set(own.map(({ provider }) => provider).filter(isCloud));
  if (topology === "mesh") {
    checkUnused(spec, report);
    return;
  }
  for (const cloud of CLOUDS) {
    const there = own.filter(({ provider }) => provider === cloud);
    checkPartition(cloud, there, report);
    checkTenants(there, report);
    checkPlaces(cloud, spec, there, clouds.size > 1 && clouds.has(cloud), report);
  }
  if (clouds.has("azure") || spec.underlay?.hubRange !== undefined) checkHubRange(spec, sites, report);
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
  isNeeded: boolean,
  report: Report,
): void {
  const path = ["underlay", "hubs", cloud];
  const given = underlay?.hubs?.[cloud];
  const places = sites.map(({ region, draft }) => ({ region, faultDomain: draft.site.faultDomain }));
  if (given === undefined) {
    if (isNeeded) checkDefault(cloud, places, path, report);
    return;
  }
  const regions = given.flatMap((hub) => hub?.region ?? []);
  const [first = "", second = ""] = regions;
  if (given.length !== HUBS_PER_CLOUD) {
    report(path, `has ${given.length}: give two hubs, in two regions, so that one may be lost.`);
  } else if (regions.length === HUBS_PER_CLOUD) {
    const domain = sharedDomain(first, second, places);
    if (first === second) report(path, `names ${first} twice, ${twoRegions(first)}`);
    else if (domain !== undefined) {
      report(
        path,
        `names ${first} and ${second}, where sites share the fault domain "${domain}", ${twoRegions(first)}`,
      );
    }
  }
  // A cloud's hubs may be named before it has a site.
  const home = sites[0]?.region ?? first;
  given.forEach((hub, index) => {
    if (hub?.region !== undefined) checkRegion(cloud, hub.region, home, [...path, index, "region"], report);
  });
}

function checkDefault(
  cloud: CloudProvider,
  places: readonly { readonly region: string; readonly faultDomain: string | undefined }[],
  path: Path,
  report: Report,
): void {
  const [first = "", second] = hubRegions(places);
  if (second !== undefined) return;
  const others = new Set(places.map(({ region }) => region)).size > 1;
  const why = others
    ? `all regions of its sites share a fault domain with ${first}`
    : `${cloud} has sites in ${first} alone`;
  report(path, `is missing: ${why}, ${twoRegions(first)}`);
}

/** Follows what is wrong with the regions of two hubs. */
function twoRegions(first: string): string {
  return (
    `and hubs must not be lost with one region. Give two regions: [{ region: "${first}" }, { region: "..." }], the second ` +
    `lost independently of the first.`
  );
}

function checkRegion(cloud: CloudProvider, region: string, home: string, path: Path, report: Report): void {
  if (partitionOf(cloud, region) !== partitionOf(cloud, home)) {
    report(
      path,
      `is ${show(region)}, in another partition of ${cloud} than the sites (${home}): no wide area network joins the two.`,
    );
    return;
  }
  if (regionFacts(cloud, region) !== undefined) return;
  const near = nearestRegion(cloud, region);
  const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
  report(path, `is ${show(region)}, which is no region of ${cloud}.${hint}`);
}
