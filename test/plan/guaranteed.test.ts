import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type AksPool,
  type Count,
  type EksPool,
  type GkePool,
  guaranteed,
  type OnDemandPool,
  type PoolDescription,
} from "../../lib/plan/guaranteed";
import { isZero, resources, scale, ZERO } from "../../lib/plan/resources";

const eks = (more: Partial<EksPool>): EksPool => ({
  kind: "eks",
  name: "p",
  machineTypes: ["m6i.xlarge"],
  minimumNodes: 1,
  desiredNodes: 3,
  maxPods: 110,
  ...more,
});
const gke = (more: Partial<GkePool>): GkePool => ({
  kind: "gke",
  name: "p",
  machineTypes: ["n2-standard-8"],
  zones: 3,
  maxPods: 110,
  ...more,
});
const aks = (more: Partial<AksPool>): AksPool => ({
  kind: "aks",
  name: "p",
  machineTypes: ["Standard_D4s_v5"],
  nodes: 3,
  maxPods: 110,
  ...more,
});

/** What, pool, guaranteed nodes, and whether there is a note on why they are fewer than was asked for. */
const NODES: readonly [string, PoolDescription, number, "noted"?][] = [
  ["EKS: the desired size", eks({}), 3],
  ["EKS: the minimum when something may lower the desired size", eks({ mayShrink: true }), 1, "noted"],
  ["EKS: nothing to shrink", eks({ mayShrink: true, minimumNodes: 3 }), 3],
  ["EKS: spot", eks({ spot: true }), 0, "noted"],
  ["GKE: nodes per zone times zones (vector 6)", gke({ nodesPerZone: 1 }), 3],
  ["GKE: a total is not multiplied (vector 6)", gke({ initialNodesPerZone: 1, autoscaling: { minimumTotal: 3 } }), 3],
  ["GKE: a minimum that starts with nothing", gke({ autoscaling: { minimumPerZone: 3 } }), 0, "noted"],
  ["GKE: a total minimum that starts with nothing", gke({ autoscaling: { minimumTotal: 3 } }), 0, "noted"],
  ["GKE: a minimum of nothing", gke({ autoscaling: { minimumPerZone: 0 } }), 0],
  ["GKE: a count that is left to others", gke({ nodesPerZone: 2, mayShrink: true }), 0, "noted"],
  [
    "GKE: a count that is left to an autoscaler",
    gke({ nodesPerZone: 2, mayShrink: true, autoscaling: { minimumPerZone: 1 } }),
    3,
  ],
  ["GKE: lent machines", gke({ nodesPerZone: 2, spot: true, lent: true }), 0, "noted"],
  [
    "GKE: below its minimum (vector 6)",
    gke({ initialNodesPerZone: 1, autoscaling: { minimumPerZone: 3 } }),
    3,
    "noted",
  ],
  ["GKE: above its minimum", gke({ initialNodesPerZone: 4, autoscaling: { minimumPerZone: 2 } }), 6],
  ["GKE: below its total minimum", gke({ initialNodesPerZone: 1, autoscaling: { minimumTotal: 9 } }), 3, "noted"],
  ["GKE: node count before initial node count", gke({ nodesPerZone: 2, initialNodesPerZone: 5 }), 6],
  ["GKE: initial node count alone", gke({ initialNodesPerZone: 2 }), 6],
  ["GKE: one zone", gke({ nodesPerZone: 2, zones: 1 }), 2],
  ["GKE: spot", gke({ nodesPerZone: 2, spot: true }), 0, "noted"],
  ["AKS: the count", aks({}), 3],
  ["AKS: the minimum when autoscaled", aks({ autoscaled: true, minimumNodes: 2 }), 2],
  ["AKS: spot", aks({ spot: true }), 0, "noted"],
  ["AKS: for system pods only", aks({ systemOnly: true }), 0, "noted"],
  ["existing", { kind: "existing", name: "p", nodes: 4, allocatable: resources({ cpuMillis: 4000 }) }, 4],
];

