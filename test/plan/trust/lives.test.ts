import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { lifeNotes } from "../../../lib/plan/lifeNotes";
import { lifeProblems } from "../../../lib/plan/lives";
import type { FleetSpec } from "../../../lib/plan/spec";
import { trustedFleets, trustProblems } from "../../../lib/plan/trust/lives";
import type { TrustSpec } from "../../../lib/plan/trust/spec";
import { FIRST_ROTATION, trustPlan } from "../../../lib/plan/trust/trustPlan";
import type { TrustRotation } from "../../../lib/plan/trustPhases";
import {
  withExpelled,
  withIssued,
  withNext,
  withOnly,
  withoutGeneration,
  withReturned,
  withSettled,
} from "../../../lib/plan/trustPhases/data";
import { generationIn, phaseOf } from "../../../lib/plan/trustPhases/rotation";
import { existingSite, fleetSpec } from "../../support/specs";

const SITES = ["oslo", "bergen", "narvik"];

function fleet(rotation: TrustRotation | undefined, change: Partial<TrustSpec> = {}, lost: readonly string[] = []) {
  const sites = SITES.map((name, i) => existingSite(name, i + 1, lost.includes(name) ? { state: "lost" } : {}));
  const data = rotation && { rotation: structuredClone(rotation) as NonNullable<TrustSpec["rotation"]> };
  return fleetSpec(sites, { trust: { trustDomain: "shop.example.com", ...data, ...change } });
}

const said = (before: FleetSpec, after: FleetSpec) =>
  lifeProblems(before, after).map(({ path, message }) => `${path} ${message}`);
const subject = (rotation: TrustRotation, lost: readonly string[] = []) => ({
  rotation,
  sites: SITES.map((name) => ({ name, state: lost.includes(name) ? ("lost" as const) : ("active" as const) })),
});

const NEXT = withNext(FIRST_ROTATION, "g2");
const ISSUED = withIssued(subject(NEXT), "oslo");
const SETTLED = withSettled(withIssued(subject(ISSUED), "bergen"));

const REFUSED: readonly (readonly [what: string, before: FleetSpec, after: FleetSpec, said: readonly RegExp[]])[] = [
  [
    "is issued from a root that nobody trusts yet",
    fleet(undefined),
    fleet(ISSUED),
    [
      /^trust\.rotation\.generations has oslo issued from g2, which no site trusts yet, so that their links are lost: let one/,
    ],
  ],
  [
    "is issued from it everywhere at once",
    fleet(FIRST_ROTATION),
    fleet(SETTLED),
    [/^trust\.rotation\.generations has oslo, bergen, narvik issued from g2, which no site trusts yet/],
  ],
  [
    "withdraws a root from which sites are issued",
    fleet(ISSUED),
    fleet(withoutGeneration(SETTLED, "g1")),
    [/^trust\.rotation\.generations lacks g1, from which bergen, narvik are issued as built last/],
  ],
  [
    "has its data changed by hand, so that sites say that they have what they lack",
    fleet(FIRST_ROTATION),
    fleet({ ...NEXT, revision: 0, bundleSince: 0 }),
    [
      /^trust\.rotation\.revision was 0 and is 0, by which sites would say that they have what they lack: change it by "mult/,
    ],
  ],
  [
    "goes back to older data",
    fleet(ISSUED),
    fleet(NEXT),
    [
      /^trust\.rotation\.revision was 2 and is 1, .*: change it by "multisite trust rotate" \(a step is taken back by "--back"\)\.$/,
    ],
  ],
  [
    "has other roots, and does not say since when",
    fleet(FIRST_ROTATION),
    fleet({ ...NEXT, bundleSince: 0 }),
    [
      /^trust\.rotation\.bundleSince is 0, while the roots that sites trust are others since revision 0: .*, or give 1\.$/,
    ],
  ],
  [
    "has one root replaced by hand",
    fleet(FIRST_ROTATION),
    fleet({ revision: 1, generations: [{ name: "g2", state: "active" }] }),
    [
      /^trust\.rotation\.bundleSince is 0/,
      /has oslo, bergen, narvik issued from g2/,
      /lacks g1, from which oslo, bergen/,
    ],
  ],
  [
    "has another identity, another root of the same name, and another life of it",
    fleet(FIRST_ROTATION),
    fleet(FIRST_ROTATION, { trustDomain: "example.org", roots: { g1: { keeper: "supplied" } } }),
    [
      /^trust\.trustDomain was "shop\.example\.com" and is "example\.org", .*: give "shop\.example\.com"\.$/,
      /^trust\.roots\.g1 was \{"keeper":"state"\} and is \{"keeper":"supplied"\}, which is another root under a name/,
    ],
  ],
  [
    "signs its root anew",
    fleet(FIRST_ROTATION),
    fleet(FIRST_ROTATION, { lifetimes: { rootDays: 7300 } }),
    [
      /^trust\.lifetimes\.rootDays was 3650 and is 7300, which signs g1 anew while sites are issued from it: give 3650\.$/,
    ],
  ],
];

