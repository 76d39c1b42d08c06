import assert from "node:assert/strict";
import { test } from "node:test";
import { stagesOf } from "../../lib/workloads/stages";

test("budgets change before the pods that they count, and nothing calls pods before they are there", () => {
  const kinds = [
    "Deployment",
    "MutatingWebhookConfiguration",
    "PodDisruptionBudget",
    "Service",
    "Namespace",
    "LimitRange",
  ];
  const stages = stagesOf(kinds.map((kind) => ({ apiVersion: "v1", kind, metadata: { name: "web" } })));
  assert.deepEqual(
    stages.map((stage) => stage.map(({ kind }) => kind)),
    [["Namespace"], ["PodDisruptionBudget", "LimitRange"], ["Deployment", "Service"], ["MutatingWebhookConfiguration"]],
  );
});
