import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { capacityInputOf, fleetPlan } from "../../lib/plan/fleetPlan";
import { OWN_POOL_LABEL } from "../../lib/plan/nodeLabels";
import { exclusions, mayRunOn } from "../../lib/plan/schedulable";
import type { DemandSpec } from "../../lib/plan/spec";
import { nodesOf } from "../../rehearsal/clusters/sites/nodes";
import { aksSite, eksSite, existingSite, gkeSite } from "../support/specs";

const POD = { cpu: 0.1, memoryGiB: 0.1 };
const sites = [eksSite("frankfurt", 1), gkeSite("belgium", 2), aksSite("amsterdam", 3), existingSite("oslo", 4)];
const planOf = (demand: DemandSpec) => fleetPlan({ sites, demand });
const PLAN = planOf({ workloads: [{ ...POD, name: "web", replicas: 2 }] });

describe("labels that nodes have without anybody's doing", () => {
  for (const site of PLAN.sites) {
    it(`are selected in a site of kind ${site.kind} as its nodes have them`, () => {
      const nodes = nodesOf(site).map((node) => node.metadata?.labels ?? {});
      const groups = capacityInputOf(PLAN).sites.find(({ name }) => name === site.name)?.nodeGroups ?? [];
      const [first = {}] = nodes;
      const shared = Object.entries(first).filter(([key, value]) => nodes.every((labels) => labels[key] === value));
      assert.ok(shared.some(([key]) => key === "topology.kubernetes.io/region"));
      assert.equal(
        shared.some(([key]) => key === OWN_POOL_LABEL),
        site.kind !== "existing" && site.pools.length === 1,
      );
      for (const [key, value] of shared) {
        // The name and the zones of an existing site's nodes are nobody's promise.
        if (site.kind === "existing" && /zone|hostname/.test(key)) continue;
        assert.ok(
          groups.every((group) => mayRunOn({ ...POD, nodeSelector: { [key]: value } }, group)),
          `${key}=${value}`,
        );
        assert.deepEqual(exclusions({ ...POD, nodeSelector: { [key]: "other" } }, groups), [
          `none has the label ${key}=other`,
        ]);
      }
    });
  }

  it("let a DaemonSet of a region or a zone count", () => {
    const { spec, zones, pools } = PLAN.sites[0]!;
    const nodes = pools.reduce((sum, { guaranteedNodes }) => sum + guaranteedNodes, 0);
    const cpuWith = (nodeSelector: Record<string, string>) => {
      const agent = { name: "agent", cpu: 1, memoryGiB: 1, nodeSelector };
      return planOf({ ...PLAN.spec.demand, daemonSets: [agent] }).sites[0]!.guaranteed.cpuMillis;
    };
    const none = cpuWith({ "topology.kubernetes.io/zone": "elsewhere" });
    for (const selector of [
      { "topology.kubernetes.io/region": spec.region },
      { "topology.kubernetes.io/zone": String(zones[0]) },
    ])
      assert.equal(cpuWith(selector), none - 1000 * nodes, JSON.stringify(selector));
  });
});

describe("why a pod may run on none of some nodes", () => {
  const pod = { cpu: 1, memoryGiB: 1 };
  const gpu = { labels: { class: "gpu" }, taints: [{ key: "gpu", value: "yes", effect: "NoSchedule" as const }] };
  for (const [given, nodes, said] of [
    [{ architectures: ["arm64"] }, [{}], ["none is arm64"]],
    [{ nodeSelector: { class: "fast", a: "b" } }, [gpu], ["none has the label class=fast", "none has the label a=b"]],
    [{ nodeSelector: { class: "gpu" } }, [{}, gpu], ["it does not tolerate gpu=yes:NoSchedule"]],
    [
      { nodeSelector: { class: "gpu", disk: "ssd" } },
      [gpu, { labels: { disk: "ssd" } }],
      ["none has all of the labels that it selects"],
    ],
    [{ hostPorts: [{ port: 80 }] }, [{ hostPorts: [{ port: 80 }] }], ["a DaemonSet has taken host port 80"]],
  ] as const) {
    it(said.join(", and "), () => {
      assert.deepEqual(exclusions({ ...pod, ...given } as never, nodes as never), said);
    });
  }
});
