import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { readNodes, readStatus } from "../../rehearsal/mesh/agentStatus";
import { pathProbe, readPaths } from "../../rehearsal/mesh/pathMtu";
import { absentChart } from "../mesh/charts";
import { localTools } from "../support/localTools";
import { askedMachine } from "./prerequisites";
import { answering, type Probe, startProbe } from "./probe";
import { openFleet, PATIENCE, type RealFleet } from "./realFleet";
import type { States } from "./rehearsed";
import { until } from "./run";
import { follows } from "./site";
import { Steps } from "./steps";
import { startWithdrawer, type WithdrawerPod } from "./withdrawerPod";

const asked = askedMachine();

const THREE: States = { frankfurt: "active", belgium: "active", amsterdam: "active" };
const SECRET = ["-n", "kube-system", "patch", "secret", "cilium-clustermesh", "--type=merge", "-p"];

describe("a withdrawer in one site of a real mesh", { skip: typeof asked === "string" && asked }, () => {
  let fleet: RealFleet;
  let withdrawer: WithdrawerPod;
  const steps = new Steps();
  const probes = new Map<string, Probe>();

  const { step } = steps;

  const untilSaid = (text: RegExp, times = 1) =>
    until(`it says ${text}`, PATIENCE, () => {
      if (withdrawer.lines().filter((line) => text.test(line)).length >= times) return true;
      throw new Error(withdrawer.lines().slice(-8).join("\n"));
    });

  before(async () => {
    const tools = await localTools();
    assert.ok(typeof tools !== "string", String(tools));
    assert.equal(await absentChart("1.19"), false);
    fleet = await openFleet(tools);
  });

  after(() => steps.end(fleet));

  step("it watches, and where every peer answers it changes nothing", async () => {
    await fleet.start(...(await fleet.rehearsals.up(THREE)).values());
    await fleet.allReady();
    await fleet.startPods(...Object.keys(THREE));
    withdrawer = await startWithdrawer(fleet.site("frankfurt"));
    await untilSaid(/watching/);
    await sleep(10_000);
    assert.deepEqual(await withdrawer.withdrawn(), []);
    assert.deepEqual(
      withdrawer.lines().filter((line) => !/watching/.test(line)),
      [],
    );
  });

  step("what mesh status asks of an agent is what a real one answers, and the path's MTU is found", async () => {
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
  });

  step("its account may refresh Cilium's pods, and change nothing else of any pod", async () => {
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
  });

  step("a site vanishes silently: its errors end where a withdrawer runs, and go on where none does", async () => {
    for (const at of ["frankfurt", "belgium"]) {
      const spread = await fleet.serve("spread", { affinity: "none" }, at);
      await fleet.untilAnswering(at, spread, ["amsterdam", "belgium", "frankfurt"]);
      probes.set(at, await startProbe(fleet.client(at), spread));
    }
    await fleet.site("amsterdam").node.cut(true);
    await untilSaid(/"withdrawn: .*"peer":"amsterdam"/);
    await until("all requests of frankfurt are answered", PATIENCE, () => {
      const last = probes.get("frankfurt")!.answers().slice(-100);
      return last.length === 100 && last.every(({ answer }) => answer !== null);
    });
    const elsewhere = probes.get("belgium")!.answers().slice(-40);
    assert.ok(
      elsewhere.some(({ answer }) => answer === null),
      "belgium still sends requests to amsterdam",
    );
    assert.deepEqual(await withdrawer.withdrawn(), ["amsterdam"]);
    assert.deepEqual(await fleet.site("frankfurt").peers(), { belgium: true });
  });

  step("put back while it does not answer, as by an update, it is withdrawn again at once", async () => {
    const { kubernetes } = fleet.site("frankfurt");
    const entry = ["-n", "kube-system", "get", "secret", "cilium-clustermesh", "-o", "jsonpath={.data.belgium}"];
    await kubernetes.kubectl([...SECRET, JSON.stringify({ data: { amsterdam: await kubernetes.kubectl(entry) } })]);
    await untilSaid(/withdrawn again.*"peer":"amsterdam"/);
    const answers = probes.get("frankfurt")!.answers().slice(-20);
    assert.ok(
      answers.every(({ answer }) => answer !== null),
      "and no request noticed",
    );
  });

  step("it answers again: it is taken back, and serves", async () => {
    await fleet.site("amsterdam").node.cut(false);
    await untilSaid(/taken back.*"peer":"amsterdam"/);
    assert.deepEqual(await withdrawer.withdrawn(), []);
    await fleet.allReady();
    await until("amsterdam answers in frankfurt", PATIENCE, () =>
      answering(probes.get("frankfurt")!.answers().slice(-100)).includes("amsterdam"),
    );
  });

  step("a site that is cut off itself withdraws nobody", async () => {
    await fleet.site("frankfurt").node.cut(true);
    await untilSaid(/cut off/);
    await sleep(10_000);
    assert.deepEqual(await withdrawer.withdrawn(), []);
    await fleet.site("frankfurt").node.cut(false);
    await untilSaid(/as usual/);
    assert.equal(withdrawer.lines().filter((line) => /"withdrawn: /.test(line)).length, 1);
    await follows(fleet.site("frankfurt"), ["amsterdam", "belgium"], PATIENCE);
  });

  step("a site that was withdrawn and taken back leaves as any other: its key has one owner", async () => {
    await fleet.rehearse({ ...THREE, amsterdam: "leaving" });
    const secret = await fleet
      .site("frankfurt")
      .kubernetes.kubectl(["-n", "kube-system", "get", "secret", "cilium-clustermesh", "-o", "json"]);
    assert.deepEqual(Object.keys((JSON.parse(secret) as { data: object }).data), ["belgium"]);
    await follows(fleet.site("frankfurt"), ["belgium"], PATIENCE);
  });
});
