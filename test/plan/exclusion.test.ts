import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import fc from "fast-check";
import { AnyOrder } from "../../lib/plan/anyOrder";
import { capacityVerdict } from "../../lib/plan/capacity";
import type { CapacityInput, CapacitySite, NodeGroup } from "../../lib/plan/capacityInput";
import { exclusionOf } from "../../lib/plan/exclusion";
import { loadOf, nodesOf } from "../../lib/plan/packing";
import { resources, scale } from "../../lib/plan/resources";
import { takenPorts } from "../../lib/plan/schedulable";
import { quotient } from "../../lib/plan/shares";
import { allPlaced, Scheduler } from "../../lib/plan/simulate";
import { siteShare } from "../../lib/plan/siteShare";
import type { HostPortSpec, NodeSpreadSpec, TaintSpec, WorkloadSpec } from "../../lib/plan/spec";
import { replicasAt } from "../../lib/plan/upperBound";

const POD = { replicas: 1, cpu: 0.1, memoryGiB: 0.1 };

describe("which pods keep each other off a node", () => {
  const rows: [what: string, a: Partial<WorkloadSpec>, b: Partial<WorkloadSpec>, apart: boolean][] = [
    ["nothing", {}, {}, false],
    ["a name in one", { apartFrom: ["b"] }, {}, true],
    ["a name in the other", {}, { apartFrom: ["a"] }, true],
    ["own anti-affinity keeps only itself away", { onePerNode: true }, { onePerNode: true }, false],
    ["one port", { hostPorts: [{ port: 80 }] }, { hostPorts: [{ port: 443 }, { port: 80 }] }, true],
    ["two ports", { hostPorts: [{ port: 80 }] }, { hostPorts: [{ port: 443 }] }, false],
    ["one port of two protocols", { hostPorts: [{ port: 53 }] }, { hostPorts: [{ port: 53, protocol: "UDP" }] }, false],
    ["the default protocol", { hostPorts: [{ port: 53 }] }, { hostPorts: [{ port: 53, protocol: "TCP" }] }, true],
    ["two addresses", { hostPorts: [on("10.0.0.1")] }, { hostPorts: [on("10.0.0.2")] }, false],
    ["one address", { hostPorts: [on("10.0.0.1")] }, { hostPorts: [on("10.0.0.1")] }, true],
    ["an address and all of them", { hostPorts: [on("10.0.0.1")] }, { hostPorts: [{ port: 80 }] }, true],
    ["all, written out", { hostPorts: [on("0.0.0.0")] }, { hostPorts: [on("10.0.0.1")] }, true],
  ];
  for (const [what, a, b, apart] of rows) {
    it(`${what}: ${apart ? "apart" : "together"}`, () => {
      const found = exclusionOf([
        { name: "a", ...POD, ...a },
        { name: "b", ...POD, ...b },
      ]);
      assert.deepEqual(found.apart, apart ? [[1], [0]] : [[], []]);
      assert.deepEqual(found.cliques, apart ? [[0, 1]] : []);
    });
  }

  it("a port that a DaemonSet takes is no other pod's, on the nodes that run it", () => {
    const agent = { ...POD, name: "agent", hostPorts: [{ port: 80 }], nodeSelector: { pool: "a" } };
    assert.deepEqual(takenPorts([agent], { labels: { pool: "a" } }), [{ port: 80 }]);
    assert.deepEqual(takenPorts([agent], { labels: { pool: "b" } }), []);
    const site = (name: string): CapacitySite => {
      const group = { pool: "a", count: 3, perNode: resources({ cpuMillis: 1000, memoryMiB: 1024, pods: 10 }) };
      return { name, faultDomain: name, nodeGroups: [{ ...group, hostPorts: [{ port: 80 }] }] };
    };
    const input = (port: number): CapacityInput => ({
      sites: [site("s"), site("t")],
      demand: { workloads: [{ ...POD, name: "web", hostPorts: [{ port }] }] },
      tolerate: 1,
      faultDomain: "region",
    });
    assert.equal(capacityVerdict(input(8080)).verdict, "holds");
    const { verdict, notes } = capacityVerdict(input(80));
    assert.equal(verdict, "does not hold");
    assert.ok(
      notes.some((note) =>
        /web .* may run on no pool of sites s and t: a DaemonSet has taken host port 80\./.test(note),
      ),
      notes.join(),
    );
  });

  it("what must be even over nodes is held down by nodes that count and that it may not run on", () => {
    const perNode = resources({ cpuMillis: 4000, memoryMiB: 4096, pods: 10 });
    const system = { pool: "system", count: 1, perNode, taints: [{ key: "a", effect: "NoSchedule" as const }] };
    const site = (name: string): CapacitySite => ({
      name,
      faultDomain: name,
      nodeGroups: [{ pool: "apps", count: 3, perNode }, system],
    });
    const judge = (replicas: number, nodeSpread: NodeSpreadSpec) =>
      capacityVerdict({
        sites: [site("s"), site("t")],
        demand: { workloads: [{ ...POD, name: "web", replicas, nodeSpread }] },
        tolerate: 1,
        faultDomain: "region",
      });
    assert.equal(judge(3, { maxSkew: 1 }).verdict, "holds");
    const { verdict, notes } = judge(4, { maxSkew: 1 });
    assert.equal(verdict, "does not hold");
    assert.ok(
      notes.some((note) => /web must be even .* system of s, system of t count/.test(note)),
      notes.join(),
    );
    assert.equal(judge(6, { maxSkew: 2 }).verdict, "holds");
    assert.equal(judge(9, { maxSkew: 1, nodeTaintsPolicy: "Honor" }).verdict, "holds");
    assert.equal(judge(4, { maxSkew: 1, nodeTaintsPolicy: "Honor", minDomains: 4 }).verdict, "does not hold");
  });

  it("the nodes that are added are as many as pods that share none need", () => {
    const perNode = resources({ cpuMillis: 4000, memoryMiB: 4096, pods: 10 });
    const site = (name: string): CapacitySite => ({
      name,
      faultDomain: name,
      nodeGroups: [{ pool: "apps", count: 2, perNode }],
    });
    const input: CapacityInput = {
      sites: [site("r"), site("s"), site("t")],
      demand: { workloads: [{ ...POD, name: "web", replicas: 8, onePerNode: true }] },
      tolerate: 1,
      faultDomain: "region",
    };
    const { verdict, fixes, notes } = capacityVerdict(input);
    assert.equal(verdict, "does not hold");
    assert.equal(
      fixes.reduce((sum, { nodes }) => sum + nodes, 0),
      6,
    );
    assert.match(notes.join(), /web runs at most one pod a node: 4 nodes .* after the worst loss, and 8 are needed/);
  });

  it("says which existing sites count as one node, and where a workload that few sites run has too few nodes", () => {
    const each = resources({ cpuMillis: 4000, memoryMiB: 4096, pods: 10 });
    const site = (name: string, pool: string | undefined, count: number): CapacitySite => ({
      ...{ name, faultDomain: name, region: name },
      nodeGroups: [{ pool, count, perNode: each, total: scale(each, count) }],
    });
    const judge = (one: Partial<WorkloadSpec>) =>
      capacityVerdict({
        sites: [site("r", undefined, 1), site("s", undefined, 3), site("t", "apps", 3)],
        demand: { workloads: [{ ...POD, name: "web", onePerNode: true, ...one }] },
        tolerate: 1,
        faultDomain: "region",
      });
    assert.equal(judge({ replicas: 2 }).verdict, "holds");
    const { verdict, notes } = judge({ replicas: 6 });
    assert.equal(verdict, "does not hold");
    assert.match(notes.join(), /4 nodes that may run one are left .* 6 are needed/);
    assert.match(notes.join(), /one node each counts of r\./);
    const confined = judge({ replicas: 4, requires: { regions: ["s", "t"] } });
    assert.notEqual(confined.verdict, "holds");
    assert.match(confined.notes.join(), /more than it has nodes are placed at s \(4 of 3\), t \(4 of 3\)/);
  });

  function on(hostIP: string): HostPortSpec {
    return { port: 80, hostIP };
  }
});

