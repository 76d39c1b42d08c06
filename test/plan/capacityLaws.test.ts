import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type CapacityJudgement, capacityJudgement, capacityVerdict, lossesSparing } from "../../lib/plan/capacity";
import type { CapacityInput, CapacitySite, NodeGroup } from "../../lib/plan/capacityInput";
import { loadOf, nodesOf } from "../../lib/plan/packing";
import { type Resources, resources, scale, sum } from "../../lib/plan/resources";
import { mayRunOn, podResources } from "../../lib/plan/schedulable";
import { shuffled } from "../../lib/plan/seeded";
import { siteShare } from "../../lib/plan/siteShare";
import type { Architecture, TolerationSpec, WorkloadSpec } from "../../lib/plan/spec";
import type { Fix } from "../../lib/plan/verdict";

const RUNS = { numRuns: 100 };
/** Of laws that search for fixes several times each, which takes longest. */
const FIX_RUNS = { numRuns: 40 };

type Stream = fc.Stream<number>;

const perNode = fc
  .record({
    cpu: fc.integer({ min: 2, max: 16 }),
    memory: fc.integer({ min: 4, max: 64 }),
    pods: fc.integer({ min: 8, max: 60 }),
  })
  .map(({ cpu, memory, pods }) => resources({ cpuMillis: cpu * 1000 - 80, memoryMiB: memory * 1024 - 700, pods }));

const group = (pool: string): fc.Arbitrary<NodeGroup> =>
  fc.record({
    pool: fc.constant(pool),
    count: fc.integer({ min: 1, max: 8 }),
    perNode,
    machineType: fc.constant("m"),
    architecture: fc.constantFrom("amd64" as const, "amd64" as const, "arm64" as const),
    taints: fc.constantFrom([], [], [{ key: "gpu", effect: "NoSchedule" as const }]),
  });

const sites: fc.Arbitrary<CapacitySite[]> = fc
  .array(fc.tuple(group("apps"), fc.option(group("more"), { nil: undefined }), fc.integer({ min: 0, max: 9 })), {
    minLength: 2,
    maxLength: 5,
  })
  .map((all) =>
    all.map(([apps, more, domain], i) => ({
      name: `s${i}`,
      // One site in ten shares the fault domain of the first.
      faultDomain: domain === 0 ? "d0" : `d${i}`,
      nodeGroups: more === undefined ? [apps] : [apps, more],
    })),
  );

type Alone = Pick<WorkloadSpec, "onePerNode" | "hostPorts" | "nodeSpread" | "hasPreferences">;

