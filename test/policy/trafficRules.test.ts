import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ObservedResource } from "../../lib/plan/observed";
import type { TrafficSpec } from "../../lib/plan/routing/spec";
import type { FleetSpec } from "../../lib/plan/spec";
import { routeFindings } from "../../policy/routes";
import { ACME, gateway } from "../support/gateway";
import { type SentResource, urnOf } from "../support/packProcess";
import { inAllPlaces } from "../support/places";
import { inCluster, threeClusters } from "../support/programs";
import { aksSite, eksSite, fleetSpec, gkeSite } from "../support/specs";
import { ACCELERATOR, CLOUD_DNS, FRONT_DOOR, LOAD_BALANCER, ROUTE53, threeClouds, traffic } from "../support/traffic";
import { onFleet, onStack, UNKNOWN_VALUE } from "./fakes";

const OVERLOAD = "n1-005-survivor-overload";
const TIME = "n1-015-failover-time";
const PROVIDERS = "n1-015-dns-providers";
const HEALTH = "n1-015-routing-health";

/** Three sites of which each two carry the demand, by so much and no more. */
const tight = (traffic: Parameters<typeof threeClouds>[0]): FleetSpec =>
  threeClouds(traffic, {
    demand: { cpu: 20, memoryGiB: 40, pods: 100 },
    sites: [1, 2, 3].map((n) =>
      eksSite(`e${n}`, n, {
        region: ["eu-central-1", "eu-west-1", "eu-north-1"][n - 1] ?? "",
        pools: [{ name: "apps", machineType: "m6i.xlarge", nodes: 3 }],
      }),
    ),
  });

/** A drained site whose users are alike for the others, of which one is half as large. */
const drained = (): FleetSpec => {
  const { sites, ...spec } = tight({ providers: [CLOUD_DNS] });
  const nodes = (index: number) => (index < 2 ? 6 : 3);
  return {
    ...{ ...spec, demand: { ...spec.demand, cpu: 29 } },
    sites: sites.map((site, index) => ({
      ...site,
      ...(index === 0 && { state: "drained" }),
      pools: [{ name: "apps", machineType: "m6i.xlarge", nodes: nodes(index) }],
    })) as FleetSpec["sites"],
  };
};

// biome-ignore format: a table reads by its rows
const FLEETS: [title: string, rule: string, spec: FleetSpec, messages: (string | RegExp)[]][] = [
  ["spread over all", OVERLOAD, tight({}), []],
  ["nearest only", OVERLOAD, tight({ failover: "nearest" }), [/^Losing aws\/eu-[a-z]+-1: route53 sends 33\.3% of all users to e\d beside its own 33\.3%, and its nodes carry 5\d(\.\d)?%\. Use failover "spread", or more nodes\. Add /]],
  ["too much already", OVERLOAD, drained(), [/^Before any further loss: cloudDns sends 20(\.\d)?% of all users to e3 beside its own 20(\.\d)?%, and its nodes carry 3\d(\.\d)?%\. Add /]],
  ["in time", TIME, threeClouds(), []],
  ["too slow", TIME, threeClouds({ objectiveSeconds: 60 }), [
    "Estimated fail-over 66s of route53 > RTO 60s (3 checks of 10s, 6s timeout, 30s TTL). Lower one of them, or raise traffic.objectiveSeconds.",
    "Estimated fail-over 95s of cloudDns > RTO 60s (2 checks of 30s, 5s timeout, 30s TTL). Lower one of them, or raise traffic.objectiveSeconds.",
  ]],
  ["a long TTL", TIME, threeClouds({ ttlSeconds: 61, objectiveSeconds: 600 }), ["TTL of shop.example.com is 61s: resolvers keep a dead site that long. Use 60s or less."]],
  ["two services", PROVIDERS, threeClouds({ providers: [ROUTE53, CLOUD_DNS] }), []],
  ["one service", PROVIDERS, threeClouds({ providers: [CLOUD_DNS] }), [
    "Only one DNS provider (cloudDns) answers for example.com: when it is out, no site is found. Add a second one to traffic.providers.",
  ]],
];

const FRONT = "n1-015-single-front";
/** The same three sites behind an accelerator, with room for a second one's users or not. */
const fronted = (nodes: number): FleetSpec => {
  const spec = tight({ front: ACCELERATOR, failover: "nearest", objectiveSeconds: 30 });
  return {
    ...spec,
    sites: spec.sites.map((site) => ({
      ...site,
      pools: [{ name: "apps", machineType: "m6i.xlarge", nodes }],
    })) as FleetSpec["sites"],
  };
};

