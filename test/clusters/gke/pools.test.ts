import assert from "node:assert/strict";
import { test } from "node:test";
import { belgium, CLUSTER, cluster, type Inputs, nodeConfig, nodePool, ofPool, POOL, RELEASE } from "./belgium";

test("nodes start tainted with the key that this site's Cilium removes", async () => {
  const graph = await belgium();
  const { values } = graph.one(RELEASE, "belgium-cilium").inputs as { values: Record<string, unknown> };
  assert.deepEqual(nodeConfig(graph).taints, [
    { key: values.agentNotReadyTaintKey, value: "true", effect: "NO_EXECUTE" },
  ]);
});

test("nodes: own identity, metadata server that hides the node's, Shielded, no old ports, repaired", async () => {
  const graph = await belgium(ofPool({ diskGiB: 150, labels: { tier: "web" }, maximumPods: 64, surgeNodes: 2 }));
  const config = nodeConfig(graph);
  assert.deepEqual(config.workloadMetadataConfig, { mode: "GKE_METADATA" });
  assert.deepEqual(config.metadata, { "disable-legacy-endpoints": "true" });
  assert.deepEqual(config.shieldedInstanceConfig, { enableSecureBoot: true, enableIntegrityMonitoring: true });
  assert.deepEqual(config.kubeletConfig, { insecureKubeletReadonlyPortEnabled: "FALSE" });
  assert.equal(config.serviceAccount, "belgium-nodes@shop-production.iam.gserviceaccount.com");
  assert.deepEqual([config.diskSizeGb, config.machineType, config.spot], [150, "n2-standard-4", false]);
  assert.deepEqual(config.labels, { tier: "web", "multisite-pool": "apps" });
  const { maxPodsPerNode, management, upgradeSettings } = nodePool(graph);
  assert.equal(maxPodsPerNode, 64);
  assert.deepEqual(management, { autoRepair: true, autoUpgrade: true });
  assert.deepEqual(upgradeSettings, { strategy: "SURGE", maxSurge: 2, maxUnavailable: 0 });
  const roles = graph.all("gcp:projects/iAMMember:IAMMember").map(({ inputs }) => inputs.role);
  assert.deepEqual(roles, ["roles/container.defaultNodeServiceAccount", "roles/artifactregistry.reader"]);
});

test("no node is ever of Google's default account or of Google's choice", async () => {
  const graph = await belgium();
  const { removeDefaultNodePool, initialNodeCount, nodeConfig: first } = cluster(graph);
  assert.deepEqual([removeDefaultNodePool, initialNodeCount], [true, 1]);
  assert.equal((first as Inputs).serviceAccount, "belgium-nodes@shop-production.iam.gserviceaccount.com");
  assert.deepEqual(graph.one(CLUSTER, "belgium").ignoreChanges, ["nodeConfig", "initialNodeCount"]);
});

test("an autoscaler may add to the guaranteed nodes; a floor that rises brings its nodes", async () => {
  const scaled = nodePool(await belgium(ofPool({ maximumNodes: 9 })));
  assert.deepEqual(scaled.autoscaling, { totalMinNodeCount: 6, totalMaxNodeCount: 9, locationPolicy: "BALANCED" });
  assert.deepEqual([scaled.nodeCount, scaled.ignoreNodeCountChanges], [2, true]);
  const graph = await belgium();
  const fixed = nodePool(graph);
  assert.deepEqual([fixed.nodeCount, fixed.autoscaling, fixed.ignoreNodeCountChanges], [2, undefined, undefined]);
  assert.deepEqual(graph.one(POOL, "belgium-apps").ignoreChanges, []);
});

test("pools: none of nodes, of some zones, tainted, spot, Arm", async () => {
  const plain = { name: "base", machineType: "n2-standard-4", nodes: 3 };
  const taints = [{ key: "dedicated", effect: "NoSchedule" as const }];
  const zones = ["europe-west1-b", "europe-west1-c"];
  const graph = await belgium({
    pools: [
      plain,
      { ...plain, name: "empty", nodes: 0, maximumNodes: 3 },
      { ...plain, name: "some", nodes: 4, zones },
      { ...plain, name: "tainted", taints },
      { ...plain, name: "spot", spot: true },
      { ...plain, name: "newest", machineType: "c4-standard-4" },
      { ...plain, name: "arm", machineType: "t2a-standard-4" },
    ],
  });
  const config = (name: string) => nodePool(graph, name).nodeConfig as Inputs;
  assert.deepEqual([nodePool(graph, "empty").nodeCount, nodePool(graph, "some").nodeCount], [0, 2]);
  assert.deepEqual(nodePool(graph, "some").nodeLocations, zones);
  assert.deepEqual((config("tainted").taints as object[])[0], { key: "dedicated", value: "", effect: "NO_SCHEDULE" });
  assert.equal(config("spot").spot, true);
  // Google would taint Arm nodes otherwise, and the plan counts on them for every pod.
  assert.deepEqual(config("arm").taintConfig, { architectureTaintBehavior: "NONE" });
  assert.deepEqual(config("arm").taints, config("base").taints);
  assert.equal(config("base").taintConfig, undefined);
  assert.deepEqual([config("base").diskType, config("newest").diskType], ["pd-balanced", "hyperdisk-balanced"]);
});