const workloads: fc.Arbitrary<WorkloadSpec[]> = fc
  .array(
    fc.record({
      replicas: fc.integer({ min: 1, max: 40 }),
      minimumPerSite: fc.integer({ min: 0, max: 2 }),
      cpu: fc.constantFrom(0.05, 0.1, 0.25, 0.5, 1, 2.5),
      memoryGiB: fc.constantFrom(0.0625, 0.125, 0.5, 1, 3, 7),
      architectures: fc.constantFrom<Architecture[]>(["amd64", "arm64"], ["amd64"]),
      tolerations: fc.constantFrom<TolerationSpec[]>([], [{ key: "gpu", operator: "Exists" }]),
      alone: fc.constantFrom<Alone>(
        {},
        {},
        {},
        {},
        { onePerNode: true },
        { hostPorts: [{ port: 80 }] },
        { nodeSpread: { maxSkew: 2 } },
        { hasPreferences: true },
      ),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((all) => all.map(({ alone, ...one }, i) => ({ name: `w${i}`, ...one, ...alone })));

const inputs: fc.Arbitrary<CapacityInput> = fc.record({
  sites,
  demand: fc.record({ workloads, totals: fc.option(perNode, { nil: undefined }) }),
  tolerate: fc.constantFrom(1, 1, 1, 2),
  headroom: fc.constantFrom(0, 0, 0.2),
  faultDomain: fc.constant("region" as const),
});

describe("laws of the verdict", () => {
  it("loses no critical replica with any loss of a fleet that holds", () => {
    let held = 0;
    fc.assert(
      fc.property(inputs, (input) => {
        const verdict = capacityJudgement(input);
        if (!verdict.holds) return;
        held++;
        for (const site of input.sites) {
          const { replicas } = placementOf(verdict, site);
          assert.ok(replicas !== undefined && firstFit(site, input, replicas), `${site.name} has no room`);
        }
        for (const loss of verdict.losses) assertDemandPlaced(input, verdict, loss.faultDomains);
      }),
      { numRuns: 200 },
    );
    assert.ok(held > 10, `only ${held} of the fleets held`);
  });

  it("keeps holding with a node more in any pool", () => {
    fc.assert(
      fc.property(inputs, fc.nat(), fc.nat(), (input, s, g) => {
        if (!capacityJudgement(input).holds) return;
        const site = input.sites[s % input.sites.length] as CapacitySite;
        const pool = site.nodeGroups[g % site.nodeGroups.length] as NodeGroup;
        assert.ok(capacityJudgement(grown(input, site.name, pool.pool, 1)).holds);
      }),
      { numRuns: 200 },
    );
  });

  const inOtherOrder = (input: CapacityInput, random: Stream): CapacityInput => {
    const other = <T>(all: readonly T[]) => shuffled(all, () => random.next().value);
    const { workloads = [] } = input.demand;
    return { ...input, sites: other(input.sites), demand: { ...input.demand, workloads: other(workloads) } };
  };
  const inOtherUnit = (input: CapacityInput, by: number) => {
    const larger = (of: Resources): Resources => ({
      ...of,
      cpuMillis: of.cpuMillis * by,
      memoryMiB: of.memoryMiB * by,
    });
    return {
      ...input,
      sites: input.sites.map((site) => ({
        ...site,
        nodeGroups: site.nodeGroups.map((one) => ({ ...one, perNode: larger(one.perNode) })),
      })),
      demand: {
        totals: input.demand.totals && larger(input.demand.totals),
        workloads: input.demand.workloads?.map((one) => ({ ...one, cpu: one.cpu * by, memoryGiB: one.memoryGiB * by })),
      },
    };
  };
  const powerOfTwo = fc.integer({ min: 1, max: 6 }).map((exponent) => 2 ** exponent);

  it("does not depend on the order of the sites and of the workloads", () => {
    fc.assert(
      fc.property(inputs, fc.infiniteStream(fc.nat()), (input, random) => {
        const [a, b] = [capacityJudgement(input), capacityJudgement(inOtherOrder(input, random))];
        assert.deepEqual({ ...b, placements: [] }, { ...a, placements: [] });
        assert.deepEqual(new Set(b.placements), new Set(a.placements));
      }),
      RUNS,
    );
  });

  it("lists the replicas of workloads as they are given", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const names = (input.demand.workloads ?? []).map(({ name }) => name);
        for (const { replicas } of capacityJudgement(input).placements) assert.deepEqual(Object.keys(replicas), names);
      }),
      RUNS,
    );
  });

  it("does not depend on the unit: all amounts times a power of two", () => {
    fc.assert(
      fc.property(inputs, powerOfTwo, (input, by) => {
        const [a, b] = [capacityJudgement(input), capacityJudgement(inOtherUnit(input, by))];
        assert.equal(b.verdict, a.verdict);
        assert.deepEqual(
          b.placements.map((one) => one.replicas),
          a.placements.map((one) => one.replicas),
        );
      }),
      RUNS,
    );
  });

  it("gives the same fixes and notes in every order, and the same fixes in every unit", () => {
    fc.assert(
      fc.property(inputs, fc.infiniteStream(fc.nat()), powerOfTwo, (input, random, by) => {
        const { fixes, notes } = capacityVerdict(input);
        const shuffled = capacityVerdict(inOtherOrder(input, random));
        assert.deepEqual([shuffled.fixes, shuffled.notes], [fixes, notes]);
        assert.deepEqual(capacityVerdict(inOtherUnit(input, by)).fixes, fixes);
      }),
      FIX_RUNS,
    );
  });

  it("never turns from not holding to holding when demand is added", () => {
    fc.assert(
      fc.property(inputs, workloads, (input, more) => {
        if (capacityJudgement(input).verdict !== "does not hold") return;
        const added = more.map((one) => ({ ...one, name: `more-${one.name}` }));
        const existing = input.demand.workloads ?? [];
        // The totals grow with the workloads, or the new ones would only take the place of divisible demand.
        const grownTotals = input.demand.totals && addAll(input.demand.totals, added);
        const demand = { totals: grownTotals, workloads: [...existing, ...added] };
        assert.notEqual(capacityJudgement({ ...input, demand }).verdict, "holds");
      }),
      RUNS,
    );
  });

  it("gives a fix that holds when applied, and not with one step fewer", () => {
    let fixed = 0;
    fc.assert(
      fc.property(inputs, (input) => {
        const { fixes } = capacityVerdict(input);
        if (fixes.length === 0) return;
        fixed++;
        assert.ok(capacityJudgement(apply(input, fixes)).holds);
        for (const fix of fixes) {
          const fewer = fixes.map((one) => (one === fix ? { ...one, nodes: one.nodes - 1 } : one));
          assert.ok(!capacityJudgement(apply(input, fewer)).holds, fix.text);
        }
      }),
      RUNS,
    );
    assert.ok(fixed > 10, `only ${fixed} fleets were fixed`);
  });

  it("agrees with itself: the losses with the verdict, the weights with 1, the shares with what sites can carry", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const verdict = capacityJudgement(input);
        assert.equal(
          verdict.holds,
          verdict.losses.every((loss) => loss.holds),
        );
        const weights = verdict.placements.reduce((total, one) => total + one.share, 0);
        assert.ok(Math.abs(weights - 1) < 1e-12, `weights sum to ${weights}`);
        if (verdict.holds)
          for (const one of verdict.placements) assert.ok(one.worstShare <= one.capableShare * (1 + 1e-12));
      }),
      RUNS,
    );
  });

  it("lists the losses that spare some sites as it lists them among all", () => {
    const names = fc.subarray(["s0", "s1", "s2", "s3", "s4"]);
    fc.assert(
      fc.property(inputs, names, fc.integer({ min: 1, max: 3 }), (one, spared, tolerate) => {
        const input = { ...one, tolerate };
        const all = capacityJudgement(input).losses;
        assert.deepEqual(
          lossesSparing(input, new Set(spared)),
          all.filter(({ sites }) => !sites.some((name) => spared.includes(name))),
        );
      }),
      RUNS,
    );
  });
});

