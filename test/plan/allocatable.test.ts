import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { allocatable, allocatableByFormula, guaranteedCpuMillis, type NodeKind } from "../../lib/plan/allocatable";
import { type Machine, machine, type Provider } from "../../lib/plan/machines";
import { listedMachines } from "../../lib/plan/machines/table";
import { fits } from "../../lib/plan/resources";

const PROVIDER: Record<NodeKind, Provider> = { eks: "aws", gke: "gcp", aks: "azure" };

function known(kind: NodeKind, type: string): Machine {
  const found = machine(PROVIDER[kind], type);
  assert.ok(found, type);
  return found;
}

/** Worked by hand from the services' formulas: kind, type, maxPods, pods, millicores, MiB of memory. */
const WORKED: readonly [NodeKind, string, number, number, number, number][] = [
  ["eks", "t3.medium", 17, 17, 1930, 3247],
  ["eks", "m6i.large", 29, 29, 1930, 6904],
  ["eks", "c6i.xlarge", 58, 58, 3920, 6585],
  ["eks", "m6i.xlarge", 58, 58, 3920, 14162],
  ["eks", "m6i.2xlarge", 58, 58, 7910, 29317],
  ["eks", "m7i.4xlarge", 234, 110, 15890, 57692],
  ["gke", "e2-standard-2", 110, 110, 1930, 6065],
  ["gke", "e2-standard-4", 110, 110, 3920, 13325],
  ["gke", "n2-standard-8", 110, 110, 7910, 28470],
  ["gke", "n2-standard-16", 110, 110, 15890, 58760],
  ["aks", "Standard_D4s_v5", 30, 30, 3860, 15093],
  ["aks", "Standard_D4s_v5", 110, 110, 3860, 13493],
  ["aks", "Standard_D4s_v5", 250, 250, 3860, 11647],
  ["aks", "Standard_D8s_v5", 30, 30, 7820, 30937],
  ["aks", "Standard_D8s_v5", 110, 110, 7820, 29337],
  ["aks", "Standard_D8s_v5", 250, 250, 7820, 26537],
  ["aks", "Standard_D2s_v5", 30, 30, 1900, 7172],
  ["aks", "Standard_D2s_v5", 110, 110, 1900, 5774],
  ["aks", "Standard_D2s_v5", 250, 250, 1900, 5774],
];

test("the formulas give what was worked out by hand", () => {
  for (const [kind, type, maxPods, pods, cpuMillis, memoryMiB] of WORKED) {
    const got = allocatableByFormula(known(kind, type), { kind, maxPods, diskGiB: 100 });
    assert.deepEqual([got.pods, got.cpuMillis], [pods, cpuMillis], type);
    assert.ok(Math.abs(got.memoryMiB - memoryMiB) <= 1, `${kind} ${type}: ${got.memoryMiB}, worked ${memoryMiB}`);
  }
});

/** `status.allocatable` of real nodes: kind, type, maxPods, millicores, KiB of memory. */
const OBSERVED: readonly [NodeKind, string, number, number, number][] = [
  ["eks", "t3.medium", 17, 1930, 3_412_472],
  ["eks", "c6i.xlarge", 58, 3920, 6_919_632],
  ["gke", "e2-standard-4", 110, 3920, 13_498_416],
  ["gke", "e2-standard-2", 32, 1930, 6_186_972],
  ["gke", "n1-standard-4", 110, 3920, 12_699_980],
  ["gke", "n1-standard-1", 110, 940, 2_702_176],
  ["aks", "Standard_DS2_v2", 110, 1900, 5_160_196],
];

test("no node was seen to offer less than is promised, nor 6 % more", () => {
  for (const [kind, type, maxPods, cpuMillis, memoryKiB] of OBSERVED) {
    const got = allocatable(known(kind, type), { kind, maxPods, diskGiB: 100 });
    assert.equal(got.cpuMillis, cpuMillis, type);
    assert.ok(got.memoryMiB <= memoryKiB / 1024, `${kind} ${type}: ${got.memoryMiB} > ${memoryKiB / 1024}`);
    assert.ok(got.memoryMiB >= (memoryKiB / 1024) * 0.94, `${kind} ${type}: ${got.memoryMiB} is needlessly little`);
  }
});

test("ephemeral storage stays just below what real nodes showed", () => {
  const observed: readonly [NodeKind, string, number, number][] = [
    ["eks", "m6i.large", 20, 18_242_267_924],
    ["gke", "e2-standard-4", 100, 47_093_746_742],
    ["aks", "Standard_D4s_v5", 128, 119_703_055_367],
  ];
  for (const [kind, type, diskGiB, bytes] of observed) {
    const got = allocatable(known(kind, type), { kind, maxPods: 110, diskGiB }).ephemeralStorageMiB * 2 ** 20;
    assert.ok(got <= bytes && got >= bytes * 0.98, `${kind}: ${got} of ${bytes}`);
  }
});

test("machines of one size on paper differ by a quarter in what they offer (vector 5)", () => {
  const memoryGiB = (kind: NodeKind, type: string, maxPods: number) =>
    allocatable(known(kind, type), { kind, maxPods, diskGiB: 100 }).memoryMiB / 1024;
  assert.ok(memoryGiB("aks", "Standard_D4s_v5", 250) < 11.4 && memoryGiB("aks", "Standard_D4s_v5", 250) > 11.2);
  assert.ok(memoryGiB("eks", "m6i.xlarge", 58) > 13.8);
});

