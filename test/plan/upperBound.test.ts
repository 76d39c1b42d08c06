import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { CapacitySite, NodeGroup } from "../../lib/plan/capacityInput";
import { loadOf, nodesOf } from "../../lib/plan/packing";
import { resources } from "../../lib/plan/resources";
import { quotient } from "../../lib/plan/shares";
import type { WorkloadSpec } from "../../lib/plan/spec";
import { upperBound } from "../../lib/plan/upperBound";

/** Cores and GiB of memory, of a node or a pod. */
type Size = readonly [cpu: number, memoryGiB: number];

function siteOf(groups: readonly { readonly count: number; readonly size: Size }[]): CapacitySite {
  const nodeGroups = groups.map(
    ({ count, size: [cpu, memoryGiB] }, i): NodeGroup => ({
      pool: `p${i}`,
      count,
      perNode: resources({ cpuMillis: 1000 * cpu, memoryMiB: 1024 * memoryGiB, pods: 110 }),
    }),
  );
  return { name: "s", faultDomain: "s", nodeGroups };
}

/** The largest share of these pods that is possible on a site. */
function possible(site: CapacitySite, workloads: readonly Omit<WorkloadSpec, "name">[]): number {
  const named = workloads.map((one, i) => ({ ...one, name: `w${i}`, minimumPerSite: 0 }));
  const load = loadOf({ workloads: named }, 0);
  return quotient(upperBound(load, nodesOf(site, load)));
}

describe("what is possible on a site's nodes", () => {
  it("is at least what was packed there", () => {
    // Halves, thirds and their neighbours: sums of them fill nodes to the brim.
    const part = fc.constantFrom(0, 0.1, 0.2, 0.25, 0.3, 1 / 3, 0.35, 0.4, 0.5, 0.55, 0.6, 2 / 3, 0.7, 0.75, 0.9, 1);
    const size = fc.tuple(fc.constantFrom(2, 4), fc.constantFrom(4, 8));
    const groups = fc.array(fc.record({ count: fc.integer({ min: 1, max: 3 }), size }), { minLength: 1, maxLength: 2 });
    const pods = fc.array(fc.record({ cpu: part, memory: part, onePerNode: fc.constantFrom(false, false, true) }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(groups, pods, fc.infiniteStream(fc.nat({ max: 99 })), (drawn, shapes, random) => {
        const draw = (below: number) => random.next().value % below;
        const inMilli = shapes.map(({ cpu, memory }) => [Math.round(4000 * cpu), Math.round(8192 * memory)] as const);
        const packed = shapes.map(() => 0);
        for (const node of drawn.flatMap(({ count, size }) => Array.from({ length: count }, () => size))) {
          let [cpu, memory] = [1000 * node[0], 1024 * node[1]];
          const has = new Set<number>();
          for (let i = 0; i < 12; i++) {
            const w = draw(shapes.length);
            const [needsCpu, needsMemory] = inMilli[w]!;
            if (needsCpu > cpu || needsMemory > memory || (shapes[w]!.onePerNode && has.has(w))) continue;
            [cpu, memory] = [cpu - needsCpu, memory - needsMemory];
            has.add(w);
            packed[w]!++;
          }
        }
        const workloads = shapes.map(({ onePerNode }, w) => {
          const [cpu, memory] = inMilli[w]!;
          return { replicas: packed[w]!, cpu: cpu / 1000, memoryGiB: memory / 1024, onePerNode };
        });
        if (packed.every((count) => count === 0)) return;
        const share = possible(siteOf(drawn), workloads);
        assert.ok(share >= 1, `${packed} were packed, and ${share} of them are called possible`);
      }),
      { numRuns: 500 },
    );
  });

  const rows: readonly [what: string, nodes: number, size: Size, pods: readonly [replicas: number, size: Size][]][] = [
    ["pods of more than half a node need one each", 3, [4, 8], [[4, [2.1, 1]]]],
    [
      "pods of half a node find room beside each other only",
      4,
      [4, 4],
      [
        [4, [0.5, 3]],
        [2, [0.5, 2]],
      ],
    ],
    [
      "a node with a large pod has no room for a small one, of which three share a node",
      4,
      [4, 4],
      [
        [3, [0.5, 3]],
        [5, [0.5, 1.2]],
      ],
    ],
    [
      "large pods of CPU and of memory share no node with pods in the middle",
      3,
      [4, 8],
      [
        [2, [3, 5]],
        [4, [1.5, 4]],
      ],
    ],
  ];
  for (const [what, nodes, size, pods] of rows) {
    it(`is less than all where ${what}`, () => {
      const workloads = pods.map(([replicas, [cpu, memoryGiB]]) => ({ replicas, cpu, memoryGiB }));
      assert.ok(possible(siteOf([{ count: nodes, size }]), workloads) < 1);
      assert.ok(possible(siteOf([{ count: nodes + 1, size }]), workloads) >= 1, "one node more has room");
    });
  }
});
