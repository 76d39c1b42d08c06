import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { contains, formatCidr, parseCidr } from "../../../lib/plan/cidr";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import { regionNames } from "../../../lib/plan/regions";
import { CHECKERS } from "../../../lib/plan/routing/checkers";
import { placeLabels } from "../../../lib/plan/routing/labels";
import type { ServicePlan, TrafficPlan } from "../../../lib/plan/routing/plan";
import type { TrafficSpec } from "../../../lib/plan/routing/spec";
import { failoverTimes } from "../../../lib/plan/routing/times";
import type { FleetSpec, SiteSpec } from "../../../lib/plan/spec";
import { eksSite, fleetSpec } from "../../support/specs";
import { CLOUD_DNS, ROUTE53, TRAFFIC_MANAGER, threeClouds, traffic } from "../../support/traffic";

const ALL = [ROUTE53, CLOUD_DNS, TRAFFIC_MANAGER];

function planned(spec: FleetSpec): TrafficPlan {
  const plan = fleetPlan(spec).traffic;
  assert.ok(plan !== undefined);
  return plan;
}

function service<S extends ServicePlan["service"]>(plan: TrafficPlan, name: S): Extract<ServicePlan, { service: S }> {
  const found = plan.services.find((one) => one.service === name);
  assert.ok(found !== undefined);
  return found as Extract<ServicePlan, { service: S }>;
}

describe("the time to fail over", () => {
  const time = (provider: TrafficSpec["providers"][number], ttlSeconds = 30) =>
    failoverTimes(traffic({ providers: [provider], ttlSeconds }))[0]?.totalSeconds;
  // biome-ignore format: a table reads by its rows
  const ROWS: [title: string, provider: TrafficSpec["providers"][number], ttl: number, seconds: number][] = [
    ["Route 53, fast", ROUTE53, 60, 96],
    ["Route 53, standard", { ...ROUTE53, intervalSeconds: 30 }, 60, 156],
    ["Cloud DNS", CLOUD_DNS, 30, 95],
    ["Traffic Manager, standard: Azure's own timeline", { ...TRAFFIC_MANAGER, intervalSeconds: 30, failures: 4, timeoutSeconds: 10 }, 30, 160],
    ["Traffic Manager, fast", TRAFFIC_MANAGER, 30, 55],
  ];
  for (const [title, provider, ttl, seconds] of ROWS) it(title, () => assert.equal(time(provider, ttl), seconds));

  it("is that of the slowest service in use", () => {
    const plan = planned(threeClouds({ providers: ALL }));
    assert.equal(plan.failoverSeconds, 95);
    assert.equal(plan.objectiveSeconds, 120);
  });
});

