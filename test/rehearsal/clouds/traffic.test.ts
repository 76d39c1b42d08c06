import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { Properties } from "../../../rehearsal/engine/provider";
import { Bench, type Made } from "./support";

/** What the DNS services refuse, and that they take what the library sends. */

type Row = [title: string, inputs: (of: Made[]) => Properties, message: RegExp | ""];
const A = "203.0.113.1";

describe("Route 53", () => {
  const RECORD = "aws:route53/record:Record";
  const CHECK = "aws:route53/healthCheck:HealthCheck";
  let aws: Bench;
  let zone: Made;
  beforeEach(async () => {
    aws = await Bench.open("aws", { region: "us-east-1", allowedAccountIds: '["111122223333"]' });
    zone = await aws.make("aws:route53/zone:Zone", { name: "example.com" });
    await aws.make(RECORD, weighted("a", 1));
  });
  const weighted = (setIdentifier: string, weight: number, more: Properties = {}): Properties => ({
    ...{ zoneId: zone.id, name: "www.example.com", type: "A", ttl: 60, records: [A], setIdentifier },
    ...{ weightedRoutingPolicies: [{ weight }], ...more },
  });
  const near = (setIdentifier: string, latitude: string): Properties => ({
    ...{ zoneId: zone.id, name: "near.example.com", type: "A", ttl: 60, records: [A], setIdentifier },
    geoproximityRoutingPolicy: { coordinates: [{ latitude, longitude: "8.60" }] },
  });
  const alias = (name: string, more: Properties = {}): Properties => ({
    ...{
      zoneId: zone.id,
      name: "alias.example.com",
      type: "A",
      setIdentifier: "x",
      latencyRoutingPolicies: [{ region: "eu-west-1" }],
    },
    ...{ aliases: [{ name, zoneId: zone.id, evaluateTargetHealth: true }], ...more },
  });

  const RECORDS: Row[] = [
    ["a second one of the set", () => weighted("b", 0), ""],
    ["an alias of a record that is there", () => alias("www.example.com"), ""],
    [
      "an alias of nothing",
      () => alias("none.example.com"),
      /alias that targets none\.example\.com\., type A .* was not found/,
    ],
    ["a TTL on an alias", () => alias("www.example.com", { ttl: 60 }), /ttl: cannot be given for an alias/],
    ["a set identifier twice", () => weighted("a", 2), /www\.example\.com_A_a" exists already/],
    [
      "two policies of one name",
      () => ({
        ...weighted("b", 1),
        weightedRoutingPolicies: undefined,
        failoverRoutingPolicies: [{ type: "PRIMARY" }],
      }),
      /mixes failoverRoutingPolicies with weightedRoutingPolicies/,
    ],
    [
      "two policies of one record",
      () => weighted("b", 1, { failoverRoutingPolicies: [{ type: "PRIMARY" }] }),
      /a record has one policy/,
    ],
    [
      "a policy without an identifier",
      () => ({ ...weighted("b", 1), setIdentifier: undefined }),
      /setIdentifier: must be given/,
    ],
    ["a weight of 256", () => weighted("b", 256), /0 to 255/],
    [
      "a name of another zone",
      () => weighted("b", 1, { name: "www.notexample.com" }),
      /not permitted in zone example\.com/,
    ],
    ["a name without its zone", () => weighted("b", 1, { name: "www" }), ""],
    ["a name of another zone, to which its own is added", () => weighted("b", 1, { name: "www.example.org" }), ""],
    [
      "a name without its zone, with another policy",
      () => ({ ...near("b", "50.12"), name: "www" }),
      /mixes geoproximityRoutingPolicy with weightedRoutingPolicies/,
    ],
    ["an alias of a record without its zone", () => alias("www.example.com", { name: "alias" }), ""],
    [
      "a CNAME of the zone itself",
      () => ({ zoneId: zone.id, name: "example.com", type: "CNAME", ttl: 60, records: ["x.example.org"] }),
      /not permitted at apex/,
    ],
    ["coordinates of three decimals", () => near("a", "50.123"), /at most two decimals/],
    [
      "neither values nor an alias",
      () => ({ zoneId: zone.id, name: "x.example.com", type: "A", ttl: 60 }),
      /exactly one of records, aliases/,
    ],
    [
      "values without a TTL",
      () => ({ zoneId: zone.id, name: "x.example.com", type: "A", records: [A] }),
      /ttl: must be given/,
    ],
  ];
  for (const [title, inputs, message] of RECORDS)
    it(`${message === "" ? "takes" : "refuses"} ${title}`, async () => {
      const said = await aws.refusal(RECORD, defined(inputs([])));
      if (message === "") assert.equal(said, "");
      else assert.match(said, message);
    });

  it("refuses one place, one region and one role twice", async () => {
    await aws.make(RECORD, near("a", "50.10"));
    assert.match(await aws.refusal(RECORD, near("b", "50.10")), /has 50\.10, 8\.60 in a already/);
    await aws.make(RECORD, alias("www.example.com"));
    assert.match(
      await aws.refusal(RECORD, alias("www.example.com", { setIdentifier: "y" })),
      /has eu-west-1 in x already/,
    );
  });

  const CHECKS: Row[] = [
    [
      "a check every 10 s",
      () => ({
        type: "HTTPS",
        ipAddress: A,
        port: 443,
        resourcePath: "/readyz",
        requestInterval: 10,
        failureThreshold: 3,
      }),
      "",
    ],
    [
      "a check every 20 s",
      () => ({ type: "HTTPS", ipAddress: A, requestInterval: 20 }),
      /requestInterval: must be one of 10, 30/,
    ],
    [
      "a private address",
      () => ({ type: "HTTPS", ipAddress: "10.0.0.1", requestInterval: 10 }),
      /not a private or reserved one/,
    ],
    ["nothing to check", () => ({ type: "HTTPS", requestInterval: 10 }), /or fqdn must be given/],
    ["a calculation of nothing", () => ({ type: "CALCULATED" }), /childHealthchecks: must be given/],
    ["eleven failures", () => ({ type: "HTTPS", ipAddress: A, requestInterval: 10, failureThreshold: 11 }), /1 to 10/],
  ];
  for (const [title, inputs, message] of CHECKS)
    it(`${message === "" ? "takes" : "refuses"} ${title}`, async () => {
      const said = await aws.refusal(CHECK, inputs([]));
      if (message === "") assert.equal(said, "");
      else assert.match(said, message);
    });
});

describe("Cloud DNS", () => {
  const SET = "gcp:dns/recordSet:RecordSet";
  const CHECK = "gcp:compute/healthCheck:HealthCheck";
  const REGIONS = ["us-central1", "europe-west1", "asia-southeast1"];
  let gcp: Bench;
  let check: Made;
  beforeEach(async () => {
    gcp = await Bench.open("gcp", { project: "shop-production" });
    await gcp.make("gcp:dns/managedZone:ManagedZone", { name: "example-com", dnsName: "example.com." });
    check = await gcp.make(CHECK, {
      name: "sites",
      sourceRegions: REGIONS,
      checkIntervalSec: 30,
      httpsHealthCheck: { port: 443 },
    });
  });
  const set = (routingPolicy: Properties, more: Properties = {}): Properties => ({
    ...{ managedZone: "example-com", name: "www.example.com.", type: "A", ttl: 30, routingPolicy, ...more },
  });
  const item = (location: string, ...addresses: string[]) => ({
    location,
    healthCheckedTargets: { externalEndpoints: addresses },
  });
  const checked = (policy: Properties) => ({ ...policy, healthCheck: check.out("selfLink") });

  const SETS: Row[] = [
    ["items by location", () => set(checked({ geos: [item("europe-west1", A), item("us-east1", A)] })), ""],
    [
      "a failover",
      () =>
        set(checked({ primaryBackup: { primary: { externalEndpoints: [A] }, backupGeos: [item("europe-west1", A)] } })),
      "",
    ],
    [
      "public addresses that nobody checks",
      () => set({ geos: [item("europe-west1", A)] }),
      /healthCheck: must be given with external endpoints/,
    ],
    [
      "one location twice",
      () => set(checked({ geos: [item("europe-west1", A), item("europe-west1", A)] })),
      /europe-west1 a second time/,
    ],
    ["a location that is none", () => set(checked({ geos: [item("eu-central-1", A)] })), /location/],
    [
      "a name as a checked target",
      () => set(checked({ geos: [item("europe-west1", "lb.example.org")] })),
      /must be an IP address/,
    ],
    [
      "two policies",
      () => set(checked({ geos: [item("europe-west1", A)], wrrs: [{ weight: 1, rrdatas: [A] }] })),
      /exactly one of geos, wrrs, primaryBackup/,
    ],
    [
      "a CNAME with checked targets",
      () => set(checked({ geos: [item("europe-west1", A)] }), { type: "CNAME" }),
      /A and AAAA only/,
    ],
    [
      "a name without its dot",
      () => set({ geos: [{ location: "europe-west1", rrdatas: [A] }] }, { name: "www.example.com" }),
      /ends with a dot/,
    ],
    [
      "a name of another zone",
      () => set({ geos: [{ location: "europe-west1", rrdatas: [A] }] }, { name: "www.example.org." }),
      /not in zone example\.com\./,
    ],
    [
      "values beside a policy",
      () => set({ geos: [{ location: "europe-west1", rrdatas: [A] }] }, { rrdatas: [A] }),
      /exactly one of rrdatas, routingPolicy/,
    ],
  ];
  for (const [title, inputs, message] of SETS)
    it(`${message === "" ? "takes" : "refuses"} ${title}`, async () => {
      const said = await gcp.refusal(SET, inputs([]));
      if (message === "") assert.equal(said, "");
      else assert.match(said, message);
    });

  it("refuses a CNAME beside another record of its name", async () => {
    await gcp.make(SET, { managedZone: "example-com", name: "x.example.com.", type: "A", ttl: 30, rrdatas: [A] });
    const cname = {
      managedZone: "example-com",
      name: "x.example.com.",
      type: "CNAME",
      ttl: 30,
      rrdatas: ["y.example.com."],
    };
    assert.match(await gcp.refusal(SET, cname), /a CNAME stands alone/);
  });

  const CHECKS: Row[] = [
    [
      "two source regions",
      () => ({ name: "two", sourceRegions: REGIONS.slice(1), checkIntervalSec: 30, tcpHealthCheck: { port: 1 } }),
      /exactly three regions; got 2/,
    ],
    [
      "public checks every 10 s",
      () => ({ name: "fast", sourceRegions: REGIONS, checkIntervalSec: 10, tcpHealthCheck: { port: 1 } }),
      /30 seconds or more/,
    ],
    [
      "public checks by gRPC",
      () => ({ name: "grpc", sourceRegions: REGIONS, checkIntervalSec: 30, grpcHealthCheck: { port: 1 } }),
      /cannot be given with sourceRegions/,
    ],
    [
      "a timeout beyond the interval",
      () => ({ name: "slow", checkIntervalSec: 5, timeoutSec: 6, tcpHealthCheck: { port: 1 } }),
      /timeoutSec: must be at most/,
    ],
  ];
  for (const [title, inputs, message] of CHECKS)
    it(`refuses ${title}`, async () => assert.match(await gcp.refusal(CHECK, inputs([])), message as RegExp));
});

describe("Traffic Manager", () => {
  const PROFILE = "azure-native:trafficmanager:Profile";
  const GUID = "00000000-1111-2222-3333-444444444444";
  let azure: Bench;
  let pair: Made;
  beforeEach(async () => {
    azure = await Bench.open("azure-native", { subscriptionId: GUID, tenantId: GUID });
    await azure.make("azure-native:resources:ResourceGroup", { resourceGroupName: "traffic", location: "westeurope" });
    pair = await azure.make(PROFILE, profile("pair", "Weighted", [external("a", A, { weight: 1 })]));
  });
  const external = (name: string, target: string, more: Properties = {}) => ({
    ...{ name, type: "Microsoft.Network/trafficManagerProfiles/externalEndpoints", target, ...more },
  });
  const nested = (more: Properties = {}) => ({
    ...{ name: "pair", type: "Microsoft.Network/trafficManagerProfiles/nestedEndpoints", targetResourceId: pair.id },
    ...{ minChildEndpoints: 1, ...more },
  });
  const profile = (
    label: string,
    trafficRoutingMethod: string,
    endpoints: Properties[],
    more: Properties = {},
  ): Properties => ({
    ...{ resourceGroupName: "traffic", profileName: label, location: "global", trafficRoutingMethod, endpoints },
    dnsConfig: { relativeName: label, ttl: 30 },
    monitorConfig: {
      protocol: "HTTPS",
      port: 443,
      path: "/readyz",
      intervalInSeconds: 10,
      timeoutInSeconds: 5,
      toleratedNumberOfFailures: 1,
    },
    ...more,
  });
  const monitor = (change: Properties) => ({
    monitorConfig: { protocol: "HTTPS", port: 443, intervalInSeconds: 10, timeoutInSeconds: 5, ...change },
  });

  const PROFILES: Row[] = [
    ["a nested profile", () => profile("shop", "Performance", [nested({ endpointLocation: "westeurope" })]), ""],
    [
      "a nested profile that is nowhere",
      () => profile("shop", "Performance", [nested()]),
      /endpointLocation: must be given/,
    ],
    [
      "a profile that is not there",
      () => profile("shop", "Priority", [nested({ targetResourceId: `${"pair".length}`, priority: 1 })]),
      /does not exist|targetResourceId/,
    ],
    [
      "one target twice",
      () => profile("shop", "Weighted", [external("a", A), external("b", A)]),
      /203\.0\.113\.1 a second time/,
    ],
    [
      "one priority twice",
      () =>
        profile("shop", "Priority", [external("a", A, { priority: 1 }), external("b", "203.0.113.2", { priority: 1 })]),
      /is 1 a second time/,
    ],
    ["a weight of 0", () => profile("shop", "Weighted", [external("a", A, { weight: 0 })]), /1 to 1000/],
    [
      "an interval of 20 s",
      () => profile("shop", "Weighted", [external("a", A)], monitor({ intervalInSeconds: 20 })),
      /must be one of 10, 30/,
    ],
    [
      "a timeout of 10 s every 10 s",
      () => profile("shop", "Weighted", [external("a", A)], monitor({ timeoutInSeconds: 10 })),
      /5 to 9 seconds/,
    ],
    [
      "ten failures",
      () => profile("shop", "Weighted", [external("a", A)], monitor({ toleratedNumberOfFailures: 10 })),
      /0 to 9/,
    ],
    [
      "a label that is taken",
      () => ({ ...profile("shop", "Weighted", [external("a", A)]), dnsConfig: { relativeName: "pair", ttl: 30 } }),
      /pair\.trafficmanager\.net is taken/,
    ],
    [
      "201 endpoints",
      () =>
        profile(
          "shop",
          "Weighted",
          Array.from({ length: 201 }, (_, i) => external(`e${i}`, `203.0.${i}.1`)),
        ),
      /at most 200; got 201/,
    ],
  ];
  for (const [title, inputs, message] of PROFILES)
    it(`${message === "" ? "takes" : "refuses"} ${title}`, async () => {
      const said = await azure.refusal(PROFILE, inputs([]));
      if (message === "") assert.equal(said, "");
      else assert.match(said, message);
    });
});

/** Without what is undefined, as the SDK sends it. */
function defined(inputs: Properties): Properties {
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
}
