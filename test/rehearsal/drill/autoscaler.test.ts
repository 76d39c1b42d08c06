import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import type { WorkloadSpec } from "../../../lib/plan/spec";
import { placedReplicas } from "../../../lib/plan/workloads";
import { loadAt, nextReplicas, playedBounds, replicasFor } from "../../../rehearsal/drill/autoscaler";
import { promised } from "../../../rehearsal/drill/promise";
import { shares } from "../../../rehearsal/drill/shares";
import { existingSite } from "../../support/specs";

test("the documented examples", () => {
  const wide = { minimum: 1, maximum: 1000 };
  const rows: [current: number, load: number, next: number][] = [
    [1, 2, 2], // twice the metric doubles the replicas
    [2, 1, 1], // half of it halves them
    [10, 10.9, 10], // within the tolerance of 0.1
    [10, 11.1, 12],
    [10, 8.9, 9],
    [1, 50, 5], // four pods in 15 seconds
    [20, 100, 40], // or the double, whichever is more
    [0, 3, 3],
    [3, 0, 1], // the minimum
  ];
  for (const [current, load, next] of rows) assert.equal(nextReplicas(current, load, wide), next, `${current} ${load}`);
  assert.equal(nextReplicas(4, 9, { minimum: 2, maximum: 6 }), 6);
});

test("looks repeated reach what the load needs, within the bounds, and stay there", () => {
  const bounds = fc.tuple(fc.nat(20), fc.nat(200)).map(([minimum, more]) => ({ minimum, maximum: minimum + more }));
  fc.assert(
    fc.property(
      bounds,
      fc.nat(200),
      fc.double({ min: 0, max: 300, noNaN: true }),
      ({ minimum, maximum }, from, load) => {
        let replicas = Math.min(Math.max(from, minimum), maximum);
        for (let look = 0; look < 12; look++) replicas = nextReplicas(replicas, load, { minimum, maximum });
        assert.equal(nextReplicas(replicas, load, { minimum, maximum }), replicas);
        assert.ok(replicas >= minimum && replicas <= maximum);
        // The tolerance is all that may be missing.
        if (load <= maximum) assert.ok(replicas * 1.1 >= load - 1e-6, `${replicas} for ${load}`);
      },
    ),
  );
});

const NAMES = ["munich", "oslo", "turin"];

/** Three sites that carry one workload, whatever it is. */
function carrying(spec: WorkloadSpec) {
  const sites = NAMES.map((name, index) => {
    const cidrs = {
      nodes: [`192.168.${index}.0/24`],
      pods: [`10.${index}.128.0/17`],
      services: [`10.${index}.64.0/18`],
    };
    return existingSite(name, index + 1, { region: name, cidrs });
  });
  const plan = fleetPlan({ sites, demand: { workloads: [spec] } });
  /** Pods by site, before the sites that are not there are lost and after their load was taken over. */
  const played = (there: readonly string[]) => {
    const [before, after] = [shares(plan.capacity, NAMES), shares(plan.capacity, there)];
    const sites = plan.capacity.placements.map((placement) => {
      const bounds = playedBounds(placement, spec);
      const everyday = replicasFor(loadAt(placement, spec, before.get(placement.site)!), bounds);
      if (!there.includes(placement.site)) return [placement.site, everyday, 0] as const;
      const load = loadAt(placement, spec, after.get(placement.site)!);
      let replicas = everyday;
      for (let look = 0; look < 12; look++) replicas = nextReplicas(replicas, load, bounds);
      return [placement.site, everyday, replicas] as const;
    });
    return sites.sort();
  };
  return { plan, played };
}

const pod = { cpu: 0.1, memoryGiB: 0.1 };

test("what only some sites run, or all of them in full, is played so before a loss and after it", () => {
  const onlySome = { regions: ["munich", "turin"], atLeastSites: 2 };
  const rows: [what: Partial<WorkloadSpec>, before: number[], after: number[]][] = [
    [{ replicas: 12 }, [4, 4, 4], [0, 6, 6]],
    [{ replicas: 12, minimumPerSite: 5 }, [5, 5, 5], [0, 6, 6]],
    [{ replicas: 4, requires: onlySome }, [4, 0, 4], [0, 0, 4]],
    [{ replicas: 4, spread: "everywhere" }, [4, 4, 4], [0, 4, 4]],
    [{ replicas: 3, spread: "singleton", requires: { regions: ["oslo"] } }, [0, 3, 0], [0, 3, 0]],
  ];
  for (const [what, before, after] of rows) {
    const { played } = carrying({ name: "it", replicas: 1, ...pod, ...what });
    const sites = played(["oslo", "turin"]);
    assert.deepEqual(
      [sites.map(([, pods]) => pods), sites.map(([, , pods]) => pods)],
      [before, after],
      JSON.stringify(what),
    );
  }
});

test("a workload is played as it is placed with scaling reserved, and no loss that the plan carries leaves too few", () => {
  const spread = fc.constantFrom<Partial<WorkloadSpec>>(
    {},
    { spread: "everywhere" },
    { spread: "singleton" },
    { requires: { regions: ["munich", "turin"], atLeastSites: 2 } },
    { minimumPerSite: 3 },
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), spread, fc.constantFrom(...NAMES), (replicas, how, lost) => {
      const spec = { name: "it", replicas, ...pod, ...how };
      const { plan, played } = carrying(spec);
      assert.equal(plan.capacity.verdict, "holds");
      const placed = placedReplicas(plan, "reserved").map(({ site, workloads }) => [site, workloads.it!.replicas]);
      const sites = played(NAMES.filter((name) => name !== lost));
      const everyday = sites.map(([site, pods]) => [site, pods]);
      assert.deepEqual(everyday, placed.sort());
      const left = sites.reduce((sum, [, , pods]) => sum + pods, 0);
      for (const one of promised(plan, [lost])) assert.ok(left >= one.replicas, `${left} of ${one.replicas}`);
    }),
  );
});
