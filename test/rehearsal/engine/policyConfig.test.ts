import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { readPolicyConfig, reconcile, unknownPolicies } from "../../../rehearsal/engine/policyConfig";
import { temporaryFolder } from "../../support/folders";

it("refuses a configuration without what a policy requires, also where its schema says no more of it", () => {
  const policy = { name: "limits", level: "advisory", schema: { max: { type: "number" } }, required: ["max", "unit"] };
  const configure = (properties: { [name: string]: unknown }) =>
    reconcile("pack", [policy as never], new Map(), {
      settings: new Map([["limits", { level: undefined, properties }]]),
      problems: [],
    });
  assert.throws(() => configure({ max: 1 }), /^UserError: .*\nlimits: unit is required$/);
  assert.throws(() => configure({}), /\nlimits: max: .*\nlimits: unit is required$/);
  assert.deepEqual(configure({ max: 1, unit: "Gi" }).get("limits")?.properties, { max: 1, unit: "Gi" });
});

it("tells all that is wrong with a file at once: levels, values, and names beside them", (t) => {
  const file = join(temporaryFolder(t), "policies.json");
  const limits = { enforcementLevel: "mandatroy", max: "3", unti: "Gi" };
  writeFileSync(file, JSON.stringify({ limits, labels: "off", all: "advisory" }));
  const policies = [
    { name: "limits", level: "advisory" as const, schema: { max: { type: "number" }, unit: {} }, required: [] },
    { name: "labels", level: "advisory" as const, schema: {}, required: [] },
  ];
  assert.throws(() => reconcile("pack", policies, new Map(), readPolicyConfig(file)), {
    name: "UserError",
    message: [
      "the configuration of the policy pack pack has problems:",
      'limits: the enforcement level is "mandatroy"; it must be one of advisory, mandatory, disabled, remediate',
      'labels: the enforcement level is "off"; it must be one of advisory, mandatory, disabled, remediate',
      "limits: max: Invalid input: expected number, received string",
      "limits: unti is not in the policy's schema: did you mean unit?",
    ].join("\n"),
  });
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
