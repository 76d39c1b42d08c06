import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { capacityJudgement } from "../../lib/plan/capacity";
import type { CapacityInput, NodeGroup } from "../../lib/plan/capacityInput";
import { resources } from "../../lib/plan/resources";
import type { WorkloadSpec } from "../../lib/plan/spec";

const perNode = resources({ cpuMillis: 3700, memoryMiB: 14_000, pods: 58 });
const pool = (name: string, count: number): NodeGroup => ({ pool: name, machineType: "m", count, perNode });

function verdictOf(workloads: readonly WorkloadSpec[], nodeGroups: NodeGroup[]): string {
  const sites = ["a", "b"].map((name): CapacityInput["sites"][number] => ({ name, faultDomain: name, nodeGroups }));
  const demand = { workloads: [...workloads] };
  return capacityJudgement({ sites, demand, tolerate: 1, headroom: 0, faultDomain: "region" }).verdict;
}

describe("fleets whose pods have preferences", () => {
  const hasPreferences = true;
  const small = [
    { name: "a", replicas: 4, cpu: 0.68, memoryGiB: 0.1 },
    { name: "b", replicas: 2, cpu: 0.34, memoryGiB: 0.1 },
  ];
  const large = [
    { name: "d", replicas: 2, cpu: 1.71, memoryGiB: 0.1 },
    { name: "x", replicas: 2, cpu: 2.05, memoryGiB: 0.1 },
  ];
  const pools = [pool("preferred", 2), pool("other", 3)];

  it("hold where pods that prefer nothing leave the room", () => {
    assert.equal(verdictOf([...small, ...large], pools), "holds");
  });

  it("cannot be proven where those that prefer one pool may leave too little in it", () => {
    const preferring = small.map((one) => ({ ...one, hasPreferences }));
    assert.equal(verdictOf([...preferring, ...large], pools), "cannot be proven");
  });

  it("hold where there is room wherever they go", () => {
    const preferring = small.map((one) => ({ ...one, hasPreferences }));
    assert.equal(verdictOf([...preferring, ...large], [pool("preferred", 2), pool("other", 6)]), "holds");
  });
});
