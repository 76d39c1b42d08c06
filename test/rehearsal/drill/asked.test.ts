import assert from "node:assert/strict";
import { test } from "node:test";
import { fewer } from "../../../rehearsal/drill/asked";

test("objects that ask for fewer pods than the plan places are named", () => {
  const bounds = { minimum: 4, maximum: 6 };
  const rows: [what: string, found: Parameters<typeof fewer>[0], expected: string[]][] = [
    ["as many", [{ workload: "web", replicas: 4, bounds: undefined }], []],
    ["more", [{ workload: "web", replicas: 5, bounds: undefined }], []],
    ["fewer", [{ workload: "web", replicas: 1, bounds: undefined }], ["web asks for 1 pod, where the plan places 4."]],
    [
      "together as many",
      [
        { workload: "web", replicas: 3, bounds: undefined },
        { workload: "web", replicas: 1, bounds: undefined },
      ],
      [],
    ],
    ["raised by an autoscaler", [{ workload: "web", replicas: 1, bounds }], []],
    [
      "lowered by an autoscaler",
      [{ workload: "web", replicas: 9, bounds: { minimum: 1, maximum: 2 } }],
      ["web asks for 2 pods, where the plan places 4."],
    ],
    ["of nothing", [{ workload: "other", replicas: 0, bounds: undefined }], []],
    ["no objects, as a Job's", [], []],
  ];
  for (const [what, found, expected] of rows) assert.deepEqual(fewer(found, { web: 4, db: 1 }), expected, what);
});
