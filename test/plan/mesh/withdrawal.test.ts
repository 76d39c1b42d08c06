import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  decideWithdrawal,
  type PeerSeen,
  WITHDRAWAL_PACE,
  type WithdrawalDecision,
  type WithdrawalRules,
} from "../../../lib/plan/mesh";

const RULES: WithdrawalRules = { ...WITHDRAWAL_PACE, atMost: 1 };
const GONE: PeerSeen = { api: false, nodes: false };
const HERE: PeerSeen = { api: true, nodes: true };

/** A site that does what is decided. */
class Site {
  withdrawn: string[] = [];
  last: WithdrawalDecision = { memory: {}, withdraw: [], takeBack: [], heldBack: [], isCutOff: false };

  constructor(readonly rules: WithdrawalRules = RULES) {}

  round(seen: Readonly<Record<string, PeerSeen>>): WithdrawalDecision {
    this.last = decideWithdrawal(this.last.memory, seen, this.withdrawn, this.rules);
    const { withdraw, takeBack } = this.last;
    this.withdrawn = [...this.withdrawn.filter((one) => !takeBack.includes(one)), ...withdraw];
    return this.last;
  }

  /** Rounds until the decision has something of this kind; Infinity where there is none in so many. */
  until(seen: Readonly<Record<string, PeerSeen>>, what: "withdraw" | "takeBack", most = 500): number {
    for (let rounds = 1; rounds <= most; rounds++) if (this.round(seen)[what].length > 0) return rounds;
    return Number.POSITIVE_INFINITY;
  }
}

const NAMES = ["amsterdam", "belgium", "dublin", "frankfurt"];
const anySeen = fc.record(
  { api: fc.boolean(), nodes: fc.constantFrom(true, false, undefined) },
  { noNullPrototype: true },
);
/** Links that are mostly up or mostly down, so that runs of each are long. */
const anyRun = fc.tuple(fc.constantFrom(GONE, GONE, HERE, HERE), fc.integer({ min: 1, max: 12 }));
const anyPast = fc.record({
  peers: fc.subarray(NAMES, { minLength: 1 }),
  atMost: fc.integer({ min: 0, max: 3 }),
  runs: fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.oneof(anyRun, fc.tuple(anySeen, fc.constant(1)))), {
    maxLength: 40,
  }),
});

/** Plays a past, and tells of each round what was seen and decided. */
function play(
  { peers, atMost, runs }: typeof anyPast extends fc.Arbitrary<infer T> ? T : never,
  check: (site: Site, seen: Readonly<Record<string, PeerSeen>>, before: readonly string[]) => void,
): void {
  const site = new Site({ ...RULES, atMost });
  const seen: Record<string, PeerSeen> = Object.fromEntries(peers.map((name) => [name, HERE]));
  for (const [name, [state, rounds]] of runs) {
    if (name in seen) seen[name] = state;
    for (let round = 0; round < rounds; round++) {
      const before = site.withdrawn;
      site.round(seen);
      check(site, seen, before);
    }
  }
}

test("never more peers are withdrawn than may be, whatever happens, and never one that is none", () => {
  fc.assert(
    fc.property(anyPast, (past) =>
      play(past, ({ withdrawn, last }) => {
        assert.ok(withdrawn.length <= past.atMost);
        assert.equal(new Set(withdrawn).size, withdrawn.length, "none twice");
        for (const name of [...last.withdraw, ...last.takeBack]) assert.ok(past.peers.includes(name));
      }),
    ),
  );
});

test("a site that no peer answers withdraws none, and neither one whose API or nodes answer", () => {
  fc.assert(
    fc.property(anyPast, (past) =>
      play(past, ({ last }, seen) => {
        for (const name of last.withdraw) assert.deepEqual(seen[name], GONE);
        const isAlone = past.peers.length > 1 && Object.values(seen).every(({ api, nodes }) => !api && nodes === false);
        assert.equal(last.isCutOff, isAlone);
        if (isAlone) assert.deepEqual([last.withdraw, last.takeBack], [[], []]);
      }),
    ),
  );
});

test("only what is withdrawn is taken back, and only when it answers", () => {
  fc.assert(
    fc.property(anyPast, (past) =>
      play(past, ({ last }, seen, before) => {
        for (const name of last.takeBack) {
          assert.ok(before.includes(name) && seen[name]!.api && seen[name]!.nodes !== false);
        }
      }),
    ),
  );
});

