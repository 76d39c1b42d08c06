import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import Ajv from "ajv";
import { ciliumValues, type HelmValues } from "../../lib/mesh/values";
import { systemPods } from "../../lib/plan/overhead";
import type { SitePlan } from "../../lib/plan/plan";
import { CILIUM } from "../../lib/plan/versions";
import { absentGoModule } from "../support/goModules";
import { chartFolder, schemaOf } from "./charts";

const KINDS = ["eks", "gke", "aks"] as const;

/** The parts of a planned site that the values derive from. */
function site(kind: SitePlan["kind"], ...nodes: number[]): SitePlan {
  const addresses = { podCidr: "10.3.128.0/17", podPrefixPerNode: 24 };
  const pools = nodes.map((one) => ({ machineType: "Standard_D4s_v5", nodes: one, spot: false, taints: [] }));
  return { name: "frankfurt", number: 3, kind, addresses, pools } as unknown as SitePlan;
}

const valuesOf = (kind: SitePlan["kind"], ...nodes: number[]) =>
  ciliumValues(site(kind, ...(nodes.length > 0 ? nodes : [3])), { maximumSites: 255 });

test("every cloud has the same datapath, and its own site's name and number", () => {
  for (const kind of KINDS) {
    const { cluster, routingMode, tunnelProtocol, kubeProxyReplacement, operator, clustermesh } = valuesOf(kind);
    assert.deepEqual(
      { cluster, routingMode, tunnelProtocol, kubeProxyReplacement, operator, clustermesh },
      {
        cluster: { name: "frankfurt", id: 3 },
        routingMode: "tunnel",
        tunnelProtocol: "vxlan",
        kubeProxyReplacement: true,
        operator: { replicas: 2 },
        clustermesh: { maxConnectedClusters: 255 },
      },
    );
  }
});

test("Cilium requests what the capacity arithmetic counts for it", () => {
  for (const kind of KINDS) {
    const { resources, envoy } = valuesOf(kind) as { resources: unknown; envoy: { resources: unknown } };
    const counted = new Map(systemPods(kind).map((pod) => [pod.name, pod]));
    for (const [name, requested] of [
      ["cilium", resources],
      ["cilium-envoy", envoy.resources],
    ] as const) {
      const { cpuMillis, memoryMiB } = counted.get(name)!;
      assert.deepEqual(
        requested,
        { requests: { cpu: `${cpuMillis}m`, memory: `${memoryMiB}Mi` } },
        `${name} on ${kind}`,
      );
    }
  }
});

test("pods come from the site's own CIDR on EKS and AKS, and from the node's range on GKE", () => {
  const pool = {
    mode: "cluster-pool",
    operator: { clusterPoolIPv4PodCIDRList: ["10.3.128.0/17"], clusterPoolIPv4MaskSize: 24 },
  };
  assert.deepEqual(valuesOf("eks").ipam, pool);
  assert.deepEqual(valuesOf("aks").ipam, pool);
  assert.deepEqual(valuesOf("gke").ipam, { mode: "kubernetes" });
});

test("GKE's node init and paths, and a taint that its autoscaler ignores", () => {
  const { cni, nodeinit, agentNotReadyTaintKey } = valuesOf("gke");
  assert.deepEqual(
    { cni, nodeinit, agentNotReadyTaintKey },
    {
      cni: { binPath: "/home/kubernetes/bin" },
      nodeinit: { enabled: true, reconfigureKubelet: true, removeCbrBridge: true },
      agentNotReadyTaintKey: "ignore-taint.cluster-autoscaler.kubernetes.io/cilium-agent-not-ready",
    },
  );
});

test("on AKS no more operators are awaited than the system pool, which is there first, has nodes for", () => {
  assert.deepEqual(valuesOf("aks", 1, 6).operator, { replicas: 1 });
  assert.deepEqual(valuesOf("aks", 2).operator, { replicas: 2 });
  assert.deepEqual(valuesOf("eks", 1).operator, { replicas: 2 }, "nothing waits for it there");
});

test("no value asks for a cloud's own datapath: one mesh has one", () => {
  for (const kind of KINDS) {
    const values = valuesOf(kind);
    for (const own of ["eni", "gke", "alibabacloud", "azure", "ipv4NativeRoutingCIDR"])
      assert.ok(!(own in values), own);
    assert.ok(!("chainingMode" in ((values.cni as HelmValues | undefined) ?? {})));
  }
});

test("a cluster that exists keeps its CNI", () => {
  assert.throws(() => valuesOf("existing"), /site frankfurt exists already and keeps its CNI/);
});

const absentSources = () => absentGoModule(CILIUM.offline.goModule, CILIUM.offline.version);

test("the chart's own schema accepts the values, and refuses a wrong one", async (t) => {
  const absent = await absentSources();
  if (absent !== false) return t.skip(absent);
  const schema = schemaOf("1.19");
  const validate = new Ajv({ strict: false, logger: false }).compile(schema);
  for (const kind of KINDS) {
    assert.ok(validate({ ...valuesOf(kind), k8sServiceHost: "api.example.com", k8sServicePort: 443 }), kind);
  }
  assert.ok(!validate({ ...valuesOf("eks"), operator: { replicas: "two" } }));
});

test("every value is one that the chart reads: its schema alone would let a misspelt one pass", async (t) => {
  const absent = await absentSources();
  if (absent !== false) return t.skip(absent);
  const { properties } = schemaOf("1.19");
  // What it does to a node's kubelet is read by this script, and documented nowhere.
  const script = readFileSync(join(chartFolder("1.19"), "files/nodeinit/startup.bash"), "utf8");
  for (const kind of KINDS) {
    const unknown = [...paths(valuesOf(kind), { properties })].filter((path) => !script.includes(`.Values.${path} `));
    assert.deepEqual(unknown, [], kind);
  }
  assert.deepEqual([...paths({ ipam: { mdoe: "x" } }, { properties })], ["ipam.mdoe"]);
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** Paths of values that a schema does not name. */
function* paths(values: HelmValues, { properties }: Schema, prefix = ""): Generator<string> {
  if (properties === undefined) return;
  for (const [name, value] of Object.entries(values)) {
    const inner = properties[name];
    if (!inner) yield `${prefix}${name}`;
    else if (typeof value === "object" && !Array.isArray(value)) yield* paths(value, inner, `${prefix}${name}.`);
  }
}
