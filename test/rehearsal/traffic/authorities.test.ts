import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ResourceView } from "../../../rehearsal/engine";
import {
  type Authority,
  type Client,
  cloudDnsAuthority,
  route53Authority,
  trafficManagerAuthority,
} from "../../../rehearsal/traffic";
import { seeded } from "../../support/population";

/** Each service's rules against what its documentation says of them, by example. */

let ids = 0;
function made(type: string, inputs: object, id = `id-${++ids}`): ResourceView {
  const none = {
    urn: "",
    name: "",
    parent: "",
    provider: "",
    dependsOn: [],
    propertyDependencies: {},
    ignoreChanges: [],
  };
  return { ...none, custom: true, protect: false, type, id, inputs: { ...inputs }, outputs: {} };
}

const FRANKFURT = { latitude: 50.1, longitude: 8.6 };
const SYDNEY = { latitude: -33.9, longitude: 151.2 };

function client(place = FRANKFURT, seed = 1): Client {
  return { ...place, chance: seeded(seed) };
}

const well = () => true;
const without =
  (...dead: string[]) =>
  (address: string) =>
    !dead.includes(address);

/** How often each address is the answer, of so many questions. */
function counts(authority: Authority, health: (address: string) => boolean, questions = 5_120) {
  const asking = client();
  const found = new Map<string, number>();
  for (let i = 0; i < questions; i++)
    for (const address of authority.answer("www.example.com", asking, health)?.addresses ?? [])
      found.set(address, (found.get(address) ?? 0) + 1);
  return found;
}

const A = "203.0.113.1";
const B = "203.0.113.2";
const C = "203.0.113.3";

