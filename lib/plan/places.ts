import { isCloud, providerOf } from "./faultDomains";
import { regionFacts } from "./regions";
import type { Coordinates, SiteSpec } from "./spec";

/** Zones of a site that names none. */
const DEFAULT_ZONES = 3;

/**
 * The zones of a site: its own, or the first three of its region by name. Empty for a cluster that exists and for a
 * region without zones (Azure has some): the cloud then places nodes as it likes, and the site is lost as one.
 */
export function defaultZones(
  site: Pick<SiteSpec, "kind" | "region"> & { zones?: readonly (string | undefined)[] },
): string[] {
  if (site.kind === "existing") return [];
  if (site.zones !== undefined) return site.zones.filter((zone) => zone !== undefined);
  const provider = providerOf(site as SiteSpec);
  const zones = isCloud(provider) ? regionFacts(provider, site.region)?.zones : undefined;
  return [...(zones ?? [])].sort().slice(0, DEFAULT_ZONES);
}

/** Where a site is: as it says, or where its region is; undefined when nobody knows. */
export function coordinatesOf(site: SiteSpec): Coordinates | undefined {
  if (site.coordinates !== undefined) return site.coordinates;
  const provider = providerOf(site);
  const facts = isCloud(provider) ? regionFacts(provider, site.region) : undefined;
  return facts === undefined ? undefined : { latitude: facts.latitude, longitude: facts.longitude };
}
