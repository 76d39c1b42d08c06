import assert from "node:assert/strict";
import { test } from "node:test";
import { gather, gatherRefusals, inPlaces, unseenOf } from "../../../rehearsal/drill/pods";
import { titlesOf } from "../../../rehearsal/drill/titles";

type Pods = Parameters<typeof gather>[0];

const known = (names: readonly string[]) =>
  titlesOf({ daemonSets: names.map((name) => ({ name, cpu: 0, memoryGiB: 0 })) });

const pod = (namespace: string, name: string, owner: [kind: string, name: string] | undefined, more: object = {}) => ({
  metadata: {
    namespace,
    name,
    ...(owner && { ownerReferences: [{ kind: owner[0], name: owner[1], controller: true }] }),
    ...(owner?.[0] === "ReplicaSet" && { labels: { "pod-template-hash": owner[1].split("-").at(-1) } }),
  },
  status: { phase: "Running" },
  ...more,
});

const unschedulable = (message: string) => ({
  status: {
    phase: "Pending",
    conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }],
  },
});

test("pods are counted by the workload that a user wrote, whatever made them", () => {
  const pods = [
    pod("shop", "web-6d4f-a", ["ReplicaSet", "web-6d4f"]),
    pod(
      "shop",
      "web-6d4f-b",
      ["ReplicaSet", "web-6d4f"],
      unschedulable("0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes ..."),
    ),
    pod("shop", "web-6d4f-c", ["ReplicaSet", "web-6d4f"], { status: { phase: "Failed" } }),
    pod("default", "db-0", ["StatefulSet", "db"]),
    pod("default", "nightly-29876543-x", ["Job", "nightly-29876543"], { status: { phase: "Succeeded" } }),
    pod("default", "lonely", undefined, { status: { phase: "Pending", conditions: [] } }),
    pod("kube-system", "cilium-x", ["DaemonSet", "cilium"]),
  ];
  const found = gather(pods as unknown as Pods, known(["shop/web", "db", "nightly", "lonely"]));
  assert.deepEqual(Object.fromEntries(found), {
    "shop/web": { running: 1, ended: 0, pending: 1, reasons: { "0/3 nodes are available: 3 Insufficient cpu": 1 } },
    db: { running: 1, ended: 0, pending: 0, reasons: {} },
    nightly: { running: 0, ended: 1, pending: 0, reasons: {} },
    lonely: { running: 0, ended: 0, pending: 1, reasons: { starting: 1 } },
  });
});

test("a workload of one namespace is not taken for its namesake of another", () => {
  const pods = [pod("a", "web-1-x", ["StatefulSet", "web"]), pod("b", "web-1-y", ["StatefulSet", "web"])];
  const found = gather(pods as unknown as Pods, known(["a/web", "b/web"]));
  assert.deepEqual([...found.keys()], ["a/web", "b/web"]);
});

test("pods that have ended fill the places of their workload, and no more", () => {
  const running = (running: number, ended: number, planned: number) =>
    inPlaces({ running, ended, pending: 0, reasons: {} }, planned).running;
  for (const [what, found, expected] of [
    ["a Job that runs its last pods", running(1, 8, 3), 3],
    ["a Job that has completed", running(0, 9, 3), 3],
    ["a Job that has begun", running(2, 0, 3), 2],
    ["what is not placed here", running(0, 2, 0), 0],
    ["more than was placed", running(5, 2, 3), 5],
  ] as const)
    assert.equal(found, expected, what);
});

test("workloads of one name and different kinds are told apart, as the plan does", () => {
  const pods = [
    pod("shop", "web-6d4f-a", ["ReplicaSet", "web-6d4f"]),
    pod("shop", "web-0", ["StatefulSet", "web"]),
    pod("shop", "web-1", ["StatefulSet", "web"]),
    pod("shop", "web", undefined),
    pod("shop", "web-29876543-x", ["Job", "web-29876543"], { status: { phase: "Succeeded" } }),
  ];
  const names = ["Deployment shop/web", "StatefulSet shop/web", "Pod shop/web", "CronJob shop/web"];
  const found = gather(pods as unknown as Pods, known(names));
  assert.deepEqual(
    names.map((name) => [found.get(name)?.running, found.get(name)?.ended]),
    [
      [1, 0],
      [2, 0],
      [1, 0],
      [0, 1],
    ],
  );
});