test("what is decided depends on nothing but what is given, and changes none of it", () => {
  fc.assert(
    fc.property(anyPast, (past) =>
      play(past, ({ last, rules }, seen, before) => {
        const frozen = Object.freeze({ ...last.memory });
        const once = decideWithdrawal(frozen, Object.freeze({ ...seen }), Object.freeze([...before]), rules);
        assert.deepEqual(decideWithdrawal(frozen, seen, before, rules), once);
      }),
    ),
  );
});

test("a peer that vanishes is withdrawn at the third round, and taken back at the fifth that it answers", () => {
  for (const others of [{}, { belgium: HERE }, { belgium: { api: false, nodes: true } }]) {
    const site = new Site();
    assert.equal(site.until({ ...others, amsterdam: HERE }, "withdraw", 100), Number.POSITIVE_INFINITY);
    assert.equal(site.until({ ...others, amsterdam: GONE }, "withdraw"), RULES.lossRounds);
    assert.deepEqual(site.withdrawn, ["amsterdam"]);
    assert.equal(site.until({ ...others, amsterdam: HERE }, "takeBack"), RULES.returnRounds);
    assert.deepEqual(site.withdrawn, []);
  }
});

test("one answer in between starts the count anew, and an API alone takes nobody back", () => {
  const site = new Site();
  for (const state of [GONE, GONE, { api: false, nodes: true }, GONE, GONE]) {
    assert.deepEqual(site.round({ amsterdam: state, belgium: HERE }).withdraw, []);
  }
  site.round({ amsterdam: GONE, belgium: HERE });
  assert.deepEqual(site.withdrawn, ["amsterdam"]);
  const api = { amsterdam: { api: true, nodes: false }, belgium: HERE };
  assert.equal(site.until(api, "takeBack", 100), Number.POSITIVE_INFINITY);
  const unknown = { amsterdam: { api: true, nodes: undefined }, belgium: HERE };
  assert.equal(site.until(unknown, "takeBack"), RULES.returnRounds, "nodes that nobody knows are not waited for");
});

test("the longest silent goes first; one more is kept, said, and follows when there is room", () => {
  const site = new Site();
  site.round({ amsterdam: HERE, belgium: GONE, dublin: HERE });
  site.round({ amsterdam: GONE, belgium: GONE, dublin: HERE });
  assert.deepEqual(site.round({ amsterdam: GONE, belgium: GONE, dublin: HERE }).withdraw, ["belgium"]);
  const kept = site.round({ amsterdam: GONE, belgium: GONE, dublin: HERE });
  assert.deepEqual([kept.withdraw, kept.heldBack], [[], ["amsterdam"]]);
  const seen = { amsterdam: GONE, belgium: HERE, dublin: HERE };
  assert.equal(site.until(seen, "takeBack"), RULES.returnRounds);
  assert.deepEqual(site.withdrawn, [], "never both in one round");
  assert.deepEqual(site.round(seen).withdraw, ["amsterdam"]);
});

test("after the site itself was cut off, its peers are counted anew", () => {
  const site = new Site();
  for (let round = 0; round < 20; round++) site.round({ amsterdam: GONE, belgium: GONE });
  assert.equal(site.until({ amsterdam: GONE, belgium: HERE }, "withdraw"), RULES.lossRounds);
});

test("a peer that comes and goes is taken back later each time, up to a bound, until it has been calm", () => {
  const site = new Site();
  const cycle = () => {
    site.until({ amsterdam: GONE }, "withdraw");
    return site.until({ amsterdam: HERE }, "takeBack");
  };
  assert.deepEqual([1, 2, 3, 4, 5, 6].map(cycle), [5, 10, 20, 40, 80, 80]);
  for (let round = 0; round < RULES.calmRounds; round++) site.round({ amsterdam: HERE });
  assert.equal(cycle(), 5);
});

test("its pace leaves time to reach every node within 15 seconds", () => {
  const { roundMs, timeoutMs, lossRounds } = WITHDRAWAL_PACE;
  assert.ok(timeoutMs < roundMs);
  assert.ok(lossRounds * roundMs + timeoutMs <= 7500);
});