describe("a fleet refuses a trust that", () => {
  for (const [what, before, after, expected] of REFUSED) {
    it(what, () => {
      const problems = said(before, after);
      assert.equal(problems.length, expected.length, problems.join("\n"));
      for (const [index, pattern] of expected.entries()) assert.match(problems[index] ?? "", pattern);
    });
  }
});

describe("a fleet takes a trust", () => {
  it("that begins, or stays as it was, however it is written", () => {
    const { trust: _, ...without } = fleet(undefined);
    assert.deepEqual(said(without, fleet(ISSUED)), []);
    const { generations, ...rest } = ISSUED;
    assert.deepEqual(said(fleet(ISSUED), fleet({ generations, ...rest })), []);
    assert.deepEqual(said(fleet(undefined), fleet(FIRST_ROTATION)), []);
    assert.deepEqual(said(fleet(NEXT), fleet(NEXT, { roots: { g1: { keeper: "state" } } })), []);
  });

  it("whose root is exchanged at once on purpose, and tells what that costs", () => {
    const exchanged = fleet(withOnly(ISSUED, "g3"));
    assert.deepEqual(said(fleet(ISSUED), exchanged), []);
    const [note, ...others] = lifeNotes(fleet(ISSUED), exchanged);
    assert.match(
      note ?? "",
      /^One update takes g1, g2 from all sites and gives them g3, with no time in which they trust both/,
    );
    assert.deepEqual(others, []);
    assert.deepEqual(lifeNotes(fleet(FIRST_ROTATION), fleet(NEXT)), []);
  });

  it("that passes over a lost site", () => {
    const lost = ["narvik"];
    const settled = withIssued(subject(withIssued(subject(NEXT, lost), "oslo"), lost), "bergen");
    assert.equal(phaseOf(settled), "withdraw");
    const withdrawn = withoutGeneration(settled, "g1");
    assert.deepEqual(said(fleet(NEXT, {}, lost), fleet(settled, {}, lost)), []);
    assert.deepEqual(said(fleet(settled, {}, lost), fleet(withdrawn, {}, lost)), []);
  });

  it("that any steps of the command lead to, one an update", () => {
    const step = fc.record({
      kind: fc.constantFrom("on", "on", "on", "back", "expel"),
      site: fc.constantFrom(...SITES),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        let rotation: TrustRotation = FIRST_ROTATION;
        let made = 1;
        for (const { kind, site } of steps) {
          const next = stepped(rotation, kind, site, `g${made + 1}`);
          if (next === undefined) continue;
          if (phaseOf(rotation) === "steady" && phaseOf(next) === "distribute") made++;
          assert.deepEqual(said(fleet(rotation), fleet(next)), [], JSON.stringify([rotation, next]));
          rotation = next;
        }
      }),
    );
  });
});

function stepped(rotation: TrustRotation, kind: string, site: string, fresh: string): TrustRotation | undefined {
  const expelled = rotation.expelled ?? [];
  if (kind === "expel") return expelled.length > 0 ? undefined : withExpelled(rotation, site);
  const phase = phaseOf(rotation);
  if (kind === "back") return phase === "steady" || phase === "distribute" ? undefined : withReturned(rotation);
  if (phase === "steady") return withNext(rotation, fresh);
  if (phase === "withdraw") return withoutGeneration(rotation, generationIn(rotation, "retiring") ?? "");
  if (expelled.includes(site) || rotation.issuedByNext?.includes(site)) return undefined;
  return withIssued(subject(rotation), site);
}

describe("the plan of a trust in a stack of its own", () => {
  const planOf = (rotation: TrustRotation, names: readonly string[] = SITES) =>
    trustPlan(
      { trustDomain: "shop.example.com", rotation: structuredClone(rotation) as NonNullable<TrustSpec["rotation"]> },
      names.map((name, i) => ({ name, number: i + 1, state: "active", kind: "existing" })),
      255,
    );
  const paths = (...plans: Parameters<typeof trustedFleets>) =>
    trustProblems(...trustedFleets(...plans)).map(({ path }) => path);

  it("is judged by its steps as a spec is", () => {
    assert.deepEqual(paths(planOf(FIRST_ROTATION), planOf(NEXT)), []);
    assert.deepEqual(paths(planOf(FIRST_ROTATION), planOf(ISSUED)), ["trust.rotation.generations"]);
    assert.deepEqual(paths(planOf(NEXT), planOf(FIRST_ROTATION)), ["trust.rotation.revision"]);
  });

  it("does not take a site that comes or goes for a change of the data", () => {
    const moved = withIssued(subject(ISSUED), "bergen");
    for (const [before, after] of [
      [SITES, ["oslo", "narvik"]],
      [["oslo", "narvik"], SITES],
    ] as const) {
      assert.deepEqual(paths(planOf(moved, before), planOf(moved, after)), []);
    }
  });
});