test("special reservations: shared cores and many pods on GKE, Arm on EKS, pods capped by the service", () => {
  assert.equal(allocatable(known("gke", "e2-medium"), { kind: "gke", maxPods: 110, diskGiB: 100 }).cpuMillis, 940);
  assert.equal(allocatable(known("gke", "n2-standard-8"), { kind: "gke", maxPods: 200, diskGiB: 100 }).cpuMillis, 7510);
  const memory = (type: string) =>
    allocatable(known("eks", type), { kind: "eks", maxPods: 58, diskGiB: 100 }).memoryMiB;
  assert.equal(memory("m6i.xlarge") - memory("m6g.xlarge"), 64);
  const pods = (kind: NodeKind, type: string) =>
    allocatable(known(kind, type), { kind, maxPods: 1000, diskGiB: 100 }).pods;
  assert.deepEqual([pods("eks", "m6i.xlarge"), pods("eks", "m6i.8xlarge")], [110, 250]);
  assert.deepEqual([pods("gke", "n2-standard-8"), pods("aks", "Standard_D4s_v5")], [256, 250]);
});

const kinds = fc.constantFrom<NodeKind>("eks", "gke", "aks");
const someMachine = kinds.chain((kind) =>
  fc.constantFrom(...listedMachines(PROVIDER[kind]).values()).map((one) => ({ kind, one })),
);
const maxPods = fc.integer({ min: 1, max: 300 });
const diskGiB = fc.integer({ min: 0, max: 2000 });

test("a node offers whole amounts, less than its machine has, and never less than nothing", () => {
  fc.assert(
    fc.property(someMachine, maxPods, diskGiB, ({ kind, one }, pods, disk) => {
      const got = allocatable(one, { kind, maxPods: pods, diskGiB: disk });
      assert.ok(got.cpuMillis < one.vcpus * 1000 && got.memoryMiB < one.memoryMiB);
      assert.ok(got.ephemeralStorageMiB <= disk * 1024 && got.pods <= pods);
      for (const value of [got.cpuMillis, got.memoryMiB, got.pods, got.ephemeralStorageMiB]) {
        assert.ok(Number.isInteger(value) && value >= 0);
      }
      assert.deepEqual(got.extended, one.extended);
      assert.ok(fits(got, allocatableByFormula(one, { kind, maxPods: pods, diskGiB: disk })));
      assert.ok(guaranteedCpuMillis(one, got.cpuMillis) <= got.cpuMillis);
    }),
  );
});

test("more pods per node never give more memory or CPU; a larger disk never gives less of anything", () => {
  fc.assert(
    fc.property(someMachine, maxPods, maxPods, diskGiB, diskGiB, ({ kind, one }, p, q, d, e) => {
      const few = allocatable(one, { kind, maxPods: Math.min(p, q), diskGiB: d });
      const many = allocatable(one, { kind, maxPods: Math.max(p, q), diskGiB: d });
      assert.ok(many.memoryMiB <= few.memoryMiB && many.cpuMillis <= few.cpuMillis && many.pods >= few.pods);
      const small = allocatable(one, { kind, maxPods: p, diskGiB: Math.min(d, e) });
      assert.ok(fits(small, allocatable(one, { kind, maxPods: p, diskGiB: Math.max(d, e) })));
    }),
  );
});

test("more machine never offers less: with the same interfaces, more vCPUs and more memory are more of both", () => {
  const grown = fc.record({ vcpus: fc.integer({ min: 0, max: 64 }), memoryMiB: fc.integer({ min: 0, max: 2 ** 20 }) });
  fc.assert(
    fc.property(someMachine, grown, maxPods, ({ kind, one }, more, pods) => {
      const larger = { ...one, vcpus: one.vcpus + more.vcpus, memoryMiB: one.memoryMiB + more.memoryMiB };
      const options = { kind, maxPods: pods, diskGiB: 100 };
      assert.ok(fits(allocatable(one, options), allocatable(larger, options)));
    }),
  );
});

test("within a family, a type with no less of both offers no less of both", () => {
  for (const kind of ["eks", "gke", "aks"] as const) {
    const machines = listedMachines(PROVIDER[kind]);
    // Shared cores of GKE have a reservation of their own and are no smaller sizes of the others.
    const steady = [...machines.values()].filter((one) => one.baseline === 1);
    const offers = steady.map((one) => {
      const family = one.type.replace(/^Standard_/, "").replace(/[-.].*$|\d+(?=[a-z]*(_|$))/, "");
      return { family, one, got: allocatable(one, { kind, maxPods: 110, diskGiB: 100 }) };
    });
    for (const small of offers) {
      for (const large of offers) {
        if (large.family !== small.family) continue;
        if (large.one.vcpus < small.one.vcpus || large.one.memoryMiB < small.one.memoryMiB) continue;
        const what = `${large.one.type} beside ${small.one.type}`;
        assert.ok(large.got.memoryMiB >= small.got.memoryMiB && large.got.cpuMillis >= small.got.cpuMillis, what);
      }
    }
  }
});

test("what is no number of pods or no size of a disk is refused", () => {
  const one = known("eks", "m6i.large");
  for (const [pods, disk] of [
    [0, 1],
    [Number.NaN, 1],
    [10, -1],
    [10, Number.NaN],
  ] as const) {
    assert.throws(() => allocatable(one, { kind: "eks", maxPods: pods, diskGiB: disk }), RangeError);
  }
});