describe("places", () => {
  it("are a site's own region where it is the cloud's, else the nearest one", () => {
    const frankfurt = { provider: "aws", region: "eu-central-1", coordinates: { latitude: 50.1, longitude: 8.6 } };
    assert.deepEqual(placeLabels(frankfurt), { aws: "eu-central-1", gcp: "europe-west3", azure: "germanywestcentral" });
    const fiji = { provider: "vsphere", region: "dc", coordinates: { latitude: -18, longitude: 179 } };
    const beyond = { ...fiji, coordinates: { latitude: -18, longitude: -179 } };
    assert.deepEqual(placeLabels(fiji), placeLabels(beyond));
    assert.equal(placeLabels(fiji).azure, "newzealandnorth");
  });

  it("are never a region of a partition of its own", () => {
    const anywhere = fc.record({
      latitude: fc.double({ min: -90, max: 90, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    });
    fc.assert(
      fc.property(anywhere, (coordinates) => {
        const { aws } = placeLabels({ provider: "vsphere", region: "dc", coordinates });
        assert.doesNotMatch(aws, /^(cn|us-gov|eusc)-/);
      }),
    );
  });
});

describe("records", () => {
  it("are four per site at Route 53, each alias of a record that there is, each leaf with a site", () => {
    const { records, checked } = service(planned(threeClouds()), "route53");
    assert.equal(records.length, 12);
    assert.deepEqual(checked, ["frankfurt", "belgium", "amsterdam"]);
    const names = new Set(records.map((one) => one.name));
    for (const one of records) {
      assert.ok((one.alias === undefined) !== (one.site === undefined), one.key);
      if (one.alias !== undefined) assert.ok(names.has(one.alias), one.alias);
    }
    const keys = records.map((one) => `${one.name} ${one.setIdentifier}`);
    assert.equal(new Set(keys).size, keys.length);
    for (const name of names) {
      const kinds = new Set(records.filter((one) => one.name === name).map((one) => one.policy.kind));
      assert.equal(kinds.size, 1, name);
    }
  });

  it("are N+2 profiles at Traffic Manager, each nested one before what nests it", () => {
    const { profiles, target } = service(planned(threeClouds({ providers: ALL })), "trafficManager");
    assert.equal(profiles.length, 5);
    assert.equal(target, "shop-example-com.trafficmanager.net");
    const seen = new Set<string>();
    for (const { key, endpoints } of profiles) {
      for (const { nested } of endpoints) if (nested !== undefined) assert.ok(seen.has(nested), `${nested} in ${key}`);
      seen.add(key);
    }
  });

  it("grow with the number of sites and never with its square", () => {
    const regions = regionNames("aws").filter((one) => /^(eu|us|ap|sa|ca)-[a-z]+-\d$/.test(one));
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), (count) => {
        const sites = Array.from({ length: count }, (_, i) =>
          eksSite(`s${i}`, i + 1, { region: regions[i % regions.length] as string, faultDomain: `d${i}` }),
        );
        const plan = planned(fleetSpec(sites, { traffic: traffic({ providers: ALL }) }));
        const { records, checked } = service(plan, "route53");
        assert.deepEqual([records.length, checked.length], [4 * count, count]);
        const { profiles } = service(plan, "trafficManager");
        const shared = new Set(plan.sites.map(({ labels }) => labels.azure)).size < count;
        assert.ok(shared ? profiles.length <= 2 * count + 2 : profiles.length === count + 2);
        const google = service(plan, "cloudDns");
        assert.equal(google.records.length, count);
        assert.ok(google.items.length + google.divided.length <= 2 * Math.min(count, regions.length));
      }),
      { numRuns: 15 },
    );
  });

  it("are one CNAME and one record per site at Cloud DNS", () => {
    const { items, records, divided } = service(planned(threeClouds()), "cloudDns");
    assert.deepEqual(
      items.map(({ location, target }) => [location, target]),
      [
        ["europe-west1", "site-belgium.shop.example.com"],
        ["europe-west3", "site-frankfurt.shop.example.com"],
        ["europe-west4", "site-amsterdam.shop.example.com"],
      ],
    );
    assert.deepEqual(divided, []);
    for (const { primary, backup } of records) {
      assert.equal(primary.length, 1);
      assert.deepEqual(backup, ["frankfurt", "belgium", "amsterdam"]);
    }
  });

  /** Two sites of one region at every service, of which the first is thrice the second; and one far away. */
  function sharedRegion(change: Partial<TrafficSpec> = {}): FleetSpec {
    const pools = (nodes: number) => [{ name: "apps", machineType: "m6i.xlarge", nodes }];
    const sites = [
      eksSite("a", 1, { pools: pools(9), faultDomain: "a" }),
      eksSite("b", 2, { pools: pools(3), faultDomain: "b" }),
      eksSite("far", 3, { pools: pools(9), region: "us-east-1" }),
    ];
    return fleetSpec(sites, { traffic: traffic({ providers: ALL, ...change }) });
  }

  it("divide the users of a location that two sites share as they are divided by the verdict", () => {
    const { items, divided, records } = service(planned(sharedRegion()), "cloudDns");
    assert.deepEqual(items[0], { location: "europe-west3", target: "at-europe-west3.shop.example.com" });
    assert.deepEqual(divided, [
      {
        ...{ key: "at-europe-west3", name: "at-europe-west3.shop.example.com" },
        targets: [
          { target: "site-a.shop.example.com", weight: 0.75 },
          { target: "site-b.shop.example.com", weight: 0.25 },
        ],
      },
    ]);
    assert.equal(records.length, 3);
    const measured = service(planned(sharedRegion({ users: { a: 0.1, b: 0.4, far: 0.5 } })), "cloudDns");
    assert.deepEqual(
      measured.divided[0]?.targets.map(({ weight }) => weight),
      [0.2, 0.8],
    );
    const nobody = service(planned(sharedRegion({ users: { a: 0, b: 0, far: 1 } })), "cloudDns");
    assert.deepEqual(
      nobody.divided[0]?.targets.map(({ weight }) => weight),
      [0.5, 0.5],
    );
  });

  it("divide the users of a region of Azure that two sites share by a profile between", () => {
    const { profiles } = service(planned(sharedRegion()), "trafficManager");
    assert.deepEqual(profiles.at(-1)?.endpoints, [
      { name: "in-germanywestcentral", nested: "in-germanywestcentral", location: "germanywestcentral" },
      { name: "far", nested: "far-site", location: "eastus" },
    ]);
    assert.deepEqual(profiles.at(-2), {
      ...{ key: "in-germanywestcentral", label: "shop-example-com-in-germanywestcentral", routing: "Weighted" },
      endpoints: [
        { name: "a", nested: "a-site", weight: 999 },
        { name: "b", nested: "b-site", weight: 333 },
      ],
    });
  });

  it("hand the users near a drained site to all that serve, and have no record that would lead to it", () => {
    const sites: SiteSpec[] = threeClouds().sites.map((site) =>
      site.name === "belgium" ? { ...site, state: "drained" } : site,
    );
    const plan = planned(threeClouds({ providers: ALL }, { sites }));
    const route53 = service(plan, "route53");
    assert.equal(route53.records.find((one) => one.key === "belgium-nearest")?.alias, "others.shop.example.com");
    assert.ok(route53.records.every((one) => one.site !== "belgium"));
    const cloudDns = service(plan, "cloudDns");
    assert.equal(cloudDns.items[0]?.target, "others.shop.example.com");
    assert.ok(cloudDns.records.every((one) => ![...one.primary, ...one.backup].includes("belgium")));
    const azure = service(plan, "trafficManager");
    assert.ok(azure.profiles.every((one) => one.endpoints.every((endpoint) => endpoint.site !== "belgium")));
    assert.equal(azure.profiles.length, 5);
    assert.ok(plan.notes.some((note) => /belgium, which is drained/.test(note)));
  });

  it("know nothing of a site that is joining", () => {
    const sites: SiteSpec[] = threeClouds().sites.map((site) =>
      site.name === "belgium" ? { ...site, state: "joining" } : site,
    );
    assert.doesNotMatch(JSON.stringify(planned(threeClouds({ providers: ALL }, { sites })).services), /belgium/);
  });

  it("without spreading are one per site", () => {
    const plan = planned(threeClouds({ providers: ALL, failover: "nearest" }));
    assert.equal(service(plan, "route53").records.length, 3);
    assert.ok(service(plan, "route53").records.every((one) => one.site !== undefined));
    const { items, nearest, records } = service(plan, "cloudDns");
    assert.deepEqual(records, []);
    assert.ok(items.every(({ target }) => target === "nearest.shop.example.com"));
    assert.deepEqual(
      nearest?.items.map(({ location, sites }) => [location, ...sites]),
      [
        ["europe-west1", "belgium"],
        ["europe-west3", "frankfurt"],
        ["europe-west4", "amsterdam"],
      ],
    );
    assert.equal(service(plan, "trafficManager").profiles.length, 1);
  });

  it("are no two at one place of Route 53", () => {
    const sites = Array.from({ length: 5 }, (_, i) => eksSite(`s${i}`, i + 1, { faultDomain: `d${i}` }));
    const { records } = service(planned(fleetSpec(sites, { traffic: traffic() })), "route53");
    const places = records.flatMap(({ policy }) =>
      policy.kind === "geoproximity" ? [`${policy.latitude} ${policy.longitude}`] : [],
    );
    assert.equal(new Set(places).size, 5);
    for (const place of places) assert.match(place, /^-?\d+\.\d\d -?\d+\.\d\d$/);
  });
});

