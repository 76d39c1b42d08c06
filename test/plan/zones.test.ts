import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import type { PoolSpec, WorkloadSpec } from "../../lib/plan/spec";
import { eksSite } from "../support/specs";

/** The capacity of two sites alike, each of which runs all after a loss, with the nodes of all pools in some zones. */
function capacityOf(pools: PoolSpec[], workloads: WorkloadSpec[], zones = ["a", "b"]) {
  const sites = ["eu-central-1", "eu-west-1"].map((region, i) => {
    const inZones = pools.map((pool) => ({ ...pool, zones: zones.map((zone) => `${region}${zone}`) }));
    return eksSite(`s${i}`, i + 1, { region, pools: inZones, zones: [`${region}a`, `${region}b`] });
  });
  return fleetPlan({ demand: { workloads }, sites }, { today: "2026-11-30" }).capacity;
}

describe("nodes in several zones", () => {
  const nodeSelector = { tier: "y" };
  const workloads = [
    { name: "a", replicas: 4, cpu: 1.71, memoryGiB: 2.375 },
    { name: "b", replicas: 1, cpu: 1.87, memoryGiB: 0.25 },
    { name: "c", replicas: 5, cpu: 2.05, memoryGiB: 0.25, nodeSelector },
  ];
  const pools = [
    { name: "p0", machineType: "m6i.2xlarge", nodes: 3, labels: nodeSelector },
    { name: "p1", machineType: "m6i.xlarge", nodes: 1 },
  ];

  it("are given fewer pods where their zone has some: with two zones pods leave an empty node", () => {
    assert.equal(capacityOf(pools, workloads).verdict, "cannot be proven");
    assert.equal(capacityOf(pools, workloads, ["a"]).verdict, "holds");
  });

  it("count where pods ask for a zone, as many as nobody knows: not as none", () => {
    const pool = { name: "apps", machineType: "m6i.xlarge", nodes: 2 };
    const ofZone = (zone: string) => [
      { name: "w", replicas: 2, cpu: 0.5, memoryGiB: 0.5, nodeSelector: { "topology.kubernetes.io/zone": zone } },
    ];
    const sites = ["s0", "s1"].map((name, i) =>
      eksSite(name, i + 1, { faultDomain: name, zones: ["eu-central-1a", "eu-central-1b"], pools: [pool] }),
    );
    const plan = (zone: string, zones?: string[]) => {
      const pools = [zones === undefined ? pool : { ...pool, zones }];
      const spec = { demand: { workloads: ofZone(zone) }, sites: sites.map((site) => ({ ...site, pools })) };
      return fleetPlan(spec, { today: "2026-11-30" }).capacity;
    };
    const { verdict, notes } = plan("eu-central-1a");
    assert.equal(verdict, "cannot be proven");
    assert.ok(
      notes.some((note) =>
        note.includes(
          "asks for zone eu-central-1a, in which are some nodes of pool apps of sites s0 and s1: nobody promises",
        ),
      ),
      notes.join("\n"),
    );
    assert.equal(plan("eu-central-1a", ["eu-central-1a"]).verdict, "holds");
    assert.equal(plan("eu-central-1c").verdict, "does not hold");
  });
});

describe("pods that must be even over nodes", () => {
  it("may leave others less room than with as many on each as there always can be", () => {
    const nodeSelector = { tier: "x" };
    const pools = [
      { name: "p0", machineType: "m6i.2xlarge", nodes: 1, labels: nodeSelector },
      { name: "p1", machineType: "m6i.xlarge", nodes: 1 },
    ];
    const others = { name: "b", replicas: 2, cpu: 1.3, memoryGiB: 0.0625, nodeSelector };
    const even = (maxSkew: number) => ({
      name: "a",
      replicas: 4,
      cpu: 1.71,
      memoryGiB: 0.0625,
      nodeSpread: { maxSkew },
    });
    assert.equal(capacityOf(pools, [even(2), others], ["a"]).verdict, "cannot be proven");
    assert.equal(capacityOf(pools, [even(1), others], ["a"]).verdict, "holds");
  });
});
