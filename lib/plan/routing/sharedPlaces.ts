import { total } from "../grains";
import type { ServiceHandover } from "./input";
import type { TrafficSite } from "./plan";
import type { Users } from "./received";
import { wholeWeights } from "./weights";

/** Places that several sites share as a service sees them, so that it divides the users of each itself. */
export interface SharedPlaces {
  /** Names of the sites of each place: two or more. */
  readonly places: readonly (readonly string[])[];
  /**
   * What it divides them by, between the sites that serve.
   * @default by whole weights in proportion to the users near each, those that serve nothing now included
   */
  readonly parts?: Users;
}

/** Sites by what a service calls their place, in their order. */
export function sitesByPlace(
  sites: readonly TrafficSite[],
  placeOf: (site: TrafficSite) => string,
): Map<string, TrafficSite[]> {
  const byPlace = new Map<string, TrafficSite[]>();
  for (const site of sites) byPlace.set(placeOf(site), [...(byPlace.get(placeOf(site)) ?? []), site]);
  return byPlace;
}

/** Weights by which Traffic Manager divides the users of a region that sites share. */
export function divisionWeights(sites: readonly string[], users: Users): number[] {
  return wholeWeights(
    sites.map((site) => users[site] ?? 0),
    1000,
    1,
  );
}

/**
 * Part of all users that a service leads to each site while all that serve are healthy: those that are nearest to it, or its part
 * of the users of a place that it shares.
 */
export function ledUsers({ shared }: ServiceHandover, users: Users, serves: (site: string) => boolean): Users {
  if (shared === undefined) return users;
  const { places, parts } = shared;
  const led = { ...users };
  for (const place of places) {
    const sites = parts === undefined ? place : place.filter(serves);
    const weights = parts === undefined ? divisionWeights(sites, users) : sites.map((site) => parts[site] ?? 1);
    const perWeight = total(sites.map((site) => users[site] ?? 0)) / total(weights);
    sites.forEach((site, i) => {
      led[site] = perWeight * (weights[i] ?? 0);
    });
  }
  return led;
}