// biome-ignore format: a table reads by its rows
const FRONTS: typeof FLEETS = [
  ["no front", FRONT, threeClouds(), []],
  ["a front", FRONT, fronted(6), ["All users of shop.example.com enter by globalAccelerator: when its one global configuration is at fault, every site is cut off. Leave traffic.front out, or accept it for now."]],
  ["room for a second site's users", OVERLOAD, fronted(6), []],
  ["no room for a second site's users", OVERLOAD, fronted(3), [/^Losing aws\/eu-[a-z]+-1: globalAccelerator sends 33\.3% of all users to e\d beside its own 33\.3%/]],
  ["a front that is too slow", TIME, fronted(6), ["Estimated fail-over 40s of globalAccelerator > RTO 30s (3 checks of 10s, 10s timeout, 0s TTL). Lower one of them, or raise traffic.objectiveSeconds."]],
];

const CERTIFICATE = "n1-032-public-certificate";
const takes = (site: string) =>
  `Site ${site} takes traffic of shop.example.com, and nothing here gives it a certificate for that name, or renews it. Give traffic.gateway, or accept it for now.`;
/** Three sites of one cloud behind the front that is there. */
const behind = (
  front: NonNullable<TrafficSpec["front"]>,
  site: typeof aksSite | typeof gkeSite,
  regions: string[],
): FleetSpec =>
  fleetSpec(
    regions.map((region, index) => site(`s${index + 1}`, index + 1, { region })),
    { traffic: traffic({ front }) },
  );

// biome-ignore format: a table reads by its rows
const CERTIFICATES: typeof FLEETS = [
  ["no certificate from anywhere", CERTIFICATE, threeClouds(), ["frankfurt", "belgium", "amsterdam"].map(takes)],
  ["a gateway", CERTIFICATE, threeClouds({ gateway: gateway({ certificate: ACME }) }), []],
  ["a site that takes no traffic", CERTIFICATE, { ...threeClouds(), sites: threeClouds().sites.map((site) => ({ ...site, ...(site.name === "belgium" && { state: "drained" as const }) })) }, ["frankfurt", "amsterdam"].map(takes)],
  ["traffic without TLS", CERTIFICATE, threeClouds({ health: { protocol: "http" } }), []],
  ["a front that passes TLS on", CERTIFICATE, fronted(6), ["e1", "e2", "e3"].map(takes)],
  ["Google's front, which ends it", CERTIFICATE, behind(LOAD_BALANCER, gkeSite, ["europe-west1", "us-east4", "asia-northeast1"]), []],
  ["Azure's front, which ends it", CERTIFICATE, behind(FRONT_DOOR, aksSite, ["westeurope", "eastus", "japaneast"]), []],
];

describe("rules of traffic, by what a Fleet declares", () => {
  for (const [title, rule, spec, messages] of [...FLEETS, ...FRONTS, ...CERTIFICATES]) {
    it(`${rule}: ${title}`, () => {
      const found = onFleet(rule, spec).messages;
      assert.equal(found.length, messages.length, found.join("\n"));
      for (const [i, message] of messages.entries())
        if (typeof message === "string") assert.equal(found[i], message);
        else assert.match(found[i] ?? "", message);
    });
  }

  it("leave a shortage of the sums to the rule of site losses, and an overload to theirs", () => {
    assert.deepEqual(onFleet("n1-004-site-loss-aggregate", tight({ failover: "nearest" })).messages, []);
  });
});

const record = (name: string, props: object): SentResource => ({
  type: "aws:route53/record:Record",
  name,
  props: { name: "shop.example.com", type: "A", setIdentifier: name, ...props },
});

const unchecked = (service: string) => (name: string) =>
  `Site record ${name} has no health check on ${service}: traffic will keep going to a dead site. Give it one.`;