describe("laws of what cannot be proven", () => {
  const onePool = inputs.map((input) => ({
    ...input,
    sites: input.sites.map((site) => ({ ...site, nodeGroups: site.nodeGroups.slice(0, 1) })),
  }));
  const nodeMore = (input: CapacityInput) =>
    input.sites.reduce((fleet, { name }) => grown(fleet, name, "apps", 1), input);
  // Most are at the edge with a node less than what makes them hold.
  const edge = (drawn: CapacityInput) => {
    const [first, ...others] = capacityVerdict(drawn).fixes;
    return first === undefined ? drawn : apply(drawn, [{ ...first, nodes: first.nodes - 1 }, ...others]);
  };

  it("waits for a node more a site at most where the fleet then holds, and gives no site more than is possible if it can", () => {
    let [seen, beyond] = [0, 0];
    fc.assert(
      fc.property(onePool, (drawn) => {
        const input = edge(drawn);
        const verdict = capacityJudgement(input);
        if (verdict.verdict !== "cannot be proven") return;
        seen++;
        const load = loadOf(input.demand, input.headroom ?? 0);
        const more = capacityJudgement(nodeMore(input));
        const sites = input.sites.map((site) => {
          const { possible } = siteShare(load, nodesOf(site, load));
          const { worstShare, capableShare } = placementOf(verdict, site);
          return {
            ...{ name: site.name, worstShare, capableShare, faultDomain: site.faultDomain },
            possible: (possible.num * load.headroom.den) / possible.den / load.headroom.num,
            next: placementOf(more, site).capableShare,
          };
        });
        for (const { name, worstShare, capableShare, next } of more.holds ? sites : []) {
          if (worstShare > capableShare) beyond++;
          assert.ok(worstShare <= next * (1 + 1e-9), `${name}: ${worstShare} of ${next}`);
        }
        const within = sites.map((one) => ({ ...one, share: Math.min(one.possible, one.next) }));
        if (more.holds && !carryAfterAny(within, input.tolerate)) return;
        for (const { name, worstShare, possible, faultDomain } of sites) {
          const isAlone = sites.every((one) => one.name === name || one.faultDomain !== faultDomain);
          if (isAlone) assert.ok(worstShare <= possible * (1 + 1e-9), `${name}: ${worstShare} of ${possible}`);
        }
      }),
      RUNS,
    );
    assert.ok(seen > 10 && beyond > 10, `only ${seen} of the fleets could not be proven, with ${beyond} sites`);
  });
});

