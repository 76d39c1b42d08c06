import type { SitePlan } from "../plan";
import { MOST_IN_MESH } from "./facts";
import { cloudsOf, defaultHubs } from "./hubs";
import type { UnderlaySpec, UnderlayTopology } from "./spec";

/** What a reader should decide before the fleet grows or shrinks. */
export function underlayNotes(
  topology: UnderlayTopology,
  sites: readonly SitePlan[],
  spec: UnderlaySpec,
  everCount: number,
): string[] {
  const found: string[] = [];
  if (spec.topology === undefined && everCount === MOST_IN_MESH) {
    found.push(
      "With one site more the underlay turns from pairs to hubs: name underlay.topology to decide when that happens.",
    );
  }
  if (topology !== "hubs" || cloudsOf(sites).length < 2) return found;
  for (const cloud of cloudsOf(sites)) {
    if (spec.hubs?.[cloud] !== undefined) continue;
    const where = defaultHubs(cloud, sites).map(({ region }) => `{ region: "${region}" }`);
    found.push(
      `The hubs of ${cloud} are where its first sites are: pin them with underlay.hubs.${cloud}: [${where.join(", ")}].`,
    );
  }
  return found;
}
