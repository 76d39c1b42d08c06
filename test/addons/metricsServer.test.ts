import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { metricsServerValues } from "../../lib/addons/metricsServer";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import { METRICS_SERVER_REQUESTS, systemPods } from "../../lib/plan/overhead";
import type { EksSiteSpec } from "../../lib/plan/spec";
import { METRICS_SERVER } from "../../lib/plan/versions";
import { objectsOf } from "../mesh/charts";
import { recordFleet } from "../support/clouds";
import { absentGoModule, goModuleFolder } from "../support/goModules";
import { localTools } from "../support/localTools";
import { piped } from "../support/piped";
import { aksSite, eksSite, fleetSpec, gkeSite } from "../support/specs";

const SITES = [eksSite("frankfurt", 1), gkeSite("belgium", 2), aksSite("amsterdam", 3)];

function planned(change: Partial<EksSiteSpec> = {}) {
  return fleetPlan(fleetSpec([eksSite("frankfurt", 1, change), ...SITES.slice(1)])).sites[0]!;
}

test("each built site has one metrics-server: ours on EKS, the cloud's elsewhere, and the plan counts it", async () => {
  const graph = await recordFleet(fleetSpec([...SITES]), {}, {});
  const releases = graph.all("kubernetes:helm.sh/v3:Release").filter(({ inputs }) => inputs.chart === "metrics-server");
  assert.deepEqual(
    releases.map(({ name }) => name),
    ["frankfurt-metrics-server"],
  );
  for (const kind of ["eks", "gke", "aks"] as const) {
    const counted = systemPods(kind).filter(({ name }) => name === "metrics-server");
    assert.deepEqual(
      counted.map(({ by }) => by),
      [kind === "eks" ? "library" : "cloud"],
      kind,
    );
  }
});

test("the control plane is let in to exactly its port", async () => {
  const graph = await recordFleet(fleetSpec([...SITES]), {}, {});
  const rules = graph
    .all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    .filter(({ name }) => name.includes("-webhook-"));
  assert.deepEqual(
    rules.map(({ name, inputs }) => [name, inputs.ipProtocol, inputs.fromPort, inputs.toPort]),
    [["frankfurt-webhook-metrics-server", "tcp", 10_262, 10_262]],
  );
  assert.equal(rules[0]?.inputs.referencedSecurityGroupId, rules[0]?.inputs.securityGroupId);
});

test("on one node there is one, since two on one port never share a node", () => {
  const pools = (nodes: number) => [{ name: "apps", machineType: "m6i.xlarge", nodes }];
  assert.equal(metricsServerValues(planned({ pools: pools(6) })).replicas, 2);
  const alone = metricsServerValues(planned({ pools: pools(1) }));
  assert.equal(alone.replicas, 1);
  assert.ok(!("podDisruptionBudget" in alone), "a budget of one would hold the node up for ever");
});

test("the chart makes of the values what the plan has counted, on the host network", async (t) => {
  const { goModule, version, path } = METRICS_SERVER.offline;
  const absent = await absentGoModule(goModule, version);
  if (absent !== false) return t.skip(absent);
  const tools = await localTools();
  if (typeof tools === "string") return t.skip(tools);
  const chart = join(goModuleFolder(goModule, version), path);
  const args = ["template", "metrics-server", chart, "--namespace", "kube-system", "--values", "-"];
  const objects = objectsOf(await piped(tools.helm.path, args, JSON.stringify(metricsServerValues(planned()))));
  const find = (kind: string) =>
    objects.find((one) => one.kind === kind) as unknown as { spec: Record<string, unknown> };
  const { replicas, strategy, template } = find("Deployment").spec as {
    replicas: number;
    strategy: { rollingUpdate: object };
    template: { spec: { hostNetwork?: boolean; containers: { args: string[]; ports: object[]; resources: object }[] } };
  };
  const [container] = template.spec.containers;
  assert.deepEqual([replicas, template.spec.hostNetwork], [2, true]);
  assert.deepEqual(strategy.rollingUpdate, { maxSurge: 0, maxUnavailable: 1 });
  assert.ok(container?.args.includes("--secure-port=10262"));
  assert.deepEqual(container?.ports, [{ name: "https", protocol: "TCP", containerPort: 10_262 }]);
  const { cpuMillis, memoryMiB } = METRICS_SERVER_REQUESTS;
  assert.deepEqual(container?.resources, { requests: { cpu: `${cpuMillis}m`, memory: `${memoryMiB}Mi` } });
  assert.equal(find("PodDisruptionBudget").spec.minAvailable, 1);
  assert.equal((find("APIService").spec as { group: string }).group, "metrics.k8s.io");
});
