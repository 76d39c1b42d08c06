import assert from "node:assert/strict";
import { it } from "node:test";
import { reconcile, unknownPolicies } from "../../../rehearsal/engine/policyConfig";

it("refuses a configuration without what a policy requires, also where its schema says no more of it", () => {
  const policy = { name: "limits", level: "advisory", schema: { max: { type: "number" } }, required: ["max", "unit"] };
  const configure = (properties: { [name: string]: unknown }) =>
    reconcile("pack", [policy as never], new Map(), new Map([["limits", { level: undefined, properties }]]));
  assert.throws(() => configure({ max: 1 }), /^UserError: .*\nlimits: unit is required$/);
  assert.throws(() => configure({}), /\nlimits: max: .*\nlimits: unit is required$/);
  assert.deepEqual(configure({ max: 1, unit: "Gi" }).get("limits")?.properties, { max: 1, unit: "Gi" });
});

it("warns of settings for a policy that the pack does not have, and names the one that is near", () => {
  const policies = ["limits", "labels"].map((name) => ({ name, level: "advisory" as const, schema: {}, required: [] }));
  const given = ["all", "limts", "limits", "owners"].map(
    (name) => [name, { level: undefined, properties: {} }] as const,
  );
  assert.deepEqual(unknownPolicies("pack", policies, new Map(given)), [
    "warning: the policy pack pack has no policy limts: did you mean limits?",
    "warning: the policy pack pack has no policy owners",
  ]);
});
