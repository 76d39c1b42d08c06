import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lifetimesOf, MOST_LEAF_DAYS, staggered, staggerHours, weeksOf } from "../../../lib/plan/trust/lifetimes";

const WEEK_HOURS = 168;
const maximumSites = fc.constantFrom(255, 511);

/** When the certificate of a site ends, in hours, after some renewals by runs that begin at one time. */
function endOf(
  number: number,
  days: ReturnType<typeof lifetimesOf>,
  most: number,
  renewals: number,
  lag: number,
): number {
  const { lifetimeHours, earlyRenewalHours } = staggered(
    days.leafDays,
    days.leafRenewalDays,
    staggerHours(number, days, most),
  );
  return renewals * (lifetimeHours - earlyRenewalHours) + lag + lifetimeHours;
}

const two = fc
  .tuple(maximumSites, fc.nat(), fc.nat())
  .map(([most, a, b]) => ({ most, a: (a % most) + 1, b: (b % most) + 1 }));
/** Sites are signed one after another: within a day of each other. */
const lags = fc.tuple(fc.double({ min: 0, max: 23.9, noNaN: true }), fc.double({ min: 0, max: 23.9, noNaN: true }));

test("sites of one cohort never end in the same week, however often they were renewed", () => {
  fc.assert(
    fc.property(two, fc.nat(50), lags, ({ most, a, b }, renewals, [lagA, lagB]) => {
      const days = lifetimesOf();
      const cohort = (number: number) => Math.floor((number - 1) / weeksOf(days));
      fc.pre(a !== b && cohort(a) === cohort(b));
      const apart = Math.abs(endOf(a, days, most, renewals, lagA) - endOf(b, days, most, renewals, lagB));
      assert.ok(apart > WEEK_HOURS, `${a} and ${b} end ${apart} h apart`);
    }),
    { numRuns: 2000 },
  );
});

test("no two sites of any fleet end within half a day of each other's turn", () => {
  for (const most of [255, 511]) {
    const days = lifetimesOf();
    const ends = Array.from({ length: most }, (_, index) => endOf(index + 1, days, most, 0, 0)).sort((a, b) => a - b);
    for (const [index, end] of ends.entries()) if (index > 0) assert.ok(end - ends[index - 1]! >= 12);
  }
});

test("the pigeonhole principle: more sites than weeks share weeks, as evenly as can be", () => {
  for (const most of [255, 511]) {
    const days = lifetimesOf();
    const weeks = weeksOf(days);
    assert.equal(weeks, 38);
    const perSlot = new Map<number, number>();
    for (let number = 1; number <= most; number++) {
      const slot = Math.floor(staggerHours(number, days, most) / 192);
      perSlot.set(slot, (perSlot.get(slot) ?? 0) + 1);
    }
    assert.equal(Math.max(...perSlot.values()), Math.ceil(most / weeks));
  }
});

test("every leaf lives 398 days at most, is renewed before its end, and after the same time as all others", () => {
  const lifetimes = fc
    .tuple(fc.integer({ min: 7, max: 360 }), fc.nat())
    .map(([leafDays, renewal]) => lifetimesOf({ leafDays, leafRenewalDays: (renewal % (leafDays - 1)) + 1 }));
  fc.assert(
    fc.property(two, lifetimes, ({ most, a, b }, days) => {
      const [one, other] = [a, b].map((number) =>
        staggered(days.leafDays, days.leafRenewalDays, staggerHours(number, days, most)),
      );
      assert.ok(one!.lifetimeHours <= MOST_LEAF_DAYS * 24);
      assert.ok(one!.earlyRenewalHours < one!.lifetimeHours);
      assert.equal(one!.lifetimeHours - one!.earlyRenewalHours, other!.lifetimeHours - other!.earlyRenewalHours);
    }),
  );
});
