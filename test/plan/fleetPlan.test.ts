import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import { SpecError } from "../../lib/plan/problems";
import { add, scale, ZERO } from "../../lib/plan/resources";
import type { FleetSpec, SiteSpec } from "../../lib/plan/spec";
import { fleetSpecs } from "../support/arbitraries";
import { eksSite, existingSite, fleetSpec, twoRegions } from "../support/specs";
import { mixedFleet } from "./mutations";

test("adding or removing a site changes no other site's facts", () => {
  fc.assert(
    fc.property(fleetSpecs({ minimumSites: 3 }), fc.nat(), (spec, at) => {
      const gone = spec.sites[at % spec.sites.length] as SiteSpec;
      const all = fleetPlan(spec).sites.filter((site) => site.name !== gone.name);
      const fewer = fleetPlan({ ...spec, sites: spec.sites.filter((site) => site !== gone) }).sites;
      assert.deepEqual(fewer, all);
    }),
    { numRuns: 60 },
  );
});

test("the order of the sites means nothing", () => {
  fc.assert(
    fc.property(fleetSpecs(), (spec) => {
      const reversed = fleetPlan({ ...spec, sites: [...spec.sites].reverse() });
      assert.deepEqual(reversed.sites, fleetPlan(spec).sites);
    }),
    { numRuns: 30 },
  );
});

test("a plan is the same twice, and is data", () => {
  fc.assert(
    fc.property(fleetSpecs(), (spec) => {
      const plan = fleetPlan(spec);
      assert.deepEqual(fleetPlan(structuredClone(spec)), plan);
      assert.deepEqual(structuredClone(plan), plan);
    }),
    { numRuns: 30 },
  );
});

test("a site guarantees what its pools guarantee, less what runs on every node", () => {
  fc.assert(
    fc.property(fleetSpecs({ kinds: ["eks", "gke", "aks"] }), (spec) => {
      for (const site of fleetPlan(spec).sites) {
        let expected = ZERO;
        for (const pool of site.pools) {
          const cpuMillis = pool.allocatablePerNode.cpuMillis - pool.overheadPerNode.cpuMillis;
          const memoryMiB = pool.allocatablePerNode.memoryMiB - pool.overheadPerNode.memoryMiB;
          const each = { ...ZERO, cpuMillis: Math.max(0, cpuMillis), memoryMiB: Math.max(0, memoryMiB) };
          expected = add(expected, scale(each, pool.guaranteedNodes));
        }
        assert.equal(site.guaranteed.cpuMillis, expected.cpuMillis);
        assert.equal(site.guaranteed.memoryMiB, expected.memoryMiB);
      }
    }),
    { numRuns: 30 },
  );
});

test("every default is resolved", () => {
  const [site] = fleetPlan(twoRegions()).sites;
  assert.equal(site?.state, "active");
  assert.equal(site?.provider, "aws");
  assert.deepEqual(site?.zones, ["eu-central-1a", "eu-central-1b", "eu-central-1c"]);
  assert.equal(site?.faultDomain, "aws/eu-central-1");
  assert.equal(site?.auditLogDays, 90);
  assert.equal(site?.kubernetesVersion, "1.35");
  assert.ok(Math.abs((site?.coordinates?.latitude ?? 0) - 50.1) < 0.5);
  assert.deepEqual(site?.tags, { team: "shop", "multisite-site": "frankfurt", "multisite-number": "1" });
  const [pool] = site?.pools ?? [];
  assert.equal(pool?.maximumPods, 110);
  assert.equal(pool?.maximumNodes, 6);
  assert.equal(pool?.diskGiB, 100);
  assert.equal(pool?.surgeNodes, 1);
  assert.equal(pool?.guaranteedNodes, 6);
});

test("counts are per zone on GKE, totals elsewhere", () => {
  const pools = fleetPlan(mixedFleet() as FleetSpec).sites.map((site) => site.pools[0]);
  assert.deepEqual(
    pools.map((pool) => pool?.nodesPerZone),
    [undefined, 1, undefined, undefined],
  );
  assert.deepEqual(
    pools.map((pool) => pool?.guaranteedNodes),
    [3, 3, 3, undefined],
  );
});

