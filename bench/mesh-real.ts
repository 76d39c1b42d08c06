import { strict as assert } from "node:assert";
import { toolchain } from "../rehearsal/clusters/toolchain";
import { type Answer, outageSeconds, type Probe, startProbe } from "../test/mesh-real/probe";
import { openFleet, type RealFleet } from "../test/mesh-real/realFleet";
import { Rehearsals, type RehearsedSite, type States } from "../test/mesh-real/rehearsed";
import { until } from "../test/mesh-real/run";
import { follows } from "../test/mesh-real/site";
import { type Figure, median } from "./support/figures";

/** Runs of what takes seconds, and of what takes minutes. */
const RUNS = 5;
const SILENT_RUNS = 3;
const PATIENCE = 600;

const NAMES = ["frankfurt", "belgium", "amsterdam"] as const;
const THREE: States = { frankfurt: "active", belgium: "active", amsterdam: "active" };

type Rehearsed = ReadonlyMap<string, RehearsedSite>;

/**
 * Times a real mesh of three sites on this machine, with Cilium 1.19.5 and everything that a rehearsal has made: how long
 * it takes to come up, to follow a peer, to see a backend, to drop one, and to notice that a site has vanished silently.
 */
export async function run(): Promise<Figure[]> {
  const [joined, left] = await rehearsals();
  const peers = await inTurns(RUNS, () => joins(joined, left));
  const figures = [figure("a peer ready, from before its objects are written", peers, 10)];
  const up: number[] = [];
  for (let count = 1; count <= RUNS; count++) {
    const fleet = await openFleet(await toolchain());
    try {
      up.push(await seconds(() => start(fleet, joined)));
      if (count < RUNS) continue;
      figures.push(figure("three sites, from nothing to all peers ready", up, 40));
      figures.push(...(await measuredIn(fleet)));
    } finally {
      await fleet.lab.end();
    }
  }
  return figures;
}

/** The fleet as it is, and with one site that leaves. */
async function rehearsals(): Promise<[Rehearsed, Rehearsed]> {
  const all = new Rehearsals();
  return [await all.up(THREE), await all.up({ ...THREE, amsterdam: "leaving" })];
}

async function start(fleet: RealFleet, rehearsed: Rehearsed): Promise<void> {
  await fleet.start(...rehearsed.values());
  await fleet.allReady();
}

/**
 * A site that was nobody's peer yet: one that was is followed again only after the mesh APIs have let go of it, three minutes
 * after they were told to.
 */
async function joins(joined: Rehearsed, left: Rehearsed): Promise<number> {
  const fleet = await openFleet(await toolchain());
  try {
    await fleet.start(...left.values());
    const expected: Readonly<Record<string, readonly string[]>> = {
      frankfurt: ["belgium"],
      belgium: ["frankfurt"],
      amsterdam: [],
    };
    await Promise.all(NAMES.map((name) => follows(fleet.site(name), expected[name]!, PATIENCE)));
    return await seconds(async () => {
      await fleet.give(joined);
      await fleet.allReady();
    });
  } finally {
    await fleet.lab.end();
  }
}

async function measuredIn(fleet: RealFleet): Promise<Figure[]> {
  await fleet.startPods(...NAMES);
  const seen = await inTurns(RUNS, () => backendSeen(fleet));
  const dropped = await inTurns(RUNS, () => backendDropped(fleet));
  const silent = await inTurns(SILENT_RUNS, () => vanished(fleet));
  return [
    figure("a new backend, until it answers in every site", seen, 1),
    figure("a backend that crashed, from unready to the last error in any site", dropped, 0.6),
    figure(
      "a site that vanished silently, until its peers notice",
      silent.map(({ noticed }) => noticed),
    ),
    figure(
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

async function inTurns<T>(runs: number, one: () => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  for (let count = 0; count < runs; count++) all.push(await one());
  return all;
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

function figure(name: string, all: readonly number[], limit?: number): Figure {
  assert(all.length > 0);
  const value = Number(median(all).toFixed(2));
  const range = `${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)}`;
  return { name, unit: "s", value, note: `median of ${all.length}, ${range}`, ...(limit !== undefined && { limit }) };
}
