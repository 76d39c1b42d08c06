import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import { specProblems } from "../../../lib/plan/problems";
import { received } from "../../../lib/plan/routing/received";
import type { FrontSpec, TrafficSpec } from "../../../lib/plan/routing/spec";
import type { FleetSpec, SiteSpec } from "../../../lib/plan/spec";
import { aksSite, eksSite, existingSite, fleetSpec, gkeSite } from "../../support/specs";
import { ACCELERATOR, FRONT_DOOR, LOAD_BALANCER, threeClouds, traffic } from "../../support/traffic";

const AWS_REGIONS = ["eu-central-1", "eu-west-1", "us-east-1"];
const SITES = {
  globalAccelerator: AWS_REGIONS.map((region, i) => eksSite(`s${i + 1}`, i + 1, { region })),
  globalLoadBalancer: ["europe-west1", "europe-west4", "us-east1"].map((region, i) =>
    gkeSite(`s${i + 1}`, i + 1, { region }),
  ),
  frontDoor: ["westeurope", "northeurope", "eastus"].map((region, i) => aksSite(`s${i + 1}`, i + 1, { region })),
};

/** Three sites in one cloud behind its front. */
function behind(front: FrontSpec, change: Partial<TrafficSpec> = {}, fleet: Partial<FleetSpec> = {}): FleetSpec {
  const failover = front.service === "globalAccelerator" ? "nearest" : "spread";
  const sites: SiteSpec[] = SITES[front.service] ?? SITES.frontDoor;
  return fleetSpec(sites, { traffic: traffic({ front, failover, ...change }), ...fleet });
}

function planned(spec: FleetSpec) {
  const { traffic: plan, capacity } = fleetPlan(spec);
  assert.ok(plan !== undefined && capacity.routing !== undefined);
  return { plan, routing: capacity.routing, capacity };
}

const drained = (spec: FleetSpec, name: string): FleetSpec => ({
  ...spec,
  sites: spec.sites.map((site): SiteSpec => (site.name === name ? { ...site, state: "drained" } : site)),
});

describe("Global Accelerator", () => {
  it("has a group for each region, and no record of a site is left to DNS", () => {
    const { plan } = planned(behind(ACCELERATOR));
    assert.ok(plan.front?.service === "globalAccelerator");
    assert.deepEqual(
      plan.front.groups,
      AWS_REGIONS.map((region, i) => ({ region, sites: [`s${i + 1}`] })),
    );
    for (const service of plan.services)
      if (service.service !== "trafficManager") assert.deepEqual(service.records, []);
  });

  it("says which group has more addresses than an account usually may", () => {
    const crowded = [1, 2, 3, 4].map((n) => eksSite(`a${n}`, n, { faultDomain: `x${n}` }));
    const sites = [...crowded, eksSite("far", 5, { region: "us-east-1" })];
    const { plan } = planned(fleetSpec(sites, { traffic: traffic({ front: ACCELERATOR, failover: "nearest" }) }));
    const found = plan.notes.filter((note) => note.includes("endpoint group"));
    assert.equal(found.length, 1);
    assert.match(found[0]!, /sites in eu-central-1 have 12 addresses, and an endpoint group takes 10 unless/);
  });

  it("takes two sites of one region as one group, since a listener has no second", () => {
    const sites = [
      eksSite("a", 1, { faultDomain: "x" }),
      eksSite("b", 2, { faultDomain: "y" }),
      eksSite("c", 3, { region: "us-east-1" }),
    ];
    const { plan } = planned(fleetSpec(sites, { traffic: traffic({ front: ACCELERATOR, failover: "nearest" }) }));
    assert.ok(plan.front?.service === "globalAccelerator");
    assert.deepEqual(
      plan.front.groups.map((one) => one.sites),
      [["a", "b"], ["c"]],
    );
  });

  it("leaves a drained site out, in place of a dial or a weight of 0", () => {
    const { plan } = planned(drained(behind(ACCELERATOR), "s2"));
    assert.ok(plan.front?.service === "globalAccelerator");
    assert.deepEqual(
      plan.front.groups.map(({ region }) => region),
      ["eu-central-1", "us-east-1"],
    );
  });

  it("is priced as what it is: every survivor may get a lost site's users whole", () => {
    const { routing } = planned(behind(ACCELERATOR));
    const [service] = routing.services;
    assert.equal(service?.service, "globalAccelerator");
    assert.deepEqual(received(service!, ["s1"]), { s2: 1, s3: 1 });
    for (const { users, worst } of routing.sites)
      assert.ok(worst > users + 0.3, "its own third and a whole third more");
  });

  it("fails over without a TTL", () => {
    const { plan } = planned(behind(ACCELERATOR, { ttlSeconds: 300 }));
    assert.equal(plan.failoverSeconds, 40);
    assert.deepEqual(
      plan.steering.map(({ service, totalSeconds }) => [service, totalSeconds]),
      [["globalAccelerator", 40]],
    );
    assert.equal(planned(behind({ ...ACCELERATOR, intervalSeconds: 30, failures: 1 })).plan.failoverSeconds, 60);
  });
});