describe("where checks come from", () => {
  it("is told for every service, as ranges that do not overlap, or by the name that the cloud's firewalls know", () => {
    for (const { service: name, checkers } of planned(threeClouds({ providers: ALL })).services) {
      assert.equal(checkers, CHECKERS[name]);
      assert.match(checkers.published, /^https:/);
      assert.match(checkers.verifiedAt, /^\d{4}-\d\d-\d\d$/);
      const ranges = checkers.ranges.map((one) => parseCidr(one));
      for (const [i, one] of ranges.entries()) {
        assert.equal(formatCidr(one), checkers.ranges[i], "written as the network that it is");
        for (const other of ranges.slice(i + 1)) assert.ok(!contains(one, other) && !contains(other, one));
      }
    }
  });
});

describe("a plan with traffic", () => {
  it("says what one service alone risks", () => {
    assert.ok(planned(threeClouds({ providers: [ROUTE53] })).notes.some((note) => /Only route53/.test(note)));
    assert.deepEqual(planned(threeClouds()).notes, []);
  });

  it("is as before without", () => {
    const { traffic: _, ...spec } = threeClouds();
    const plan = fleetPlan(spec);
    assert.equal(plan.traffic, undefined);
    assert.equal(plan.capacity.routing, undefined);
  });
});
