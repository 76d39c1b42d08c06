import assert from "node:assert/strict";
import { test } from "node:test";
import { capacityInputOf, fleetPlan } from "../../lib/plan/fleetPlan";
import { mayRunOn } from "../../lib/plan/schedulable";
import { gkeSite } from "../support/specs";

test("GPU nodes of GKE take no pod but those that ask for a GPU, where other pools have none", () => {
  const apps = { name: "apps", machineType: "n2-standard-4", nodes: 6 };
  const gpus = { name: "gpus", machineType: "a2-highgpu-1g", nodes: 3 };
  const pod = { cpu: 1, memoryGiB: 1 };
  const openTo = (pools: (typeof apps)[]) => {
    const sites = [gkeSite("belgium", 1, { pools }), gkeSite("holland", 2, { region: "europe-west4", pools })];
    const plan = fleetPlan({ sites, demand: { cpu: 1, memoryGiB: 1, pods: 1 } });
    const groups = capacityInputOf(plan).sites[0]?.nodeGroups ?? [];
    return groups.map((group) =>
      [pod, { ...pod, extended: { "nvidia.com/gpu": 1 } }].map((one) => mayRunOn(one, group)),
    );
  };
  assert.deepEqual(openTo([apps, gpus]), [
    [true, true],
    [false, true],
  ]);
  assert.deepEqual(openTo([apps]), [[true, true]]);
});