test("what the demand was made of is not taken for its namesakes that are there as well", () => {
  const pods = [
    pod("team2", "web-1-x", ["StatefulSet", "web"]),
    pod("shop", "web-1-y", ["StatefulSet", "web"]),
    pod("shop", "api-1-x", ["StatefulSet", "api"]),
  ];
  const demand = { workloads: ["web", "api"].map((name) => ({ name, replicas: 1, cpu: 1, memoryGiB: 1 })) };
  const running = (written: Parameters<typeof titlesOf>[1]) =>
    Object.fromEntries(
      [...gather(pods as unknown as Pods, titlesOf(demand, written))].map(([name, it]) => [name, it.running]),
    );
  const container = "{ name: web, image: web }";
  const text = `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: web, namespace: team2 }
spec: { serviceName: web, selector: { matchLabels: { app: web } }, template: { metadata: { labels: { app: web } }, spec: { containers: [${container}] } } }`;
  const placed = { munich: [{ name: "web", kind: "StatefulSet", namespace: "shop", object: "web" }] };
  const resources = [{ type: "multisite:index:FleetWorkload", inputs: { placed } }];
  assert.deepEqual(running({}), { web: 2, api: 1 });
  assert.deepEqual(running({ resources }), { web: 1, api: 1 });
  assert.deepEqual(running({ manifests: [{ name: "web.yaml", text }], resources }), { web: 1, api: 1 });
  const elsewhere = text.replace("team2", "team3");
  assert.deepEqual(running({ manifests: [{ name: "web.yaml", text: elsewhere }] }), { api: 1 });
});

test("a Job that a user has named by a day is not taken for a run of a CronJob", () => {
  const pods = [pod("default", "migrate-20240115-x", ["Job", "migrate-20240115"], { status: { phase: "Succeeded" } })];
  const found = gather(pods as unknown as Pods, known(["migrate-20240115", "migrate"]));
  assert.deepEqual([...found.keys()], ["migrate-20240115"]);
});

test("a pod that is on its way out counts as gone", () => {
  const leaving = pod("default", "web-0", ["StatefulSet", "web"]);
  Object.assign(leaving.metadata, { deletionTimestamp: new Date() });
  assert.equal(gather([leaving] as unknown as Pods, known(["web"])).size, 0);
});

test("the last refusal of a workload's pods is told, whichever controller met it", () => {
  const event = (kind: string, name: string, message: string, minute: number) => ({
    involvedObject: { kind, namespace: "shop", name },
    message,
    lastTimestamp: new Date(Date.UTC(2026, 0, 1, 0, minute)),
  });
  // Names of pods are random: the same refusal is told in the same words.
  const FORBIDDEN = "pods are forbidden: exceeded quota: small";
  const forbidden = (what: string) => `pods "${what}" is forbidden: exceeded quota: small`;
  const refusals = gatherRefusals(
    [
      event("ReplicaSet", "web-6d4f9", `Error creating: ${forbidden("web-6d4f9-x")}`, 2),
      event("ReplicaSet", "web-6d4f9", "Error creating: no PriorityClass with name high was found", 1),
      event("ReplicaSet", "api-canary", `Error creating: ${forbidden("api-canary-x")}`, 1),
      event("StatefulSet", "db", `create Pod db-0 in StatefulSet db failed error: ${forbidden("db-0")}`, 1),
      event("Job", "nightly-29876543", `Error creating: ${forbidden("nightly-29876543-x")}`, 1),
      event("DaemonSet", "agent", `Error creating: ${forbidden("agent-x")}`, 1),
    ],
    known(["web", "api-canary", "api", "shop/db", "nightly"]),
  );
  assert.deepEqual(Object.fromEntries(refusals), {
    web: FORBIDDEN,
    "api-canary": FORBIDDEN,
    "shop/db": FORBIDDEN,
    nightly: FORBIDDEN,
  });
});

test("what nobody has looked at is told: pods that wait for scheduler or node, and changes that no controller has seen", () => {
  const unseen = { status: { phase: "Pending" } };
  const pods = [
    pod("shop", "a", undefined, unseen),
    pod("shop", "b", undefined, { ...unseen, spec: { schedulerName: "stork" } }),
    pod("shop", "c", undefined, { ...unseen, spec: { nodeName: "n1" } }),
    pod("shop", "d", undefined, unschedulable("0/3 nodes are available: 3 Insufficient cpu")),
  ] as unknown as Pods;
  const deployment = (name: string, generation: number, observedGeneration?: number) => ({
    kind: "Deployment",
    metadata: { namespace: "shop", name, generation },
    status: observedGeneration === undefined ? {} : { observedGeneration },
  });
  const others = pods.filter(({ metadata }) => metadata?.name === "b" || metadata?.name === "d");
  assert.deepEqual(unseenOf(others, [deployment("web", 2, 2)]), []);
  assert.deepEqual(unseenOf(pods, [deployment("web", 2, 1), deployment("db", 1)]), [
    "its scheduler has not looked at 1 pod",
    "its nodes have not started 1 pod",
    "its controllers have not looked at Deployment shop/web, Deployment shop/db",
  ]);
  const many = ["a", "b", "c", "d", "e"].map((name) => deployment(name, 1));
  assert.deepEqual(unseenOf([], many), [
    "its controllers have not looked at Deployment shop/a, Deployment shop/b, Deployment shop/c and 2 more",
  ]);
});
