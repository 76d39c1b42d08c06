import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import fc from "fast-check";
import { demandFromManifests } from "../../../lib/plan/demand";

const containers = (cpu: string, memory: string) =>
  `containers: [{ name: main, image: none, resources: { requests: { cpu: ${cpu}, memory: ${memory} } } }]`;

const pod = (name: string, more = "", labels = "{ app: web }") => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: ${labels}${more} }
spec: { ${containers("200m", "1Gi")} }
---`;

const controller = (kind: string, replicas: number, selector: string, labels = "{ app: web }") => `
apiVersion: ${kind === "ReplicationController" ? "v1" : "apps/v1"}
kind: ${kind}
metadata: { name: web }
spec: { replicas: ${replicas}, ${selector}template: { metadata: { labels: ${labels} }, spec: { ${containers("100m", "2Gi")} } } }
---`;

const read = (text: string) => demandFromManifests([{ name: "web.yaml", text }]);
const BY_LABELS = "selector: { matchLabels: { app: web } }, ";
const NOTE =
  /adopts, which then makes one fewer: counted once, at the larger requests of the two: one \(Replica\w+ web\)\.$/;

describe("a Pod without a controller", () => {
  const owned = (is: boolean) =>
    `, ownerReferences: [{ apiVersion: example.com/v1, kind: Crew, name: crew, controller: ${is} }]`;
  const rows: [what: string, manifests: string, isAdopted: boolean][] = [
    ["whose labels a ReplicaSet selects", controller("ReplicaSet", 3, BY_LABELS) + pod("one"), true],
    ["that is written before it", pod("one") + controller("ReplicaSet", 3, BY_LABELS), true],
    [
      "that expressions select",
      controller("ReplicaSet", 3, "selector: { matchExpressions: [{ key: app, operator: In, values: [web] }] }, ") +
        pod("one"),
      true,
    ],
    [
      "that a ReplicationController selects",
      controller("ReplicationController", 3, "selector: { app: web }, ") + pod("one"),
      true,
    ],
    [
      "that one without a selector selects by its template",
      controller("ReplicationController", 3, "") + pod("one"),
      true,
    ],
    ["that has an owner of another sort", controller("ReplicaSet", 3, BY_LABELS) + pod("one", owned(false)), true],
    ["of other labels", controller("ReplicaSet", 3, BY_LABELS) + pod("one", "", "{ app: db }"), false],
    ["of another namespace", controller("ReplicaSet", 3, BY_LABELS) + pod("one", ", namespace: shop"), false],
    ["but for one of a custom kind", controller("ReplicaSet", 3, BY_LABELS) + pod("one", owned(true)), false],
    [
      "that a Deployment selects, whose ReplicaSet asks for a hash as well",
      controller("Deployment", 3, BY_LABELS) + pod("one"),
      false,
    ],
  ];
  for (const [what, manifests, isAdopted] of rows) {
    it(`${what} is ${isAdopted ? "one of its replicas" : "counted beside it"}`, () => {
      const { workloads, totals, notes } = read(manifests);
      assert.equal(totals.pods, isAdopted ? 3 : 4);
      assert.equal(
        notes.some((note) => NOTE.test(note)),
        isAdopted,
        notes.join("\n"),
      );
      const web = workloads.find(({ name }) => name.endsWith("web"));
      assert.deepEqual([web?.replicas, web?.cpu, web?.memoryGiB], [3, isAdopted ? 0.2 : 0.1, 2]);
      assert.equal(workloads.length, isAdopted ? 1 : 2);
    });
  }
});

test("however many Pods it adopts, a controller runs as many as it says", () => {
  fc.assert(
    fc.property(fc.nat(5), fc.nat(5), (replicas, pods) => {
      const all = Array.from({ length: pods }, (_, index) => pod(`p${index}`)).join("");
      const { totals } = read(controller("ReplicaSet", replicas, BY_LABELS) + all);
      assert.equal(totals.pods, replicas);
      assert.equal(totals.cpu, Number((replicas * (pods > 0 ? 0.2 : 0.1)).toFixed(3)));
    }),
    { numRuns: 25 },
  );
});
