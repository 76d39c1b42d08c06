import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ignoreChanges } from "../../../rehearsal/engine/paths";
import { makeSecret } from "../../../rehearsal/engine/values";

const secret = makeSecret;

describe("ignored changes", () => {
  // The cases of the real engine: what was, what is asked for, the path, what becomes of it (undefined: the path is told of).
  for (const [old, fresh, path, expected] of [
    [{ a: 1 }, { a: 2 }, "a", { a: 1 }],
    [{ a: 1 }, {}, "a", { a: 1 }],
    [{}, { a: 2 }, "a", {}],
    [{ a: { b: 1 } }, { a: { b: 2, c: 3 } }, "a.b", { a: { b: 1, c: 3 } }],
    [{}, { a: { b: 1, c: 2 } }, "a.b", { a: { c: 2 } }],
    [{ a: 5 }, { a: { b: 1 } }, "a.b", { a: {} }],
    [{ a: { b: 1 } }, {}, "a.b", undefined],
    [{ a: { b: 1 } }, { a: 5 }, "a.b", undefined],
    [{}, {}, "a.b.c", {}],
    [{ a: [1, 2] }, { a: [3, 4] }, "a[1]", { a: [3, 2] }],
    [{ a: [1, 2] }, { a: [3] }, "a[1]", undefined],
    [{ a: [1] }, { a: [3] }, "a[1]", { a: [3] }],
    [{ a: [{ b: 1 }, { b: 2 }] }, { a: [{ b: 3 }, { b: 4 }] }, "a[*].b", { a: [{ b: 1 }, { b: 2 }] }],
    [{ a: [{ b: 1 }] }, { a: [{ b: 3 }, { b: 4 }] }, "a[*].b", undefined],
    [{ a: [1, 2] }, { a: [3, 4, 5] }, "a[*]", undefined],
    [{ a: { x: 1, y: 2 } }, { a: { x: 3, z: 4 } }, "a.*", { a: { x: 1, y: 2 } }],
    [{ a: { x: { n: 1 } } }, { a: { x: { n: 2 }, y: { n: 3 } } }, "a.*.n", { a: { x: { n: 1 }, y: { n: 3 } } }],
    [{ a: { x: { n: 1 } } }, { a: {} }, "a.*.n", undefined],
    [{ a: 1 }, { a: 2 }, "a.*", undefined],
    [{ a: 1 }, { b: 2 }, "*", { a: 1 }],
    [{ a: { "b.c": 1 } }, { a: { "b.c": 2 } }, 'a["b.c"]', { a: { "b.c": 1 } }],
    [{ a: secret({ b: 1 }) }, { a: { b: 2 } }, "a.b", { a: { b: secret(1) } }],
    [{ a: secret({ b: 1 }) }, { a: secret({ b: 2, c: 3 }) }, "a.b", { a: secret({ b: 1, c: 3 }) }],
  ] as const) {
    it(`${JSON.stringify(fresh)} keeps ${path} of ${JSON.stringify(old)}`, () => {
      const { inputs, invalid } = ignoreChanges(fresh, old, [path]);
      assert.deepEqual(invalid, expected === undefined ? [path] : []);
      if (expected !== undefined) assert.deepEqual(inputs, expected);
    });
  }
});
