import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { capacityJudgement } from "../../lib/plan/capacity";
import type { CapacityInput } from "../../lib/plan/capacityInput";
import { resources } from "../../lib/plan/resources";
import { seeded } from "../../lib/plan/seeded";
import { arrivals, pendingPods } from "../support/defaultScheduler";
import { fewestNodes } from "../support/fewestNodes";

const ARRIVALS = 200;

/**
 * Fleets with so little room that it depends on the order in which pods come: CPU and memory in GiB of each site's nodes, then
 * replicas, CPU and memory of the workloads. Tried one workload after the other, a node fewer seems to be enough.
 */
const FLEETS: readonly {
  readonly nodes: readonly (readonly [number, number])[];
  readonly workloads: readonly (readonly [number, number, number])[];
}[] = [
  {
    nodes: [
      [4, 8],
      [2, 4],
    ],
    workloads: [
      [6, 0.7, 1.2],
      [1, 0.25, 2],
      [2, 1.5, 0.25],
    ],
  },
  {
    nodes: [
      [4, 16],
      [4, 4],
      [2, 8],
    ],
    workloads: [
      [5, 0.5, 0.5],
      [3, 1.1, 3],
      [1, 0.7, 2],
      [1, 1.5, 3],
    ],
  },
  {
    nodes: [
      [2, 16],
      [2, 4],
    ],
    workloads: [
      [6, 0.7, 0.5],
      [6, 0.5, 0.5],
      [6, 0.25, 0.5],
      [5, 1.5, 0.25],
    ],
  },
  {
    nodes: [
      [4, 8],
      [2, 8],
      [4, 8],
    ],
    workloads: [
      [3, 0.25, 3],
      [5, 1.5, 3],
      [6, 0.25, 0.5],
      [4, 1.1, 1.2],
    ],
  },
  {
    nodes: [
      [2, 16],
      [4, 16],
      [2, 16],
    ],
    workloads: [
      [4, 0.5, 3],
      [2, 0.7, 0.25],
      [6, 1.5, 2],
      [5, 0.25, 1.2],
    ],
  },
  {
    nodes: [
      [4, 16],
      [16, 32],
    ],
    workloads: [
      [3, 0.5, 2],
      [2, 0.25, 7],
      [22, 0.5, 2],
      [9, 3, 7],
    ],
  },
  {
    nodes: [
      [4, 16],
      [4, 16],
    ],
    workloads: [
      [19, 0.25, 7],
      [4, 0.25, 0.5],
      [8, 1.5, 0.5],
      [14, 1.5, 0.25],
      [14, 2.3, 1.2],
      [7, 1.5, 1.2],
    ],
  },
  // From here on only a search of all orders finds one that leaves a pod without a node.
  {
    nodes: [
      [4, 16],
      [2, 4],
    ],
    workloads: [
      [4, 1.5, 0.25],
      [4, 0.5, 0.5],
    ],
  },
  {
    nodes: [
      [2, 4],
      [2, 16],
    ],
    workloads: [
      [5, 1.5, 0.5],
      [4, 0.7, 3],
      [3, 0.5, 0.25],
      [2, 0.5, 1.2],
    ],
  },
  {
    nodes: [
      [4, 16],
      [4, 4],
    ],
    workloads: [
      [6, 0.25, 0.5],
      [4, 0.5, 3],
      [5, 1.1, 0.25],
    ],
  },
  {
    nodes: [
      [2, 8],
      [4, 8],
    ],
    workloads: [
      [2, 0.25, 1.2],
      [3, 0.7, 0.25],
      [1, 0.5, 3],
      [4, 1.1, 1.2],
    ],
  },
  // And from here on it has to follow the conditions that leave least room.
  {
    nodes: [
      [2, 8],
      [2, 16],
    ],
    workloads: [
      [3, 0.7, 2],
      [6, 0.5, 0.25],
      [2, 0.25, 2],
      [3, 0.25, 1.2],
      [4, 0.25, 3],
      [4, 1.5, 0.5],
    ],
  },
  {
    nodes: [
      [8, 8],
      [8, 8],
      [2, 32],
    ],
    workloads: [
      [4, 1.1, 0.5],
      [3, 1.5, 1.2],
      [1, 0.25, 2],
      [5, 0.7, 2],
      [3, 0.7, 3],
    ],
  },
];

type Fleet = (typeof FLEETS)[number];

const nameOf = (index: number): string => `w${index}`;

function inputOf({ nodes, workloads }: Fleet, counts: readonly number[]): CapacityInput {
  return {
    sites: nodes.map(([cpu, memoryGiB], i) => ({
      name: `s${i}`,
      faultDomain: `s${i}`,
      nodeGroups: [
        {
          pool: "apps",
          machineType: "m",
          count: counts[i]!,
          perNode: resources({ cpuMillis: 1000 * cpu, memoryMiB: 1024 * memoryGiB, pods: 110 }),
        },
      ],
    })),
    demand: {
      workloads: workloads.map(([replicas, cpu, memoryGiB], i) => ({ name: nameOf(i), replicas, cpu, memoryGiB })),
    },
    tolerate: 1,
    faultDomain: "region",
  };
}

describe("what is proven by orders of arrival is placed by the default scheduler in others", () => {
  for (const fleet of FLEETS) {
    const text = fleet.workloads.map(([replicas, cpu, memoryGiB]) => `${replicas} x ${cpu}/${memoryGiB}`).join(", ");
    it(`${text} on nodes of ${fleet.nodes.map((node) => node.join("/")).join(", ")}`, () => {
      const counts = fewestNodes(fleet.nodes.length, (some) => capacityJudgement(inputOf(fleet, some)).holds);
      const shapes = fleet.workloads.map(([, cpu, memoryGiB]) => ({ cpu: 1000 * cpu, memory: 1024 * memoryGiB }));
      const draw = seeded(1);
      for (const { site, replicas } of capacityJudgement(inputOf(fleet, counts)).placements) {
        const at = Number(site.slice(1));
        const [cpu, memoryGiB] = fleet.nodes[at]!;
        const wanted = fleet.workloads.map((_, i) => replicas[nameOf(i)] ?? 0);
        for (let i = 0; i < ARRIVALS; i++) {
          const order = arrivals(wanted, draw);
          const pending = pendingPods(shapes, { cpu: 1000 * cpu, memory: 1024 * memoryGiB }, counts[at]!, order, draw);
          assert.equal(pending, 0, `${site} of ${counts.join(" + ")} nodes, pods in the order ${order}`);
        }
      }
    });
  }
});
