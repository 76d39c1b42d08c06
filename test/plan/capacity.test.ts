import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { capacityVerdict } from "../../lib/plan/capacity";
import type { CapacityInput, CapacitySite, NodeGroup } from "../../lib/plan/capacityInput";
import { type Resources, resources } from "../../lib/plan/resources";
import type { SiteState, WorkloadSpec } from "../../lib/plan/spec";

const cores = (cpu: number): Resources => resources({ cpuMillis: cpu * 1000 });
const node = (cpu: number, memoryGiB = 1024, pods = 1000): Resources =>
  resources({ cpuMillis: cpu * 1000, memoryMiB: memoryGiB * 1024, pods });

function pool(count: number, perNode: Resources, more: Partial<NodeGroup> = {}): NodeGroup {
  return { pool: "apps", count, perNode, machineType: "m", ...more };
}

function site(name: string, groups: NodeGroup[], more: Partial<CapacitySite> = {}): CapacitySite {
  return { name, faultDomain: name, nodeGroups: groups, ...more };
}

/** One site for each amount of cores, each on nodes of one core. */
function sitesOf(...cpu: number[]): CapacitySite[] {
  return cpu.map((amount, i) => site(`s${i}`, [pool(amount, node(1))]));
}

function judge(sites: readonly CapacitySite[], demand: CapacityInput["demand"], more: Partial<CapacityInput> = {}) {
  return capacityVerdict({ sites, demand, tolerate: 1, faultDomain: "region", ...more });
}

const totals = (cpu: number) => ({ totals: cores(cpu) });

function workload(name: string, replicas: number, cpu: number, more: Partial<WorkloadSpec> = {}): WorkloadSpec {
  return { name, replicas, cpu, memoryGiB: 0.25, ...more };
}

describe("divisible demand", () => {
  const vectors: [number, number[], boolean][] = [
    [100, [100, 100], true],
    [100, [100, 99], false],
    [100, [50, 50, 50], true],
    [100, [50, 50, 49], false],
    [100, [25, 25, 25, 25, 25], true],
    [100, [60, 60, 40], true],
    [110, [80, 60, 40], false],
  ];
  for (const [demand, cpu, holds] of vectors) {
    it(`${cpu.join("/")} for ${demand} ${holds ? "holds" : "does not hold"}`, () => {
      const verdict = judge(sitesOf(...cpu), totals(demand));
      assert.equal(verdict.verdict, holds ? "holds" : "does not hold");
      assert.equal(verdict.losses[0]?.holds, holds);
      assert.equal(verdict.binding, "cpu");
      assert.equal(verdict.factor, cpu.reduce((a, b) => a + b) / demand);
    });
  }

  it("names the loss, what it needs, what is left and the missing node", () => {
    const verdict = judge(sitesOf(50, 50, 49), totals(100));
    assert.deepEqual(verdict.losses[0], {
      faultDomains: ["s0"],
      sites: ["s0"],
      holds: false,
      resources: [{ resource: "cpu", need: 100, have: 99, headroom: 99 / 100 - 1 }],
    });
    assert.deepEqual(verdict.fixes, [
      { site: "s2", pool: "apps", nodes: 1, text: "Add 1 x m to pool apps of site s2 (49 -> 50)." },
    ]);
  });

  it("says of a resource that a survivor does not limit that nothing limits it, and is exact where all others are measured", () => {
    const disk = (gib: number) => ({ ...node(10), ephemeralStorageMiB: gib * 1024 });
    const unlimited = { ...node(10), ephemeralStorageMiB: 2 ** 40 };
    const demand = { totals: { ...cores(10), ephemeralStorageMiB: 10 * 1024 } };
    const sites = [site("a", [pool(1, unlimited)]), site("b", [pool(1, disk(12))]), site("c", [pool(1, disk(13))])];
    const verdict = judge(sites, demand);
    const rows = verdict.losses.map(({ sites, resources }) => [
      sites.join(),
      resources[1]?.have,
      resources[1]?.headroom,
    ]);
    assert.deepEqual(rows.sort(), [
      ["a", 25, 1.5],
      ["b", null, null],
      ["c", null, null],
    ]);
    assert.equal(verdict.factor, 3, "of the cores");
    assert.equal(
      judge([site("a", [pool(1, disk(5))]), site("b", [pool(1, disk(5))])], demand).binding,
      "ephemeralStorageGiB",
    );
  });

  it("is exact where binary fractions are not: three measured thirds, tenths of a core, headroom", () => {
    const third = (name: string) =>
      site(name, [{ pool: undefined, count: 3, perNode: cores(50 / 3), total: cores(50), addable: 0 }]);
    assert.equal(judge(["a", "b", "c"].map(third), totals(100)).verdict, "holds");
    const tenth = site("a", [pool(3, cores(0.1))]);
    assert.equal(judge([tenth, { ...tenth, name: "b", faultDomain: "b" }], totals(0.3)).verdict, "holds");
    assert.equal(judge(sitesOf(60, 60, 60), totals(100), { headroom: 0.2 }).verdict, "holds");
    assert.equal(judge(sitesOf(60, 60, 59), totals(100), { headroom: 0.2 }).verdict, "does not hold");
    assert.equal(judge(sitesOf(60, 60, 60), totals(100), { headroom: 0.200001 }).verdict, "does not hold");
  });

  it("says so when all sums fit and the sites lack different resources", () => {
    const verdict = judge(
      [
        site("a", [pool(10, node(9, 1))]),
        site("b", [pool(10, node(1, 9))]),
        site("c", [pool(10, node(9, 1))]),
        site("d", [pool(10, node(1, 9))]),
      ],
      { totals: node(100, 100, 0) },
    );
    assert.equal(verdict.verdict, "does not hold");
    assert.ok(verdict.notes.some((note) => note.startsWith("Every resource is enough in sum")));
  });
});

