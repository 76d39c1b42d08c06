import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { OrderSearch, searchLimits } from "../../lib/plan/orderSearch";
import { loadOf, nodesOf } from "../../lib/plan/packing";
import { resources } from "../../lib/plan/resources";
import { seeded, shuffled } from "../../lib/plan/seeded";
import type { TaintSpec, WorkloadSpec } from "../../lib/plan/spec";
import { pendingPods } from "../support/defaultScheduler";

interface Node {
  readonly cpu: number;
  readonly memoryGiB: number;
}

type Workload = Omit<WorkloadSpec, "name">;

/** Whether an order leaves a pod of these workloads, all of whose replicas come, without one of so many nodes. */
function fails(
  workloads: readonly Workload[],
  node: Node,
  count: number,
  { isLevel = false, most = 1e6, drawnPods = searchLimits(1).drawnPods, taints = [] as readonly TaintSpec[] } = {},
): boolean {
  const load = loadOf({ workloads: workloads.map((one, i) => ({ name: `w${i}`, ...one })) }, 0);
  const perNode = resources({ cpuMillis: 1000 * node.cpu, memoryMiB: 1024 * node.memoryGiB, pods: 110 });
  const site = {
    name: "s",
    faultDomain: "d",
    nodeGroups: [{ pool: "apps", machineType: "m", count, perNode, taints }],
  };
  const search = new OrderSearch(load, nodesOf(site, load), { conditions: most, drawnPods });
  return search.fails(
    [count],
    load.critical.map(({ total }) => total),
    isLevel,
  );
}

