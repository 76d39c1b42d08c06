import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { maintenance } from "../../lib/clusters/gke/maintenance";
import { PATCH_WINDOW_HOURS, patchWindow } from "../../lib/clusters/patchWindow";
import type { SitePlan } from "../../lib/plan/plan";

const numbers = fc.integer({ min: 1, max: 511 });

test("of fourteen sites with consecutive numbers no two are patched at once", () => {
  fc.assert(
    fc.property(numbers, (first) => {
      const starts = Array.from({ length: 14 }, (_, i) => patchWindow(first + i)).map(
        ({ day, hour }) => day * 24 + hour,
      );
      const sorted = [...starts].sort((a, b) => a - b);
      sorted.forEach((start, i) => {
        assert.ok((sorted[i + 1] ?? 7 * 24) - start >= PATCH_WINDOW_HOURS);
      });
    }),
  );
});

test("Google's window begins on the day on which it recurs, and lasts as long as Google asks for", () => {
  const DAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
  fc.assert(
    fc.property(numbers, (number) => {
      const { recurringWindow } = maintenance({ number } as SitePlan);
      const { startTime, endTime, recurrence } = recurringWindow as unknown as Record<string, string>;
      const [start, end] = [new Date(startTime!), new Date(endTime!)];
      assert.equal(recurrence, `FREQ=WEEKLY;BYDAY=${DAYS[start.getUTCDay()]}`);
      assert.equal(end.getTime() - start.getTime(), PATCH_WINDOW_HOURS * 3_600_000);
      assert.equal(start.getUTCHours(), patchWindow(number).hour);
      assert.match(startTime!, /^\d{4}-\d\d-\d\dT\d\d:00:00Z$/);
      // 48 hours in any 32 days, of which at least four are the window's.
      assert.ok(4 * PATCH_WINDOW_HOURS >= 48);
    }),
  );
});
