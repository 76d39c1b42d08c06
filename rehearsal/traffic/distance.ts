import { regionFacts } from "../../lib/plan/regions";
import { direction } from "../../lib/plan/routing/labels";
import type { Coordinates } from "../../lib/plan/spec";
import type { Client } from "./asking";

/** The place that is nearest to a client by great circle, the first of equals. */
export function nearestTo<T>(
  of: readonly T[],
  place: (one: T) => Coordinates | undefined,
  client: Client,
): T | undefined {
  const from = direction(client);
  let best: T | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const one of of) {
    const where = place(one);
    if (where === undefined) continue;
    const to = direction(where);
    const closeness = from[0] * to[0] + from[1] * to[1] + from[2] * to[2];
    if (closeness > most) [best, most] = [one, closeness];
  }
  return best;
}

/** Where a cloud's region is. The services measure networks; distance stands in for that. */
export function placeOf(provider: "aws" | "gcp" | "azure", region: string | undefined): Coordinates | undefined {
  return region === undefined ? undefined : regionFacts(provider, region);
}