/** Whether sites that carry these shares of the demand carry all of it after any loss. */
function carryAfterAny(sites: readonly { readonly faultDomain: string; readonly share: number }[], tolerate: number) {
  const byDomain = new Map<string, number>();
  for (const { faultDomain, share } of sites) byDomain.set(faultDomain, (byDomain.get(faultDomain) ?? 0) + share);
  const descending = [...byDomain.values()].sort((a, b) => b - a);
  return descending.slice(tolerate).reduce((all, share) => all + share, 0) >= 1 - 1e-9;
}

describe("laws of workloads that only some sites run", () => {
  const placed = inputs.map((input) => ({
    ...input,
    sites: input.sites.map((site, i) => ({ ...site, provider: i % 2 === 0 ? "aws" : "gcp", region: `r${i}` })),
  }));
  const change = (input: CapacityInput, of: (one: WorkloadSpec, index: number) => Partial<WorkloadSpec>) => ({
    ...input,
    demand: { ...input.demand, workloads: input.demand.workloads?.map((one, i) => ({ ...one, ...of(one, i) })) },
  });

  it("equals the fleet without requirements when every site meets them", () => {
    fc.assert(
      fc.property(placed, (input) => {
        const regions = input.sites.map(({ region }) => region);
        const required = change(input, () => ({ requires: { regions, providers: ["aws", "gcp"] } }));
        assert.deepEqual(capacityVerdict(required), capacityVerdict(input));
      }),
      FIX_RUNS,
    );
  });

  it("runs nothing at a site that does not meet them, and all of it after any loss when it holds", () => {
    let held = 0;
    fc.assert(
      fc.property(placed, fc.nat(), (input, n) => {
        const confined = change(input, (_, i) => (i === 0 ? { requires: { regions: without(input, n) } } : {}));
        const verdict = capacityJudgement(confined);
        const excluded = input.sites[n % input.sites.length] as CapacitySite;
        assert.equal(placementOf(verdict, excluded).replicas.w0, 0);
        assert.equal(
          verdict.holds,
          verdict.losses.every((loss) => loss.holds),
        );
        if (!verdict.holds) return;
        held++;
        for (const site of input.sites) {
          assert.ok(firstFit(site, confined, placementOf(verdict, site).replicas), `${site.name} has no room`);
        }
        for (const loss of verdict.losses) assertDemandPlaced(confined, verdict, loss.faultDomains);
      }),
      { numRuns: 200 },
    );
    assert.ok(held > 5, `only ${held} of the fleets held`);
  });

  it("does not hold when all the sites that may run it can be lost at once, whatever the nodes", () => {
    fc.assert(
      fc.property(placed, (input) => {
        const alone = change(input, (_, i) => (i === 0 ? { requires: { regions: ["r1"] } } : {}));
        const verdict = capacityVerdict(alone);
        assert.equal(verdict.verdict, "does not hold");
        assert.ok(verdict.notes.some((note) => note.includes("w0") && note.includes("allow it more sites")));
      }),
      RUNS,
    );
  });

  it("never turns from not holding to holding when fewer sites may run what all of them can", () => {
    fc.assert(
      fc.property(placed, fc.nat(), (input, n) => {
        // Equal sites: one that could carry nothing would be better off without the workload.
        const [first] = input.sites;
        const alike = {
          ...input,
          sites: input.sites.map((site) => ({ ...site, nodeGroups: first?.nodeGroups ?? [] })),
        };
        if (capacityJudgement(alike).verdict !== "does not hold") return;
        const confined = change(alike, (_, i) => (i === 0 ? { requires: { regions: without(alike, n) } } : {}));
        assert.notEqual(capacityJudgement(confined).verdict, "holds");
      }),
      { numRuns: 150 },
    );
  });

  it("runs a singleton in one site, whole, and says that no loss of it is covered", () => {
    fc.assert(
      fc.property(placed, (input) => {
        const single = change(input, (_, i) => (i === 0 ? { spread: "singleton", minimumPerSite: 0 } : {}));
        const verdict = capacityVerdict(single);
        const running = verdict.placements
          .map(({ site, replicas }) => [site, replicas.w0])
          .filter(([, count]) => count !== 0);
        assert.ok(running.length <= 1);
        if (verdict.holds) assert.deepEqual(running, [["s0", input.demand.workloads?.[0]?.replicas]]);
        assert.ok(verdict.notes.some((note) => note.includes("w0 is a singleton and runs in s0")));
      }),
      RUNS,
    );
  });

  it("runs all replicas of a workload that is everywhere in each site that gets traffic", () => {
    fc.assert(
      fc.property(placed, (input) => {
        const verdict = capacityJudgement(change(input, (_, i) => (i === 0 ? { spread: "everywhere" } : {})));
        const all = input.demand.workloads?.[0]?.replicas;
        for (const { worstShare, replicas } of verdict.placements) if (worstShare > 0) assert.ok(replicas.w0! >= all!);
      }),
      RUNS,
    );
  });

  function without(input: { readonly sites: readonly { readonly region: string }[] }, n: number): string[] {
    const regions = input.sites.map(({ region }) => region);
    return regions.filter((_, i) => i !== n % regions.length);
  }
});