test("nodes are counted by the rule of their kind, and fewer than asked for are explained", () => {
  for (const [what, pool, nodes, noted] of NODES) {
    assert.equal(guaranteed(pool).nodes, nodes, what);
    assert.equal(guaranteed(pool).notes.length, noted ? 1 : 0, what);
  }
  const shrinking = guaranteed(eks({ mayShrink: true })).notes.join();
  assert.match(shrinking, /only the minimum of 1 of 3 nodes counts.*Raise the minimum/);
  const late = guaranteed(gke({ initialNodesPerZone: 1, autoscaling: { minimumPerZone: 3 } })).notes.join();
  assert.match(late, /starts with 3 nodes and nothing lifts it to its minimum of 9/);
  const empty = guaranteed(gke({ autoscaling: { minimumPerZone: 3 } })).notes.join();
  assert.match(empty, /starts with no node and nothing lifts it to its minimum of 9, .*Set initialNodeCount/);
  const lent = guaranteed(gke({ nodesPerZone: 2, spot: true, lent: true })).notes.join();
  assert.match(lent, /lent by the Dynamic Workload Scheduler.*Use on-demand machines/);
});

test("machines that come on demand guarantee nothing, unless some are kept ready", () => {
  const kinds = ["karpenter", "eks-auto-mode", "gke-autopilot", "aks-node-auto-provisioning", "fargate"] as const;
  for (const kind of kinds) {
    const pool: OnDemandPool = { kind, name: "p" };
    const got = guaranteed(pool);
    assert.equal(got.nodes, 0);
    assert.match(got.notes.join(), /guarantees none.*`allocatable`/);
    const kept = { nodes: 2, allocatable: resources({ cpuMillis: 1000 }) };
    assert.deepEqual(guaranteed({ ...pool, kept }).nodes, 2);
  }
});

test("a number that is missing or not known counts as nothing, and never as an error", () => {
  const odd: Count[] = [null, undefined, Number.NaN, -1, Number.POSITIVE_INFINITY];
  for (const value of odd) {
    const pools: PoolDescription[] = [
      eks({ desiredNodes: value }),
      eks({ minimumNodes: value, mayShrink: true }),
      gke({ nodesPerZone: value }),
      gke({ nodesPerZone: 1, zones: value }),
      gke({ nodesPerZone: 1, autoscaling: { minimumPerZone: value } }),
      aks({ nodes: value }),
      aks({ autoscaled: true, minimumNodes: value }),
      { kind: "existing", name: "p", nodes: value, allocatable: ZERO },
    ];
    for (const pool of pools) {
      const got = guaranteed(pool);
      assert.equal(got.nodes, 0, `${pool.kind} ${value}`);
      assert.ok(got.notes.length >= 1);
    }
  }
  for (const pool of [
    eks({ spot: null }),
    gke({ nodesPerZone: 1, spot: null }),
    aks({ autoscaled: null }),
    aks({ systemOnly: null }),
  ]) {
    assert.equal(guaranteed(pool).nodes, 0);
    assert.match(guaranteed(pool).notes.join(), /not known yet/);
  }
});

test("an unknown machine type counts as zero and names the override", () => {
  const got = guaranteed(eks({ machineTypes: ["m6i.xlrage"] }));
  assert.equal(got.nodes, 0);
  assert.ok(isZero(got.perNode));
  assert.match(got.notes.join(), /"m6i\.xlrage" \(did you mean "m6i\.xlarge"\?\).*`allocatable`/);
  for (const machineTypes of [[null], []]) assert.equal(guaranteed(eks({ machineTypes })).nodes, 0);
  const measured = resources({ cpuMillis: 3900, memoryMiB: 14000, pods: 100 });
  const overridden = guaranteed(eks({ machineTypes: ["m99i.xlarge"], allocatable: measured }));
  assert.deepEqual([overridden.nodes, overridden.perNode, overridden.notes], [3, measured, []]);
});

test("of mixed machine types the least of each resource counts, and one unknown type spoils the pool", () => {
  const mixed = guaranteed(eks({ machineTypes: ["c6i.2xlarge", "r6i.xlarge"] }));
  assert.equal(mixed.perNode.cpuMillis, 3920);
  assert.ok(mixed.perNode.memoryMiB < 16384);
  assert.equal(mixed.architecture, "amd64");
  assert.equal(guaranteed(eks({ machineTypes: ["m6i.xlarge", "m6g.xlarge"] })).architecture, undefined);
  assert.equal(guaranteed(eks({ machineTypes: ["m6i.xlarge", "m6i.nonsense"] })).nodes, 0);
});

