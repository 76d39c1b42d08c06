import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { capacityVerdict } from "../../../lib/plan/capacity";
import type { CapacityInput } from "../../../lib/plan/capacityInput";
import { resources } from "../../../lib/plan/resources";
import type { RoutingInput, ServiceHandover } from "../../../lib/plan/routing/input";
import { received } from "../../../lib/plan/routing/received";
import { wholeWeights } from "../../../lib/plan/routing/weights";
import { worstLoss } from "../../../lib/plan/routing/worst";

const WEIGHTED: ServiceHandover = { service: "route53", handover: "weighted", leastWeight: 0, mostWeight: 255 };
const EQUAL: ServiceHandover = { service: "cloudDns", handover: "equal", leastWeight: 1, mostWeight: 1 };
const NEAREST: ServiceHandover = { service: "route53", handover: "nearest", leastWeight: 0, mostWeight: 255 };

/** Sites that carry these cores each, of a demand that is divisible. */
function fleet(cores: readonly number[], demand: number, tolerate: number, routing?: RoutingInput): CapacityInput {
  const perNode = resources({ cpuMillis: 1000, memoryMiB: 1e6, pods: 1000 });
  return {
    sites: cores.map((count, i) => ({
      name: `s${i}`,
      faultDomain: `d${i}`,
      nodeGroups: [{ pool: "apps", count, perNode, machineType: "m" }],
    })),
    demand: { totals: resources({ cpuMillis: demand * 1000 }) },
    tolerate,
    faultDomain: "region",
    ...(routing && { routing }),
  };
}

const verdict = (...of: Parameters<typeof fleet>) => capacityVerdict(fleet(...of)).verdict;
const via = (...services: ServiceHandover[]): RoutingInput => ({ services });

describe("the verdict by the services in use", () => {
  // biome-ignore format: a table reads by its rows
  const ROWS: [title: string, cores: number[], demand: number, routing: RoutingInput, holds: boolean][] = [
    ["three equal sites with weights", [50, 50, 50], 100, via(WEIGHTED), true],
    ["three equal sites without weights", [50, 50, 50], 100, via(EQUAL), true],
    ["three equal sites, a core short", [50, 50, 49], 100, via(WEIGHTED), false],
    ["three equal sites by nearest only", [50, 50, 50], 100, via(NEAREST), false],
    ["nearest only costs twice the demand", [67, 67, 67], 100, via(NEAREST), true],
    ["five equal sites by nearest only, at twice the demand", [40, 40, 40, 40, 40], 100, via(NEAREST), true],
    ["five equal sites by nearest only, below it", [39, 40, 40, 40, 40], 100, via(NEAREST), false],
    ["two sites, whichever way", [100, 100], 100, via(NEAREST), true],
    ["unequal sites with weights", [60, 60, 40], 100, via(WEIGHTED), true],
    ["unequal sites without weights: the small one gets as much as the others", [60, 60, 40], 100, via(EQUAL), false],
    ["the worse of two services counts", [60, 60, 40], 100, via(WEIGHTED, EQUAL), false],
  ];
  for (const [title, cores, demand, routing, holds] of ROWS) {
    it(title, () => assert.equal(verdict(cores, demand, 1, routing), holds ? "holds" : "does not hold"));
  }

  it("is the verdict of the sums where one service takes weights, up to the rounding of weights", () => {
    const cores = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(
        cores,
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 1, max: 2 }),
        (sites, demand, tolerate) => {
          const plain = verdict(sites, demand, tolerate);
          const routed = verdict(sites, demand, tolerate, via(WEIGHTED));
          if (plain !== "holds") assert.notEqual(routed, "holds");
          else if (verdict(sites, demand * 1.03, tolerate) === "holds") assert.equal(routed, "holds");
        },
      ),
    );
  });

  it("is never better with a service more", () => {
    const cores = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(
        cores,
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 1, max: 3 }),
        (sites, demand, tolerate) => {
          const both = verdict(sites, demand, tolerate, via(WEIGHTED, EQUAL));
          if (both !== "holds") return;
          for (const one of [WEIGHTED, EQUAL]) assert.equal(verdict(sites, demand, tolerate, via(one)), "holds");
        },
      ),
    );
  });

  it("counts where users are, not where capacity would have them", () => {
    const users = { s0: 0.2, s1: 0.2, s2: 0.6 };
    assert.equal(verdict([60, 60, 60], 100, 1, { services: [WEIGHTED], users }), "holds");
    assert.equal(verdict([60, 60, 59], 100, 1, { services: [WEIGHTED], users }), "does not hold");
  });

  it("says which survivor gets too much, and of which service", () => {
    const { notes, fixes, losses } = capacityVerdict(fleet([60, 60, 40], 100, 1, via(WEIGHTED, EQUAL)));
    assert.ok(
      notes.some((note) => /After the loss of d[01], cloudDns brings .* to site s2 .* carries 40 %/.test(note)),
    );
    assert.ok(losses.some((loss) => !loss.holds));
    assert.ok(fixes.length > 0);
  });

  it("says when a survivor gets too much though no more is lost", () => {
    const { sites, ...rest } = fleet([60, 60, 40], 100, 1, via(EQUAL));
    const drained = sites.map((site) => (site.name === "s0" ? { ...site, state: "drained" as const } : site));
    const { notes } = capacityVerdict({ ...rest, sites: drained });
    const brought = "cloudDns brings 43.75 % of all users to site s2 (25 % are its own), which carries 40 %.";
    assert.ok(notes.includes(`Without s0, ${brought}`), notes.join("\n"));
    const users = { s0: 0.2, s1: 0.2, s2: 0.6 };
    const crowded = capacityVerdict(fleet([60, 60, 40], 100, 0, { services: [EQUAL], users })).notes;
    assert.ok(crowded.some((note) => note.startsWith("With every site there, cloudDns brings 60 %")));
  });

  it("names nodes that make it hold, and none that are not needed", () => {
    const cores = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(cores, fc.integer({ min: 5, max: 60 }), fc.constantFrom(EQUAL, NEAREST), (sites, demand, service) => {
        const judged = capacityVerdict(fleet(sites, demand, 1, via(service)));
        if (judged.holds || judged.fixes.length === 0) return;
        const grown = sites.map((count, i) => count + (judged.fixes.find((fix) => fix.site === `s${i}`)?.nodes ?? 0));
        assert.equal(verdict(grown, demand, 1, via(service)), "holds");
      }),
      { numRuns: 60 },
    );
  });
});

