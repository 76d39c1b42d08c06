import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import { outageBounds } from "../../../lib/plan/mesh";
import { twoRegions } from "../../support/specs";

test("clients with remote backends only are without any for minutes when nobody says that a site is lost", () => {
  const bounds = (cacheTtlSeconds?: number) => {
    const mesh = cacheTtlSeconds === undefined ? {} : { cacheTtlSeconds };
    return outageBounds(fleetPlan(twoRegions({ mesh })).mesh!);
  };
  assert.deepEqual(bounds(), { silentSeconds: 331, unpeeredSeconds: 91 });
  assert.deepEqual(bounds(30), { silentSeconds: 181, unpeeredSeconds: 91 });
});

test("what the spec can change is the time that backends are kept, second by second, and unpeering is always sooner", () => {
  const seconds = fc.integer({ min: 30, max: 3600 });
  fc.assert(
    fc.property(seconds, seconds, (a, b) => {
      const [one, other] = [a, b].map((cacheTtlSeconds) => outageBounds({ cacheTtlSeconds }));
      assert.equal(one!.silentSeconds - other!.silentSeconds, a - b);
      assert.equal(one!.unpeeredSeconds, other!.unpeeredSeconds);
      assert.ok(one!.unpeeredSeconds < one!.silentSeconds);
    }),
  );
});
