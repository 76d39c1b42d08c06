import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { demandFromObjects } from "../../../lib/plan/demand";
import { specProblems } from "../../../lib/plan/problems";
import { twoRegions } from "../../support/specs";

const odd = fc.oneof(fc.string({ maxLength: 8 }), fc.integer(), fc.constant(null), fc.constant([]), fc.constant({}));
const quantity = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom("0", "1", "100m", "0.1", "1e5", "64k", 0.25, 2) },
  { weight: 1, arbitrary: fc.constantFrom("64Mi", "1.5Gi", "3E", "1e9") },
  { weight: 1, arbitrary: odd },
);
const resource = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom("cpu", "memory", "ephemeral-storage", "hugepages-2Mi") },
  { weight: 1, arbitrary: fc.constantFrom("nvidia.com/gpu", "-/x", "x/") },
);
const list = fc.dictionary(resource, quantity, { maxKeys: 4 });
const label = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom("disk", "example.com/tier", "kubernetes.io/arch", "kubernetes.io/os") },
  { weight: 1, arbitrary: fc.constantFrom("not a label", "a/b/c", "") },
);
const word = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom("ssd", "arm64", "amd64", "s390x", "linux", "") },
  { weight: 1, arbitrary: fc.constantFrom("-", "x y", "a".repeat(64)) },
);
const operator = fc.constantFrom("Exists", "Equal", "In", "NotIn");
const effect = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom("", "NoSchedule", "NoExecute") },
  { weight: 1, arbitrary: fc.constant("Sometimes") },
);
const toleration = fc.oneof(
  fc.record({ key: label, operator: fc.constantFrom("Equal", ""), value: word, effect }),
  fc.record({ operator: fc.constant("Exists"), effect }),
  fc.record({ key: label, operator: fc.constant("Exists"), value: fc.constantFrom("", "", "", "a") }),
);
const port = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(0, 80, 8080, 65_535) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(65_536, -1, "80") },
);
const container = fc.record({
  name: fc.constantFrom("app", "proxy"),
  ports: fc.array(
    fc.record({
      containerPort: port,
      hostPort: port,
      protocol: fc.constantFrom("", "TCP", "UDP"),
      hostIP: fc.constantFrom("", "0.0.0.0", "10.0.0.1"),
    }),
    { maxLength: 2 },
  ),
  resources: fc.record({ requests: list, limits: list }),
});

const object = fc.record({
  apiVersion: fc.constant("apps/v1"),
  kind: fc.constantFrom("Deployment", "StatefulSet", "DaemonSet"),
  metadata: fc.record({ name: fc.constantFrom("a", "b", "c"), namespace: fc.constantFrom("x", "default") }),
  spec: fc.record({
    replicas: fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: 0, max: 10_500_000 }) },
      { weight: 1, arbitrary: odd },
    ),
    template: fc.record({
      spec: fc.record(
        {
          containers: fc.array(container, { minLength: 1, maxLength: 2 }),
          nodeSelector: fc.dictionary(label, word, { maxKeys: 2 }),
          tolerations: fc.array(toleration, { maxLength: 2 }),
          affinity: fc.record({
            podAntiAffinity: fc.record({
              requiredDuringSchedulingIgnoredDuringExecution: fc.array(
                fc.record({
                  topologyKey: fc.constantFrom("kubernetes.io/hostname", "topology.kubernetes.io/zone"),
                  labelSelector: fc.record({ matchLabels: fc.dictionary(label, word, { maxKeys: 1 }) }),
                }),
                { maxLength: 1 },
              ),
            }),
            nodeAffinity: fc.record({
              requiredDuringSchedulingIgnoredDuringExecution: fc.record({
                nodeSelectorTerms: fc.array(
                  fc.record({
                    matchExpressions: fc.array(
                      fc.record({ key: label, operator, values: fc.array(word, { maxLength: 2 }) }),
                      { maxLength: 2 },
                    ),
                  }),
                  { minLength: 1, maxLength: 2 },
                ),
              }),
            }),
          }),
        },
        { requiredKeys: ["containers"] },
      ),
    }),
  }),
});

it("what can be counted can be planned: a demand without problems is one that a spec accepts", () => {
  let counted = 0;
  fc.assert(
    fc.property(fc.array(object, { minLength: 1, maxLength: 3 }), (objects) => {
      const { problems, workloads, daemonSets } = demandFromObjects(objects.map((it) => ({ object: it, source: "a" })));
      if (problems.length > 0) return;
      counted++;
      const spec = twoRegions({ demand: { pods: 1, workloads, daemonSets } });
      assert.deepEqual(specProblems(spec), []);
    }),
    { numRuns: 1000 },
  );
  assert.ok(counted > 50, `enough of them could be counted: ${counted}`);
});
