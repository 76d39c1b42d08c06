import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import type { LocalSite } from "../../../rehearsal/clusters/sites";
import { apply } from "../../../rehearsal/drill/apply";
import { DrillFleet } from "../../../rehearsal/drill/fleet";
import { scalables, unscaled } from "../../../rehearsal/drill/scale";
import { unplayed } from "../../../rehearsal/drill/unplayed";
import { UserError } from "../../../rehearsal/userError";
import { listOf, siteAnswering } from "../../support/apiServer";
import { type Fault, faultyServer } from "../../support/faultyServer";
import { twoRegions } from "../../support/specs";

/** Seconds that an answer may take: one that comes may be late on a busy machine. */
const secondsOf = (fault: Fault): number => (fault === "hangs" ? 0.3 : 30);

test("a site that hangs, or answers with an error, is named, and waited for no longer than is said", async (t) => {
  const server = await faultyServer("");
  t.after(() => server.close());
  const workloads = [{ name: "web", replicas: 2, cpu: 0.1, memoryGiB: 0.1 }];
  const plan = fleetPlan(twoRegions({ demand: { workloads } }));
  const rows = [
    ["hangs", "no answer in time", MORE_PATIENCE],
    ["500", "its API server answered 500", MORE_PATIENCE],
    ["401", "it does not let the kubeconfig's user in \\(401\\)", ANOTHER_PROGRAM],
    ["403", "the kubeconfig's user may not read [\\w ]+ there \\(403\\)", ANOTHER_PROGRAM],
  ] as const;
  for (const [fault, reason, advice] of rows) {
    const site = { name: "dublin", kubeconfig: server.kubeconfig(fault) } as LocalSite;
    const answerSeconds = secondsOf(fault);
    const fleet = await DrillFleet.open(plan, { dublin: site }, new AbortController().signal, { answerSeconds });
    await isNamed(fleet, site, reason, advice);
  }
});

/** What to do about a site that is too slow, and about one that no patience helps. */
const [MORE_PATIENCE, ANOTHER_PROGRAM] = [
  "Where .*--patience",
  "No site of a drill answers so: another program .*again",
];

/** Whatever is asked of a site, the error names it, with the reason and what to do. */
async function isNamed(fleet: DrillFleet, site: LocalSite, reason: string, advice: string): Promise<void> {
  const questions: [what: string, asked: () => Promise<unknown>][] = [
    ["pods", () => fleet.until(fleet.planned(["dublin"]), performance.now(), 20)],
    ["workloads", () => scalables(site, fleet)],
    ["Jobs and pods", () => unscaled(site, fleet)],
    ["\\w+s", () => unplayed(site, ["web"], fleet)],
  ];
  for (const [what, asked] of questions)
    await assert.rejects(asked(), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, new RegExp(`^Site dublin was asked for its ${what}: ${reason}\\. ${advice}\\.$`));
      return true;
    });
}

test("a success that is no API server's is told with what was answered, in one short line", async (t) => {
  const workloads = [{ name: "web", replicas: 2, cpu: 0.1, memoryGiB: 0.1 }];
  const plan = fleetPlan(twoRegions({ demand: { workloads } }));
  const page = `<html>\n  <title>Sign in</title>${" ".repeat(40)}<p>${"x".repeat(300)}</html>`;
  const noList = "it answered with what is no list, as no API server does";
  const rows: [type: string, body: string, reason: string][] = [
    [
      "text/html; charset=utf-8",
      page,
      "it answered with text/html, as no API server does: <html> <title>Sign in</title> <p>x+\\.\\.\\.",
    ],
    ["text/plain", "", "it answered with text/plain, as no API server does: nothing"],
    ["application/json", "{}", `${noList}: \\{\\}`],
    ["application/json", "null", `${noList}: null`],
    ["application/json", '{"kind":"Status","items":null}', `${noList}: \\{.*"kind":"Status".*\\}`],
    ["application/json", '{"items":[null]}', `${noList}: \\{"items":\\[null\\]\\}`],
    ["application/json", '{"items":[{"metad', ".* JSON .*"],
  ];
  for (const [type, body, reason] of rows) {
    const site = await siteAnswering(t, "dublin", () => ({ type, body }));
    const fleet = await DrillFleet.open(plan, { dublin: site }, new AbortController().signal);
    await isNamed(fleet, site, reason, ANOTHER_PROGRAM);
    const objects = [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } }];
    await assert.rejects(apply([{ site, objects }]), {
      name: "UserError",
      message: new RegExp(
        `^Site dublin was to take ConfigMap a: it answered with .*, as no API server does: .*${ANOTHER_PROGRAM}\\.$`,
      ),
    });
  }
});

