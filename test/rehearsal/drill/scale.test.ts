import assert from "node:assert/strict";
import { test } from "node:test";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import { Autoscaling } from "../../../rehearsal/drill/autoscaling";
import { DrillFleet } from "../../../rehearsal/drill/fleet";
import { atOnce } from "../../../rehearsal/drill/scale";
import { listOf, siteAnswering } from "../../support/apiServer";
import { twoRegions } from "../../support/specs";

const object = (name: string, spec: object, more: object = {}) => ({
  metadata: { name, namespace: "shop", ...more },
  spec,
});

const made = { ownerReferences: [{ apiVersion: "v1", kind: "Any", name: "maker", uid: "1", controller: true }] };

/** What a site has, by where it lies. */
const THERE: Readonly<Record<string, object[]>> = {
  "/apis/apps/v1/deployments": [object("web", { replicas: 6 })],
  "/apis/apps/v1/statefulsets": [object("db", { replicas: 6 })],
  "/apis/apps/v1/replicasets": [object("rs", { replicas: 6 }), object("web-6d4f", { replicas: 6 }, made)],
  "/api/v1/replicationcontrollers": [object("rc", { replicas: 6 })],
  "/apis/batch/v1/jobs": [
    object("migrate", { parallelism: 2, completions: 5 }),
    object("report-29876543", { parallelism: 1 }, made),
    object("other", {}),
  ],
  "/api/v1/pods": [object("lonely", {}), object("rs-x", {}, made)],
};

test("whatever has replicas is scaled with the traffic, and what has none is waited for as it is", async (t) => {
  const scaled = new Map<string, number>();
  const site = await siteAnswering(t, "dublin", ({ method, path, body }) => {
    if (method !== "PUT") return listOf(THERE[path]);
    scaled.set(path, JSON.parse(body).spec.replicas);
    return { body };
  });
  const names = ["web", "db", "rs", "rc", "migrate", "lonely"].map((name) => `shop/${name}`);
  const workloads = names.map((name) => ({ name, replicas: 6, cpu: 0.1, memoryGiB: 0.1 }));
  const plan = fleetPlan(twoRegions({ demand: { workloads } }));
  const fleet = await DrillFleet.open(plan, { dublin: site }, new AbortController().signal);
  const autoscaling = await Autoscaling.of(fleet, ["dublin"]);
  const targets = await autoscaling.settle(["dublin"]);
  const replicas = 6;
  assert.deepEqual(targets.get("dublin"), {
    ...Object.fromEntries(names.slice(0, 4).map((name) => [name, replicas])),
    "shop/migrate": 2,
    "shop/lonely": 1,
  });
  const [apps, core] = ["/apis/apps/v1/namespaces/shop", "/api/v1/namespaces/shop"];
  assert.deepEqual(Object.fromEntries(scaled), {
    [`${apps}/deployments/web/scale`]: replicas,
    [`${apps}/statefulsets/db/scale`]: replicas,
    [`${apps}/replicasets/rs/scale`]: replicas,
    [`${core}/replicationcontrollers/rc/scale`]: replicas,
  });
});

test("a Job and a Deployment that are called the same are waited for together", async (t) => {
  const site = await siteAnswering(t, "dublin", ({ method, path, body }) =>
    method === "PUT" ? { body } : listOf(path === "/apis/batch/v1/jobs" ? [object("web", {})] : THERE[path]),
  );
  const workloads = [{ name: "shop/web", replicas: 6, cpu: 0.1, memoryGiB: 0.1 }];
  const plan = fleetPlan(twoRegions({ demand: { workloads } }));
  const fleet = await DrillFleet.open(plan, { dublin: site }, new AbortController().signal);
  const targets = await (await Autoscaling.of(fleet, ["dublin"])).settle(["dublin"]);
  assert.deepEqual(targets.get("dublin"), { "shop/web": 7 });
});

test("pods that a Job runs at once", () => {
  const rows: [spec: Parameters<typeof atOnce>[0], pods: number][] = [
    [undefined, 1],
    [{}, 1],
    [{ parallelism: 3 }, 3],
    [{ parallelism: 3, completions: 2 }, 2],
    [{ parallelism: 2, completions: 6 }, 2],
    [{ parallelism: 0 }, 0],
    [{ parallelism: 3, suspend: true }, 0],
  ];
  for (const [spec, pods] of rows) assert.equal(atOnce(spec), pods, JSON.stringify(spec));
});