test("a cluster that exists keeps its addresses and guarantees what was measured", () => {
  const spec = fleetSpec([eksSite("frankfurt", 1), existingSite("cellar", 2)]);
  const cellar = fleetPlan(spec).sites[1];
  assert.deepEqual(cellar?.pools, []);
  assert.equal(cellar?.guaranteed.cpuMillis, 32_000);
  assert.equal(cellar?.guaranteed.memoryMiB, 128 * 1024);
  assert.equal(cellar?.addresses.podCidr, "172.24.0.0/16");
  assert.equal(cellar?.addresses.dnsServiceIp, "172.25.0.10");
  assert.equal(cellar?.kubernetesVersion, undefined);
});

test("what does not hold is a verdict, what cannot be planned throws", () => {
  const plan = fleetPlan(twoRegions({ demand: { cpu: 10_000 } }));
  assert.equal(plan.capacity.verdict, "does not hold");
  assert.equal(fleetPlan(twoRegions({ tolerate: 2 })).capacity.holds, false, "as many losses as fault domains");
  assert.throws(() => fleetPlan(twoRegions({ tolerate: 0 })), SpecError);
});

test("a machine that nobody knows counts as zero, and the plan says what to do", () => {
  const pools = [{ name: "apps", machineType: "m99.xlarge", nodes: 6 }];
  const plan = fleetPlan(
    fleetSpec([eksSite("frankfurt", 1, { pools }), eksSite("dublin", 2, { region: "eu-west-1" })]),
  );
  assert.equal(plan.sites[0]?.guaranteed.cpuMillis, 0);
  assert.ok(
    plan.capacity.notes.some((note) => /Site frankfurt: .*m99\.xlarge.*allocatable/.test(note)),
    plan.capacity.notes.join("\n"),
  );
});

test("a lost site lowers what the others must survive, until the day that the spec names", () => {
  const three = (state: "active" | "lost"): FleetSpec =>
    fleetSpec(
      [
        eksSite("frankfurt", 1, { state }),
        eksSite("dublin", 2, { region: "eu-west-1" }),
        eksSite("paris", 3, { region: "eu-west-3" }),
      ],
      { demand: { cpu: 30 }, ...(state === "lost" ? { degradedUntil: "2026-12-01" } : {}) },
    );
  assert.equal(fleetPlan(three("active")).capacity.holds, true);
  const degraded = fleetPlan(three("lost"), { today: "2026-12-01" });
  assert.equal(degraded.capacity.holds, true);
  assert.equal(degraded.capacity.tolerate, 0);
  assert.ok(degraded.capacity.notes.some((note) => note.includes("Site frankfurt is lost: until 2026-12-01")));
  const lapsed = fleetPlan(three("lost"), { today: "2026-12-02" });
  assert.equal(lapsed.capacity.tolerate, 1);
  assert.equal(lapsed.capacity.holds, false);
  assert.ok(lapsed.capacity.notes.some((note) => note.includes("degradedUntil was 2026-12-01 (today 2026-12-02)")));
});

test("facts that have aged are reported, once there is a day to compare with", () => {
  const old = existingSite("cellar", 2);
  old.allocatable = { ...old.allocatable, verifiedAt: "2025-01-01" };
  const spec = fleetSpec([eksSite("frankfurt", 1, { kubernetesVersion: "1.34" }), old]);
  const notes = fleetPlan(spec, { today: "2026-12-24" }).capacity.notes.join("\n");
  assert.match(notes, /Site cellar: allocatable was measured on 2025-01-01, 722 days ago/);
  assert.match(notes, /Site frankfurt: Kubernetes 1\.34 left EKS's standard support on 2026-12-02/);
  assert.doesNotMatch(fleetPlan(spec).capacity.notes.join("\n"), /measured on|support/);
  assert.match(fleetPlan(spec, { today: "2024-12-24" }).capacity.notes.join("\n"), /after today/);
});