describe("fault domains and states", () => {
  it("loses sites of one fault domain together", () => {
    const sites = sitesOf(50, 50, 50).map((one, i) => ({ ...one, faultDomain: i < 2 ? "aws/eu" : "gcp/eu" }));
    const verdict = judge(sites, totals(100));
    assert.equal(verdict.verdict, "does not hold");
    assert.deepEqual(verdict.losses[0]?.sites, ["s0", "s1"]);
    assert.ok(verdict.notes.includes("Sites s0 and s1 are in fault domain aws/eu and are lost together."));
  });

  it("needs more fault domains than it may lose, and says that nodes do not help", () => {
    const verdict = judge(sitesOf(1000), totals(1));
    assert.equal(verdict.verdict, "does not hold");
    assert.deepEqual(verdict.fixes, []);
    assert.match(
      verdict.notes.join("\n"),
      /2 or more are needed to survive the loss of 1\. No number of nodes changes that/,
    );
    assert.equal(judge(sitesOf(1000, 1000), totals(1), { tolerate: 2 }).verdict, "does not hold");
  });

  it("counts a domain that is lost or drained as a loss that has happened", () => {
    for (const state of ["lost", "drained"] as SiteState[]) {
      const sites = sitesOf(50, 50, 50).map((one, i) => (i === 0 ? { ...one, state } : one));
      const verdict = judge(sites, totals(100));
      assert.equal(verdict.verdict, "holds", state);
      assert.equal(verdict.tolerate, 0);
      assert.deepEqual(
        verdict.losses.map((loss) => loss.sites),
        [[]],
      );
      assert.ok(verdict.notes.includes(`Site s0 is ${state} and carries nothing.`));
      assert.equal(judge(sites, totals(100), { degraded: false }).verdict, "does not hold");
      assert.equal(judge(sites, totals(101)).verdict, "does not hold");
    }
  });

  it("counts nothing of a site that joins or leaves, and forgives nothing either", () => {
    for (const state of ["joining", "leaving"] as SiteState[]) {
      const sites = sitesOf(50, 50, 50).map((one, i) => (i === 0 ? { ...one, state } : one));
      assert.equal(judge(sites, totals(100)).verdict, "does not hold");
      assert.equal(judge(sites, totals(50)).verdict, "holds");
      assert.deepEqual(
        judge(sites, totals(50)).placements.map((one) => one.site),
        ["s1", "s2"],
      );
    }
  });

  it("lists pairs of losses, the worst first", () => {
    const verdict = judge(sitesOf(30, 40, 60, 50), totals(70), { tolerate: 2 });
    assert.equal(verdict.verdict, "holds");
    assert.deepEqual(
      verdict.losses.map((loss) => loss.sites.join("+")),
      ["s2+s3", "s2+s1", "s2+s0", "s3+s1", "s3+s0", "s1+s0"],
    );
    assert.deepEqual(
      verdict.losses.map((loss) => loss.resources[0]?.have),
      [70, 80, 90, 90, 100, 110],
    );
  });

  it("keeps the worst 10,000 losses and says how many there are", () => {
    const verdict = judge(sitesOf(...Array.from({ length: 150 }, (_, i) => 10 + i)), totals(1000), { tolerate: 2 });
    assert.equal(verdict.losses.length, 10_000);
    assert.ok(verdict.notes.includes("The worst 10000 of 11175 possible losses are listed."));
  });
});