// biome-ignore format: a table reads by its rows
const STACKS: [title: string, extra: SentResource[], messages: string[]][] = [
  ["checked records", [record("a", { records: ["203.0.113.1"], healthCheckId: "x", weightedRoutingPolicies: [{ weight: 1 }] })], []],
  ["a check that is not known yet", [record("a", { records: ["203.0.113.1"], healthCheckId: UNKNOWN_VALUE })], []],
  ["an alias that is not known yet", [record("a", { aliases: UNKNOWN_VALUE }), record("b", { aliases: [{ evaluateTargetHealth: UNKNOWN_VALUE }] })], []],
  ["a simple record", [{ type: "aws:route53/record:Record", name: "www", props: { type: "A", records: ["203.0.113.1"] } }], []],
  ["a record without a check", [record("a", { records: ["203.0.113.1"] })], [
    "Site record a has no health check on route53: traffic will keep going to a dead site. Give it one.",
  ]],
  ["an alias that looks away", [record("a", { aliases: [{ name: "x.example.com", zoneId: "Z1", evaluateTargetHealth: false }] })], [
    "Alias a does not evaluate its target's health on route53: traffic will keep going to a dead site. Set evaluateTargetHealth.",
  ]],
  ["items of Cloud DNS that nobody checks", [{ type: "gcp:dns/recordSet:RecordSet", name: "g", props: { type: "A", routingPolicy: { geos: [{ location: "europe-west1", rrdatas: ["203.0.113.1"] }, { location: "us-east1", rrdatas: ["203.0.113.2"] }] } } }], [
    "Site record g has no health check on cloudDns: traffic will keep going to a dead site. Give it one.",
  ]],
  ["an endpoint that is always served", [{ type: "azure-native:trafficmanager:Profile", name: "p", props: { endpoints: [{ name: "e", alwaysServe: "Enabled" }] } }], [
    "Site record e of profile p has no health check on trafficManager: traffic will keep going to a dead site. Give it one.",
  ]],
  ["a dial of 0", [{ type: "aws:globalaccelerator/endpointGroup:EndpointGroup", name: "eu", props: { trafficDialPercentage: 0 } }], [
    "Endpoint group eu is drained by a traffic dial of 0, which fail-over ignores. Give its endpoints weight 0, or take them out.",
  ]],
  ["no check, as state has it", [record("a", { records: ["203.0.113.1"], healthCheckId: "" }), record("b", { records: ["203.0.113.2"], healthCheckId: null })], ["a", "b"].map(unchecked("route53"))],
  ["no identifier, as state has it", [record("a", { setIdentifier: "", aliases: [{ name: "x.example.com", evaluateTargetHealth: false }] }), record("b", { setIdentifier: null, records: ["203.0.113.1"] })], []],
  ["a name without a check", [record("a", { type: "CNAME", records: ["elb.amazonaws.com"], weightedRoutingPolicies: [{ weight: 1 }] })], ["a"].map(unchecked("route53"))],
  ["a name that is not known yet", [record("a", { type: "CNAME", records: [UNKNOWN_VALUE] })], []],
  ["a name that leads on to a record with a check", [
    { type: "gcp:dns/recordSet:RecordSet", name: "g", props: { name: "shop.example.com.", type: "CNAME", routingPolicy: { geos: [{ rrdatas: ["eu.example.com."] }, { rrdatas: ["us.example.com."] }] } } },
    ...["eu", "us"].map((name) => ({ type: "gcp:dns/recordSet:RecordSet", name, props: { name: `${name}.example.com.`, type: "A", routingPolicy: { healthCheck: "x", primaryBackup: {} } } })),
  ], []],
  ["names of Cloud DNS that nobody checks", [{ type: "gcp:dns/recordSet:RecordSet", name: "g", props: { type: "CNAME", routingPolicy: { geos: [{ rrdatas: ["eu.example.org."] }, { rrdatas: ["us.example.org."] }] } } }], ["g"].map(unchecked("cloudDns"))],
  ["a record without a policy, as state has it", [{ type: "gcp:dns/recordSet:RecordSet", name: "g", props: { type: "A", routingPolicy: null, rrdatas: ["203.0.113.1"] } }], []],
  ["checked items of Cloud DNS, as state has them", [{ type: "gcp:dns/recordSet:RecordSet", name: "g", props: { type: "A", routingPolicy: { healthCheck: "x", wrrs: ["a", "b"].map((one) => ({ weight: 1, rrdatas: [], healthCheckedTargets: { externalEndpoints: [one] } })) } } }], []],
  ["an endpoint of a profile of one API version", [{ type: "azure-native:trafficmanager/v20220401:Profile", name: "p", props: { endpoints: [{ name: "e", alwaysServe: "Enabled" }, null] } }], ["e of profile p"].map(unchecked("trafficManager"))],
  ["an endpoint of its own that is always served", [
    { type: "azure-native:trafficmanager:Endpoint", name: "e", props: { alwaysServe: "Enabled" } },
    { type: "azure-native_trafficmanager_v20220401:trafficmanager:Endpoint", name: "f", props: { alwaysServe: "Enabled" } },
    { type: "azure-native:trafficmanager:Endpoint", name: "checked", props: { alwaysServe: "Disabled" } },
  ], ["e", "f"].map(unchecked("trafficManager"))],
  ["another's name", [inCluster("frankfurt", "core/v1:Service", "web", {}, { metadata: { name: "web", annotations: { "external-dns.alpha.kubernetes.io/hostname": "other.example.com" } } })], []],
];

describe("rules of traffic, by the records of any program", () => {
  for (const [title, extra, messages] of STACKS)
    it(title, () => assert.deepEqual(onStack(HEALTH, [...threeClusters([3, 3, 3]), ...extra]).messages, messages));

  it("throws nothing, whatever is null, unknown or of another form", () => {
    for (const [title, extra] of STACKS)
      for (const changed of inAllPlaces(extra.map(({ props }) => props))) {
        const resources = extra.map((one, i): ObservedResource => {
          const identity = { urn: urnOf(one.type, one.name), type: one.type, name: one.name };
          return { ...identity, props: changed[i], ignoreChanges: [], propertyDependencies: {} };
        });
        assert.doesNotThrow(() => routeFindings(resources, []), title);
      }
  });
});
