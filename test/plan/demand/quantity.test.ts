import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  LARGEST,
  MILLI,
  ONE,
  parseQuantity,
  QuantityError,
  quantityOf,
  roundedUp,
} from "../../../lib/plan/demand/quantity";
import { QUANTITIES } from "./quantities";

describe("parseQuantity", () => {
  for (const [text, nano] of QUANTITIES) {
    it(`reads ${JSON.stringify(text)} as Kubernetes does`, () => {
      if (nano === undefined) assert.throws(() => parseQuantity(text), QuantityError);
      else assert.equal(parseQuantity(text), nano);
    });
  }

  it("refuses what has too many digits to count, at once", () => {
    assert.throws(() => parseQuantity("1e2147483647"), /too large to count/);
    assert.throws(() => parseQuantity("1".repeat(1_000_000)), /too long/);
    assert.equal(parseQuantity("1e-2147483647"), 1n, "what is too fine is rounded up");
    assert.equal(parseQuantity("0e2147483647"), 0n);
  });

  it("throws nothing but QuantityError, whatever the text", () => {
    const characters = fc.constantFrom(..."0123456789.+-eEinumkKMGTP x_,é");
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: characters, maxLength: 12 })), (text) => {
        try {
          assert.equal(typeof parseQuantity(text), "bigint");
        } catch (error) {
          assert.ok(error instanceof QuantityError);
        }
      }),
    );
  });

  it("does not depend on how a whole number is written", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), (whole) => {
        const expected = whole * ONE;
        for (const text of [`${whole}`, `00${whole}`, `+${whole}.`, `${whole}.000`, `${whole}000m`, `${whole}e0`]) {
          assert.equal(parseQuantity(text), expected, text);
        }
        assert.equal(parseQuantity(`${whole}k`), parseQuantity(`${whole}e3`));
        assert.equal(parseQuantity(`-${whole}Ki`), -parseQuantity(`${whole * 1024n}`));
      }),
    );
  });

  it("caps binary amounts at 2^63-1 and decimal ones not at all", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 8n, max: 10n ** 30n }), (whole) => {
        assert.equal(parseQuantity(`${whole}Ei`), LARGEST);
        assert.equal(parseQuantity(`${whole}E`), whole * 10n ** 18n * ONE);
      }),
    );
  });
});

describe("quantityOf", () => {
  it("reads a field as the API server decodes it: numbers, texts with blanks around, null", () => {
    assert.equal(quantityOf(0.1), 100_000_000n);
    assert.equal(quantityOf(1e21), 10n ** 30n);
    assert.equal(quantityOf(1e-7), 100n);
    assert.equal(quantityOf(9007199254740993n), 9007199254740993n * ONE);
    assert.equal(quantityOf("  64Mi "), 64n * 1024n * 1024n * ONE);
    assert.equal(quantityOf(null), 0n);
  });

  it("refuses everything else", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, true, [], {}, undefined, "1\n", "\t1", ""]) {
      assert.throws(() => quantityOf(value), QuantityError);
    }
  });
});

describe("roundedUp", () => {
  it("is the least multiple that is no smaller, away from zero on both sides", () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.constantFrom(MILLI, ONE, 7n), (nano, unit) => {
        const rounded = roundedUp(nano, unit) * unit;
        const magnitude = (value: bigint) => (value < 0n ? -value : value);
        assert.ok(magnitude(rounded) >= magnitude(nano));
        assert.ok(magnitude(rounded) - magnitude(nano) < unit);
      }),
    );
  });
});
