import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { specProblems } from "../../../lib/plan/problems";
import type { FleetSpec } from "../../../lib/plan/spec";
import { eksSite, existingSite, fleetSpec, gkeSite } from "../../support/specs";
import { CLOUD_DNS, ROUTE53, TRAFFIC_MANAGER, threeClouds, traffic } from "../../support/traffic";

// biome-ignore lint/suspicious/noExplicitAny: a mistake may have any type
type Loose = any;

const users = (parts: object) => threeClouds({ users: parts as Record<string, number> });
const provider = (one: object) => threeClouds({ providers: [one as Loose] });
const withExisting = (change: object): FleetSpec =>
  fleetSpec([eksSite("frankfurt", 1), existingSite("cellar", 2, change)], { traffic: traffic() });
const HERE = { latitude: 48.1, longitude: 11.6 };
const PUBLIC = { endpoints: { ingress: ["203.0.113.7"] } };

// biome-ignore format: a table reads by its rows
const ROWS: [title: string, spec: FleetSpec, path: string, message: RegExp][] = [
  ["no domain", threeClouds({ domain: undefined as Loose }), "traffic.domain", /is missing: give a DNS name/],
  ["a domain with a trailing dot", threeClouds({ domain: "shop.example.com." }), "traffic.domain", /without a trailing dot/],
  ["letters that DNS has not", threeClouds({ domain: "büro.example.com" }), "traffic.domain", /"büro\.example\.com": .*in the form "xn--\.\.\."/],
  ["capitals", threeClouds({ domain: "Shop.example.com" }), "traffic.domain", /lower case/],
  ["an address", threeClouds({ domain: "10.0.0.1", zone: "0.0.1" }), "traffic.domain", /give a DNS name and no address/],
  ["all names of the zone", threeClouds({ domain: "*.example.com" }), "traffic.domain", /give a DNS name/],
  ["a name that no certificate is for", threeClouds({ domain: "my_shop.example.com" }), "traffic.domain", /with an underscore.*give "-" for it/],
  ["a site at no place", withExisting({ coordinates: { latitude: 91, longitude: Number.NaN } }), "sites[1].coordinates.latitude", /is 91: give a number, -90 to 90/],
  ["a domain outside the zone", threeClouds({ domain: "shop.example.org" }), "traffic.domain", /outside the zone "example.com"/],
  ["a domain whose end only looks like the zone", threeClouds({ domain: "shopexample.com" }), "traffic.domain", /outside the zone/],
  ["the zone itself", threeClouds({ domain: "example.com" }), "traffic.domain", /the zone itself.*www\.example\.com/],
  ["a domain that leaves no room for names", threeClouds({ domain: `${"a.".repeat(104)}example.com` }), "traffic.domain", /has 219 characters/],
  ["no service", threeClouds({ providers: [] }), "traffic.providers", /empty list/],
  ["an unknown service", provider({ service: "bind" }), "traffic.providers[0].service", /"route53", "cloudDns" or "trafficManager"/],
  ["two owners of one record", threeClouds({ providers: [ROUTE53, { ...ROUTE53, account: "222233334444" }] }), "traffic.providers[1]", /two owners/],
  ["a property of another service", provider({ ...ROUTE53, project: "x" }), "traffic.providers[0].project", /unknown property/],
  ["an interval that Route 53 does not offer", provider({ ...ROUTE53, intervalSeconds: 20 }), "traffic.providers[0].intervalSeconds", /10 or 30/],
  ["an interval that Cloud DNS does not offer", provider({ ...CLOUD_DNS, intervalSeconds: 10 }), "traffic.providers[0].intervalSeconds", /30 to 300/],
  ["a timeout that Traffic Manager does not offer", provider({ ...TRAFFIC_MANAGER, timeoutSeconds: 10 }), "traffic.providers[0].timeoutSeconds", /5 to 9 with an interval of 10/],
  ["a TTL that nobody wants", threeClouds({ ttlSeconds: 301 }), "traffic.ttlSeconds", /0 to 300/],
  ["a TTL that Azure DNS does not offer", threeClouds({ ttlSeconds: 0, providers: [TRAFFIC_MANAGER] }), "traffic.ttlSeconds", /1 to 300/],
  ["users that do not add up", users({ frankfurt: 0.5, belgium: 0.3, amsterdam: 0.1 }), "traffic.users", /add up to 0.9/],
  ["users of nobody", users({ frankfurt: 0.5, belgium: 0.3, amsterdam: 0.1, paris: 0.1 }), "traffic.users.paris", /names no site/],
  ["a site without users", users({ frankfurt: 0.5, belgium: 0.5 }), "traffic.users.amsterdam", /is missing/],
  ["users in percent", users({ frankfurt: 50, belgium: 30, amsterdam: 20 }), "traffic.users.frankfurt", /0 to 1/],
  ["two signers that know nothing of each other", threeClouds({ dnssec: "signed" }), "traffic.dnssec", /multi-signer/],
  ["a profile's name too long", threeClouds({ domain: "a-rather-long-name-of-a-service.example.com", providers: [TRAFFIC_MANAGER] }), "traffic.providers[0].label", /at most 27/],
  ["a site that is nowhere", withExisting(PUBLIC), "sites[1].coordinates", /are missing: give \{ latitude, longitude \}/],
  ["a site without an address", withExisting({ coordinates: HERE }), "sites[1].endpoints.ingress", /no public address/],
  ["a site with a private address", withExisting({ coordinates: HERE, endpoints: { ingress: ["192.168.16.9"] } }), "sites[1].endpoints.ingress", /no public address/],
  ["latency where two sites are nearest to one region", fleetSpec([eksSite("a", 1), gkeSite("b", 2, { region: "europe-west3" })], { traffic: traffic({ providers: [{ ...ROUTE53, steering: "latency" }] }) }), "traffic.providers[0].steering", /eu-central-1 is the AWS region nearest to both "a" and "b"/],
];