describe("Route 53", () => {
  const check = (address: string) =>
    made("aws:route53/healthCheck:HealthCheck", { type: "HTTPS", ipAddress: address }, `check-${address}`);
  const record = (setIdentifier: string, address: string, policy: object, name = "www.example.com") =>
    made("aws:route53/record:Record", {
      ...{ name, type: "A", setIdentifier, records: [address], ttl: 60, healthCheckId: `check-${address}`, ...policy },
    });
  const weight = (value: number) => ({ weightedRoutingPolicies: [{ weight: value }] });
  const failover = (type: string) => ({ failoverRoutingPolicies: [{ type }] });

  it("gives weights of 1 and 255 one and 255 of 256 answers", () => {
    const found = counts(
      route53Authority([check(A), check(B), record("a", A, weight(1)), record("b", B, weight(255))]),
      well,
    );
    const share = (found.get(A) ?? 0) / 5_120;
    assert.ok(share > 0.001 && share < 0.01, String(share));
  });

  it("adds the zone to a name that does not end in it", () => {
    const zone = made("aws:route53/zone:Zone", { name: "example.com." }, "Z1");
    const of = (name: string) =>
      route53Authority([zone, check(A), record("a", A, { ...weight(1), zoneId: "Z1" }, name)]);
    for (const name of ["www", "WWW.", "www.example.com"])
      assert.deepEqual(counts(of(name), well), new Map([[A, 5_120]]));
    assert.deepEqual(of("").answer("example.com", client(), well)?.addresses, [A]);
    assert.equal(of("other.org").answer("other.org", client(), well), undefined);
  });

  it("leaves a weight of 0 out while another is healthy, and uses it then", () => {
    const authority = route53Authority([check(A), check(B), record("a", A, weight(0)), record("b", B, weight(5))]);
    assert.deepEqual([...counts(authority, well, 50).keys()], [B]);
    assert.deepEqual([...counts(authority, without(B), 50).keys()], [A]);
  });

  it("takes all to be healthy when none is", () => {
    const authority = route53Authority([check(A), check(B), record("a", A, weight(1)), record("b", B, weight(1))]);
    assert.equal(counts(authority, without(A, B), 200).size, 2);
  });

  it("answers with the secondary only while the primary is not healthy and the secondary is", () => {
    const authority = route53Authority([
      check(A),
      check(B),
      record("a", A, failover("PRIMARY")),
      record("b", B, failover("SECONDARY")),
    ]);
    assert.deepEqual([...counts(authority, well, 1).keys()], [A]);
    assert.deepEqual([...counts(authority, without(A), 1).keys()], [B]);
    assert.deepEqual([...counts(authority, without(A, B), 1).keys()], [A]);
  });

  it("takes an alias to be healthy while a record of its target is, and answers with its TTL", () => {
    const near = { geoproximityRoutingPolicy: { coordinates: [{ latitude: "50.10", longitude: "8.60" }] } };
    const far = { geoproximityRoutingPolicy: { coordinates: [{ latitude: "-33.90", longitude: "151.20" }] } };
    const alias = made("aws:route53/record:Record", {
      ...{ name: "www.example.com", type: "A", setIdentifier: "near", ...near },
      aliases: [{ name: "pair.example.com", zoneId: "Z", evaluateTargetHealth: true }],
    });
    const pair = [record("a", A, weight(1), "pair.example.com"), record("b", B, weight(1), "pair.example.com")];
    const authority = route53Authority([check(A), check(B), check(C), alias, ...pair, record("far", C, far)]);
    assert.equal(authority.answer("www.example.com", client(SYDNEY), well)?.addresses[0], C);
    assert.equal(authority.answer("www.example.com.", client(), well)?.ttlSeconds, 60);
    assert.deepEqual([...counts(authority, without(A), 20).keys()], [B]);
    assert.deepEqual([...counts(authority, without(A, B), 20).keys()], [C]);
  });

  it("counts the healthy children of a calculated check, and inverts what is inverted", () => {
    const both = (threshold: number) =>
      made(
        "aws:route53/healthCheck:HealthCheck",
        {
          ...{ type: "CALCULATED", childHealthThreshold: threshold },
          childHealthchecks: [`check-${A}`, `check-${B}`],
        },
        "both",
      );
    const of = (threshold: number) => {
      const primary = {
        ...record("a", A, failover("PRIMARY")),
        inputs: { ...record("a", A, failover("PRIMARY")).inputs, healthCheckId: "both" },
      };
      return route53Authority([
        check(A),
        check(B),
        check(C),
        both(threshold),
        primary,
        record("c", C, failover("SECONDARY")),
      ]);
    };
    assert.deepEqual([...counts(of(1), without(A), 1).keys()], [A]);
    assert.deepEqual([...counts(of(2), without(A), 1).keys()], [C]);
    const off = made(
      "aws:route53/healthCheck:HealthCheck",
      { type: "HTTPS", ipAddress: A, disabled: true, invertHealthcheck: true },
      `check-${A}`,
    );
    const drained = route53Authority([
      off,
      check(B),
      record("a", A, failover("PRIMARY")),
      record("b", B, failover("SECONDARY")),
    ]);
    assert.deepEqual([...counts(drained, well, 1).keys()], [B]);
  });

  it("knows no other name", () => {
    assert.equal(route53Authority([]).answer("www.example.com", client(), well), undefined);
  });
});

describe("Cloud DNS", () => {
  const set = (policy: object, type = "A", name = "www.example.com.") =>
    made("gcp:dns/recordSet:RecordSet", { name, type, ttl: 30, routingPolicy: policy });
  const item = (location: string, ...addresses: string[]) => ({
    location,
    healthCheckedTargets: { externalEndpoints: addresses },
  });

  it("answers by location, and with the next nearest where all of an item is dead", () => {
    const authority = cloudDnsAuthority([
      set({ geos: [item("europe-west3", A), item("australia-southeast1", B)], healthCheck: "x" }),
    ]);
    assert.deepEqual(authority.answer("www.example.com", client(), well)?.addresses, [A]);
    assert.deepEqual(authority.answer("www.example.com", client(SYDNEY), well)?.addresses, [B]);
    assert.deepEqual(authority.answer("www.example.com", client(), without(A))?.addresses, [B]);
  });

  it("stays in the location where it is fenced", () => {
    const geos = [item("europe-west3", A), item("australia-southeast1", B)];
    const authority = cloudDnsAuthority([set({ geos, enableGeoFencing: true, healthCheck: "x" })]);
    assert.deepEqual(authority.answer("www.example.com", client(), without(A))?.addresses, [A]);
  });

  it("answers with the healthy primaries, then with the healthy backups, all of them", () => {
    const authority = cloudDnsAuthority([
      set({
        primaryBackup: { primary: { externalEndpoints: [A] }, backupGeos: [item("europe-west3", A, B, C)] },
        healthCheck: "x",
      }),
    ]);
    assert.deepEqual(authority.answer("www.example.com", client(), well)?.addresses, [A]);
    assert.deepEqual(authority.answer("www.example.com", client(), without(A))?.addresses, [B, C]);
    assert.deepEqual(authority.answer("www.example.com", client(), without(A, B, C))?.addresses, [A]);
  });

  it("divides by weight, and follows a CNAME with the least TTL on the way", () => {
    const wrrs = [
      { weight: 0.75, rrdatas: ["a.example.com."] },
      { weight: 0.25, rrdatas: ["b.example.com."] },
    ];
    const plain = (name: string, address: string) =>
      made("gcp:dns/recordSet:RecordSet", { name, type: "A", ttl: 300, rrdatas: [address] });
    const authority = cloudDnsAuthority([
      set({ wrrs }, "CNAME"),
      plain("a.example.com.", A),
      plain("b.example.com.", B),
    ]);
    const share = (counts(authority, well).get(A) ?? 0) / 5_120;
    assert.ok(Math.abs(share - 0.75) < 0.03, String(share));
    assert.equal(authority.answer("www.example.com", client(), well)?.ttlSeconds, 30);
  });
});

