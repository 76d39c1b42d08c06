import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { GatewaySpec } from "../../../lib/plan/gateway/spec";
import { specProblems } from "../../../lib/plan/problems";
import type { HealthSpec } from "../../../lib/plan/routing/spec";
import type { FleetSpec } from "../../../lib/plan/spec";
import { ACME, gateway, ROUTE } from "../../support/gateway";
import { eksSite, existingSite, fleetSpec } from "../../support/specs";
import { LOAD_BALANCER, threeClouds, traffic } from "../../support/traffic";

// biome-ignore lint/suspicious/noExplicitAny: a mistake may have any type
type Loose = any;

const having = (change: Partial<GatewaySpec>, rest = {}) => threeClouds({ gateway: gateway(change), ...rest });
const routes = (...all: object[]) => having({ routes: all as Loose });
const health = (change: HealthSpec) => having({}, { health: change });
const HERE = { coordinates: { latitude: 48.1, longitude: 11.6 }, endpoints: { ingress: ["203.0.113.7"] } };
const withCellar = (change: object, state = {}): FleetSpec =>
  fleetSpec([eksSite("frankfurt", 1), existingSite("cellar", 2, { ...HERE, ...change, ...state })], {
    traffic: traffic({ gateway: gateway({ certificate: ACME }) }),
  });

const AT = "traffic.gateway";

// biome-ignore format: a table reads by its rows
const ROWS: [title: string, spec: FleetSpec, path: string, message: RegExp][] = [
  ["no route", routes(), `${AT}.routes`, /empty list: give at least one Service/],
  ["two Services of one path", routes(ROUTE, { ...ROUTE, service: "other" }), `${AT}.routes[1]`, /path "\/", which routes\[0\] has already/],
  ["a Service at the readiness path", routes(ROUTE, { ...ROUTE, path: "/readyz" }), `${AT}.routes[1].path`, /by which the services ask/],
  ["a Service at another readiness path", having({ routes: [{ ...ROUTE, path: "/up" }] }, { health: { path: "/up" } }), `${AT}.routes[0].path`, /by which the services ask/],
  ["a path that is half a part", routes({ ...ROUTE, path: "/api/" }), `${AT}.routes[0].path`, /without a "\/" at the end/],
  ["a port that is none", routes({ ...ROUTE, port: 0 }), `${AT}.routes[0].port`, /1 to 65535/],
  ["a Service without a namespace", routes({ service: "frontend", port: 80 }), `${AT}.routes[0].namespace`, /is missing/],
  ["a Service among the gateway's own objects", routes({ ...ROUTE, namespace: "multisite-gateway" }), `${AT}.routes[0].namespace`, /the gateway's own/],
  ["an image that is none", having({ readinessImage: "haproxy 3" }), `${AT}.readinessImage`, /an image such as/],
  ["a port of nodes that is taken", having({}, { front: { ...LOAD_BALANCER, nodePort: 30_080 } }), "traffic.front.nodePort", /takes plain HTTP: give another/],
  ["no certificate", having({ certificate: undefined as Loose }), `${AT}.certificate`, /is missing: give an object such as \{ by: "acme" \}/],
  ["a certificate from nobody", having({ certificate: { by: "luck" } as Loose }), `${AT}.certificate.by`, /"given" or "acme"/],
  ["an authority without TLS", having({ certificate: { by: "acme", server: "http://ca.example.com" } as Loose }), `${AT}.certificate.server`, /a URL such as "https:/],
  ["an answer at a service that is not the zone's", having({ certificate: { by: "acme", service: "trafficManager" } }), `${AT}.certificate.service`, /does not answer for the zone: give one of traffic\.providers \(route53, cloudDns\)/],
  ["what a given certificate has no use for", having({ certificate: { by: "given", email: "a@example.com" } as Loose }), `${AT}.certificate.email`, /unknown property/],
  ["readiness without TLS", health({ protocol: "http" }), "traffic.health.protocol", /without a certificate is taken for healthy/],
  ["readiness where users do not come", health({ port: 8443 }), "traffic.health.port", /is 8443: give 443/],
  ["readiness with a query", health({ path: "/readyz?full" }), "traffic.health.path", /has a query/],
  ["a cluster whose pods are nobody to a cloud", withCellar({}), "sites[1].tokenIssuer", /is missing: give the URL/],
  ["an issuer without TLS", withCellar({ tokenIssuer: "http://oidc.example.com" }), "sites[1].tokenIssuer", /a URL such as "https:/],
];

describe("problems of gateways", () => {
  it("finds none in what is right", () => {
    assert.deepEqual(specProblems(having({})), []);
    assert.deepEqual(specProblems(having({ certificate: { ...ACME, service: "cloudDns" } })), []);
    const digest = `registry.example.com:5000/Team/haproxy:3.2.1@sha256:${"0a".repeat(32)}`;
    assert.deepEqual(specProblems(having({ readinessImage: digest })), []);
    assert.deepEqual(specProblems(routes(ROUTE, { ...ROUTE, path: "/api/v1", service: "api", port: 8080 })), []);
    assert.deepEqual(specProblems(health({ path: "/up", port: 443, protocol: "https" })), []);
    assert.deepEqual(specProblems(withCellar({ tokenIssuer: "https://oidc.example.com/cellar" })), []);
  });

  for (const [title, spec, path, message] of ROWS) {
    it(`reports ${title}`, () => {
      const problems = specProblems(spec);
      const found = problems.find((one) => one.path === path);
      assert.ok(found, JSON.stringify(problems));
      assert.match(found.message, message);
    });
  }
});