describe("Front Door", () => {
  it("divides all users by the sites' weights at all times, so that a lost site's go to all others", () => {
    const { plan, routing, capacity } = planned(behind(FRONT_DOOR));
    assert.ok(plan.front?.service === "frontDoor");
    assert.equal(plan.front.additionalLatencyMilliseconds, 1000);
    assert.deepEqual(
      plan.front.origins.map(({ key, site, address }) => [key, site, address]),
      ["s1", "s2", "s3"].map((site) => [site, site, 0]),
    );
    const all = plan.front.origins.reduce((sum, { weight }) => sum + weight, 0);
    for (const { site, weight } of plan.front.origins)
      assert.ok(Math.abs(weight / all - (routing.users[site] ?? 0)) < 0.002, `${site} ${weight} of ${all}`);
    assert.equal(capacity.verdict, "holds");
  });

  it("leads each user to the fastest with failover nearest", () => {
    const { plan, routing } = planned(behind(FRONT_DOOR, { failover: "nearest" }));
    assert.ok(plan.front?.service === "frontDoor");
    assert.equal(plan.front.additionalLatencyMilliseconds, 0);
    assert.equal(routing.services[0]?.handover, "nearest");
  });

  it("takes a site for dead after so many of its last four checks", () => {
    assert.equal(planned(behind(FRONT_DOOR)).plan.failoverSeconds, 30);
    assert.equal(planned(behind({ ...FRONT_DOOR, intervalSeconds: 30, failures: 4 })).plan.failoverSeconds, 150);
  });

  it("has a name of at most 46 characters, whatever the domain", () => {
    const { plan } = planned(behind(FRONT_DOOR, { domain: `${"long-".repeat(11)}x.example.com` }));
    assert.ok(plan.front?.service === "frontDoor");
    assert.match(plan.front.label, /^[a-z0-9](-?[a-z0-9]){1,45}$/);
  });

  it("divides a site's part among its addresses", () => {
    const cellar = existingSite("cellar", 2, {
      ...{ provider: "azure", region: "northeurope", coordinates: { latitude: 53, longitude: -6 } },
      endpoints: { ingress: ["203.0.113.7", "203.0.113.8"] },
    });
    const { plan } = planned(fleetSpec([aksSite("a", 1), cellar], { traffic: traffic({ front: FRONT_DOOR }) }));
    assert.ok(plan.front?.service === "frontDoor");
    const [, first, second] = plan.front.origins;
    assert.deepEqual([first?.key, second?.key], ["cellar", "cellar-2"]);
    assert.equal(first?.weight, second?.weight);
  });
});

