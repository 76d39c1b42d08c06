import { isApplied } from "./hooks";
import type { SourceObject } from "./objects";
import { type ReadManifests, readObjects } from "./reading";
import { reportRefused } from "./refused";

/** Reads the objects of manifests that somebody has written to be applied: what no site would be given is left out, and what an API server would refuse is a problem. */
export function readWritten(sources: readonly SourceObject[]): ReadManifests {
  const read = readObjects(sources, isApplied);
  for (const found of read.objects) reportRefused(found);
  return read;
}
