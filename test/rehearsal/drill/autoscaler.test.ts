import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nextReplicas } from "../../../rehearsal/drill/autoscaler";

test("the documented examples", () => {
  const wide = { minimum: 1, maximum: 1000 };
  const rows: [current: number, load: number, next: number][] = [
    [1, 2, 2], // twice the metric doubles the replicas
    [2, 1, 1], // half of it halves them
    [10, 10.9, 10], // within the tolerance of 0.1
    [10, 11.1, 12],
    [10, 8.9, 9],
    [1, 50, 5], // four pods in 15 seconds
    [20, 100, 40], // or the double, whichever is more
    [0, 3, 3],
    [3, 0, 1], // the minimum
  ];
  for (const [current, load, next] of rows) assert.equal(nextReplicas(current, load, wide), next, `${current} ${load}`);
  assert.equal(nextReplicas(4, 9, { minimum: 2, maximum: 6 }), 6);
});

test("looks repeated reach what the load needs, within the bounds, and stay there", () => {
  const bounds = fc.tuple(fc.nat(20), fc.nat(200)).map(([minimum, more]) => ({ minimum, maximum: minimum + more }));
  fc.assert(
    fc.property(
      bounds,
      fc.nat(200),
      fc.double({ min: 0, max: 300, noNaN: true }),
      ({ minimum, maximum }, from, load) => {
        let replicas = Math.min(Math.max(from, minimum), maximum);
        for (let look = 0; look < 12; look++) replicas = nextReplicas(replicas, load, { minimum, maximum });
        assert.equal(nextReplicas(replicas, load, { minimum, maximum }), replicas);
        assert.ok(replicas >= minimum && replicas <= maximum);
        // The tolerance is all that may be missing.
        if (load <= maximum) assert.ok(replicas * 1.1 >= load - 1e-6, `${replicas} for ${load}`);
      },
    ),
  );
});
