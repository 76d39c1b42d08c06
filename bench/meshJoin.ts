import { setTimeout as sleep } from "node:timers/promises";
import type { RealFleet } from "../test/mesh-real/realFleet";
import { Rehearsals, type RehearsedSite, type States } from "../test/mesh-real/rehearsed";
import { allPeersReady } from "../test/mesh-real/site";
import { type Figure, inTurns, secondsFigure } from "./support/figures";
import { onRealFleet } from "./support/realFleet";

const RUNS = 5;
const PATIENCE = 600;

const TWO: States = { frankfurt: "active", belgium: "active" };
const THREE: States = { ...TWO, amsterdam: "active" };

type Rehearsed = ReadonlyMap<string, RehearsedSite>;

/**
 * Times how long a third site takes to be a peer of two others, and they its peers: mesh APIs, agents, and all they keep, when
 * an update does all in its order. Each time on sites that are new: a peer that was one before is followed again only when the
 * mesh APIs have let go of it, three minutes after they were told to.
 */
export async function run(): Promise<Figure[]> {
  const rehearsals = new Rehearsals();
  const two = await rehearsals.up(TWO);
  const joined = await rehearsals.up({ ...TWO, amsterdam: "joining" });
  const joins = await inTurns(RUNS, () => onRealFleet((fleet) => joining(fleet, two, joined)));
  const apart = await rehearsals.up({ ...TWO, amsterdam: "leaving" });
  const back = await rehearsals.up(THREE);
  // A mesh API reads every 5 s who may ask it, so that it matters when an update comes.
  const returns = await inTurns(RUNS, (turn) => onRealFleet((fleet) => joining(fleet, apart, back, turn)));
  return [
    secondsFigure(
      "a new site's peers ready, and it at theirs, after sites are told to follow",
      joins.map(({ told }) => told),
      10,
    ),
    secondsFigure(
      "the same, after the first object of the update, which starts the new site",
      joins.map(({ first }) => first),
    ),
    secondsFigure(
      "peers ready, when a site that runs is taken back, after the first object",
      returns.map(({ first }) => first),
    ),
  ];
}

/** Seconds to all peers ready, from the first object and from when sites are told whom to follow. */
async function joining(
  fleet: RealFleet,
  before: Rehearsed,
  after: Rehearsed,
  pauseSeconds = 0,
): Promise<{ first: number; told: number }> {
  await fleet.give(before);
  const members = [...before.values()].filter(({ plan }) => plan.state === "active").map(({ plan }) => plan.name);
  await allPeersReady(
    members.map((name) => fleet.site(name)),
    PATIENCE,
  );
  await sleep(pauseSeconds * 1000);
  const begun: number[] = [];
  await fleet.give(after, () => begun.push(performance.now()));
  await fleet.allReady();
  const since = (stage: number) => (performance.now() - begun[stage]!) / 1000;
  return { first: since(0), told: since(stageOfPeers(after)) };
}

/** The first stage after that of Cilium. */
function stageOfPeers(rehearsed: Rehearsed): number {
  return 1 + Math.max(...[...rehearsed.values()].map(({ stages }) => stages.findLastIndex(({ isCilium }) => isCilium)));
}
