import assert from "node:assert/strict";
import { test } from "node:test";
import { createColors } from "picocolors";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import { eachLost } from "../../../rehearsal/commands/drill";
import { startedSites } from "../../../rehearsal/drill/drill";
import type { DrillReport, DrillWaiting } from "../../../rehearsal/drill/report";
import { drillText, unfinishedText } from "../../../rehearsal/drill/text";
import { eksSite, fleetSpec } from "../../support/specs";

const colors = createColors(false);

const CONTRADICTION = /The scheduler contradicts the plan/;
const UNJUDGED = /has not judged what these pods wait/;
const FORETOLD = /The plan's notes say of these DaemonSets that some of their pods find no node/;
const REFUSED = /The sites refuse pods for the reasons above/;

/** A fleet that holds by the plan, and of whose only survivor one pod waits. */
function report(reason: string, notes: string[], more: Partial<DrillWaiting> = {}): DrillReport {
  const row = { workload: "web", planned: 2, running: 1, pending: 1, reasons: { [reason]: 1 }, refused: null, ...more };
  const site = { site: "turin", isLost: false, planned: 2, running: 1, pending: 1, waiting: [row] };
  const figures = { secondsToFull: null, secondsToReady: null, running: 1, pending: 1, demanded: 2, headroom: 1 };
  const short = [{ workload: "web", running: 1, demanded: 2 }];
  const steps = [{ step: "lost" as const, ...figures, sites: [site], short }];
  const losses = [{ lost: ["oslo"], planned: "holds" as const, carried: false, gone: [], users: null, steps }];
  return { scaling: "prescaled", verdict: "holds", carried: false, sites: [], losses, notes, seconds: 1 };
}

test("pods that wait on a fleet that holds contradict the plan, unless it said that it has not judged why", () => {
  const zones = "Required pod anti-affinity that depends on more is not judged: db, shop/web.";
  const many = "Required pod affinity is not judged: a, b and 3 more.";
  const others = "Required pod affinity is not judged: db.";
  const rows: [reason: string, notes: string[], line: RegExp][] = [
    ["3 Insufficient cpu", [zones], CONTRADICTION],
    ["3 node(s) didn't match pod anti-affinity rules", [], CONTRADICTION],
    ["3 node(s) didn't match pod anti-affinity rules", [others], CONTRADICTION],
    ["3 node(s) didn't match pod anti-affinity rules", [others, zones], UNJUDGED],
    ["3 node(s) didn't match pod affinity rules", [many], UNJUDGED],
    ["3 node(s) didn't satisfy existing pods anti-affinity rules", [others], UNJUDGED],
    ["3 node(s) didn't have free ports for the requested pod ports", [zones], CONTRADICTION],
    ["3 node(s) didn't match pod topology spread constraints", [zones], UNJUDGED],
    ["not looked at by the scheduler yet", [], CONTRADICTION],
    [
      "not looked at by the scheduler yet",
      ["Where scheduler stork (schedulerName) places pods is not judged: web."],
      UNJUDGED,
    ],
    ["Scheduling is blocked due to non-empty scheduling gates", [], CONTRADICTION],
    [
      "Scheduling is blocked due to non-empty scheduling gates",
      ["Pods with scheduling gates wait until somebody opens them, which is not judged: web."],
      UNJUDGED,
    ],
    ["pod has unbound immediate PersistentVolumeClaims", [], UNJUDGED],
  ];
  for (const [reason, notes, line] of rows) {
    const text = drillText(report(`0/3 nodes are available: ${reason}`, notes), "shop", colors);
    assert.match(text, line, reason);
    assert.match(text, / {2}lost: turin runs 1 of 2 web: 1 x 0\/3 nodes/);
  }
});

test("pods that autoscalers do not ask for contradict no plan", () => {
  const waiting = report("0/3 nodes are available", []);
  const heldBack =
    /Nothing waits: the autoscalers ask for no more, by their maxReplicas, or .* within a tenth of their target/;
  const run = {
    ...waiting,
    losses: waiting.losses.map((loss) => ({
      ...loss,
      steps: loss.steps.map((step) => ({
        ...step,
        secondsToFull: 30,
        sites: step.sites.map((site) => ({ ...site, planned: 1, pending: 0, waiting: [] })),
      })),
    })),
  };
  const text = (of: DrillReport, scaling: DrillReport["scaling"]) => drillText({ ...of, scaling }, "shop", colors);
  assert.match(text(run, "reserved"), heldBack);
  assert.match(text(run, "reserved"), /lost: web: 1 of 2 demanded pods run/);
  assert.match(text(run, "prescaled"), CONTRADICTION);
  assert.match(text(waiting, "reserved"), CONTRADICTION);
});

test("pods of DaemonSets wait as a note says, whatever for, and others do not", () => {
  const clash =
    "DaemonSets web and shop/agent both take host port 9100/TCP of nodes of turin: one of the two waits there for ever. Give";
  const large =
    "DaemonSet web asks for cpu 6, more than there is on a node of turin (cpu 4): it waits there for ever, and";
  const many =
    "DaemonSets a, b, c, d and 3 more ask together for cpu 6, more than there is on a node of turin (cpu 4): one of them waits there for ever, and";
  const rows: [note: string, workload: string, line: RegExp][] = [
    [clash, "web", FORETOLD],
    [clash, "shop/agent", FORETOLD],
    [clash, "agent", CONTRADICTION],
    [large, "web", FORETOLD],
    [large, "db", CONTRADICTION],
    [many, "web", FORETOLD],
  ];
  for (const [note, workload, line] of rows)
    assert.match(drillText(report("0/3 nodes are available", [note], { workload }), "shop", colors), line, note);
});

