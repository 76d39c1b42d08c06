import type * as Catalogue from "../../lib/plan/regions";

/** Clouds that have a catalogue of regions. */
export type Regional = "aws" | "gcp" | "azure";

const catalogue = (): typeof Catalogue | undefined => {
  try {
    return require("../../lib/plan/regions");
  } catch {
    return undefined;
  }
};

/**
 * Full names of a region's zones, as the cloud writes them; undefined for a region that is in no catalogue.
 * @param region undefined when it is not known.
 */
export function zonesOf(cloud: Regional, region: string | undefined): readonly string[] | undefined {
  return region === undefined ? undefined : catalogue()?.regionFacts(cloud, region)?.zones;
}

/** Why a text is no region of a cloud; undefined when it is one. */
export function regionRefusal(cloud: Regional, region: string): string | undefined {
  const known = catalogue();
  if (known === undefined || known.regionFacts(cloud, region) !== undefined) return undefined;
  const near = known.nearestRegion(cloud, region);
  return `must be a region of ${cloud}; got "${region}"${near === undefined ? "" : `; did you mean "${near}"?`}`;
}
