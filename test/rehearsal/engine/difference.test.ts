import assert from "node:assert/strict";
import { it } from "node:test";
import { settle } from "../../../rehearsal/engine/difference";
import type { DiffResult } from "../../../rehearsal/engine/provider";
import { makeSecret } from "../../../rehearsal/engine/values";

const unknown: DiffResult = { changes: "unknown", replaces: [], deleteBeforeReplace: false, diffs: [] };

// Recorded from the real engine: where a provider does not know, what only becomes a secret, or ceases to be one, is none.
for (const [old, news, ignored, expected] of [
  [{ x: "v", y: makeSecret("w") }, { x: makeSecret("v"), y: "w" }, [], []],
  [{ x: { y: makeSecret({ z: 1 }) } }, { x: makeSecret({ y: { z: 1 } }) }, [], []],
  [{ x: { y: makeSecret({ z: 1 }) } }, { x: makeSecret({ y: { z: 2 } }) }, [], ["x.y.z"]],
  [{ x: { y: makeSecret({ z: 1 }) } }, { x: makeSecret({ y: { z: 2 } }) }, ["x.y"], []],
  [{ x: [1] }, { x: [1, makeSecret(2)] }, [], ["x[1]"]],
] as const) {
  it(`what differs between ${JSON.stringify(old)} and ${JSON.stringify(news)}: ${expected.join() || "nothing"}`, () => {
    const { changes, detailedDiff } = settle(unknown, { inputs: old }, news, [...ignored]);
    assert.deepEqual(Object.keys(detailedDiff ?? {}), expected);
    assert.equal(changes, expected.length === 0 ? "none" : "some");
  });
}
