import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { notPlainWords, plainCopy } from "../../../lib/plan/checks/plain";
import { formatPath, show } from "../../../lib/plan/checks/wording";

test("plain data is copied as it is, and the copy is its own", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const { copy, forbidden } = plainCopy(value);
      if (forbidden.length > 0) return;
      // JSON's -0 and __proto__ keys aside, JSON text says all that plain data is.
      assert.equal(JSON.stringify(copy), JSON.stringify(value));
      if (typeof value === "object" && value !== null) assert.notEqual(copy, value);
    }),
  );
});

test("what is not plain stands in the copy as words, and nothing is thrown", () => {
  const table: [unknown, string][] = [
    [() => 1, "a function"],
    [Symbol("x"), "a symbol"],
    [1n, "a bigint"],
    [new Date(), "a Date"],
    [new Map(), "a Map"],
    [Promise.resolve(), "a Promise"],
    [{ __pulumiOutput: true }, "an Output"],
    [{ __pulumiResource: true }, "a resource"],
    [new (class {})(), "an instance of a class"],
    [new Array(1e6), "a list of 1000000 with holes"],
  ];
  for (const [value, what] of table) {
    assert.equal(notPlainWords(plainCopy(value).copy)?.what, what);
    assert.equal(show((plainCopy({ a: value }).copy as { a: unknown }).a), what);
  }
  assert.equal(notPlainWords("text"), undefined);
});

test("aliases that would grow without end are cut off", () => {
  let bomb: object = { a: 1 };
  for (let depth = 0; depth < 60; depth++) bomb = [bomb, bomb, bomb];
  assert.ok(Array.isArray(plainCopy(bomb).copy));
  const shared = { x: 1 };
  assert.deepEqual(plainCopy({ a: shared, b: shared }).copy, { a: { x: 1 }, b: { x: 1 } });
});

test("objects of other realms and without prototypes are plain", () => {
  const bare = Object.assign(Object.create(null) as object, { a: 1 });
  assert.deepEqual(plainCopy(bare).copy, { a: 1 });
});

test("paths and values are short and on one line", () => {
  assert.equal(formatPath([]), "spec");
  assert.equal(formatPath(["sites", 0, "tags", "cost centre"]), 'sites[0].tags["cost centre"]');
  fc.assert(
    fc.property(fc.anything(), fc.string({ maxLength: 500 }), (value, key) => {
      for (const text of [show(plainCopy(value).copy), formatPath(["a", key])]) {
        assert.ok(!text.includes("\n") && text.length < 500);
      }
    }),
  );
});
