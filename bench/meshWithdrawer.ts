import { outageSeconds, type Probe, startProbe } from "../test/mesh-real/probe";
import type { RealFleet } from "../test/mesh-real/realFleet";
import type { States } from "../test/mesh-real/rehearsed";
import { until } from "../test/mesh-real/run";
import { startWithdrawer } from "../test/mesh-real/withdrawerPod";
import { type Figure, secondsFigure } from "./support/figures";
import { onRealFleet } from "./support/realFleet";

/** A peer that comes and goes is taken back later each time, so that more would take very long. */
const RUNS = 3;
const PATIENCE = 900;
const THREE: States = { frankfurt: "active", belgium: "active", amsterdam: "active" };

/**
 * Times how long clients of a Service that spreads over three real sites lose requests when one of the sites vanishes
 * silently: in frankfurt, where a withdrawer runs, and in belgium, where none does.
 */
export function run(): Promise<Figure[]> {
  return onRealFleet(async (fleet) => {
    await fleet.give(await fleet.rehearsals.up(THREE));
    await fleet.allReady();
    await fleet.startPods(...Object.keys(THREE));
    return measured(fleet);
  });
}

async function measured(fleet: RealFleet): Promise<Figure[]> {
  const withdrawer = await startWithdrawer(fleet.site("frankfurt"));
  const withOne: number[] = [];
  let without = 0;
  for (let count = 1; count <= RUNS; count++) {
    const watched = await clientOf(fleet, "frankfurt");
    const unwatched = await clientOf(fleet, "belgium");
    await fleet.site("amsterdam").node.cut(true);
    await untilServed(watched, async () => (await withdrawer.withdrawn()).includes("amsterdam"));
    withOne.push(outageSeconds(await watched.stop()));
    // Once is enough for what takes minutes and is a constant of Cilium's.
    if (count === RUNS) {
      await untilServed(unwatched, async () => !(await fleet.site("belgium").links()).amsterdam);
      without = outageSeconds(await unwatched.stop());
    } else await unwatched.stop();
    await fleet.site("amsterdam").node.cut(false);
    await until("amsterdam is taken back", PATIENCE, async () => (await withdrawer.withdrawn()).length === 0);
    await fleet.allReady();
  }
  return [
    secondsFigure("requests lost when a site vanishes silently, with a withdrawer", withOne, 15),
    secondsFigure("the same without one (cacheTtlSeconds 30)", [without]),
  ];
}

async function clientOf(fleet: RealFleet, at: string): Promise<Probe> {
  const target = await fleet.serve("spread", { affinity: "none" }, at);
  await fleet.untilAnswering(at, target, ["amsterdam", "belgium", "frankfurt"]);
  return startProbe(fleet.client(at), target);
}

/** Waits until the loss is known, and a hundred requests in a row were answered since. */
async function untilServed(probe: Probe, isKnown: () => Promise<boolean>): Promise<void> {
  await until("the loss is known", PATIENCE, isKnown);
  const known = Date.now();
  await until("all are answered", PATIENCE, () => {
    const last = probe.answers().slice(-100);
    return last.length === 100 && last.every(({ answer, began }) => answer !== null && began > known);
  });
}
