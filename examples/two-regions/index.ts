import { Fleet, type FleetSpec } from "pulumi-multisite";
import { eks } from "pulumi-multisite/aws";

/** Two regions of one cloud. Each carries everything alone, which is what two sites cost: twice the demand. */
const spec: FleetSpec = {
  tolerate: 1,
  demand: { cpu: 20, memoryGiB: 72, pods: 400 },
  sites: [
    {
      name: "frankfurt",
      number: 1,
      kind: "eks",
      account: "111122223333",
      region: "eu-central-1",
      apiAccess: { mode: "private" },
      pools: [{ name: "apps", machineType: "m6i.xlarge", nodes: 6, maximumNodes: 9 }],
    },
    {
      name: "dublin",
      number: 2,
      kind: "eks",
      account: "111122223333",
      region: "eu-west-1",
      apiAccess: { mode: "private" },
      pools: [{ name: "apps", machineType: "m6i.xlarge", nodes: 6, maximumNodes: 9 }],
    },
  ],
};

const fleet = new Fleet("shop", { spec, kinds: [eks] });

export const verdict = fleet.plan.capacity.verdict;
