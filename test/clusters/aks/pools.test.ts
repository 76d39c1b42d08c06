import assert from "node:assert/strict";
import { test } from "node:test";
import type { PoolSpec } from "../../../lib/plan/spec";
import { amsterdam, BASE, beside, CLUSTER, cluster, type Inputs, POOL, pool, systemPools } from "./amsterdam";

test("the system pool is the first that can be it; the others are resources of their own, one after the other", async () => {
  const taints = [{ key: "dedicated", value: "x", effect: "NoSchedule" as const }];
  const tainted = { ...BASE, name: "special", taints };
  const few = { ...BASE, name: "few", maximumPods: 20 };
  const graph = await amsterdam({ pools: [tainted, few, BASE, { ...BASE, name: "apps" }] });
  assert.deepEqual(
    systemPools(graph).map(({ name, mode }) => [name, mode]),
    [["base", "System"]],
  );
  const others = graph.all(POOL);
  assert.deepEqual(
    others.map(({ name, inputs }) => [name, inputs.mode]),
    ["special", "few", "apps"].map((name) => [`amsterdam-${name}`, "User"]),
  );
  assert.deepEqual(pool(graph, "special").nodeTaints, ["dedicated=x:NoSchedule"]);
  others.slice(1).forEach((later, i) => {
    assert.ok(later.dependsOn.includes(others[i]!.urn), "AKS changes one pool at a time");
  });
});

test("nodes: zones, machine, disk, pods, labels, surge, Trusted Launch, no public address, no taint for Cilium", async () => {
  const graph = await amsterdam(beside({ maximumPods: 64, diskGiB: 150, surgeNodes: 2, labels: { tier: "web" } }));
  const { agentPoolName, resourceGroupName, resourceName, vnetSubnetID, tags, mode, ...rest } = pool(graph);
  assert.deepEqual(rest, {
    type: "VirtualMachineScaleSets",
    vmSize: "Standard_D4s_v5",
    osType: "Linux",
    osSKU: "AzureLinux",
    osDiskSizeGB: 150,
    osDiskType: "Managed",
    orchestratorVersion: cluster(graph).kubernetesVersion,
    availabilityZones: ["1", "2", "3"],
    count: 3,
    enableAutoScaling: false,
    maxPods: 64,
    enableNodePublicIP: false,
    nodeLabels: { tier: "web", "multisite-pool": "apps" },
    nodeTaints: [],
    securityProfile: { enableSecureBoot: true, enableVTPM: true },
    upgradeSettings: { maxSurge: "2", maxUnavailable: "0" },
  });
  assert.deepEqual([vnetSubnetID, resourceName], ["amsterdam-nodes-id", "amsterdam"]);
});

test("an autoscaler may add to the guaranteed nodes; a floor that rises brings its nodes", async () => {
  const graph = await amsterdam({
    pools: [
      { ...BASE, maximumNodes: 9 },
      { ...BASE, name: "apps", maximumNodes: 6 },
    ],
  });
  for (const [made, most] of [
    [systemPools(graph)[0]!, 9],
    [pool(graph), 6],
  ] as const) {
    const { count, enableAutoScaling, minCount, maxCount } = made;
    assert.deepEqual([count, enableAutoScaling, minCount, maxCount], [3, true, 3, most]);
  }
  for (const { ignoreChanges, type } of graph.resources) {
    if (type === POOL || type === CLUSTER) assert.deepEqual(ignoreChanges, []);
  }
});

test("spot: as AKS itself describes such a pool, so that no difference stays", async () => {
  const graph = await amsterdam(beside({ name: "spot", spot: true }));
  const made = pool(graph, "spot");
  assert.deepEqual(
    [made.scaleSetPriority, made.scaleSetEvictionPolicy, made.spotMaxPrice, made.upgradeSettings],
    ["Spot", "Delete", -1, undefined],
  );
  assert.deepEqual(made.nodeTaints, ["kubernetes.azure.com/scalesetpriority=spot:NoSchedule"]);
  assert.equal((made.nodeLabels as Inputs)["kubernetes.azure.com/scalesetpriority"], "spot");
});

test("another machine type is another pool, which is there before the old one goes", async () => {
  const nameOf = async (change: Partial<PoolSpec>) => {
    const graph = await amsterdam(beside(change));
    assert.equal(graph.one(POOL, "amsterdam-apps").deleteBeforeReplace, false);
    return pool(graph).agentPoolName;
  };
  const name = await nameOf({});
  for (const fixed of [{ machineType: "Standard_D8s_v5" }, { zones: ["1", "2"] }, { diskGiB: 64 }, { maximumPods: 60 }])
    assert.notEqual(await nameOf(fixed), name, JSON.stringify(fixed));
  for (const free of [{ nodes: 5 }, { maximumNodes: 9 }, { labels: { a: "b" } }, { surgeNodes: 3 }])
    assert.equal(await nameOf(free), name, JSON.stringify(free));
});