const port = fc.constantFrom<HostPortSpec>({ port: 80 }, { port: 443 }, { port: 80, hostIP: "10.0.0.1" });
const workloads = fc
  .array(
    fc.record({
      replicas: fc.integer({ min: 1, max: 4 }),
      minimumPerSite: fc.constantFrom(0, 0, 1),
      cpu: fc.constantFrom(0.1, 0.5, 1, 1.6),
      memoryGiB: fc.constantFrom(0.1, 1, 2),
      nodeSelector: fc.constantFrom<Record<string, string>>({}, {}, { pool: "a" }, { pool: "b" }),
      onePerNode: fc.boolean(),
      hostPorts: fc.oneof(fc.constant<HostPortSpec[]>([]), fc.array(port, { maxLength: 2 })),
      apartFrom: fc.constantFrom<string[]>([], [], ["w0"], ["w1"]),
      spread: fc.constantFrom<Pick<WorkloadSpec, "nodeSpread">>(
        {},
        {},
        { nodeSpread: { maxSkew: 1 } },
        { nodeSpread: { maxSkew: 2, nodeTaintsPolicy: "Honor" } },
        { nodeSpread: { maxSkew: 1, minDomains: 3 } },
      ),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((all) => all.map(({ spread, ...one }, i): WorkloadSpec => ({ name: `w${i}`, ...one, ...spread })));

const group = (pool: string) =>
  fc
    .record({
      count: fc.integer({ min: 1, max: 3 }),
      cpuMillis: fc.constantFrom(1000, 2000, 3000),
      memoryMiB: fc.constantFrom(2048, 4096),
      taints: fc.constantFrom<TaintSpec[]>([], [], [], [{ key: "gpu", effect: "NoSchedule" }]),
    })
    .map(
      ({ count, taints, ...each }): NodeGroup => ({
        ...{ pool, count, labels: { pool }, taints },
        perNode: resources({ ...each, pods: 10 }),
      }),
    );
const groups = fc
  .tuple(group("a"), fc.option(group("b"), { nil: undefined }))
  .map(([a, b]) => (b === undefined ? [a] : [a, b]));

test("pods that must be even and alone on a node are not two on it where the skew would let them", () => {
  const workloads = [
    { name: "even", replicas: 2, cpu: 0.3, memoryGiB: 0.1, onePerNode: true, nodeSpread: { maxSkew: 2 } },
    { name: "first", replicas: 4, cpu: 0.5, memoryGiB: 0.1 },
  ];
  const load = loadOf({ workloads }, 0);
  const perNode = resources({ cpuMillis: 2000, memoryMiB: 8192, pods: 110 });
  const nodeGroups = [{ pool: "apps", machineType: "m", count: 2, perNode }];
  const scheduler = new Scheduler(load, nodesOf({ name: "s", faultDomain: "d", nodeGroups }, load));
  scheduler.reset([2], true);
  const turns = [1, 0].map((w) => ({ w, part: 0, parts: 1 }));
  assert.equal(allPlaced(scheduler, [2, 4], { turns, preference: "fill", favour: [0] }), false);
});

describe("what one site carries, against every order of arrival and every choice of a node", () => {
  it("is placed whole where that is proven, and more than what is possible never is", () => {
    const seen = { proven: 0, impossible: 0 };
    fc.assert(
      fc.property(workloads, groups, (demand, nodeGroups) => {
        const load = loadOf({ workloads: demand }, 0);
        const nodes = nodesOf({ name: "s", faultDomain: "d", nodeGroups }, load);
        const { proven, possible } = siteShare(load, nodes);
        const play = (counts: readonly number[]) =>
          new Play(
            load.critical.map(({ spec }) => spec),
            nodeGroups,
          ).of(counts);
        if (proven.num > 0) {
          const counts = replicasAt(load, quotient(proven));
          const { canEnd, canStick } = play(counts);
          assert.ok(canEnd, "what is proven cannot be placed at all");
          if (new AnyOrder(load, nodes).fits(counts)) {
            seen.proven++;
            assert.ok(!canStick, "a pod finds no node in some order");
          }
        }
        const most = quotient(possible);
        const next = Math.min(...load.critical.map(({ total }) => (Math.ceil(total * most - 1e-9) + 1e-6) / total));
        seen.impossible++;
        assert.ok(!play(replicasAt(load, next)).canEnd, "more than what is possible can be placed");
      }),
      { numRuns: 150 },
    );
    assert.ok(seen.proven > 20 && seen.impossible > 20, JSON.stringify(seen));
  });
});

interface PlayedNode {
  readonly group: NodeGroup;
  readonly has: number[];
}

/** Every way in which pods can come and be placed: as the scheduler filters nodes, whatever it prefers. */
class Play {
  private readonly nodes: PlayedNode[];
  private readonly seen = new Set<string>();
  private canEnd = false;
  private canStick = false;

  constructor(
    private readonly workloads: readonly WorkloadSpec[],
    groups: readonly NodeGroup[],
  ) {
    this.nodes = groups.flatMap((group) =>
      Array.from({ length: group.count }, () => ({ group, has: workloads.map(() => 0) })),
    );
  }

  of(counts: readonly number[]): { canEnd: boolean; canStick: boolean } {
    this.from([...counts]);
    return { canEnd: this.canEnd, canStick: this.canStick };
  }

  private from(left: number[]): void {
    const key = `${left}|${this.nodes.map(textOf).sort().join()}`;
    if ((this.canEnd && this.canStick) || this.seen.has(key)) return;
    this.seen.add(key);
    if (left.every((count) => count === 0)) this.canEnd = true;
    for (const w of this.workloads.keys()) {
      if (left[w] === 0) continue;
      const open = new Map(this.nodes.filter((node) => this.takes(node, w)).map((node) => [textOf(node), node]));
      if (open.size === 0) this.canStick = true;
      for (const { has } of open.values()) {
        has[w]!++;
        left[w]!--;
        this.from(left);
        has[w]!--;
        left[w]!++;
      }
    }
  }

  private staysEven(own: WorkloadSpec, w: number, count: number): boolean {
    if (own.nodeSpread === undefined) return true;
    const { maxSkew, minDomains = 1, nodeTaintsPolicy } = own.nodeSpread;
    const counting = this.nodes.filter(
      ({ group }) => isSelected(own, group) && (nodeTaintsPolicy !== "Honor" || group.taints?.length === 0),
    );
    const fewest = counting.length < minDomains ? 0 : Math.min(...counting.map(({ has }) => has[w]!));
    return count - fewest <= maxSkew;
  }

  private takes({ group, has }: PlayedNode, w: number): boolean {
    const own = this.workloads[w]!;
    const taken = (of: (one: WorkloadSpec) => number) =>
      this.workloads.reduce((sum, one, v) => sum + of(one) * has[v]!, of(own));
    return (
      isSelected(own, group) &&
      group.taints?.length === 0 &&
      this.staysEven(own, w, has[w]! + 1) &&
      taken((one) => Math.round(one.cpu * 1000)) <= group.perNode.cpuMillis &&
      taken((one) => one.memoryGiB * 1024) <= group.perNode.memoryMiB + 1e-6 &&
      taken(() => 1) <= group.perNode.pods &&
      !this.workloads.some((other, v) => has[v]! > 0 && isApart(own, other))
    );
  }
}

function isSelected({ nodeSelector = {} }: WorkloadSpec, { labels }: NodeGroup): boolean {
  return Object.entries(nodeSelector).every(([key, value]) => labels?.[key] === value);
}

function textOf({ group, has }: PlayedNode): string {
  return `${group.pool}:${has}`;
}

function isApart(a: WorkloadSpec, b: WorkloadSpec): boolean {
  if (a === b && a.onePerNode) return true;
  if (a !== b && (a.apartFrom?.includes(b.name) || b.apartFrom?.includes(a.name))) return true;
  return (a.hostPorts ?? []).some((one) =>
    (b.hostPorts ?? []).some(
      (other) =>
        one.port === other.port &&
        (one.hostIP === undefined || other.hostIP === undefined || one.hostIP === other.hostIP),
    ),
  );
}
