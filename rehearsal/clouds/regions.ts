import { nearestRegion, regionFacts } from "../../lib/plan/regions";

/** Clouds that have a catalogue of regions. */
export type Regional = "aws" | "gcp" | "azure";

/**
 * Full names of a region's zones, as the cloud writes them; undefined for a region that is in no catalogue.
 * @param region undefined when it is not known.
 */
export function zonesOf(cloud: Regional, region: string | undefined): readonly string[] | undefined {
  return region === undefined ? undefined : regionFacts(cloud, region)?.zones;
}

/** Why a text is no region of a cloud; undefined when it is one. */
export function regionRefusal(cloud: Regional, region: string): string | undefined {
  if (regionFacts(cloud, region) !== undefined) return undefined;
  const near = nearestRegion(cloud, region);
  return `must be a region of ${cloud}; got "${region}"${near === undefined ? "" : `; did you mean "${near}"?`}`;
}

/** Why a text is no zone of a region; undefined when it is one, or when the region is not known. */
export function zoneRefusal(cloud: Regional, region: string | undefined, zone: string): string | undefined {
  const zones = zonesOf(cloud, region);
  if (zones === undefined || zones.includes(zone)) return undefined;
  // The catalogue leaves out a zone in which EKS makes no control plane; subnets may lie there all the same.
  const hasOthers = cloud === "aws" && (regionFacts("aws", region!)?.refusedZoneIds.length ?? 0) > 0;
  if (hasOthers && new RegExp(`^${region}[a-f]$`).test(zone)) return undefined;
  if (zones.length === 0) return `cannot be given: ${region} has no zones`;
  return `must be a zone of ${region} (${zones.join(", ")}); got "${zone}"`;
}
