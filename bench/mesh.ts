/**
 * Times the mesh of 255 sites: the plan's part, the three peer objects of every site, and one site that leaves. Each of
 * 255 sites has 254 peers, so that what is quadratic shows.
 */

import { fleetPlan } from "../lib/plan/fleetPlan";
import { allPeerObjects, meshOf, peerObjects } from "../lib/plan/mesh";
import { manySites } from "./plan";
import { type Figure, median, timesOf } from "./support/figures";

const RUNS = 9;
const SITES = 255;

function measured(name: string, work: () => unknown, limit?: number): Figure {
  const times = timesOf(RUNS, work);
  const [cold = 0] = times;
  const value = Number(median(times).toFixed(1));
  return { name, unit: "ms", value, note: `median of ${RUNS}, the first ${cold.toFixed(1)}`, ...(limit && { limit }) };
}

export async function run(): Promise<Figure[]> {
  const spec = { ...manySites(SITES, 1), mesh: {} };
  const mesh = fleetPlan(spec).mesh!;
  const each = () => mesh.members.map(({ name }) => peerObjects(mesh, name));
  return [
    measured(`peer objects of ${SITES} sites, all at once`, () => allPeerObjects(mesh), 200),
    measured(`peer objects of ${SITES} sites, one by one`, each),
    measured(`one of ${SITES} sites leaves`, () => allPeerObjects(meshOf(mesh).leave(mesh, "site-7"))),
  ];
}
