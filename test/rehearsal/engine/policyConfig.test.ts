import assert from "node:assert/strict";
import { it } from "node:test";
import { reconcile } from "../../../rehearsal/engine/policyConfig";

it("refuses a configuration without what a policy requires, also where its schema says no more of it", () => {
  const policy = { name: "limits", level: "advisory", schema: { max: { type: "number" } }, required: ["max", "unit"] };
  const configure = (properties: { [name: string]: unknown }) =>
    reconcile("pack", [policy as never], new Map(), new Map([["limits", { level: undefined, properties }]]));
  assert.throws(() => configure({ max: 1 }), /^UserError: .*\nlimits: unit is required$/);
  assert.throws(() => configure({}), /\nlimits: max: .*\nlimits: unit is required$/);
  assert.deepEqual(configure({ max: 1, unit: "Gi" }).get("limits")?.properties, { max: 1, unit: "Gi" });
});
