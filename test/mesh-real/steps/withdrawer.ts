import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { readNodes, readStatus } from "../../../rehearsal/mesh/agentStatus";
import { pathProbe, readPaths } from "../../../rehearsal/mesh/pathMtu";
import type { PeersSeen } from "../peersSeen";
import { answering, type Probe, startProbe } from "../probe";
import { PATIENCE, type RealFleet } from "../realFleet";
import { until } from "../run";
import { follows } from "../site";
import { NAMES, type Stage } from "../stage";
import { startWithdrawer, type WithdrawerPod } from "../withdrawerPod";

const SECRET = ["-n", "kube-system", "patch", "secret", "cilium-clustermesh", "--type=merge", "-p"];

/**
 * A withdrawer runs in one of three sites, and a site vanishes.
 * @param meanwhile begins what takes no more than the time in which the last step waits
 */
export function withdrawerSteps(stage: Stage, meanwhile: () => void): void {
  const { step } = stage;
  const probes = new Map<string, Probe>();
  let withdrawer: WithdrawerPod;

  const untilSaid = (text: RegExp) =>
    until(`it says ${text}`, PATIENCE, () => {
      if (withdrawer.lines().some((line) => text.test(line))) return true;
      throw new Error(withdrawer.lines().slice(-8).join("\n"));
    });

  step("what mesh status asks of an agent is what a real one answers, and the path's MTU is found", () =>
    statusRead(stage.fleet),
  );

  step("a withdrawer watches, and where every peer answers it changes nothing", async () => {
    withdrawer = await startWithdrawer(stage.fleet.site("frankfurt"));
    await untilSaid(/watching/);
    await sleep(10_000);
    assert.deepEqual(await withdrawer.withdrawn(), []);
    assert.deepEqual(
      withdrawer.lines().filter((line) => !/watching/.test(line)),
      [],
    );
  });

  step("its account may refresh Cilium's pods, and change nothing else of any pod", () => refreshesOnly(withdrawer));

  step("a site vanishes silently: its errors end where a withdrawer runs, and go on where none does", async () => {
    const { fleet } = stage;
    for (const at of ["frankfurt", "belgium"]) {
      const spread = await fleet.serve("spread", { affinity: "none" }, at);
      await fleet.untilAnswering(at, spread, NAMES);
      probes.set(at, await startProbe(fleet.client(at), spread));
    }
    await fleet.site("amsterdam").node.cut(true);
    await untilSaid(/"withdrawn: .*"peer":"amsterdam"/);
    const [watched, unwatched] = [probes.get("frankfurt")!, probes.get("belgium")!];
    await until("all requests of frankfurt are answered", PATIENCE, () => {
      const last = watched.answers().slice(-100);
      return last.length === 100 && last.every(({ answer }) => answer !== null);
    });
    const ended = Math.max(0, ...watched.answers().flatMap(({ answer, began }) => (answer === null ? began : [])));
    await until("belgium sends requests to amsterdam for longer", PATIENCE, () =>
      unwatched.answers().some(({ answer, began }) => answer === null && began > ended),
    );
    assert.deepEqual(await withdrawer.withdrawn(), ["amsterdam"]);
    await agentFollows(fleet, { belgium: true });
  });

  step("put back while it does not answer, as by an update, it is withdrawn again at once", async () => {
    const site = stage.fleet.site("frankfurt");
    const entry = ["-n", "kube-system", "get", "secret", "cilium-clustermesh", "-o", "jsonpath={.data.belgium}"];
    const data = { amsterdam: await site.kubernetes.kubectl(entry) };
    await site.kubernetes.kubectl([...SECRET, JSON.stringify({ data })]);
    await untilSaid(/withdrawn again.*"peer":"amsterdam"/);
    await agentFollows(stage.fleet, { belgium: true });
  });

  step("it answers again: it is taken back, and serves", async () => {
    await stage.fleet.site("amsterdam").node.cut(false);
    await untilSaid(/taken back.*"peer":"amsterdam"/);
    assert.deepEqual(await withdrawer.withdrawn(), []);
    await stage.fleet.allReady();
    await until("amsterdam answers in frankfurt", PATIENCE, () =>
      answering(probes.get("frankfurt")!.answers().slice(-100)).includes("amsterdam"),
    );
    await Promise.all([...probes.values()].map((probe) => probe.stop()));
  });

  step("a site that is cut off itself withdraws nobody", async () => {
    const site = stage.fleet.site("frankfurt");
    await site.node.cut(true);
    await untilSaid(/cut off/);
    meanwhile();
    await sleep(10_000);
    assert.deepEqual(await withdrawer.withdrawn(), []);
    await site.node.cut(false);
    await untilSaid(/as usual/);
    assert.equal(withdrawer.lines().filter((line) => /"withdrawn: /.test(line)).length, 1);
    await follows(site, ["amsterdam", "belgium"], PATIENCE);
    await withdrawer.stop();
    await stage.fleet.allReady();
  });
}

function agentFollows(fleet: RealFleet, expected: PeersSeen): Promise<void> {
  return until(`frankfurt's agent follows ${Object.keys(expected).join(", ")}`, PATIENCE, async () => {
    assert.deepEqual(await fleet.site("frankfurt").peers(), expected);
    return true;
  });
}

async function statusRead(fleet: RealFleet): Promise<void> {
  const { node } = fleet.site("frankfurt");
  const { peers } = readStatus(await node.exec(["cilium-dbg", "status", "-o", "json"]));
  assert.deepEqual(peers, { amsterdam: true, belgium: true });
  const nodes = readNodes(await node.exec(["cilium-dbg", "node", "list", "-o", "json"]), ["amsterdam", "belgium"], 2);
  assert.deepEqual(
    nodes.map(({ address }) => address),
    [fleet.site("amsterdam").node.address, fleet.site("belgium").node.address],
  );
  const paths = readPaths(await node.exec(pathProbe(nodes, 1370)), nodes);
  assert.deepEqual(
    paths.map(({ passedBytes }) => passedBytes),
    [1370, 1370],
  );
}

async function refreshesOnly(withdrawer: WithdrawerPod): Promise<void> {
  const patch = (pod: string, change: object) =>
    withdrawer.kubectl(["-n", "kube-system", "patch", "pod", pod, "--type=merge", "-p", JSON.stringify(change)]);
  const refreshed = { metadata: { annotations: { "multisite/peers-refreshed": "now" } } };
  await patch("cilium-1", refreshed);
  const refused = /may only set the annotation multisite\/peers-refreshed/;
  await assert.rejects(patch("clustermesh-apiserver-0", refreshed), refused);
  await assert.rejects(patch("cilium-1", { spec: { containers: [{ name: "main", image: "evil" }] } }), refused);
  await assert.rejects(patch("cilium-1", { metadata: { annotations: { other: "now" } } }), refused);
  await assert.rejects(patch("cilium-1", { metadata: { labels: { "k8s-app": "evil" } } }), refused);
  await assert.rejects(withdrawer.kubectl(["-n", "kube-system", "get", "secrets"]), /Forbidden/);
}
