import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type DemandFromManifests, demandFromManifests, demandFromObjects, workloadOf } from "../../../lib/plan/demand";

const GIB = 2 ** 30;

function demandOf(...names: string[]): DemandFromManifests {
  return demandFromManifests(
    names.map((name) => ({ name, text: readFileSync(join(__dirname, "fixtures", name), "utf8") })),
  );
}

function replicas(demand: DemandFromManifests): Record<string, number> {
  return Object.fromEntries(demand.workloads.map((it) => [it.name, it.replicas]));
}

const deployment = (name: string, more: object = {}, metadata: object = {}) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, ...metadata },
  spec: {
    template: { spec: { containers: [{ name: "app", resources: { requests: { cpu: "100m", memory: "1Gi" } } }] } },
    ...more,
  },
});

describe("manifests that nobody tuned", () => {
  const demand = demandOf("untuned.yaml");

  it("counts limits for missing requests, and the largest init container", () => {
    assert.deepEqual(demand.workloads, [
      // CPU: 1 (its limit) + 50m; memory: the init container's 2Gi beats the 512Mi of the containers.
      {
        ...{ name: "web", cpu: 1.05, memoryGiB: 2, replicas: 1 },
        containersWithoutRequests: ["migrate", "metrics", "shell"],
        // Only the shell lacks CPU while others run, and the init container's 2Gi are still the most.
        scoredAs: { cpu: 1.15, memoryGiB: 2 },
      },
      { name: "queue", cpu: 0.25, memoryGiB: 1e9 / GIB, ephemeralStorageGiB: 10, replicas: 3 },
    ]);
  });

  it("keeps DaemonSets apart, out of every total", () => {
    assert.deepEqual(demand.daemonSets, [
      { name: "logs", cpu: 0.1, memoryGiB: 0.125, tolerations: [{ operator: "Exists" }] },
    ]);
    assert.deepEqual(demand.totals, {
      cpu: 1.05 + 3 * 0.25,
      memoryGiB: (2 * GIB + 3 * 1e9) / GIB,
      pods: 4,
      ephemeralStorageGiB: 30,
      extended: {},
    });
  });

  it("lists containers without requests, and says which lack only one", () => {
    assert.deepEqual(demand.withoutRequests, ["web/migrate", "web/metrics", "web/shell"]);
    assert.deepEqual(demand.notes, [
      "Containers that lack a request for cpu only: web/migrate.",
      "Containers that lack a request for memory only: web/metrics.",
    ]);
  });
});

it("adds sidecars, pod-level requests, overhead, LimitRange defaults and devices", () => {
  assert.deepEqual(demandOf("pods.yaml").workloads, [
    // Running: 500m + 100m + 50m; starting: proxy 100m + fetch 700m. Memory: 400 + 100 + 50 MiB.
    { name: "sidecars", cpu: 0.8, memoryGiB: 550 / 1024, replicas: 2 },
    { name: "whole-pod", cpu: 2, memoryGiB: 3, replicas: 1 },
    { name: "sandboxed", cpu: 0.5, memoryGiB: 0.25, replicas: 1 },
    { name: "tenant", cpu: 0.2, memoryGiB: 0.25, replicas: 4 },
    {
      name: "training",
      cpu: 8,
      memoryGiB: 32,
      replicas: 1,
      extended: { "nvidia.com/gpu": 2, "hugepages-2Mi": 100 * 2 ** 20 },
    },
  ]);
});

it("takes the autoscaler's maximum, in its own namespace, wherever it is written", () => {
  const demand = demandOf("scaled.yaml");
  assert.deepEqual(replicas(demand), { "shop/api": 12, "admin/api": 3, cache: 5, worker: 100 });
  assert.equal(demand.totals.pods, 12 + 3 + 5 + 100);
  assert.deepEqual(demand.notes, [
    "Autoscalers of workloads that are not in the manifests: HorizontalPodAutoscaler gone.",
  ]);
});

it("counts Jobs, CronJobs, Pods and kinds that it does not know by what they run at once", () => {
  const demand = demandOf("batch.yaml");
  assert.deepEqual(replicas(demand), { import: 3, paused: 0, nightly: 2, often: 1, single: 1, canary: 4 });
  assert.deepEqual(demand.notes, [
    "Custom resources may start pods that are not counted: Kafka, Job.batch.volcano.sh.",
    "Suspended, so counted as nothing: paused.",
    "CronJobs that may overlap (concurrencyPolicy Allow) are counted as one run at a time: often.",
    "argoproj.io/Rollout is not a kind of Kubernetes: counted by its pod template and replicas: canary.",
  ]);
});

it("counts no pod of a live cluster twice, and none that has ended", () => {
  assert.deepEqual(replicas(demandOf("live.json")), { web: 2, orphan: 1 });
});

it("reads where pods may run, and which may be shed", () => {
  const demand = demandOf("placed.yaml");
  const small = { cpu: 0.1, memoryGiB: 0.0625, replicas: 1 };
  assert.deepEqual(demand.workloads, [
    { name: "thumbnails", ...small, architectures: ["arm64"], nodeSelector: { disk: "ssd" }, priority: "sheddable" },
    { name: "reports", ...small, priority: "sheddable" },
    {
      name: "checkout",
      ...small,
      memoryGiB: 0.125,
      architectures: ["amd64"],
      nodeSelector: { pool: "apps" },
      tolerations: [
        { key: "dedicated", operator: "Equal", value: "shop", effect: "NoSchedule" },
        { operator: "Exists", effect: "NoExecute" },
      ],
      onePerNode: true,
    },
    { name: "mainframe", ...small, nodeSelector: { "kubernetes.io/arch": "s390x" } },
    { name: "unknown-class", ...small },
  ]);
  assert.deepEqual(demand.notes, [
    "Required node affinity beyond single labels and architectures is not judged: checkout.",
    "A rolling update of pods that share no node starts one before it stops one where maxUnavailable is less than a pod (as 25% of three is), for which every site needs a node more; maxUnavailable 1 needs none: checkout.",
    "PriorityClass elsewhere is not in the manifests, so critical is assumed; a site without it refuses the pods: unknown-class.",
  ]);
});