describe("orders of arrival that leave a pod without a node", () => {
  const small = { cpu: 0.5, memoryGiB: 0.5 };
  const large = { cpu: 1.5, memoryGiB: 0.5 };
  const node = { cpu: 2, memoryGiB: 8 };
  const TABLE: readonly [string, boolean, readonly Workload[], number][] = [
    [
      "small pods spread, so that a large one finds room nowhere",
      true,
      [
        { replicas: 4, ...small },
        { replicas: 1, ...large },
      ],
      2,
    ],
    [
      "small pods that cannot take a part of each node",
      false,
      [
        { replicas: 1, ...small },
        { replicas: 2, ...large },
      ],
      2,
    ],
    ["more pods than nodes have room for", true, [{ replicas: 3, ...large }], 2],
    [
      "a pod that shares no node with those that spread over all",
      true,
      [
        { replicas: 2, ...small },
        { replicas: 1, ...small, apartFrom: ["w0"] },
      ],
      2,
    ],
    [
      "with a node to spare for it",
      false,
      [
        { replicas: 2, ...small },
        { replicas: 1, ...small, apartFrom: ["w0"] },
      ],
      3,
    ],
    ["as many pods of one a node as nodes", false, [{ replicas: 3, ...small, onePerNode: true }], 3],
    ["one more of them", true, [{ replicas: 4, ...small, onePerNode: true }], 3],
  ];
  const tens = { cpu: 10, memoryGiB: 64 };
  const beside = [
    { replicas: 1, cpu: 6, memoryGiB: 1 },
    { replicas: 1, cpu: 7, memoryGiB: 1 },
  ];
  it("pods that are spread leave room that those with preferences may take together", () => {
    const four = { replicas: 4, cpu: 1, memoryGiB: 1 };
    assert.equal(fails([four, ...beside], tens, 2), false);
    assert.equal(fails([{ ...four, hasPreferences: true }, ...beside], tens, 2), true);
  });

  it("where some nodes are shunned, pods may take room together on any", () => {
    const taint = { key: "old", effect: "PreferNoSchedule" } as const;
    const tolerations = [{ key: "old", operator: "Exists" }] as const;
    const four = { replicas: 4, cpu: 1, memoryGiB: 1 };
    const tolerant = [four, ...beside].map((one) => ({ ...one, tolerations: [...tolerations] }));
    assert.equal(fails([four, ...beside], tens, 2, { taints: [taint] }), true);
    assert.equal(fails(tolerant, tens, 2, { taints: [taint] }), false);
  });

  it("containers without requests take room that only scores know of", () => {
    const large = { replicas: 2, cpu: 1.5, memoryGiB: 0.5 };
    const medium = { replicas: 4, cpu: 1.1, memoryGiB: 0.25 };
    const four = { cpu: 4, memoryGiB: 8 };
    assert.equal(fails([large, medium], four, 2), false);
    const eightMore = { cpu: large.cpu + 0.8, memoryGiB: large.memoryGiB + 1600 / 1024 };
    assert.equal(fails([{ ...large, scoredAs: eightMore }, medium], four, 2), true);
  });

  for (const [what, expected, workloads, count] of TABLE) {
    it(what, () => assert.equal(fails(workloads, node, count), expected));
  }

  it("pods that must be even are as many on each node as the fewest and the skew, where all nodes are there", () => {
    const even = [{ replicas: 4, ...small, nodeSpread: { maxSkew: 1 } }];
    assert.deepEqual([fails(even, node, 2), fails(even, node, 2, { isLevel: true })], [true, false]);
  });

  it("are followed where room is least, when there are too many", () => {
    const many = [
      { replicas: 3, cpu: 0.7, memoryGiB: 2 },
      { replicas: 6, cpu: 0.5, memoryGiB: 0.25 },
      { replicas: 2, cpu: 0.25, memoryGiB: 2 },
      { replicas: 3, cpu: 0.25, memoryGiB: 1.2 },
      { replicas: 4, cpu: 0.25, memoryGiB: 3 },
      { replicas: 4, cpu: 1.5, memoryGiB: 0.5 },
    ];
    const few = searchLimits(1).conditions;
    assert.equal(fails(many, node, 12, { most: few }), true);
    assert.equal(fails(many, node, 22, { most: few }), false);
  });

  it("are drawn where not all can be followed, the same ones every time", () => {
    const many = [
      { replicas: 60, ...small },
      { replicas: 40, ...large },
    ];
    const few = { most: searchLimits(1).conditions - 1 };
    assert.deepEqual(
      [45, 75].map((count) => fails(many, node, count, few)),
      [true, false],
    );
    // One with which 500 conditions find nothing, and three of a hundred orders that are played leave a pod.
    const rare = [
      { replicas: 4, cpu: 0.5, memoryGiB: 0.25 },
      { replicas: 4, cpu: 1.1, memoryGiB: 0.25 },
      { replicas: 12, cpu: 0.7, memoryGiB: 1.2 },
      { replicas: 6, cpu: 0.25, memoryGiB: 2 },
      { replicas: 4, cpu: 1.5, memoryGiB: 1.2 },
      { replicas: 8, cpu: 1.1, memoryGiB: 2 },
    ];
    assert.equal(fails(rare, { cpu: 4, memoryGiB: 4 }, 17, { most: searchLimits(1).conditions }), true);
    // One that is left a pod by one in a thousand orders with any pod next and any choice.
    const rarer = [
      { replicas: 11, cpu: 1.1, memoryGiB: 0.5, scoredAs: { cpu: 1.9, memoryGiB: 2.0625 } },
      { replicas: 1, cpu: 0.7, memoryGiB: 0 },
      { replicas: 2, cpu: 1.5, memoryGiB: 0.5 },
      { replicas: 4, cpu: 0.25, memoryGiB: 0 },
      { replicas: 3, cpu: 0.25, memoryGiB: 3, scoredAs: { cpu: 0.65, memoryGiB: 3 } },
    ];
    assert.equal(fails(rarer, { cpu: 2, memoryGiB: 16 }, 14, { most: searchLimits(1).conditions }), true);
  });

  it("are looked for in sites of at most five hundred pods, in fewer conditions each the more sites there are", () => {
    const tooMany = [{ replicas: 501, ...small }];
    assert.equal(fails(tooMany, node, 10, { most: searchLimits(1).conditions }), false);
    assert.equal(fails(TABLE[0]![2], node, 2, { most: 0, drawnPods: 0 }), false);
    assert.deepEqual(
      [1, 40, 255].map((sites) => searchLimits(sites)),
      [
        { conditions: 500, drawnPods: 6000 },
        { conditions: 500, drawnPods: 250 },
        { conditions: 78, drawnPods: 39 },
      ],
    );
  });

  it("there are none where no order that is drawn leaves one", () => {
    const seen = { safe: 0, found: 0 };
    const draw = seeded(7);
    const workload = fc.record({
      replicas: fc.integer({ min: 1, max: 4 }),
      cpu: fc.constantFrom(0, 0.25, 0.5, 0.7, 1.1, 1.5),
      memoryGiB: fc.constantFrom(0, 0.25, 0.5, 1.2, 3),
      without: fc.integer({ min: 0, max: 6 }),
    });
    const nodes = fc.record({ cpu: fc.constantFrom(2, 4), memoryGiB: fc.constantFrom(4, 8) });
    const law = fc.property(
      fc.array(workload, { minLength: 2, maxLength: 3 }),
      nodes,
      fc.integer({ min: 2, max: 5 }),
      (drawn, each, count) => {
        // As many of its containers have no request.
        const workloads = drawn.map(({ without, ...one }) => ({
          ...one,
          scoredAs: { cpu: one.cpu + 0.1 * without, memoryGiB: one.memoryGiB + (200 / 1024) * without },
        }));
        const inUnits = ({ cpu, memoryGiB }: Node) => ({ cpu: 1000 * cpu, memory: 1024 * memoryGiB });
        const shapes = workloads.map((one) => ({ ...inUnits(one), scored: inUnits(one.scoredAs) }));
        const capacity = { cpu: 1000 * each.cpu, memory: 1024 * each.memoryGiB };
        const pods = workloads.flatMap(({ replicas }, w) => Array.from({ length: replicas }, () => w));
        const isStuck = () => pendingPods(shapes, capacity, count, shuffled(pods, draw), draw) > 0;
        const stuck = Array.from({ length: 30 }, isStuck).includes(true);
        if (stuck) seen.found++;
        else seen.safe++;
        assert.ok(!stuck || fails(workloads, each, count), "an order that was drawn leaves a pod pending");
      },
    );
    fc.assert(law, { numRuns: 300 });
    assert.ok(seen.safe > 50 && seen.found > 50, JSON.stringify(seen));
  });
});
