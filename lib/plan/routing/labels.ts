import type { Provider } from "../machines";
import { regionFacts, regionNames } from "../regions";
import type { Coordinates } from "../spec";

/** What the services call a place: each knows only its own cloud's regions. */
export interface PlaceLabels {
  /** AWS region nearest by great circle, for Route 53's latency records. */
  readonly aws: string;
  /** Google Cloud region, for the items of Cloud DNS's geolocation policies. */
  readonly gcp: string;
  /** Azure region, for the endpoints of Traffic Manager's performance profiles. */
  readonly azure: string;
}

/** The region of each cloud that is nearest to a site; its own region where it is one of that cloud's. */
export function placeLabels(site: { provider: string; region: string; coordinates: Coordinates }): PlaceLabels {
  const label = (provider: Provider) =>
    site.provider === provider && regionFacts(provider, site.region) !== undefined
      ? site.region
      : nearestTo(provider, site.coordinates);
  return { aws: label("aws"), gcp: label("gcp"), azure: label("azure") };
}

interface Place {
  readonly region: string;
  readonly direction: Direction;
}

/** A point on the unit sphere: the nearest of several is the one with the largest dot product. */
type Direction = readonly [number, number, number];

const places = new Map<Provider, readonly Place[]>();

/** Regions that only accounts of their own partition can name: no label of the others' services. */
const APART = /^(cn-|us-gov-|us-iso|us-isob-|eusc-|china|usgov|usdod|ussec|usnat)/;

function placesOf(provider: Provider): readonly Place[] {
  const known = places.get(provider);
  if (known !== undefined) return known;
  const made = regionNames(provider).flatMap((region): Place[] => {
    const facts = regionFacts(provider, region);
    return facts === undefined || APART.test(region) ? [] : [{ region, direction: direction(facts) }];
  });
  places.set(provider, made);
  return made;
}

function nearestTo(provider: Provider, coordinates: Coordinates): string {
  const from = direction(coordinates);
  let best = "";
  let closest = Number.NEGATIVE_INFINITY;
  for (const { region, direction: to } of placesOf(provider)) {
    const closeness = from[0] * to[0] + from[1] * to[1] + from[2] * to[2];
    if (closeness > closest) [best, closest] = [region, closeness];
  }
  return best;
}

/** Where on the unit sphere a place is. */
export function direction({ latitude, longitude }: Coordinates): Direction {
  const [phi, lambda] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}
