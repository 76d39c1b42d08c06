import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as r from "../../lib/plan/resources";

const count = fc.integer({ min: 0, max: 2 ** 40 });
const extended = fc.dictionary(fc.constantFrom("nvidia.com/gpu", "amd.com/gpu", "example.com/fpga"), count);
const some = fc.record({ cpuMillis: count, memoryMiB: count, pods: count, ephemeralStorageMiB: count, extended });

test("sums are exact in any order, and bytes stay exact as fractions of a MiB", () => {
  fc.assert(
    fc.property(fc.array(some, { maxLength: 20 }), (all) => {
      assert.ok(r.equal(r.sum(all), r.sum([...all].reverse())));
    }),
  );
  const bytes = r.resources({ memoryMiB: 1 / 2 ** 20 });
  assert.equal(r.sum(Array.from({ length: 1024 }, () => bytes)).memoryMiB, 1 / 1024);
  assert.equal(r.toCores(r.add(r.resources({ cpuMillis: 100 }), r.resources({ cpuMillis: 200 })).cpuMillis), 0.3);
});

test("what fits leaves no shortfall, and what does not fit leaves one", () => {
  fc.assert(
    fc.property(some, some, (need, have) => {
      assert.equal(r.fits(need, have), r.isZero(r.shortfall(need, have)));
      assert.equal(r.fits(need, have), r.smallestRatio(have, need).ratio >= 1);
      assert.ok(r.fits(need, r.add(have, r.shortfall(need, have))));
    }),
  );
});

test("adding and taking away again gives the same; zero changes nothing", () => {
  fc.assert(
    fc.property(some, some, (a, b) => {
      assert.ok(r.equal(r.subtract(r.add(a, b), b), a));
      assert.ok(r.equal(r.add(a, r.ZERO), a));
      assert.ok(r.equal(r.add(a, a), r.scale(a, 2)));
    }),
  );
});

test("the smaller fits into both, both fit into the larger", () => {
  fc.assert(
    fc.property(some, some, (a, b) => {
      assert.ok(r.fits(r.min(a, b), a) && r.fits(r.min(a, b), b));
      assert.ok(r.fits(a, r.max(a, b)) && r.fits(b, r.max(a, b)));
    }),
  );
});

test("a resource that nobody has does not fit, and binds", () => {
  const gpu = r.resources({ extended: { "nvidia.com/gpu": 1 } });
  assert.equal(r.fits(gpu, r.resources({ cpuMillis: 8000 })), false);
  assert.deepEqual(r.smallestRatio(r.resources({ cpuMillis: 8000 }), gpu), { ratio: 0, resource: "nvidia.com/gpu" });
  assert.deepEqual(r.smallestRatio(gpu, r.ZERO), { ratio: Number.POSITIVE_INFINITY, resource: undefined });
});

test("names that JavaScript gives to every object are no resources", () => {
  assert.equal(r.amount(r.ZERO, "constructor"), 0);
  const hostile = r.resources({ extended: JSON.parse('{"__proto__": 2}') });
  assert.equal(r.amount(r.add(hostile, hostile), "__proto__"), 4);
  assert.equal(r.fits(hostile, r.ZERO), false);
});

test("a number that is no amount is refused where it enters", () => {
  for (const value of [Number.NaN, -1]) {
    assert.throws(() => r.resources({ cpuMillis: value }), /cpuMillis must be 0 or more/);
    assert.throws(() => r.resources({ extended: { gpu: value } }), /gpu must be 0 or more/);
    assert.throws(() => r.scale(r.ZERO, value), /factor must be 0 or more/);
  }
});
