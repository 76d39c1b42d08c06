import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { DemandSpec, WorkloadSpec } from "../../../lib/plan/spec";
import { inPods, standIns } from "../../../rehearsal/drill/standIns";

test("a demand of whole workloads stays as it is", () => {
  const workloads = [{ name: "web", replicas: 4, cpu: 0.5, memoryGiB: 1 }];
  assert.deepEqual(inPods({ workloads }), { workloads });
  // Totals that the workloads already ask for add nothing.
  assert.deepEqual(inPods({ workloads, cpu: 2, memoryGiB: 4, pods: 4 }), { workloads });
});

test("totals become pods that ask for as much or more, each with its part", () => {
  const amount = fc.double({ min: 0, max: 500, noNaN: true });
  const totals = fc.record({ cpu: amount, memoryGiB: amount, pods: fc.nat(500), ephemeralStorageGiB: amount });
  const workload = fc.record({
    name: fc.constantFrom("web", "rest-of-the-demand"),
    replicas: fc.nat(20),
    cpu: fc.double({ min: 0, max: 4, noNaN: true }),
    memoryGiB: fc.double({ min: 0, max: 8, noNaN: true }),
  });
  fc.assert(
    fc.property(totals, fc.option(workload, { nil: undefined }), (demand, one) => {
      const given: DemandSpec = { ...demand, ...(one && { workloads: [one] }) };
      const { workloads = [], ...rest } = inPods(given);
      assert.deepEqual(rest, {});
      assert.equal(new Set(workloads.map(({ name }) => name)).size, workloads.length);
      const sum = (of: (workload: WorkloadSpec) => number) =>
        workloads.reduce((total, each) => total + of(each) * each.replicas, 0);
      const enough = (have: number, need: number) => assert.ok(have >= need - 1e-6, `${have} of ${need}`);
      enough(
        sum(({ cpu }) => cpu),
        demand.cpu,
      );
      enough(
        sum(({ memoryGiB }) => memoryGiB),
        demand.memoryGiB,
      );
      enough(
        sum(({ ephemeralStorageGiB = 0 }) => ephemeralStorageGiB),
        demand.ephemeralStorageGiB,
      );
      enough(
        sum(() => 1),
        demand.pods,
      );
    }),
  );
});

test("a site gets a Deployment for each workload, with the replicas that the plan places there", () => {
  const workloads: WorkloadSpec[] = [
    { name: "shop/web", replicas: 4, cpu: 0.5, memoryGiB: 1, nodeSelector: { disk: "fast" }, architectures: ["arm64"] },
    { name: "batch", replicas: 2, cpu: 1, memoryGiB: 2, extended: { "nvidia.com/gpu": 1 } },
  ];
  const [namespace, web, batch] = standIns(workloads, { replicas: { "shop/web": 3 } } as never) as never as Stand[];
  assert.equal(namespace?.kind, "Namespace");
  assert.equal(web?.spec.replicas, 3);
  assert.equal(batch?.spec.replicas, 0);
  assert.deepEqual(web?.spec.template.metadata.annotations, { "multisite/workload": "shop/web" });
  const pod = web?.spec.template.spec;
  assert.deepEqual(pod?.nodeSelector, { disk: "fast" });
  assert.deepEqual(pod?.containers[0]?.resources.requests, { cpu: "500m", memory: String(2 ** 30) });
  assert.match(JSON.stringify(pod?.affinity), /kubernetes\.io\/arch.*arm64/);
  assert.deepEqual(batch?.spec.template.spec.containers[0]?.resources.limits, { "nvidia.com/gpu": "1" });
});

test("pods that stand for others keep off the nodes that those would keep off", () => {
  const POD = { replicas: 1, cpu: 0.1, memoryGiB: 0.1 };
  const dns = [{ port: 53 }, { port: 53, hostIP: "10.0.0.1" }, { port: 53, protocol: "UDP" as const }];
  const workloads: WorkloadSpec[] = [
    { ...POD, name: "web", onePerNode: true, apartFrom: ["dns", "elsewhere"] },
    { ...POD, name: "dns", hostPorts: dns, nodeSpread: { maxSkew: 2, minDomains: 3 } },
  ];
  const [, web, other] = standIns(workloads, { replicas: {} } as never) as never as Stand[];
  const term = (name: string) => ({
    topologyKey: "kubernetes.io/hostname",
    labelSelector: { matchLabels: { "app.kubernetes.io/name": name } },
  });
  assert.deepEqual(web?.spec.template.spec.affinity, {
    podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term("workload-1"), term("workload-2")] },
  });
  const { affinity, containers, topologySpreadConstraints } = other!.spec.template.spec;
  const hard = { maxSkew: 2, minDomains: 3, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "DoNotSchedule" };
  assert.deepEqual(topologySpreadConstraints, [{ ...hard, labelSelector: term("workload-2").labelSelector }]);
  assert.equal(affinity, undefined);
  assert.deepEqual(
    containers[0]?.ports,
    dns.map(({ port, ...others }, i) => ({ ...others, hostPort: port, containerPort: i + 1 })),
  );
});

test("pods that stand for others count as those do where nodes are compared", () => {
  const scoredAs = { cpu: 0.7, memoryGiB: 1 + 200 / 1024 };
  const workloads: WorkloadSpec[] = [
    { name: "web", replicas: 1, cpu: 0.5, memoryGiB: 1, scoredAs },
    { name: "idle", replicas: 1, cpu: 0, memoryGiB: 1, scoredAs: { cpu: 0, memoryGiB: 1 } },
    { name: "small", replicas: 1, cpu: 0, memoryGiB: 1 },
  ];
  const stands = standIns(workloads, { replicas: {} } as never).slice(1) as never as Stand[];
  const requests = stands.map(({ spec }) => spec.template.spec.containers.map(({ resources }) => resources.requests));
  const memory = String(2 ** 30);
  assert.deepEqual(requests, [[{ cpu: "500m", memory }, {}, { memory: "0" }], [{ cpu: "0m", memory }], [{ memory }]]);
});

interface Stand {
  kind: string;
  spec: {
    replicas: number;
    template: {
      metadata: { annotations: Record<string, string> };
      spec: {
        nodeSelector?: Record<string, string>;
        affinity?: unknown;
        topologySpreadConstraints?: unknown;
        containers: {
          resources: { requests: Record<string, string>; limits?: Record<string, string> };
          ports?: unknown;
        }[];
      };
    };
  };
}