test("a site at fault refuses no object: it is named, with what it was to take", async (t) => {
  const server = await faultyServer("");
  t.after(() => server.close());
  const objects = ["a", "b"].map((name) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } }));
  const rows: [fault: Fault, reason: RegExp, advice: string][] = [
    ["refuses", /connect: connection refused/, MORE_PATIENCE],
    ["hangs", /context deadline exceeded/, MORE_PATIENCE],
    ["401", /the server has asked for the client to provide credentials/, ANOTHER_PROGRAM],
    ["403", /the server does not allow access/, ANOTHER_PROGRAM],
    ["500", /an error on the server/, MORE_PATIENCE],
  ];
  for (const [fault, reason, advice] of rows) {
    const site = { name: "dublin", kubeconfig: server.kubeconfig(fault) } as LocalSite;
    await assert.rejects(apply([{ site, objects }], { answerSeconds: secondsOf(fault) }), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, new RegExp(`^Site dublin was to take ConfigMap [ab]: .*${advice}\\.$`));
      assert.match(error.message, reason);
      return true;
    });
  }
});

test("a page that is not found is no word on what a site knows, which an API server's own is", async (t) => {
  const objects = [{ apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "a" } }];
  const rows: [type: string, body: string, message: RegExp][] = [
    [
      "text/html",
      "<html>nginx</html>",
      /^Site dublin was to take Widget a: it answered with 404 and a page, as no API server does: <html>nginx<\/html>\. No site of a drill/,
    ],
    [
      "text/plain; charset=utf-8",
      "404 page not found\n",
      /^Site dublin refuses:\n {2}Widget a: the site knows no Widget of example\.com/,
    ],
    [
      "application/json",
      '{"kind":"Status","code":404}',
      /^Site dublin refuses:\n {2}Widget a: the site knows no Widget of example\.com/,
    ],
  ];
  for (const [type, body, message] of rows) {
    const site = await siteAnswering(t, "dublin", () => ({ code: 404, type, body }));
    await assert.rejects(apply([{ site, objects }]), { name: "UserError", message });
  }
});

/** The pod of a workload at a site, and a drill of it. */
async function waitingFor(t: TestContext, statusOf: () => object) {
  const pod = () => ({ metadata: { name: "web-0", namespace: "default" }, spec: {}, status: statusOf() });
  const site = await siteAnswering(t, "dublin", ({ path }) => listOf(path === "/api/v1/pods" ? [pod()] : []));
  const workloads = [{ name: "web-0", replicas: 1, cpu: 0.1, memoryGiB: 0.1 }];
  const plan = fleetPlan(twoRegions({ demand: { workloads } }));
  const fleet = await DrillFleet.open(plan, { dublin: site }, new AbortController().signal);
  return (since: number, patienceSeconds: number) => fleet.until(fleet.planned(["dublin"]), since, patienceSeconds);
}

/** As after the looks of autoscalers, or a return, that took longer than any patience. */
const longAgo = () => performance.now() - 3_600_000;

test("a site whose scheduler does nothing is named when the patience is over, and contradicts no plan", async (t) => {
  const until = await waitingFor(t, () => ({ phase: "Pending" }));
  const rows: [since: number, patience: number, how: string][] = [
    [performance.now(), 6, "stands still"],
    [longAgo(), 6, "stands still"],
    [longAgo(), 0.5, "was still at work when the patience was over"],
  ];
  for (const [since, patience, how] of rows)
    await assert.rejects(until(since, patience), {
      name: "UserError",
      message: new RegExp(`^Site dublin ${how}: its scheduler has not looked at 1 pod\\. ${MORE_PATIENCE}\\.$`),
    });
});

test("pods have the whole patience from when they are waited for, and their seconds count from the loss", async (t) => {
  let looks = 0;
  const until = await waitingFor(t, () => ({ phase: looks++ < 3 ? "Pending" : "Running" }));
  const { seconds } = await until(longAgo(), 600);
  assert.ok(seconds !== null && seconds >= 3600);
});