test("of a burstable machine the baseline counts, and it is said", () => {
  const got = guaranteed(eks({ machineTypes: ["t3.large"] }));
  assert.equal(got.perNode.cpuMillis, 2 * 300 - 70);
  assert.match(got.notes.join(), /t3\.large is burstable; only its baseline of 30 %/);
});

test("a GKE node offers what its node config leaves of the machine", () => {
  const node = (more: Partial<GkePool>) => guaranteed(gke({ nodesPerZone: 1, ...more })).perNode;
  const whole = node({});
  assert.equal(node({ threadsPerCore: 1 }).cpuMillis, whole.cpuMillis - 4000);
  assert.equal(node({ threadsPerCore: 2 }).cpuMillis, whole.cpuMillis);
  for (const type of ["t2a-standard-8", "t2d-standard-8"]) {
    const machineTypes = [type];
    assert.deepEqual(node({ machineTypes, threadsPerCore: 1 }), node({ machineTypes }), type);
  }
  assert.equal(node({ hugePagesMiB: 8192 }).memoryMiB, whole.memoryMiB - 8192);
  assert.equal(node({ hugePagesMiB: 2 ** 20 }).memoryMiB, 0);
  assert.deepEqual(node({ gpus: 2 }).extended, { "nvidia.com/gpu": 2 });
  assert.deepEqual(node({ machineTypes: ["a2-highgpu-1g"] }).extended, { "nvidia.com/gpu": 1 });
  assert.deepEqual(node({ machineTypes: ["a2-highgpu-1g"], gpus: 0 }).extended, { "nvidia.com/gpu": 0 });
});

test("without a number of pods the service's own default counts", () => {
  const bare = ({ maxPods: _, ...pool }: EksPool | GkePool | AksPool) => guaranteed(pool as PoolDescription).perNode;
  assert.equal(bare(eks({ machineTypes: ["m6i.large"] })).pods, 29);
  assert.equal(bare(gke({ nodesPerZone: 1 })).pods, 110);
  assert.equal(bare(aks({})).pods, 30);
  assert.ok(bare(aks({})).memoryMiB < guaranteed(aks({ maxPods: 110 })).perNode.memoryMiB);
  assert.equal(guaranteed(aks({ maxPods: null })).nodes, 0);
});

test("a disk of unknown size takes only the ephemeral storage away", () => {
  const got = guaranteed(eks({ diskGiB: null }));
  assert.equal(got.nodes, 3);
  assert.equal(got.perNode.ephemeralStorageMiB, 0);
  assert.match(got.notes.join(), /ephemeral storage counts as 0/);
  assert.ok(guaranteed(eks({ diskGiB: 100 })).perNode.ephemeralStorageMiB > 80 * 1024);
});

test("an existing site's total is never less than its nodes times what each offers", () => {
  const amount = fc.integer({ min: 0, max: 10_000 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), amount, amount, amount, (nodes, cpuMillis, pods, gpus) => {
      const all = resources({ cpuMillis, pods, extended: { "nvidia.com/gpu": gpus } });
      const got = guaranteed({ kind: "existing", name: "p", nodes, allocatable: all });
      const counted = scale(got.perNode, got.nodes);
      assert.equal(got.total, all);
      assert.ok(counted.pods <= pods && (counted.extended["nvidia.com/gpu"] ?? 0) <= gpus);
      assert.ok(Number.isInteger(got.perNode.pods) && Math.abs(counted.cpuMillis - cpuMillis) < 1e-6);
    }),
  );
});

test("no pool guarantees more nodes than it asks for, and a minimum raised never guarantees less", () => {
  const nodes = fc.integer({ min: 0, max: 100 });
  fc.assert(
    fc.property(nodes, nodes, nodes, fc.integer({ min: 1, max: 4 }), (start, low, high, zones) => {
      const [less, more] = [Math.min(low, high), Math.max(low, high)];
      const count = (minimumPerZone: number) =>
        guaranteed(gke({ zones, initialNodesPerZone: start, autoscaling: { minimumPerZone } })).nodes;
      assert.ok(count(less) <= count(more) && count(more) <= Math.min(start, more) * zones);
      const shrinking = guaranteed(eks({ mayShrink: true, minimumNodes: less, desiredNodes: more })).nodes;
      assert.equal(shrinking, less);
    }),
  );
});
