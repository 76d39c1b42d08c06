import assert from "node:assert/strict";
import { outageBounds } from "../../../lib/plan/mesh";
import { isWhole } from "../prerequisites";
import { type Answer, answering, outageSeconds, PATIENT, type Probe, startProbe } from "../probe";
import { PATIENCE, type RealFleet } from "../realFleet";
import type { States } from "../rehearsed";
import { until } from "../run";
import { others, type Stage, THREE } from "../stage";

/** What is rehearsed once a site is gone. */
export const LOST: States = { ...THREE, amsterdam: "lost" };

/** Of the rehearsed spec. */
const BOUNDS = outageBounds({ cacheTtlSeconds: 30 });

/** A site is lost, and clients of Services in it are served again. */
export function lossSteps(stage: Stage): void {
  const { step, longStep } = stage;

  longStep("a site vanishes and nobody says so: who has remote backends only is served again within the bound", () =>
    vanished(stage.fleet),
  );

  step("a site is killed and unpeered: who has remote backends only is served again within the bound", () =>
    unpeered(stage.fleet),
  );

  step(
    "its peers' objects name it no more, also where a withdrawer once took it out: its key has one owner",
    async () => {
      const secret = ["-n", "kube-system", "get", "secret", "cilium-clustermesh", "-o", "json"];
      const { data } = JSON.parse(await stage.fleet.site("frankfurt").kubernetes.kubectl(secret)) as { data: object };
      assert.deepEqual(Object.keys(data), ["belgium"]);
    },
  );
}

async function vanished(fleet: RealFleet): Promise<void> {
  const { near, far } = await startProbes(fleet);
  const { node } = fleet.site("amsterdam");
  await node.cut(true);
  await until("requests to amsterdam fail", PATIENCE, () => outageSeconds(far.answers()) > 0);
  await untilServed(far, BOUNDS.silentSeconds + PATIENCE);
  assertNoOutage(await near.stop());
  assertWithin(BOUNDS.silentSeconds, outageSeconds(await far.stop()));
  await node.cut(false);
  await fleet.allReady();
}

async function unpeered(fleet: RealFleet): Promise<void> {
  const { near, far } = await startProbes(fleet);
  await fleet.kill("amsterdam");
  await until("requests to amsterdam fail", PATIENCE, () => outageSeconds(far.answers()) > 0);
  await fleet.rehearse(LOST);
  const rehearsed = Date.now();
  await fleet.allReady();
  await untilServed(far, BOUNDS.unpeeredSeconds + PATIENCE);
  assertNoOutage(await near.stop());
  assertWithin(BOUNDS.unpeeredSeconds, outageSeconds((await far.stop()).filter(({ began }) => began > rehearsed)));
}

/** Clients in frankfurt: of a Service that has a backend there, and of one that has some in the other sites only. */
async function startProbes(fleet: RealFleet): Promise<{ near: Probe; far: Probe }> {
  const near = await fleet.serve("near", {}, "frankfurt");
  const far = await fleet.serve("far", {}, "frankfurt", others("frankfurt"));
  await fleet.untilAnswering("frankfurt", near, ["frankfurt"]);
  await fleet.untilAnswering("frankfurt", far, others("frankfurt"));
  const client = fleet.client("frankfurt");
  return { near: await startProbe(client, near, PATIENT), far: await startProbe(client, far) };
}

/** Waits until a hundred requests in a row were answered, half of which went to the site that is gone before. */
function untilServed(probe: Probe, seconds: number): Promise<void> {
  return until("all requests are answered again", seconds, () => {
    const last = probe.answers().slice(-100);
    return last.length === 100 && last.every(({ answer }) => answer !== null);
  });
}

/** A machine that also does other things says nothing of seconds: only where the whole is asked for. */
function assertWithin(predictedSeconds: number, outage: number): void {
  if (isWhole()) assert.ok(outage <= predictedSeconds, `${outage} s, at most ${predictedSeconds} were predicted`);
}

function assertNoOutage(answers: readonly Answer[]): void {
  assert.deepEqual(answering(answers), ["frankfurt"]);
  assert.equal(outageSeconds(answers), 0, "a site that has a ready backend notices nothing");
}
