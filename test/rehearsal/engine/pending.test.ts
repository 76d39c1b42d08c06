import assert from "node:assert/strict";
import { test } from "node:test";
import { PendingOperations, Writer } from "../../../rehearsal/engine/pending";
import { PartialFailure } from "../../../rehearsal/engine/provider";
import type { ResourceState } from "../../../rehearsal/engine/state";

const operation = (type: "creating" | "updating" | "deleting", name: string) => ({
  type,
  state: { urn: `urn:pulumi:dev::p::t::${name}` } as ResourceState,
});
const urns = (list: readonly { state: ResourceState }[]) => list.map(({ state }) => state.urn.split("::").at(-1));

test("an operation is written down before it begins, and its end after what came of it", async () => {
  const written: unknown[] = [];
  let done = false;
  const pending = new PendingOperations([], async () => {
    written.push([urns(pending.list()), done]);
  });
  await pending.during(operation("deleting", "a"), async () => {
    assert.deepEqual(written, [[["a"], false]]);
    done = true;
  });
  assert.deepEqual(written.at(-1), [[], true]);
});

test("nothing is begun that could not be written down", async () => {
  const pending = new PendingOperations([], () => Promise.reject(new Error("the disk is full")));
  let begun = false;
  const work = async () => {
    begun = true;
  };
  await assert.rejects(pending.during(operation("creating", "a"), work), /disk is full/);
  assert.equal(begun, false);
});

test("what an earlier run did not see the end of stays pending until somebody has", async () => {
  const former = [
    operation("creating", "a"),
    operation("creating", "b"),
    operation("creating", "c"),
    operation("updating", "d"),
    operation("deleting", "e"),
  ];
  const pending = new PendingOperations(former, async () => undefined);
  assert.deepEqual(
    [...pending.touched].map((urn) => urn.split("::").at(-1)),
    ["d", "e"],
  );
  const [a, b, c] = former.map(({ state }) => state.urn) as [string, string, string];
  assert.ok([a, b, c].every((urn) => pending.mayExist(urn)));
  await pending.during(operation("creating", "a"), async () => undefined);
  const half = () => Promise.reject(new PartialFailure("not ready", "id", {}));
  await assert.rejects(pending.during(operation("creating", "b"), half));
  await assert.rejects(pending.during(operation("creating", "c"), () => Promise.reject(new Error("no answer"))));
  assert.deepEqual([pending.mayExist(a), pending.mayExist(b), pending.mayExist(c)], [false, false, true]);
  assert.deepEqual(urns(pending.list()), ["c", "d", "e"]);
  pending.refreshed();
  assert.deepEqual([urns(pending.list()), pending.touched.size], [["c"], 0]);
  pending.settled(c);
  assert.deepEqual(pending.left(), []);
});

test("writes follow one another, and whoever asks meanwhile shares the next", async () => {
  let [running, writes] = [0, 0];
  const writer = new Writer(async () => {
    assert.equal(++running, 1);
    writes++;
    await new Promise(setImmediate);
    running--;
  });
  await Promise.all(Array.from({ length: 20 }, () => writer.save()));
  assert.ok(writes <= 2, `${writes} writes`);
});