describe("Traffic Manager", () => {
  const profile = (label: string, method: string, endpoints: object[]) =>
    made(
      "azure-native:trafficmanager:Profile",
      {
        ...{ trafficRoutingMethod: method, endpoints },
        dnsConfig: { relativeName: label, ttl: 30 },
      },
      `/profiles/${label}`,
    );
  const cname = made("azure-native:dns:RecordSet", {
    ...{ relativeRecordSetName: "www", zoneName: "example.com", recordType: "CNAME", ttl: 60 },
    cnameRecord: { cname: "shop.trafficmanager.net" },
  });
  const answer = (resources: ResourceView[], health = well as (address: string) => boolean, place = FRANKFURT) =>
    trafficManagerAuthority([cname, ...resources]).answer("www.example.com", client(place), health)?.addresses;

  it("prefers the lowest priority that is online", () => {
    const shop = profile("shop", "Priority", [
      { target: B, priority: 2 },
      { target: A, priority: 1 },
    ]);
    assert.deepEqual(answer([shop]), [A]);
    assert.deepEqual(answer([shop], without(A)), [B]);
    assert.deepEqual(answer([shop], without(A, B)), [A]);
  });

  it("sends nobody to an endpoint that is disabled", () => {
    const shop = profile("shop", "Priority", [
      { target: A, priority: 1, endpointStatus: "Disabled" },
      { target: B, priority: 2 },
    ]);
    assert.deepEqual(answer([shop]), [B]);
  });

  it("takes a nested profile to be online while enough of its endpoints are", () => {
    const pair = profile("pair", "Priority", [
      { target: A, priority: 1 },
      { target: B, priority: 2 },
    ]);
    const shop = (least: number) =>
      profile("shop", "Performance", [
        { targetResourceId: pair.id, minChildEndpoints: least, endpointLocation: "germanywestcentral" },
        { target: C, endpointLocation: "australiaeast" },
      ]);
    assert.deepEqual(answer([pair, shop(1)], without(A)), [B]);
    assert.deepEqual(answer([pair, shop(2)], without(A)), [C]);
    assert.deepEqual(answer([pair, shop(1)], well, SYDNEY), [C]);
  });

  it("divides by weight, and alike between endpoints of one region", () => {
    const ask = (shop: ResourceView) => (counts(trafficManagerAuthority([cname, shop]), well).get(A) ?? 0) / 5_120;
    const weighted = ask(
      profile("shop", "Weighted", [
        { target: A, weight: 300 },
        { target: B, weight: 100 },
      ]),
    );
    assert.ok(Math.abs(weighted - 0.75) < 0.03, String(weighted));
    const alike = ask(
      profile("shop", "Performance", [
        { target: A, endpointLocation: "westeurope" },
        { target: B, endpointLocation: "westeurope" },
      ]),
    );
    assert.ok(Math.abs(alike - 0.5) < 0.03, String(alike));
  });

  it("answers with the least TTL on the way", () => {
    const shop = profile("shop", "Priority", [{ target: A, priority: 1 }]);
    assert.equal(trafficManagerAuthority([cname, shop]).answer("www.example.com", client(), well)?.ttlSeconds, 30);
  });
});
