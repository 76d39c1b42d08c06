import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import { acmeValues } from "../../../lib/plan/gateway/acmeIdentity";
import type { FleetSpec, SiteSpec } from "../../../lib/plan/spec";
import { ACME, gateway, ROUTE } from "../../support/gateway";
import { aksSite, eksSite, existingSite, fleetSpec, gkeSite } from "../../support/specs";
import { FRONT_DOOR, LOAD_BALANCER, threeClouds, traffic } from "../../support/traffic";

const planned = (spec: FleetSpec) => {
  const { traffic } = fleetPlan(spec);
  assert.ok(traffic?.gateway);
  return traffic.gateway;
};
const of = (sites: SiteSpec[], change = {}) =>
  fleetSpec(sites, { traffic: traffic({ gateway: gateway(), ...change }) });
const subnets = (...all: string[]) => all.map((one) => `subnet-0a1b2c${one}`);
const NETWORK = {
  vpcId: "vpc-0a1b2c3d",
  privateSubnetIds: subnets("01", "02"),
  loadBalancerSubnetIds: subnets("03", "04"),
};
const HERE = { coordinates: { latitude: 48.1, longitude: 11.6 }, endpoints: { ingress: ["203.0.113.7"] } };

describe("the plan of gateways", () => {
  it("says in each cloud what holds the reserved addresses, and which ports of nodes must be known", () => {
    const given = eksSite("dublin", 4, { region: "eu-west-1", network: NETWORK });
    const { sites } = planned(
      of([
        eksSite("frankfurt", 1),
        gkeSite("belgium", 2),
        aksSite("amsterdam", 3),
        given,
        existingSite("cellar", 5, HERE),
      ]),
    );
    const ports = { https: 30_443, http: 30_080 };
    assert.deepEqual(
      sites.map(({ site, heldBy, isOwnClass, nodePorts }) => [site, heldBy, isOwnClass, nodePorts]),
      [
        ["frankfurt", "balancer", true, ports],
        ["belgium", "service", true, undefined],
        ["amsterdam", "service", true, undefined],
        ["dublin", "service", true, undefined],
        ["cellar", "team", false, undefined],
      ],
    );
  });

  it("leaves another controller's class to whoever brings it", () => {
    const { className, sites } = planned(
      of([eksSite("a", 1), gkeSite("b", 2)], { gateway: gateway({ className: "eg" }) }),
    );
    assert.equal(className, "eg");
    assert.deepEqual(
      sites.map(({ heldBy, isOwnClass }) => [heldBy, isOwnClass]),
      [
        ["service", false],
        ["service", false],
      ],
    );
  });

  it("has the port that Google's load balancer in front asks for, and the check of a Front Door", () => {
    const google = [gkeSite("belgium", 1), gkeSite("virginia", 2, { region: "us-east4" })];
    const [first] = planned(of(google, { front: { ...LOAD_BALANCER, nodePort: 31_000 } })).sites;
    assert.equal(first?.nodePorts?.https, 31_000);
    const azure = [aksSite("amsterdam", 1), aksSite("virginia", 2, { region: "eastus" })];
    assert.equal(planned(of(azure, { front: FRONT_DOOR })).isBehindFrontDoor, true);
    assert.equal(planned(of(google)).isBehindFrontDoor, false);
  });

  it("is there before a site serves, and says of a drained one that it does not", () => {
    const { sites } = planned(
      of([
        eksSite("frankfurt", 1),
        gkeSite("belgium", 2, { state: "drained" }),
        aksSite("amsterdam", 3, { state: "joining" }),
        eksSite("dublin", 4, { region: "eu-west-1" }),
      ]),
    );
    assert.deepEqual(
      sites.map(({ site, serves }) => [site, serves]),
      [
        ["frankfurt", true],
        ["belgium", false],
        ["amsterdam", false],
        ["dublin", true],
      ],
    );
  });

  it("makes the namespaces of routes, but none that every cluster has, and none when they are given", () => {
    const routes = [ROUTE, { ...ROUTE, path: "/api", namespace: "default" }];
    assert.deepEqual(planned(threeClouds({ gateway: gateway({ routes }) })).madeNamespaces, ["shop"]);
    const left = planned(threeClouds({ gateway: gateway({ routes, namespaces: "given" }) }));
    assert.deepEqual([left.madeNamespaces, left.namespaces], [[], ["default", "shop"]]);
  });

  it("counts its pods on every node that may run them", () => {
    const [without, having] = [threeClouds(), threeClouds({ gateway: gateway() })].map((spec) => fleetPlan(spec).sites);
    having!.forEach((site, index) => {
      const [pool] = site.pools;
      const before = without![index]!.pools[0]!.overheadPerNode;
      assert.equal(pool!.overheadPerNode.cpuMillis - before.cpuMillis, 20, site.name);
      assert.equal(pool!.overheadPerNode.memoryMiB - before.memoryMiB, 64, site.name);
      assert.equal(pool!.overheadPerNode.pods - before.pods, 1, site.name);
    });
  });
});

