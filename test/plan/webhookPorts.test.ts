import assert from "node:assert/strict";
import { test } from "node:test";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import { specProblems } from "../../lib/plan/problems";
import type { EksSiteSpec, FleetSpec } from "../../lib/plan/spec";
import { BESIDE_WEBHOOKS, takenBy, WEBHOOK_PORTS } from "../../lib/plan/webhookPorts";
import { aksSite, eksSite, existingSite, fleetSpec, gkeSite } from "../support/specs";

const trust: FleetSpec["trust"] = { trustDomain: "shop.example.com", signers: ["certManager"] };

function called(change: Partial<EksSiteSpec> = {}, more: Partial<FleetSpec> = {}) {
  const sites = [
    eksSite("frankfurt", 1, change),
    gkeSite("belgium", 2),
    aksSite("amsterdam", 3),
    existingSite("basel", 4),
  ];
  return fleetPlan(fleetSpec(sites, more)).sites.map(({ calledPorts }) => calledPorts);
}

test("every port of the table is one program's alone, and of none that Kubernetes takes", () => {
  const all = [...Object.values(WEBHOOK_PORTS), ...Object.values(BESIDE_WEBHOOKS)];
  assert.equal(new Set(all).size, all.length);
  for (const port of all) assert.notEqual(takenBy(port), undefined, `${port} is reserved`);
  for (const port of [...all, 6080, 9402]) assert.doesNotMatch(takenBy(port) ?? "", /Kubernetes|Cilium|NodePort/);
  for (const port of [4240, 9879, 10_250, 32_379]) assert.match(takenBy(port) ?? "", /Kubernetes|Cilium|NodePort/);
  assert.equal(takenBy(9443), undefined);
});

test("the control plane of EKS calls what is installed there, and elsewhere it reaches pods", () => {
  const metrics = { name: "metrics-server", port: 10_262 };
  assert.deepEqual(called(), [[metrics], [], [], []]);
  const own = { "load-balancer-controller": 9443 };
  assert.deepEqual(called({ webhookPorts: own }, { trust })[0], [
    { name: "cert-manager", port: 10_260 },
    { name: "trust-manager", port: 10_261 },
    metrics,
    { name: "load-balancer-controller", port: 9443 },
  ]);
});

test("a port that is taken, given twice or out of range is refused, with one that is free", () => {
  const problems = (webhookPorts: { [name: string]: number }) =>
    specProblems(fleetSpec([eksSite("frankfurt", 1, { webhookPorts }), gkeSite("belgium", 2)])).map(
      ({ path, message }) => `${path} ${message}`,
    );
  const at = "sites[0].webhookPorts";
  assert.deepEqual(problems({ guard: 9443, seal: 9444 }), []);
  assert.deepEqual(problems({ guard: 10_250 }), [
    `${at}.guard is 10250, a port of Kubernetes on every node: give another, such as 10290.`,
  ]);
  assert.deepEqual(problems({ guard: 10_262 }), [
    `${at}.guard is 10262, a port of metrics-server on every node: give another, such as 10290.`,
  ]);
  assert.deepEqual(problems({ guard: 9443, seal: 9443 }), [
    `${at}.seal is 9443, which "guard" has already: two would never share a node.`,
  ]);
  assert.match(problems({ guard: 80 })[0] ?? "", /guard is 80: give .*1024 .*29999/);
  assert.match(problems({ "cert-manager": 9443 })[0] ?? "", /is the library's own/);
  assert.match(problems({ "Not a name": 9443 })[0] ?? "", /is no name: give 1 to 32/);
});
