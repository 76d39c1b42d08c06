import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { factsOf, lastSeen, type SiteTrustFacts, type TrustFacts, withLast } from "../../../lib/plan/trustPhases";

const TIMES = ["2026-11-20T10:00:00.000Z", "2026-11-20T11:00:00.000Z", "2026-11-20T12:00:00.000Z"];

function facts(site: SiteTrustFacts): TrustFacts {
  return { version: 1, collectedAt: site.seenAt, sites: { oslo: site } };
}

function seen(at: number, reached: boolean, trustDomain = "shop.example.com"): SiteTrustFacts {
  const seenAt = TIMES[at]!;
  return reached
    ? { reached, seenAt, trustDomain, bundles: [], leaves: [], consumers: [] }
    : { reached, seenAt, reason: "no answer within 10 s" };
}

test("what is kept of a site is what was seen when it last answered, and nothing else is changed by it", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: TIMES.length }), (answers) => {
      let earlier: TrustFacts | undefined;
      for (const [at, reached] of answers.entries()) earlier = withLast(facts(seen(at, reached)), earlier);
      const last = answers.lastIndexOf(true);
      const { oslo } = earlier!.sites;
      assert.equal(lastSeen(oslo)?.seenAt, last < 0 ? undefined : TIMES[last]);
      const isReached = answers.at(-1)!;
      assert.deepEqual(
        { reached: oslo?.reached, seenAt: oslo?.seenAt },
        { reached: isReached, seenAt: TIMES[answers.length - 1] },
      );
      assert.equal(
        oslo !== undefined && "last" in oslo,
        !isReached && last >= 0,
        "and nothing is kept within what is kept",
      );
    }),
  );
});

test("nothing of another fleet is kept either", () => {
  const other = withLast(facts(seen(1, false)), facts(seen(0, true, "staging.example.com")));
  assert.equal(lastSeen(factsOf("shop.example.com", other).sites.oslo), undefined);
  const own = withLast(facts(seen(1, false)), facts(seen(0, true)));
  assert.deepEqual(factsOf("shop.example.com", own), own);
  assert.deepEqual(factsOf(undefined, other), other);
  assert.equal(factsOf("shop.example.com", facts(seen(0, true, "staging.example.com"))).sites.oslo?.reached, false);
});