describe("the plan of certificates", () => {
  it("has one zone for the answers, at the service that the spec names or the first, and says who renews", () => {
    const first = planned(threeClouds({ gateway: gateway({ certificate: ACME }) })).certificate;
    assert.ok(first.by === "acme");
    assert.deepEqual([first.service, first.challengeZone], ["route53", "_acme-challenge.shop.example.com"]);
    const second = planned(
      threeClouds({ gateway: gateway({ certificate: { ...ACME, service: "cloudDns" } }) }),
    ).certificate;
    assert.ok(second.by === "acme" && second.service === "cloudDns");
    const { notes } = fleetPlan(threeClouds({ gateway: gateway({ certificate: ACME }) })).traffic!;
    assert.match(
      notes.join("\n"),
      /Each site gets its certificate for shop\.example\.com from acme-v02\.api\.letsencrypt\.org/,
    );
    assert.match(notes.join("\n"), /renews it when 33 % of its life are left/);
    const given = fleetPlan(threeClouds({ gateway: gateway() })).traffic!.notes.join("\n");
    assert.match(given, /nobody renews it but a run with a new one/);
  });

  it("warns of Let's Encrypt's limit for equal names, from six sites on, and of nobody else's", () => {
    const sites = (count: number) =>
      Array.from({ length: count }, (_, i) =>
        eksSite(`site-${i + 1}`, i + 1, { region: i % 2 === 0 ? "eu-central-1" : "eu-west-1" }),
      );
    const notes = (count: number, certificate = ACME) =>
      fleetPlan(of(sites(count), { gateway: gateway({ certificate }) })).traffic!.notes.join("\n");
    assert.doesNotMatch(notes(5), /a week/);
    assert.match(notes(6), /5 certificates a week for the same names.*6 sites.*over 2 weeks/);
    assert.match(notes(11), /over 3 weeks/);
    assert.doesNotMatch(notes(6, { ...ACME, server: "https://ca.example.com/directory" }), /a week/);
  });

  it("gives cert-manager's pods a token for the cloud that asks for one, and no key", () => {
    assert.deepEqual(acmeValues(undefined), {});
    assert.deepEqual(acmeValues("route53"), {}, "there cert-manager asks for the token itself");
    const google = JSON.stringify(acmeValues("cloudDns"));
    assert.match(google, /"audience":"multisite-acme"/);
    assert.match(google, /"optional":true/);
    assert.match(google, /GOOGLE_APPLICATION_CREDENTIALS","value":"\/var\/run\/multisite\/acme\/google\.json/);
    const azure = JSON.stringify(acmeValues("trafficManager"));
    assert.match(azure, /"audience":"api:\/\/AzureADTokenExchange"/);
    assert.match(azure, /AZURE_FEDERATED_TOKEN_FILE","value":"\/var\/run\/multisite\/acme\/token/);
  });
});

describe("the port of cert-manager's webhook on EKS", () => {
  const called = (spec: FleetSpec) =>
    fleetPlan(spec)
      .sites.find(({ kind }) => kind === "eks")!
      .calledPorts.map(({ name }) => name);

  it("is opened for certificates by ACME as well, once, and not for given ones", () => {
    assert.deepEqual(called(threeClouds({ gateway: gateway({ certificate: ACME }) })), [
      "cert-manager",
      "metrics-server",
    ]);
    assert.deepEqual(called(threeClouds({ gateway: gateway() })), ["metrics-server"]);
  });
});