describe("Google's load balancer", () => {
  it("sends users to the nodes of the sites that serve, by a port that all of them have", () => {
    const { plan } = planned(behind(LOAD_BALANCER));
    assert.ok(plan.front?.service === "globalLoadBalancer");
    assert.deepEqual([plan.front.sites, plan.front.nodePort], [["s1", "s2", "s3"], 30_443]);
    assert.equal(plan.failoverSeconds, 15);
    const { plan: less } = planned(drained(behind({ ...LOAD_BALANCER, nodePort: 31_000 }), "s2"));
    assert.ok(less.front?.service === "globalLoadBalancer");
    assert.deepEqual([less.front.sites, less.front.nodePort], [["s1", "s3"], 31_000]);
  });

  it("fills no site beyond its room while another has some: what the sums say is what holds", () => {
    // What two of the three guarantee, nearly: more than half as much again as one carries.
    const two = planned(behind(LOAD_BALANCER)).capacity.losses[0]?.resources.find(({ resource }) => resource === "cpu");
    const demand = { cpu: Math.floor((two?.have ?? 0) * 0.9), memoryGiB: 1, pods: 10 };
    const { routing: spilled, capacity: all } = planned(behind(LOAD_BALANCER, {}, { demand }));
    assert.equal(all.verdict, "holds");
    const { routing, capacity } = planned(behind(LOAD_BALANCER, { failover: "nearest" }, { demand }));
    assert.equal(capacity.verdict, "does not hold", "with nearest alone one site would get two sites' users");
    for (const { site, worst, capable } of spilled.sites) {
      assert.ok(worst <= capable, `${site} gets ${worst} of ${capable}`);
      assert.ok(worst <= (routing.sites.find((one) => one.site === site)?.worst ?? 0));
    }
  });

  it("does not hold where one site alone has too many users of its own", () => {
    const { capacity } = planned(
      behind(
        LOAD_BALANCER,
        { users: { s1: 0.8, s2: 0.1, s3: 0.1 } },
        { demand: { cpu: 30, memoryGiB: 40, pods: 100 } },
      ),
    );
    assert.notEqual(capacity.verdict, "holds");
    assert.ok(capacity.losses.some((loss) => !loss.holds));
  });
});

describe("a front", () => {
  it("is said to be one failure for all sites", () => {
    for (const front of [ACCELERATOR, LOAD_BALANCER, FRONT_DOOR])
      assert.ok(
        planned(behind(front)).plan.notes.some((note) => note.startsWith(`All users enter by ${front.service}`)),
      );
  });

  const mixed = threeClouds({ front: ACCELERATOR, failover: "nearest" });
  const foreign = behind(
    ACCELERATOR,
    {},
    { sites: [eksSite("a", 1), eksSite("b", 2, { account: "999988887777", region: "eu-west-1" })] },
  );
  const given = existingSite("cellar", 2, {
    ...{ provider: "aws", region: "eu-west-1", endpoints: { ingress: ["203.0.113.7"] } },
  });
  // biome-ignore format: a table reads by its rows
  const ROWS: [title: string, spec: FleetSpec, path: string, message: RegExp][] = [
    ["sites outside its cloud", mixed, "traffic.front", /is globalAccelerator, but "belgium" is in gcp: it stands before sites of aws only/],
    ["sites outside Azure", threeClouds({ front: FRONT_DOOR }), "traffic.front", /is frontDoor, but "frankfurt" is in aws/],
    ["a site of another account", foreign, "traffic.front.account", /is 111122223333, but "b" is in account 999988887777/],
    ["addresses without an id", behind(ACCELERATOR, {}, { sites: [eksSite("a", 1), given] }), "traffic.front", /"cellar" exists already/],
    ["nodes of another project", behind(LOAD_BALANCER, {}, { sites: [gkeSite("a", 1), gkeSite("b", 2, { project: "other-project", region: "europe-west4" })] }), "traffic.front.project", /is shop-production, but "b" is in project other-project/],
    ["a port that no node offers", behind({ ...LOAD_BALANCER, nodePort: 443 }), "traffic.front.nodePort", /30000 to 32767/],
    ["what Global Accelerator cannot do", behind(ACCELERATOR, { failover: "spread" }), "traffic.failover", /Give "nearest"/],
    ["users that Front Door does not ask about", behind(FRONT_DOOR, { users: { s1: 0.5, s2: 0.3, s3: 0.2 } }), "traffic.users", /divides all users by weight/],
    ["an unknown one", behind({ service: "cloudfront" } as never), "traffic.front.service", /"globalAccelerator", "globalLoadBalancer" or "frontDoor"/],
    ["an interval that it does not offer", behind({ ...ACCELERATOR, intervalSeconds: 20 as never }), "traffic.front.intervalSeconds", /10 or 30/],
    ["more failures than samples", behind({ ...FRONT_DOOR, failures: 5 }), "traffic.front.failures", /1 to 4/],
  ];
  for (const [title, spec, path, message] of ROWS) {
    it(`is refused with ${title}`, () => {
      const problems = specProblems(spec);
      assert.match(problems.find((one) => one.path === path)?.message ?? JSON.stringify(problems), message);
    });
  }

  it("is taken where all is right", () => {
    for (const front of [ACCELERATOR, LOAD_BALANCER, FRONT_DOOR]) assert.deepEqual(specProblems(behind(front)), []);
  });
});
