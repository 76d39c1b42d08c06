import { HUBS_PER_CLOUD } from "./facts";

/** Where a site is, as far as its cloud's hubs depend on it. */
export interface HubPlace {
  readonly region: string;
  /** What the site itself says that it is lost with; undefined where its region says it. */
  readonly faultDomain?: string | undefined;
}

/**
 * The regions of a cloud's two hubs when the spec does not say: the first two, by the order of the sites, that no site
 * declares to be lost together. Fewer where there are no two.
 */
export function hubRegions(places: readonly HubPlace[]): string[] {
  const regions = [...new Set(places.map(({ region }) => region))];
  const found: string[] = [];
  for (const region of regions) {
    if (found.length < HUBS_PER_CLOUD && found.every((one) => sharedDomain(one, region, places) === undefined)) {
      found.push(region);
    }
  }
  return found;
}

/** The fault domain that sites of two regions declare to share, if there is one: both are then lost at once. */
export function sharedDomain(one: string, other: string, places: readonly HubPlace[]): string | undefined {
  const domains = (of: string) => places.flatMap((place) => (place.region === of ? (place.faultDomain ?? []) : []));
  const known = new Set(domains(one));
  return domains(other).find((domain) => known.has(domain));
}