describe("whole pods on whole nodes", () => {
  it("places the replicas of a site's largest share before anything fails", () => {
    const verdict = judge(sitesOf(8, 8, 8), {
      workloads: [workload("web", 7, 1), workload("one", 1, 0.5), workload("three", 1, 0.1, { minimumPerSite: 2 })],
    });
    assert.equal(verdict.verdict, "holds");
    for (const one of verdict.placements) {
      assert.deepEqual(one.replicas, { web: 4, one: 1, three: 2 });
      assert.deepEqual(one.requested, resources({ cpuMillis: 4700, memoryMiB: 7 * 256, pods: 7 }));
    }
  });

  it("does not count pods by their volume", () => {
    const sites = ["a", "b", "c"].map((name) => site(name, [pool(3, node(4))]));
    const verdict = judge(sites, { workloads: [workload("large", 8, 3)] });
    assert.equal(verdict.verdict, "does not hold");
    assert.ok(
      verdict.losses[0]?.resources.every(({ have, need }) => have !== null && have >= need),
      "24 of 24 cores are left",
    );
    assert.equal(judge(sites, { workloads: [workload("large", 6, 3)] }).verdict, "holds");
  });

  it("cannot prove what depends on the order of arrival", () => {
    const sites = ["a", "b"].map((name) => site(name, [pool(4, node(10))]));
    const verdict = judge(sites, { workloads: [workload("small", 12, 1), workload("large", 5, 5)] });
    assert.equal(verdict.verdict, "cannot be proven");
    assert.ok(!verdict.holds && verdict.fixes.length > 0);
    assert.ok(verdict.notes.some((note) => note.includes("is proven to find nodes, and at most")));
  });

  it("judges every resource, pods and extended ones too", () => {
    const carrying = (pods: number, gpus: number) =>
      ["a", "b"].map((name) =>
        site(name, [
          pool(1, resources({ cpuMillis: 1e5, memoryMiB: 1e6, pods, extended: { "nvidia.com/gpu": gpus } })),
        ]),
      );
    const demand = { workloads: [workload("train", 3, 1, { extended: { "nvidia.com/gpu": 1 } })] };
    assert.equal(judge(carrying(3, 3), demand).verdict, "holds");
    assert.equal(judge(carrying(2, 3), demand).binding, "pods");
    assert.equal(judge(carrying(2, 3), demand).verdict, "does not hold");
    assert.equal(judge(carrying(3, 2), demand).binding, "nvidia.com/gpu");
    assert.equal(judge(carrying(3, 2), demand).verdict, "does not hold");
  });

  it("lets pods only where architecture, node selector and taints allow", () => {
    const on = (more: Partial<NodeGroup>, of: Partial<WorkloadSpec>) =>
      judge(
        ["a", "b"].map((name) => site(name, [pool(4, node(4), more)])),
        { workloads: [workload("w", 4, 1, of)] },
      ).verdict;
    const taint = { key: "team", value: "ml", effect: "NoSchedule" } as const;
    assert.equal(on({}, {}), "holds");
    assert.equal(on({ architecture: "arm64" }, { architectures: ["amd64"] }), "does not hold");
    assert.equal(on({ architecture: "arm64" }, { architectures: ["amd64", "arm64"] }), "holds");
    assert.equal(on({}, { nodeSelector: { disk: "ssd" } }), "does not hold");
    assert.equal(
      on({ labels: { disk: "ssd" } }, { nodeSelector: { disk: "ssd", "kubernetes.io/os": "linux" } }),
      "holds",
    );
    assert.equal(on({ taints: [taint] }, {}), "does not hold");
    assert.equal(on({ taints: [{ ...taint, effect: "PreferNoSchedule" }] }, {}), "holds");
    assert.equal(on({ taints: [taint] }, { tolerations: [{ key: "team", operator: "Exists" }] }), "holds");
    assert.equal(on({ taints: [taint] }, { tolerations: [{ key: "team", value: "web" }] }), "does not hold");
    assert.equal(on({ taints: [taint] }, { tolerations: [{ operator: "Exists" }] }), "holds");
  });

  it("says when no number of nodes helps", () => {
    const sites = ["a", "b"].map((name) => site(name, [pool(4, node(4))]));
    const large = judge(sites, { workloads: [workload("huge", 1, 8)] });
    assert.equal(large.verdict, "does not hold");
    assert.deepEqual(large.fixes, []);
    assert.match(
      large.notes.join("\n"),
      /Workload huge \(cpu 8, memoryGiB 0.25 per pod\) fits no node of sites a and b: the largest offers cpu 4, .* larger machine type than m/,
    );
    const arm = judge(sites, { workloads: [workload("arm", 1, 1, { architectures: ["arm64"] })] });
    assert.match(arm.notes.join("\n"), /Workload arm .* may run on no pool of sites a and b: none is arm64\./);
  });

  it("carries what the totals have beyond the workloads on nodes without taints", () => {
    const demand = { totals: cores(10), workloads: [workload("w", 4, 1)] };
    const sites = (taints: NodeGroup["taints"]) =>
      ["a", "b"].map((name) =>
        site(name, [pool(4, node(1)), pool(6, node(1), { pool: "more", taints: taints ?? [] })]),
      );
    assert.equal(judge(sites([]), demand).verdict, "holds");
    assert.equal(judge(sites([{ key: "k", effect: "NoSchedule" }]), demand).verdict, "does not hold");
  });

  it("places sheddable workloads where room is left, and lets them decide nothing", () => {
    const critical = workload("web", 4, 1);
    const demand = { workloads: [critical, workload("batch", 100, 1, { priority: "sheddable" })] };
    const verdict = judge(sitesOf(6, 6), demand);
    assert.equal(verdict.verdict, "holds");
    assert.deepEqual(
      verdict.placements.map((one) => one.replicas),
      [
        { web: 4, batch: 2 },
        { web: 4, batch: 2 },
      ],
    );
    assert.deepEqual(verdict.losses, judge(sitesOf(6, 6), { workloads: [critical] }).losses);
  });

  it("adds whole steps only", () => {
    const sites = ["a", "b"].map((name) => site(name, [pool(3, node(1), { addable: 3 })]));
    const verdict = judge(sites, { workloads: [workload("w", 4, 1)] });
    assert.deepEqual(
      verdict.fixes.map((fix) => [fix.site, fix.nodes]),
      [
        ["a", 3],
        ["b", 3],
      ],
    );
  });
});