describe("demandFromObjects", () => {
  it("names what keeps pods from starting and is not judged, but not what a live cluster wrote", () => {
    const containers = [{ name: "c", resources: { requests: { cpu: "1", memory: "1Gi" } } }];
    const one = (name: string, spec: object, pod: object, metadata: object = {}) => ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, ...metadata },
      spec: { ...spec, template: { spec: { containers, ...pod } } },
    });
    const quota = { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "small", namespace: "shop" }, spec: {} };
    const objects = [
      one("plain", { paused: false }, { schedulerName: "default-scheduler" }),
      one("live", {}, { nodeName: "node-1" }, { uid: "1" }),
      one("bound", {}, { nodeName: "node-1" }),
      one("elsewhere", {}, { schedulerName: "stork" }),
      one("paused", { paused: true }, {}),
      quota,
    ];
    const { notes } = demandFromObjects(objects.map((object) => ({ object, source: "test" })));
    assert.deepEqual(notes, [
      "Whether a ResourceQuota has room for the pods of its namespace is not judged: shop/small.",
      "Whether there is the node that pods name (nodeName) is not judged: bound.",
      "Where scheduler stork (schedulerName) places pods is not judged: elsewhere.",
      "A paused Deployment starts no pods until it is resumed, which is not judged: paused.",
    ]);
  });

  const source = (object: unknown, cluster?: string) => ({ object, source: "a", ...(cluster ? { cluster } : {}) });
  const hpa = (name: string, maxReplicas: number) => ({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name },
    spec: { maxReplicas, scaleTargetRef: { kind: "Deployment", name } },
  });

  it("counts an object that is written twice once, as the last one says", () => {
    const demand = demandFromObjects([
      source(deployment("a", { replicas: 2 })),
      source(deployment("a", { replicas: 5 }, { namespace: "default" })),
    ]);
    assert.deepEqual(replicas(demand), { a: 5 });
    assert.match(demand.notes.join(), /Written more than once, so only the last counts: Deployment a/);
  });

  it("tells clusters apart: each has its own objects and autoscalers", () => {
    const demand = demandFromObjects([
      source(deployment("a", { replicas: 2 }), "x"),
      source(deployment("a", { replicas: 5 }), "y"),
      source(hpa("a", 7), "y"),
    ]);
    assert.deepEqual(replicas(demand), { "x Deployment.apps default/a": 2, "y Deployment.apps default/a": 7 });
    assert.deepEqual(demand.problems, []);
  });

  it("gives every workload a name of its own", () => {
    const job = { apiVersion: "batch/v1", kind: "Job", metadata: { generateName: "run-" }, spec: deployment("x").spec };
    const names = demandFromObjects([
      source(deployment("a")),
      source({ ...deployment("a"), kind: "StatefulSet" }),
      source(deployment("a", {}, { namespace: "other" })),
      source(deployment("b", {}, { namespace: "other" })),
      source(job),
      source(job),
    ]).workloads.map((it) => it.name);
    assert.deepEqual(names, ["Deployment default/a", "StatefulSet default/a", "other/a", "b", "run", "run-2"]);
  });

  it("reads typed lists, whose items do not repeat their kind", () => {
    const { apiVersion, kind, ...bare } = deployment("a", { replicas: 3 });
    const demand = demandFromObjects([source({ apiVersion, kind: `${kind}List`, items: [bare] })]);
    assert.deepEqual(replicas(demand), { a: 3 });
  });

  it("names the object and the place of every problem", () => {
    const { problems } = demandFromObjects([
      source({ apiVersion: "v1", kind: "List", items: [deployment("a", { replicas: -1 }), { kind: "Deployment" }] }),
    ]);
    assert.deepEqual(problems, [
      { path: "a items[1]", message: "is no Kubernetes object: apiVersion is missing" },
      { path: "a items[0].spec.replicas", message: "must be a whole number from 0 to 2147483647, got -1" },
    ]);
  });
});

describe("workloadOf", () => {
  it("reads one object, as a policy meets it", () => {
    assert.deepEqual(workloadOf(deployment("a", { replicas: 3 }, { namespace: "shop" })), {
      name: "shop/a",
      cpu: 0.1,
      memoryGiB: 1,
      replicas: 3,
    });
    const daemon = workloadOf({ ...deployment("d"), kind: "DaemonSet" });
    assert.deepEqual(daemon, { name: "d", cpu: 0.1, memoryGiB: 1 });
  });

  it("is undefined for what runs no pods or cannot be read", () => {
    const service = { apiVersion: "v1", kind: "Service", metadata: { name: "a" } };
    for (const object of [
      service,
      null,
      [],
      7,
      {},
      deployment("a", { replicas: "3" }),
      deployment("a", { template: 1 }),
    ]) {
      assert.equal(workloadOf(object), undefined);
    }
  });
});
