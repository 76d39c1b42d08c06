import assert from "node:assert/strict";
import { test } from "node:test";
import { gather } from "../../../rehearsal/drill/pods";

type Pods = Parameters<typeof gather>[0];

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
  const found = gather(pods as unknown as Pods, new Set(["shop/web", "db", "nightly", "lonely"]));
  assert.deepEqual(Object.fromEntries(found), {
    "shop/web": { running: 1, pending: 1, reasons: { "0/3 nodes are available: 3 Insufficient cpu": 1 } },
    db: { running: 1, pending: 0, reasons: {} },
    nightly: { running: 1, pending: 0, reasons: {} },
    lonely: { running: 0, pending: 1, reasons: { starting: 1 } },
  });
});

test("a workload of one namespace is not taken for its namesake of another", () => {
  const pods = [pod("a", "web-1-x", ["StatefulSet", "web"]), pod("b", "web-1-y", ["StatefulSet", "web"])];
  const found = gather(pods as unknown as Pods, new Set(["a/web", "b/web"]));
  assert.deepEqual([...found.keys()], ["a/web", "b/web"]);
});

test("a pod that is on its way out counts as gone", () => {
  const leaving = pod("default", "web-0", ["StatefulSet", "web"]);
  Object.assign(leaving.metadata, { deletionTimestamp: new Date() });
  assert.equal(gather([leaving] as unknown as Pods, new Set(["web"])).size, 0);
});
