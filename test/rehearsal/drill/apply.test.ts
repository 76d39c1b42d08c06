import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutDumps } from "../../../rehearsal/drill/apply";

test("a refusal is told without the values that an API server shows in Go's notation", () => {
  const template =
    'core.PodTemplateSpec{ObjectMeta:v1.ObjectMeta{Labels:map[string]string{"uid":"1f"}}, Spec:core.PodSpec{}}';
  const rows: [message: string, told: string][] = [
    [
      `Job.batch "seed" is invalid: spec.template: Invalid value: ${template}: field is immutable`,
      'Job.batch "seed" is invalid: spec.template: field is immutable',
    ],
    [
      `[spec.a: Invalid value: ${template}: field is immutable, spec.b: Invalid value: []core.Volume{core.Volume{}}: field is immutable]`,
      "[spec.a: field is immutable, spec.b: field is immutable]",
    ],
    [
      "spec.ports[0].port: Invalid value: 99999: must be between",
      "spec.ports[0].port: Invalid value: 99999: must be between",
    ],
    ['metadata.name: Invalid value: "a{b}: c": a name', 'metadata.name: Invalid value: "a{b}: c": a name'],
    // What has the wrong type, in the order in which a map of Go's gave it.
    [
      [
        "failed to create typed patch object (/s; /v1, Kind=Secret): errors:",
        '  .stringData.list: expected string, got &value.valueUnstructured{Value:[]interface {}{"one}", "two"}}',
        "  .stringData.key: expected string, got &value.valueUnstructured{Value:483920175}",
      ].join("\n"),
      [
        "failed to create typed patch object (/s; /v1, Kind=Secret): errors:",
        "  .stringData.key: expected string",
        "  .stringData.list: expected string",
      ].join("\n"),
    ],
  ];
  for (const [message, told] of rows) assert.equal(withoutDumps(message), told);
});