describe("numbers that make no sense", () => {
  it("counts unknown capacity as none", () => {
    for (const count of [Number.NaN, -3, Number.POSITIVE_INFINITY, null as unknown as number]) {
      const verdict = judge([...sitesOf(100), site("x", [pool(count, node(1))])], totals(100));
      assert.equal(verdict.verdict, "does not hold");
      assert.ok(verdict.notes.includes("Site x guarantees no nodes, so it counts as nothing."));
    }
    const { notes } = judge(
      [...sitesOf(100), ...["x", "y"].map((name) => site(name, [pool(0, node(1))]))],
      totals(100),
    );
    assert.ok(notes.includes("Sites x and y guarantee no nodes, so they count as nothing."), notes.join("\n"));
    const unknown = { ...node(1), cpuMillis: Number.NaN };
    assert.equal(judge([...sitesOf(100), site("x", [pool(100, unknown)])], totals(100)).verdict, "does not hold");
  });

  it("proves nothing for a demand that is unknown or absent", () => {
    assert.equal(judge(sitesOf(100, 100), {}).verdict, "cannot be proven");
    for (const bad of [Number.NaN, -1, null as unknown as number, Number.POSITIVE_INFINITY]) {
      assert.equal(judge(sitesOf(100, 100), totals(1), { headroom: bad }).verdict, "cannot be proven");
      const verdict = judge(sitesOf(100, 100), { ...totals(1), workloads: [workload("w", bad, 1)] });
      assert.equal(verdict.verdict, "cannot be proven");
      assert.match(verdict.notes[0] ?? "", /^replicas of workload w is /);
    }
  });
});
