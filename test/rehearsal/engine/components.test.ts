import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withPlugin } from "./componentPlugin";

describe("components of a plugin", { concurrency: 2 }, () => {
  it("are made with their children, whose parent they are, and answer the program", () =>
    withPlugin(`exports.ref = new Pair("p", { note: "n" }).ref;`, async (session, _, calls) => {
      const up = await session.up();
      assert.deepEqual([up.exit, up.stackOutputs.ref], [0, "ref-p-left"]);
      const pair = up.resources.find(({ name }) => name === "p");
      assert.deepEqual(pair?.outputs, { note: "n", ref: "ref-p-left" });
      const children = up.resources.filter(({ parent }) => parent === pair?.urn);
      assert.deepEqual(
        children.map(({ urn }) => urn.split("::").slice(2).join("::")),
        ["comp:index:Pair$lab:index:Thing::p-left", "comp:index:Pair$lab:index:Thing::p-right"],
      );
      assert.deepEqual(calls, ["create p-left", "create p-right"]);
    }));
});
