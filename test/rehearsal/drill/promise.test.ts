import assert from "node:assert/strict";
import { test } from "node:test";
import { capacityVerdict } from "../../../lib/plan/capacity";
import { capacityInputOf, fleetPlan } from "../../../lib/plan/fleetPlan";
import type { ExistingSiteSpec, SiteRequirements } from "../../../lib/plan/spec";
import { lossOf, without } from "../../../rehearsal/commands/subject";
import { promised, shortages } from "../../../rehearsal/drill/promise";

const site = (name: string, number: number): ExistingSiteSpec => ({
  kind: "existing",
  name,
  number,
  region: name,
  provider: "vsphere",
  identity: `uid-${name}`,
  allocatable: { cpu: 120, memoryGiB: 480, pods: 990, nodes: 9, verifiedAt: "2026-11-01" },
  cidrs: {
    nodes: [`192.168.${number}.0/24`],
    pods: [`10.${number}.128.0/17`],
    services: [`10.${number}.64.0/18`],
  },
});

const pod = { cpu: 0.1, memoryGiB: 0.1 };

const planOf = (tolerate: number) =>
  fleetPlan({
    tolerate,
    sites: [site("oslo", 1), site("turin", 2), site("vienna", 3)],
    demand: {
      workloads: [
        { name: "web", replicas: 12, ...pod },
        { name: "cache", replicas: 3, spread: "everywhere", ...pod },
        { name: "clock", replicas: 1, spread: "singleton", ...pod },
        { name: "batch", replicas: 9, priority: "sheddable", ...pod },
      ],
    },
  });

test("what is placed for one loss is no promise for two, and what runs once is none for its site", () => {
  const rows: [tolerate: number, lost: string[], whole: string[], short: string[]][] = [
    [1, ["turin"], ["web", "cache", "clock"], []],
    [1, ["oslo"], ["web", "cache"], []],
    [1, ["turin", "vienna"], ["web", "cache", "clock"], ["web 6 of 12"]],
    [2, ["turin", "vienna"], ["web", "cache", "clock"], []],
  ];
  for (const [tolerate, lost, whole, short] of rows) {
    const plan = planOf(tolerate);
    const found = shortages(plan, lost).map((one) => `${one.workload} ${one.placed} of ${one.demanded}`);
    assert.deepEqual([promised(plan, lost).map(({ name }) => name), found], [whole, short]);
  }
});

/** Three sites with a clock that runs once, where these requirements allow. */
function withClock(requires: SiteRequirements) {
  return fleetPlan({
    sites: [site("oslo", 1), site("turin", 2), site("vienna", 3)],
    demand: {
      workloads: [
        { name: "web", replicas: 12, ...pod },
        { name: "clock", replicas: 1, spread: "singleton", requires, ...pod },
      ],
    },
  });
}

test("what may run once, and only where the loss is, does not make the plan contradict itself about that loss", () => {
  const plan = withClock({ regions: ["turin"] });
  const { capacity } = plan;
  const without = (lost: string[]) => capacityVerdict(lossOf(capacityInputOf(plan), capacity, lost)).verdict;
  assert.deepEqual([capacity.verdict, without(["oslo"]), without(["turin"])], ["holds", "holds", "holds"]);
});

test("what runs once is placed anew in what is left, and named where nothing of it may take it", () => {
  const left = (requires: SiteRequirements) => {
    const plan = withClock(requires);
    const ran = plan.capacity.placements.find(({ replicas }) => replicas.clock === 1)!.site;
    const subject = { plan, input: capacityInputOf(plan), verdict: plan.capacity };
    const { verdict, placements, notes } = without(subject, [ran]);
    const now = placements.filter(({ replicas }) => (replicas.clock ?? 0) > 0).map((one) => one.site);
    return {
      verdict,
      isElsewhere: now.length === 1 && now[0] !== ran,
      named: notes.filter((note) => /once.*clock/.test(note)),
    };
  };
  const [free, bound] = [left({}), left({ regions: ["turin"] })];
  assert.deepEqual([free.verdict, free.isElsewhere, free.named], ["holds", true, []]);
  assert.deepEqual([bound.verdict, bound.isElsewhere, bound.named.length], ["holds", false, 1]);
});
