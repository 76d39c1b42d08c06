import type { FaultDomainLevel } from "../spec";
import type { ObservedSite } from "./types";

/** The region of an observed site as a fault domain; undefined where it is not known. */
export function observedRegion({ provider, region }: ObservedSite): string | undefined {
  return region === undefined ? undefined : `${provider}/${region}`;
}

/**
 * The fault domains of a program's sites; undefined where a region is not known. At level `zone`, sites that have a zone in common
 * are lost with it together, and one whose zones are not known may have any of its region's.
 */
export function observedDomains(
  sites: readonly ObservedSite[],
  level: FaultDomainLevel,
): ReadonlyMap<ObservedSite, string | undefined> {
  if (level === "provider") return new Map(sites.map((site) => [site, site.provider]));
  if (level === "region") return new Map(sites.map((site) => [site, observedRegion(site)]));
  const regions = new Map<string | undefined, ObservedSite[]>();
  for (const site of sites) {
    const region = observedRegion(site);
    regions.set(region, [...(regions.get(region) ?? []), site]);
  }
  return new Map(
    [...regions].flatMap(([region, inRegion]) =>
      inRegion.map((site): [ObservedSite, string | undefined] => [
        site,
        region === undefined ? undefined : zoneDomain(region, together(site, inRegion)),
      ]),
    ),
  );
}

function zoneDomain(region: string, sites: readonly ObservedSite[]): string {
  if (sites.some(({ zones }) => zones.length === 0)) return region;
  return `${region}/${[...new Set(sites.flatMap(({ zones }) => zones))].sort().join("+")}`;
}

/** The sites that are lost with one, by a chain of zones that two have in common. */
function together(site: ObservedSite, all: readonly ObservedSite[]): ObservedSite[] {
  const found = new Set([site]);
  // A set hands out what is added to it meanwhile.
  for (const one of found) {
    for (const other of all) if (!found.has(other) && touch(one, other)) found.add(other);
  }
  return [...found];
}

function touch(one: ObservedSite, other: ObservedSite): boolean {
  return one.zones.length === 0 || other.zones.length === 0 || one.zones.some((zone) => other.zones.includes(zone));
}
