import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { beyondLimits, serviceLimits } from "../../lib/plan/limits";

const KINDS = ["eks", "gke", "aks"] as const;
const pool = (nodes: number, zones = 3) => ({ name: "p", nodes, zones });

test("a cluster at the maxima fits, and one node, pool or pod more is told with the numbers", () => {
  assert.deepEqual(beyondLimits("eks", [pool(450)]), []);
  assert.match(beyondLimits("eks", [pool(451)]).join(), /Pool p may reach 451 nodes; EKS allows 450\. Split it/);
  assert.deepEqual(beyondLimits("gke", [pool(3000)]), []);
  assert.match(beyondLimits("gke", [pool(3001)]).join(), /3001 nodes; GKE allows 3000/);
  assert.match(beyondLimits("gke", [pool(1001, 1)]).join(), /1001 nodes; GKE allows 1000/);
  assert.deepEqual(
    beyondLimits(
      "aks",
      Array.from({ length: 5 }, () => pool(1000)),
    ),
    [],
  );
  assert.match(
    beyondLimits(
      "aks",
      Array.from({ length: 6 }, () => pool(1000)),
    ).join(),
    /6000 nodes; AKS allows 5000/,
  );
  assert.match(
    beyondLimits(
      "eks",
      Array.from({ length: 31 }, () => pool(1)),
    ).join(),
    /31 node pools; EKS allows 30/,
  );
  assert.match(beyondLimits("eks", [pool(1)], 150_001).join(), /150001 pods; EKS allows 150000/);
});

test("a cluster that is too large is told everything at once, and stays too large when it grows", () => {
  const nodes = fc.integer({ min: 0, max: 4000 });
  fc.assert(
    fc.property(fc.constantFrom(...KINDS), fc.array(nodes, { maxLength: 40 }), nodes, (kind, sizes, more) => {
      const pools = sizes.map((size) => pool(size));
      assert.ok(beyondLimits(kind, [...pools, pool(more)]).length >= beyondLimits(kind, pools).length);
    }),
  );
  assert.equal(
    beyondLimits(
      "eks",
      Array.from({ length: 31 }, () => pool(500)),
      1e6,
    ).length,
    34,
  );
});

test("each maximum has a source and a day", () => {
  for (const kind of KINDS) {
    const { source, date } = serviceLimits(kind);
    assert.match(source, /^(docs|learn)\./);
    assert.match(date, /^\d{4}-\d{2}-\d{2}$/);
  }
});