test("pods that wait on a fleet that does not hold contradict nobody", () => {
  const text = drillText({ ...report("3 Insufficient cpu", []), verdict: "does not hold" }, "shop", colors);
  assert.match(text, /lost: turin runs 1 of 2 web/);
  assert.doesNotMatch(text, CONTRADICTION);
});

test("what runs once and was lost is said beside the result", () => {
  const { losses, ...others } = report("", []);
  const [loss] = losses;
  assert.ok(loss);
  const text = drillText(
    { ...others, carried: true, losses: [{ ...loss, carried: true, gone: ["cron"] }] },
    "shop",
    colors,
  );
  assert.match(text, / {2}lost: cron ran once, in oslo, and nowhere after that/);
  assert.match(text, /Result: CARRIED: .*, but for what runs once and was lost with its site: cron\./);
});

test("pods of a paused Deployment are missing because it is paused", () => {
  const notes = ["A paused Deployment starts no pods until it is resumed, which is not judged: web."];
  assert.match(drillText(report("", notes, { pending: 0, reasons: {} }), "shop", colors), UNJUDGED);
  assert.match(
    drillText(report("", notes, { workload: "db", pending: 0, reasons: {} }), "shop", colors),
    CONTRADICTION,
  );
});

test("pods that a site refused to make are told with its reason, and blamed neither on the plan nor on the scheduler", () => {
  const refused = 'pods "web-" is forbidden: exceeded quota: small';
  const volume = "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims";
  const rows: [row: Partial<DrillWaiting>, line: RegExp][] = [
    [{ pending: 0, reasons: {}, refused }, REFUSED],
    [{ planned: 3, reasons: { [volume]: 1 }, refused }, REFUSED],
    [{ planned: 3, reasons: { "3 Insufficient cpu": 1 }, refused }, CONTRADICTION],
    [{ pending: 0, reasons: {} }, CONTRADICTION],
    [{ planned: 3, reasons: { [volume]: 1 } }, CONTRADICTION],
    [{ reasons: { [volume]: 1 } }, UNJUDGED],
  ];
  for (const [row, line] of rows) {
    const text = drillText(report(volume, [], row), "shop", colors);
    assert.match(text, line, JSON.stringify(row));
    if (typeof row.refused === "string")
      assert.match(text, /1 were never made: pods "web-" is forbidden: exceeded quota/);
  }
});

test("what sites have in common is told once", () => {
  const drilled = report("0/3 nodes are available: 3 Insufficient cpu", []);
  const [step] = drilled.losses[0]!.steps;
  const [turin] = step!.sites;
  const vienna = { ...turin!, site: "vienna" };
  const zurich = { ...turin!, site: "zurich", waiting: [{ ...turin!.waiting[0]!, running: 0 }] };
  step!.sites.push(vienna, zurich, { ...turin!, site: "oslo", isLost: true });
  const told = drillText(drilled, "shop", colors).split("\n");
  const waiting = told.filter((line) => /^ {2}lost: .* of 2 web: 1 x/.test(line));
  const why = "web: 1 x 0/3 nodes are available: 3 Insufficient cpu";
  assert.deepEqual(waiting, [
    `  lost: turin, vienna each run 1 of 2 ${why}`,
    `  lost: zurich runs 0 of 2 ${why}; 1 were never made`,
  ]);
});

test("sites that the plan has lost already are not among those that are started", () => {
  const sites = [
    eksSite("frankfurt", 1),
    eksSite("dublin", 2, { region: "eu-west-1" }),
    eksSite("milan", 3, { region: "eu-south-1", state: "lost" }),
    eksSite("paris", 4, { region: "eu-west-3", state: "drained" }),
  ];
  const started = startedSites(fleetPlan(fleetSpec(sites, { degradedUntil: "2099-01-01" })));
  assert.deepEqual(
    started.map(({ name, nodes }) => [name, nodes > 0]),
    [
      ["frankfurt", true],
      ["dublin", true],
      ["paris", true],
    ],
  );
  const told = drillText({ ...report("", []), sites: started }, "shop", colors);
  assert.match(told, /^Drill of shop: 3 sites with real control planes/);
});

test("a drill that ends in a loss tells of those before it", async () => {
  const failure = new Error("vienna does not come back");
  const told: string[] = [];
  const { losses, ...others } = report("0/3 nodes are available: 3 Insufficient cpu", []);
  const one = async ([lost = ""]: readonly string[]) => {
    if (lost === "vienna") throw failure;
    return losses.map((loss) => ({ ...loss, lost: [lost] }))[0]!;
  };
  const drilled = (rounds: string[][]) =>
    eachLost(rounds, one, (done, lost) => told.push(unfinishedText({ ...others, losses: done }, lost, colors)));

  assert.deepEqual(
    (await drilled([["oslo"], ["turin"]])).flatMap(({ lost }) => lost),
    ["oslo", "turin"],
  );
  assert.deepEqual(told, []);
  await assert.rejects(drilled([["oslo"], ["turin"], ["vienna"], ["bern"]]), failure);
  await assert.rejects(drilled([["vienna"]]), failure);
  const [text = "", none] = told;
  assert.match(
    text,
    /^The drill ended in the loss of vienna\. The losses before it:\n\nLosing oslo [\s\S]*\n\nLosing turin /,
  );
  assert.doesNotMatch(text, /Result:/);
  assert.equal(none, "");
});