describe("problems of traffic", () => {
  it("finds none in what is right", () => {
    assert.deepEqual(specProblems(threeClouds()), []);
    assert.deepEqual(specProblems(threeClouds({ providers: [ROUTE53, CLOUD_DNS, TRAFFIC_MANAGER] })), []);
    assert.deepEqual(specProblems(threeClouds({ providers: [{ ...ROUTE53, steering: "latency" }] })), []);
    assert.deepEqual(specProblems(threeClouds({ dnssec: "signed", providers: [ROUTE53] })), []);
    assert.deepEqual(specProblems(users({ frankfurt: 0.5, belgium: 0.3, amsterdam: 0.2 })), []);
    assert.deepEqual(specProblems(withExisting({ ...PUBLIC, coordinates: HERE })), []);
  });

  for (const [title, spec, path, message] of ROWS) {
    it(`reports ${title}`, () => {
      const problems = specProblems(spec);
      const found = problems.find((one) => one.path === path);
      assert.match(found?.message ?? JSON.stringify(problems), message);
    });
  }

  it("reports a fleet that would lead users to nobody", () => {
    const three = threeClouds();
    const states = ["drained", "lost", "leaving"] as const;
    const sites = three.sites.map((site, index) => ({ ...site, state: states[index]! })) as FleetSpec["sites"];
    const found = specProblems({ ...three, sites }).find((one) => one.path === "traffic");
    assert.match(
      found?.message ?? "",
      /no site to lead users to \("frankfurt" is drained, "belgium" is lost, "amsterdam" is leaving\)/,
    );
  });

  it("calls nothing missing that is given and cannot be read", () => {
    const found = specProblems(users({ frankfurt: Number.NaN, belgium: 0.5, amsterdam: 0.5 }));
    assert.deepEqual(
      found.map(({ path }) => path),
      ["traffic.users.frankfurt"],
    );
  });

  it("reports one address of two sites", () => {
    const old = (name: string, number: number, nodes: string) =>
      existingSite(name, number, {
        ...{ ...PUBLIC, coordinates: HERE },
        cidrs: { nodes: [`${nodes}.0.0/24`], pods: [`${nodes}.32.0/19`], services: [`${nodes}.64.0/24`] },
      });
    const spec = fleetSpec([old("a", 1, "192.168"), old("b", 2, "172.20")], { traffic: traffic() });
    const found = specProblems(spec).find((one) => one.path === "sites[1].endpoints.ingress");
    assert.match(found?.message ?? "", /203\.0\.113\.7, which "a" has already/);
  });

  it("reports everything at once", () => {
    const spec = threeClouds({ domain: "x.example.org", providers: [], users: { paris: 1 }, ttlSeconds: -1 });
    const paths = specProblems(spec).map((one) => one.path);
    for (const path of ["traffic.domain", "traffic.providers", "traffic.users.paris", "traffic.ttlSeconds"])
      assert.ok(paths.includes(path), `${path} of ${paths.join(", ")}`);
  });
});
