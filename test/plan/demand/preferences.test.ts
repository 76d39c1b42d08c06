import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { demandFromManifests } from "../../../lib/plan/demand";

const OWN = { labelSelector: { matchLabels: { app: "web" } } };
const OTHER = { labelSelector: { matchLabels: { app: "db" } } };
const HOST = { topologyKey: "kubernetes.io/hostname" };
const ZONE = { topologyKey: "topology.kubernetes.io/zone" };

function deployment(name: string, spec: object) {
  const containers = [{ name: "main", image: "none", resources: { requests: { cpu: "1", memory: "1Gi" } } }];
  const template = { metadata: { labels: { app: name } }, spec: { containers, ...spec } };
  const selector = { matchLabels: { app: name } };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name }, spec: { selector, template } };
}

function preferred(kind: string, term: object) {
  const one = { weight: 1, podAffinityTerm: { ...HOST, ...term } };
  return { affinity: { [kind]: { preferredDuringSchedulingIgnoredDuringExecution: [one] } } };
}

function spread(...constraints: readonly object[]) {
  const soft = { maxSkew: 1, whenUnsatisfiable: "ScheduleAnyway", ...OWN, ...HOST };
  return { topologySpreadConstraints: constraints.map((one) => ({ ...soft, ...one })) };
}

const SSD = { weight: 1, preference: { matchExpressions: [{ key: "disk", operator: "In", values: ["ssd"] }] } };

describe("preferences between nodes with room", () => {
  const rows: [what: string, spec: object, web: boolean, db: boolean][] = [
    ["none", {}, false, false],
    ["near its own pods", preferred("podAffinity", OWN), true, false],
    ["away from its own pods", preferred("podAntiAffinity", OWN), true, false],
    ["near another's, which it draws to itself", preferred("podAffinity", OTHER), true, true],
    ["near pods of another namespace", preferred("podAffinity", { ...OTHER, namespaces: ["mail"] }), true, false],
    [
      "near another's by condition",
      { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ ...HOST, ...OTHER }] } } },
      true,
      true,
    ],
    [
      "some nodes",
      { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [SSD] } } },
      true,
      false,
    ],
    ["spread as everybody's", spread({}, ZONE), false, false],
    ["spread more loosely", spread({ maxSkew: 5 }), true, false],
    ["spread over regions", spread({ topologyKey: "topology.kubernetes.io/region" }), true, false],
    ["spread with another's pods", spread({ labelSelector: {} }), true, false],
    ["spread by another's pods", spread(OTHER), true, false],
    ["spread by condition", spread({ whenUnsatisfiable: "DoNotSchedule" }), false, false],
  ];
  for (const [what, spec, web, db] of rows) {
    it(what, () => {
      const items = [deployment("web", spec), deployment("db", {})];
      const text = JSON.stringify({ apiVersion: "v1", kind: "List", items });
      const { workloads } = demandFromManifests([{ name: "a", text }]);
      const found = workloads.map(({ hasPreferences = false }) => hasPreferences);
      assert.deepEqual(found, [web, db]);
    });
  }
});