describe("what a survivor receives", () => {
  const { routing } = capacityVerdict(fleet([60, 60, 40], 80, 1, via(WEIGHTED, EQUAL)));
  const [weighted, equal] = routing?.services ?? [];

  it("is all of it together, by weight or alike", () => {
    assert.ok(weighted !== undefined && equal !== undefined);
    assert.deepEqual(received(equal, ["s0"]), { s1: 0.5, s2: 0.5 });
    const shares = received(weighted, ["s0"]);
    assert.ok(Math.abs((shares.s1 ?? 0) + (shares.s2 ?? 0) - 1) < 1e-12);
    assert.ok(Math.abs((shares.s1 ?? 0) - 0.6) < 0.002, `${shares.s1}`);
    assert.deepEqual(received(weighted, ["s0", "s1"]), { s2: 1 });
  });
});

describe("whole weights", () => {
  it("keep proportions within half a step, and never leave a site out", () => {
    const parts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(parts, fc.constantFrom(255, 1000), (of, most) => {
        const weights = wholeWeights(of, most, 1);
        const largest = Math.max(...of);
        for (const [i, weight] of weights.entries()) {
          assert.ok(Number.isInteger(weight) && weight >= 1 && weight <= most);
          if (largest === 0) continue;
          const exact = ((of[i] ?? 0) / largest) * Math.max(...weights);
          assert.ok(Math.abs(weight - exact) <= 1, `${weight} for ${exact}`);
        }
      }),
    );
  });

  it("find the exact ones where there are any", () => {
    assert.deepEqual(wholeWeights([3, 2, 1], 255, 0), [255, 170, 85]);
    const [a = 0, b = 0] = wholeWeights([7, 3], 255, 0);
    assert.equal(a * 3, b * 7);
  });
});

describe("the worst loss", () => {
  it("is the worst of all that there are", () => {
    const domains = fc.array(
      fc.record({ users: fc.integer({ min: 0, max: 50 }), weight: fc.integer({ min: 1, max: 9 }) }),
      {
        minLength: 1,
        maxLength: 7,
      },
    );
    fc.assert(
      fc.property(domains, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 9 }), (of, k, away) => {
        const among = of.map((one, i) => ({ name: `d${i}`, ...one }));
        const all = 1 + among.reduce((sum, one) => sum + one.weight, 0);
        let best = away / all;
        for (let set = 0; set < 2 ** among.length; set++) {
          const lost = among.filter((_, i) => (set >> i) & 1);
          if (lost.length > k) continue;
          const gone = lost.reduce((sum, one) => sum + one.users, away);
          best = Math.max(best, gone / (all - lost.reduce((sum, one) => sum + one.weight, 0)));
        }
        const found = worstLoss(among, k, away, all);
        assert.ok(Math.abs(found.perWeight - best) < 1e-9, `${found.perWeight} for ${best}`);
      }),
    );
  });
});
