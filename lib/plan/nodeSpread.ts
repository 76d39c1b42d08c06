import type { CapacitySite, NodeGroup } from "./capacityInput";
import { capacityOf, timesIn } from "./grains";
import { oncePerObject } from "./oncePerObject";
import type { Limit, Load, Pods } from "./packing";
import { countsForSpread, mayRunOn } from "./schedulable";

const limitsWithoutSpread = oncePerObject(({ mostPerNode }: Load["exclusion"]): readonly Limit[] =>
  mostPerNode.map((most) => ({ always: most, skew: Number.POSITIVE_INFINITY, most })),
);

/** What keeps the pods of each workload off nodes of a site that have some of them already. */
export function limitsOf(site: CapacitySite, load: Load): readonly Limit[] {
  const { exclusion } = load;
  const limits = limitsWithoutSpread(exclusion);
  if (!exclusion.isSpread) return limits;
  return [...load.critical, ...load.sheddable].map((pods, w) => spreadLimit(pods, site, load, limits[w] as Limit));
}

/**
 * Where pods must be even over nodes, a node may have the skew more than the one that has the fewest. A node that counts and
 * can have none keeps that at 0 for ever; else it can be as high as such a node has room for.
 */
function spreadLimit({ spec, size }: Pods, site: CapacitySite, load: Load, alone: Limit): Limit {
  const { nodeSpread } = spec;
  if (nodeSpread === undefined) return alone;
  const { maxSkew, minDomains = 1 } = nodeSpread;
  const counting = countingGroups(spec, site);
  const nodes = counting.reduce((sum, group) => sum + Math.floor(group.count), 0);
  const rooms = counting.map((group) => (mayRunOn(spec, group) ? timesIn(size, capacityOf(group, load.resources)) : 0));
  const fewest = nodes < minDomains ? 0 : Math.min(...rooms);
  return {
    always: Math.min(alone.always, maxSkew),
    skew: fewest === 0 ? Number.POSITIVE_INFINITY : maxSkew,
    most: Math.min(alone.most, fewest + maxSkew),
  };
}

/** Pods of a workload that a node may have where the node that has the fewest has so many. */
export function mostWhere(fewest: number, { skew, most }: Limit): number {
  return Math.min(most, fewest + skew);
}

/** The groups whose nodes count for the spread of a workload. */
export function countingGroups(spec: Pods["spec"], { nodeGroups }: CapacitySite): NodeGroup[] {
  return nodeGroups.filter(
    (group) => group.count >= 1 && countsForSpread(spec, group, spec.nodeSpread?.nodeTaintsPolicy),
  );
}
