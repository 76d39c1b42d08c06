import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nearest } from "../../lib/plan/nearest";

const KNOWN = ["region", "number", "apiAccess", "maximumNodes", "nodes"];
const TABLE: [string, string | undefined][] = [
  ["regoin", "region"],
  ["Region", "region"],
  ["publicAcces", undefined],
  ["apiAcess", "apiAccess"],
  ["apiaccess", "apiAccess"],
  ["maxNodes", undefined],
  ["nod", undefined],
  ["node", "nodes"],
  ["x", undefined],
  ["", undefined],
  ["__proto__", undefined],
];

for (const [word, expected] of TABLE) {
  test(`nearest to ${JSON.stringify(word)} is ${expected}`, () => assert.equal(nearest(word, KNOWN), expected));
}

test("a known word is nearest to itself, and one slip away from it as well", () => {
  fc.assert(
    fc.property(fc.constantFrom(...KNOWN), fc.nat(), (word, at) => {
      assert.equal(nearest(word, KNOWN), word);
      const i = at % word.length;
      assert.equal(nearest(word.slice(0, i) + word.slice(i + 1), [word]), word);
    }),
  );
});

test("a suggestion is one of the known words, whatever was written", () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string()), (word, known) => {
      const found = nearest(word, known);
      assert.ok(found === undefined || known.includes(found));
    }),
  );
  assert.equal(nearest("x".repeat(1e6), ["x".repeat(1e6)]), undefined);
});
