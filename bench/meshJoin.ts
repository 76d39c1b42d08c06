import { Rehearsals, type RehearsedSite, type States } from "../test/mesh-real/rehearsed";
import { follows } from "../test/mesh-real/site";
import { type Figure, inTurns, seconds, secondsFigure } from "./support/figures";
import { onRealFleet } from "./support/realFleet";

const RUNS = 5;
const PATIENCE = 600;

const THREE: States = { frankfurt: "active", belgium: "active", amsterdam: "active" };
/** Who follows whom while amsterdam is nobody's peer. */
const BEFORE: Readonly<Record<string, readonly string[]>> = {
  frankfurt: ["belgium"],
  belgium: ["frankfurt"],
  amsterdam: [],
};

type Rehearsed = ReadonlyMap<string, RehearsedSite>;

/**
 * Times how long a site that runs takes to be a peer of two others, and they its peers: mesh APIs, agents, and all they keep,
 * when their objects are written in the order of an update.
 * Each time on sites that are new: a peer that was one before is followed again only when the mesh APIs have let go of it,
 * three minutes after they were told to.
 */
export async function run(): Promise<Figure[]> {
  const rehearsals = new Rehearsals();
  const joined = await rehearsals.up(THREE);
  const apart = await rehearsals.up({ ...THREE, amsterdam: "leaving" });
  const all = await inTurns(RUNS, () => joins(joined, apart));
  return [
    secondsFigure(
      "a peer ready, after its objects are written in three sites",
      all.map(({ ready }) => ready),
      10,
    ),
    secondsFigure(
      "objects of three sites written, stage by stage",
      all.map(({ written }) => written),
    ),
  ];
}

function joins(joined: Rehearsed, apart: Rehearsed): Promise<{ written: number; ready: number }> {
  return onRealFleet(async (fleet) => {
    await fleet.start(...apart.values());
    await Promise.all(Object.entries(BEFORE).map(([name, peers]) => follows(fleet.site(name), peers, PATIENCE)));
    return { written: await seconds(() => fleet.give(joined)), ready: await seconds(() => fleet.allReady()) };
  });
}