describe("what equal sites cost", () => {
  for (const [count, factor] of [
    [2, 2],
    [3, 1.5],
    [5, 1.25],
  ] as const) {
    it(`${count} sites need exactly ${factor} x of a divisible demand, and whole nodes at most one a site more`, () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 64 }), (units, cpu) => {
          const demand = units * (count - 1);
          const fleet = (nodes: number, each: number): CapacityInput => ({
            sites: Array.from({ length: count }, (_, i) => ({
              name: `s${i}`,
              faultDomain: `d${i}`,
              nodeGroups: [{ pool: "apps", count: nodes, perNode: resources({ cpuMillis: each }) }],
            })),
            demand: { totals: resources({ cpuMillis: demand }) },
            tolerate: 1,
            faultDomain: "region",
          });
          const exact = capacityJudgement(fleet(1, units));
          assert.ok(exact.holds && Math.abs(exact.factor - factor) < 1e-12 && exact.minimumFactor === factor);
          assert.equal(capacityJudgement(fleet(1, units - 0.001)).verdict, "does not hold");
          const nodes = Math.ceil(units / (cpu * 1000));
          assert.ok(capacityJudgement(fleet(nodes, cpu * 1000)).holds);
          assert.ok(nodes * cpu * 1000 < units + cpu * 1000);
        }),
        RUNS,
      );
    });
  }
});

