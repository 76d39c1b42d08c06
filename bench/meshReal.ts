import { type Answer, outageSeconds, type Probe, startProbe } from "../test/mesh-real/probe";
import type { RealFleet } from "../test/mesh-real/realFleet";
import { Rehearsals, type RehearsedSite, type States } from "../test/mesh-real/rehearsed";
import { until } from "../test/mesh-real/run";
import { type Figure, inTurns, seconds, secondsFigure } from "./support/figures";
import { onRealFleet } from "./support/realFleet";

/** Runs of what takes seconds, and of what takes minutes. */
const RUNS = 5;
const SILENT_RUNS = 3;
const PATIENCE = 600;

const NAMES = ["frankfurt", "belgium", "amsterdam"] as const;
const THREE: States = { frankfurt: "active", belgium: "active", amsterdam: "active" };

/**
 * Times a real mesh of three sites on this machine, with Cilium 1.19.5 and everything that a rehearsal has made: how long
 * it takes to come up, to see a backend, to drop one, and to notice that a site has vanished silently.
 */
export async function run(): Promise<Figure[]> {
  const rehearsed = await new Rehearsals().up(THREE);
  const up = await inTurns(RUNS - 1, () => onRealFleet((fleet) => start(fleet, rehearsed)));
  return onRealFleet(async (fleet) => {
    up.push(await start(fleet, rehearsed));
    return [secondsFigure("three sites, from nothing to all peers ready", up, 40), ...(await measuredIn(fleet))];
  });
}

function start(fleet: RealFleet, rehearsed: ReadonlyMap<string, RehearsedSite>): Promise<number> {
  return seconds(async () => {
    await fleet.give(rehearsed);
    await fleet.allReady();
  });
}

async function measuredIn(fleet: RealFleet): Promise<Figure[]> {
  await fleet.startPods(...NAMES);
  const seen = await inTurns(RUNS, () => backendSeen(fleet));
  const dropped = await inTurns(RUNS, () => backendDropped(fleet));
  const unready = await inTurns(RUNS, () => locallyUnready(fleet));
  const silent = await inTurns(SILENT_RUNS, () => vanished(fleet));
  return [
    secondsFigure("a new backend, until it answers in every site", seen, 1),
    secondsFigure("a backend that crashed, from unready to the last error in any site", dropped, 0.6),
    secondsFigure(
      "all backends of a site unready, until a request there is answered by another site",
      unready.map(({ remotely }) => remotely),
      1,
    ),
    secondsFigure(
      "ready again, until a request is answered by the site itself",
      unready.map(({ locally }) => locally),
      1,
    ),
    secondsFigure(
      "a site that vanished silently, until its peers notice",
      silent.map(({ noticed }) => noticed),
    ),
    secondsFigure(
      "the same, until clients with remote backends only are served (cacheTtlSeconds 30)",
      silent.map(({ served }) => served),
    ),
  ];
}

/** From when a pod of amsterdam is ready, the only one of its Service, to the first answer in the last of three sites. */
async function backendSeen(fleet: RealFleet): Promise<number> {
  const web = fleet.web("amsterdam");
  await web.setReady(false);
  const probes = await probesOf(fleet, ["amsterdam"]);
  await until("nobody answers", PATIENCE, () => probes.every((probe) => lastOf(probe, 10).every(isLost)));
  const ready = Date.now();
  await web.setReady(true);
  await until("all are answered", PATIENCE, () => probes.every((probe) => probe.answers().some(isAnswered)));
  const firsts = (await stopped(probes)).map((answers) => answers.find(isAnswered)!.ended);
  return (Math.max(...firsts) - ready) / 1000;
}

/** From when a pod of amsterdam that has crashed is unready, one of two, to the end of the last error in any site. */
async function backendDropped(fleet: RealFleet): Promise<number> {
  const web = fleet.web("amsterdam");
  const probes = await probesOf(fleet, ["frankfurt", "amsterdam"]);
  await until("both answer", PATIENCE, () =>
    probes.every((probe) => new Set(lastOf(probe, 40).map(({ answer }) => answer)).size === 2),
  );
  await web.crash();
  await until("requests fail", PATIENCE, () => probes.every((probe) => lastOf(probe, 40).some(isLost)));
  const unready = Date.now();
  await web.setReady(false);
  await until("all are answered", PATIENCE, () => probes.every((probe) => lastOf(probe, 100).every(isAnswered)));
  const all = (await stopped(probes)).flat();
  await web.recover();
  return Math.max(0, ...all.filter(isLost).map(({ ended }) => (ended - unready) / 1000));
}

/** From when the only backend of frankfurt is unready, for clients there of a Service with affinity local, and back. */
async function locallyUnready(fleet: RealFleet): Promise<{ remotely: number; locally: number }> {
  const probe = await startProbe(fleet.client("frankfurt"), await fleet.serve("near", {}, "frankfurt"));
  await until("its own site answers", PATIENCE, () => lastOf(probe, 10).every(({ answer }) => answer === "frankfurt"));
  const turned = async (ready: boolean) => {
    const told = Date.now();
    await fleet.web("frankfurt").setReady(ready);
    const isTurned = ({ answer, began }: Answer) => {
      return began > told && answer !== null && (answer === "frankfurt") === ready;
    };
    await until("another site answers", PATIENCE, () => probe.answers().some(isTurned));
    return (probe.answers().find(isTurned)!.ended - told) / 1000;
  };
  const times = { remotely: await turned(false), locally: await turned(true) };
  await probe.stop();
  return times;
}

/** From when amsterdam's cable is out. */
async function vanished(fleet: RealFleet): Promise<{ noticed: number; served: number }> {
  const target = await fleet.serve("far", {}, "frankfurt", ["belgium", "amsterdam"]);
  await fleet.untilAnswering("frankfurt", target, ["belgium", "amsterdam"]);
  const probe = await startProbe(fleet.client("frankfurt"), target);
  const { node } = fleet.site("amsterdam");
  const gone = Date.now();
  await node.cut(true);
  await until("frankfurt notices", PATIENCE, async () => !(await fleet.site("frankfurt").links()).amsterdam);
  const noticed = (Date.now() - gone) / 1000;
  await until("all are answered", PATIENCE, () => lastOf(probe, 100).every(isAnswered));
  const served = outageSeconds(await probe.stop());
  await node.cut(false);
  await fleet.allReady();
  return { noticed, served };
}

async function probesOf(fleet: RealFleet, backends: readonly string[]): Promise<Probe[]> {
  const name = backends.join("-");
  await fleet.serve(name, { affinity: "none" }, "frankfurt", backends);
  return Promise.all(
    NAMES.map(async (site) => {
      return startProbe(fleet.client(site), { address: await fleet.clusterIp(name, site), port: 80 });
    }),
  );
}

function stopped(probes: readonly Probe[]): Promise<Answer[][]> {
  return Promise.all(probes.map((probe) => probe.stop()));
}

/** The last answers of a probe; a lost one in their place as long as there are fewer. */
function lastOf(probe: Probe, count: number): Answer[] {
  const answers = probe.answers().slice(-count);
  const none = { began: 0, ended: 0, answer: null };
  return answers.length < count ? [none] : answers;
}

function isAnswered({ answer }: Answer): boolean {
  return answer !== null;
}

function isLost({ answer }: Answer): boolean {
  return answer === null;
}
