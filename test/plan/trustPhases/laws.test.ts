import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { legalSteps, peeringGates, phaseOf, rotationProblems, type TrustRotation } from "../../../lib/plan/trustPhases";
import { World } from "./world";

const START: TrustRotation = { revision: 0, generations: [{ name: "g1", state: "active" }] };
const NAMES = ["frankfurt", "dublin", "belgium", "amsterdam"];

type Act = readonly [what: string, site: number, choice: number];

/** What may happen, in any order: steps, runs that die or hang, sites that go and come back, facts that age. */
const acts = fc.array(
  fc.tuple(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant("walk") },
      { weight: 5, arbitrary: fc.constant("step") },
      { weight: 4, arbitrary: fc.constantFrom("begin", "advance", "collect", "update") },
      { weight: 2, arbitrary: fc.constantFrom("kill", "cut", "restart", "wait", "lose", "come back", "peer") },
    ),
    fc.nat(NAMES.length - 1),
    fc.nat(99),
  ),
  { minLength: 20, maxLength: 80 },
) as fc.Arbitrary<Act[]>;

function perform(world: World, [what, at, choice]: Act, anyStep: boolean): void {
  const site = world.sites[at % world.sites.length]!;
  const index = choice % 2;
  const all: { readonly [what: string]: () => void } = {
    walk() {
      for (const one of world.sites) world.update(one, choice % 4 !== 0);
      world.collect();
    },
    step() {
      const { forward, back } = legalSteps(world.subject, world.facts, world.clock);
      const steps = [...forward, ...back].filter(({ legal }) => legal || anyStep);
      // Forward twice as often, or few rotations would come to their end.
      const chosen = steps[(choice % 3 === 0 ? choice : 0) % Math.max(1, steps.length)];
      if (chosen !== undefined) world.change(chosen.to);
    },
    begin: () => world.begin(site, choice % 4 !== 0),
    advance: () => world.advance(site),
    update: () => world.update(site, choice % 4 !== 0),
    collect: () => world.collect(),
    kill() {
      site.run = undefined;
    },
    cut() {
      site.reachable = !site.reachable;
    },
    restart: () => world.restart(site, index),
    wait() {
      world.now += choice % 20;
    },
    lose: () => world.lose(site),
    "come back"() {
      site.lost = false;
    },
    peer() {
      if (site.lost || site.peered) return;
      site.peered = peeringGates(world.subject, site.name, world.facts, world.clock).every(({ met }) => met);
    },
  };
  all[what]?.();
}

describe("any sequence of legal steps", () => {
  it("keeps every pair of peered sites verifying each other, whatever lags, dies, goes or comes back", () => {
    const reached = new Map<string, number>();
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 4 }), acts, (count, sequence) => {
        const world = new World(NAMES.slice(0, count), START);
        for (const act of sequence) {
          const before = JSON.stringify(world.rotation.generations);
          perform(world, act, false);
          const now = JSON.stringify(world.rotation.generations);
          if (before !== now) reached.set(phaseOf(world.rotation), (reached.get(phaseOf(world.rotation)) ?? 0) + 1);
          assert.deepEqual(world.broken(), [], `after ${act.join(" ")}`);
          assert.deepEqual(rotationProblems(world.subject), []);
        }
      }),
      { numRuns: 400 },
    );
    // A law about steps that are never taken would hold as well.
    for (const phase of ["distribute", "withdraw", "steady"])
      assert.ok((reached.get(phase) ?? 0) > 50, `${phase}: ${reached.get(phase)}`);
  });

  it("is what the gates are for: without them links break", () => {
    const broken = fc.check(
      fc.property(acts, (sequence) => {
        const world = new World(NAMES.slice(0, 3), START);
        for (const act of sequence) {
          perform(world, act, true);
          assert.deepEqual(world.broken(), []);
        }
      }),
      { numRuns: 400 },
    );
    assert.equal(broken.failed, true);
  });

  it("leads from any point back to a safe phase, and from there on to the end, once sites answer", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 4 }), acts, fc.boolean(), (count, sequence, back) => {
        const world = new World(NAMES.slice(0, count), START);
        for (const act of sequence) perform(world, act, false);
        for (const site of world.sites) Object.assign(site, { reachable: true, lost: false });
        const walk = () => {
          for (const one of world.sites) for (const pod of [0, 1]) world.restart(one, pod);
          perform(world, ["walk", 0, 1], false);
        };
        walk();
        for (let i = 0; i < 12 && phaseOf(world.rotation) !== "steady"; i++) {
          const steps = legalSteps(world.subject, world.facts, world.clock);
          const wanted = (back ? steps.back : steps.forward).find(({ legal }) => legal);
          assert.ok(
            wanted,
            JSON.stringify([
              steps.phase,
              (back ? steps.back : steps.forward).flatMap(({ gates }) => gates.filter(({ met }) => !met)),
            ]),
          );
          world.change(wanted.to);
          walk();
        }
        assert.equal(phaseOf(world.rotation), "steady");
      }),
      { numRuns: 150 },
    );
  });
});

describe("a run of older data that is still under way", () => {
  const walk = (world: World, sites = world.sites) => {
    for (const site of sites) world.update(site);
    world.collect();
  };
  const take = (world: World, direction: "forward" | "back", isForced = false) => {
    const step = legalSteps(world.subject, world.facts, world.clock)[direction][0]!;
    assert.ok(step.legal || isForced, JSON.stringify(step.gates.filter(({ met }) => !met)));
    world.change(step.to);
  };
  const begun = () => {
    const world = new World(NAMES.slice(0, 3), START);
    world.collect();
    take(world, "forward");
    walk(world);
    return world;
  };
  const ends = (world: World) => {
    for (let i = 0; i < 6; i++) world.advance(world.sites[0]!);
    return world.broken().length;
  };

  it("holds a withdrawal up: it would bring the old root's certificate back", () => {
    const world = begun();
    for (let i = 0; i < 3; i++) {
      take(world, "forward");
      walk(world);
    }
    take(world, "back");
    world.begin(world.sites[0]!);
    world.collect();
    for (let i = 0; i < 3; i++) {
      take(world, "forward");
      walk(world, world.sites.slice(1));
    }
    const [step] = legalSteps(world.subject, world.facts, world.clock).forward;
    assert.equal(step?.kind, "withdraw");
    assert.deepEqual([...new Set(step.gates.filter(({ met }) => !met).map(({ site }) => site))], ["frankfurt"]);
    take(world, "forward", true);
    walk(world, world.sites.slice(1));
    assert.ok(ends(world) > 0);
  });

  it("holds giving up a next root up: it would bring that root's certificate", () => {
    const world = begun();
    take(world, "forward");
    world.begin(world.sites[0]!);
    world.collect();
    take(world, "back");
    walk(world, world.sites.slice(1));
    const [step] = legalSteps(world.subject, world.facts, world.clock).back;
    assert.equal(step?.kind, "abandon");
    assert.equal(step.legal, false);
    take(world, "back", true);
    walk(world, world.sites.slice(1));
    assert.ok(ends(world) > 0);
  });
});