function placementOf(verdict: CapacityJudgement, site: CapacitySite) {
  const found = verdict.placements.find((one) => one.site === site.name);
  assert.ok(found !== undefined, site.name);
  return found;
}

/** Counts the replicas, and the divisible rest, that the survivors carry by their weights alone. */
function assertDemandPlaced(input: CapacityInput, verdict: CapacityJudgement, lost: readonly string[]): void {
  const left = input.sites.filter((site) => !lost.includes(site.faultDomain)).map((site) => placementOf(verdict, site));
  for (const { name, replicas } of input.demand.workloads ?? []) {
    const running = left.reduce((sum, one) => sum + (one.replicas[name] ?? 0), 0);
    assert.ok(running >= replicas, `${name}: ${running} of ${replicas} without ${lost.join()}`);
  }
  const weights = left.reduce((sum, one) => sum + one.share, 0);
  for (const one of left) assert.ok(one.share / weights <= one.worstShare * (1 + 1e-9), one.site);
}

/** An independent and simple scheduler: pod after pod, in the order of the specification, onto the first node with room. */
function firstFit(site: CapacitySite, input: CapacityInput, replicas: Readonly<Record<string, number>>): boolean {
  const nodes = site.nodeGroups.flatMap((one) =>
    Array.from({ length: one.count }, () => ({
      group: one,
      cpu: one.perNode.cpuMillis,
      memory: one.perNode.memoryMiB,
      pods: one.perNode.pods,
      takenBy: [] as WorkloadSpec[],
    })),
  );
  for (const workload of input.demand.workloads ?? []) {
    const each = podResources(workload);
    for (let i = 0; i < (replicas[workload.name] ?? 0); i++) {
      const node = nodes.find(
        (one) =>
          mayRunOn(workload, one.group) &&
          one.cpu >= each.cpuMillis &&
          one.memory >= each.memoryMiB &&
          one.pods >= 1 &&
          ![...one.takenBy].some((other) => excludes(workload, other)) &&
          staysEven(workload, one, nodes),
      );
      if (node === undefined) return false;
      node.cpu -= each.cpuMillis;
      node.memory -= each.memoryMiB;
      node.pods -= 1;
      node.takenBy.push(workload);
    }
  }
  return true;
}

interface Taken {
  readonly group: NodeGroup;
  readonly takenBy: readonly WorkloadSpec[];
}

/** Whether a node may have a pod more, as the scheduler counts the others: those with taints count, of any architecture that may. */
function staysEven(workload: WorkloadSpec, node: Taken, nodes: readonly Taken[]): boolean {
  if (workload.nodeSpread === undefined) return true;
  const own = ({ takenBy }: Taken) => takenBy.filter((one) => one === workload).length;
  const counting = nodes.filter(({ group }) => mayRunOn(workload, { ...group, taints: [] }));
  return own(node) + 1 - Math.min(...counting.map(own)) <= workload.nodeSpread.maxSkew;
}

/** Whether two of these pods may not share a node: there is one host port only. */
function excludes(a: WorkloadSpec, b: WorkloadSpec): boolean {
  return (a === b && a.onePerNode === true) || (a.hostPorts !== undefined && b.hostPorts !== undefined);
}

function grown(input: CapacityInput, site: string, pool: string | undefined, nodes: number): CapacityInput {
  const change = (one: NodeGroup) => (one.pool === pool ? { ...one, count: one.count + nodes } : one);
  return {
    ...input,
    sites: input.sites.map((one) => (one.name === site ? { ...one, nodeGroups: one.nodeGroups.map(change) } : one)),
  };
}

function apply(input: CapacityInput, fixes: readonly Fix[]): CapacityInput {
  return fixes.reduce((to, fix) => grown(to, fix.site, fix.pool, fix.nodes), input);
}

function addAll(totals: Resources, added: readonly WorkloadSpec[]): Resources {
  const pods = added.map((one) => scale(podResources(one), one.replicas));
  return sum([totals, ...pods]);
}
