import assert from "node:assert/strict";
import { test } from "node:test";
import { fleetPlan, type SiteTrustPlan, type TrustSpec } from "../../../lib/plan";
import { rootUse } from "../../../lib/plan/trust/rootUse";
import type { TrustRotation } from "../../../lib/plan/trustPhases";
import { eksSite, fleetSpec, twoRegions } from "../../support/specs";

function planned(trust: Partial<TrustSpec> = {}) {
  return fleetPlan(twoRegions({ trust: { trustDomain: "shop.example.com", ...trust } })).trust!;
}

function siteOf(trust: Partial<TrustSpec>, name: string): SiteTrustPlan {
  return planned(trust).sites.find(({ site }) => site === name)!;
}

test("without trust in the spec there is none in the plan", () => {
  assert.equal(fleetPlan(twoRegions()).trust, undefined);
});

test("a root is P-384, signs one level of CAs, lives ten years and is never renewed", () => {
  const [root] = planned().roots;
  assert.deepEqual(root, {
    generation: "g1",
    state: "active",
    keeper: "state",
    spec: { keeper: "state" },
    certificate: {
      name: "root-g1",
      role: "root",
      generation: "g1",
      site: undefined,
      issuer: "root-g1",
      curve: "P384",
      subject: { commonName: "shop.example.com root g1", organization: "shop.example.com" },
      uses: ["cert_signing", "crl_signing"],
      dnsNames: [],
      ipAddresses: [],
      uris: [],
      isCa: true,
      maxPathLength: 1,
      lifetimeHours: 87_600,
      earlyRenewalHours: 0,
    },
  });
});

test("where something signs, the rotation is told how long what it signs lives: a day, or what the spec says", () => {
  const hours = (trust: Partial<TrustSpec>) => siteOf(trust, "dublin").unseenLeafHours;
  assert.equal(hours({}), undefined);
  assert.equal(hours({ signers: ["linkerd"] }), 24);
  assert.equal(hours({ signers: ["certManager"], lifetimes: { workloadHours: 72 } }), 72);
});

test("the leaves have the names that Cilium looks for", () => {
  const names = siteOf({}, "dublin").leaves.map(({ role, subject, dnsNames, ipAddresses, uses }) => [
    role,
    subject.commonName,
    dnsNames.join(" "),
    ipAddresses.join(" "),
    uses.slice(2).join(" "),
  ]);
  const api = "clustermesh-apiserver.kube-system.svc";
  const mesh = "10.2.33.248 10.2.35.248 10.2.37.248";
  const hubble = "*.dublin.hubble-grpc.cilium.io";
  const relay = "*.hubble-relay.cilium.io";
  assert.deepEqual(names, [
    ["meshServer", api, `${api} *.mesh.cilium.io dublin.mesh.cilium.io`, `127.0.0.1 ::1 ${mesh}`, "server_auth"],
    ["meshAdmin", "admin-dublin", "", "", "client_auth"],
    ["meshRemote", "remote-dublin", "", "", "client_auth"],
    ["meshLocal", "local-dublin", "", "", "client_auth"],
    ["hubbleServer", hubble, hubble, "", "server_auth client_auth"],
    ["hubbleRelay", relay, relay, "", "client_auth"],
  ]);
});

test("a site signs for itself only where the spec says so", () => {
  assert.deepEqual(siteOf({}, "dublin").intermediates, []);
  const made = siteOf({ signers: ["certManager", "istio", "linkerd"] }, "dublin").intermediates;
  assert.deepEqual(
    made.map(({ name, curve, isCa, maxPathLength, uris }) => [name, curve, isCa, maxPathLength, ...uris]),
    ["cert-manager-ca", "istio-ca", "linkerd-issuer"].map((suffix) => [
      `dublin-g1-${suffix}`,
      "P256",
      true,
      undefined,
      "spiffe://shop.example.com",
    ]),
  );
});

test("a rotation is a change of data: one site at a time is issued from the next root, and all trust both", () => {
  const rotation: TrustSpec["rotation"] = {
    revision: 2,
    generations: [
      { name: "g1", state: "active" },
      { name: "g2", state: "next" },
    ],
    issuedByNext: ["dublin"],
    nextWasIssued: true,
  };
  const { sites } = planned({ rotation });
  assert.deepEqual(
    sites.map(({ site, generation, bundle }) => [site, generation, ...bundle]),
    [
      ["frankfurt", "g1", "g1", "g2"],
      ["dublin", "g2", "g1", "g2"],
    ],
  );
});

type State = TrustRotation["generations"][number]["state"];

test("a site that is gone may still be named: it stays expelled, and is issued nothing", () => {
  const rotation: TrustRotation = {
    revision: 3,
    generations: [
      { name: "g1", state: "active" },
      { name: "g2", state: "next" },
    ],
    issuedByNext: ["paris"],
    nextWasIssued: true,
    expelled: ["paris"],
  };
  const spec = twoRegions({ retired: [3], trust: { trustDomain: "shop.example.com", rotation: rotation as never } });
  const { issuedByNext: _, ...left } = rotation;
  const plan = fleetPlan(spec).trust!;
  assert.deepEqual(plan.rotation, left);
  assert.deepEqual(
    plan.sites.map(({ site, generation }) => [site, generation]),
    [
      ["frankfurt", "g1"],
      ["dublin", "g1"],
    ],
  );
});

test("a root signs for the sites that it issues, a next one will for all, and a retiring one for none", () => {
  const use = (rotation: TrustSpec["rotation"] | undefined, generation: string) => {
    const { signs, isExchanged } = rootUse(planned(rotation && { rotation }), generation);
    return [[...new Set(signs.map(({ site }) => site))], isExchanged];
  };
  const of = (g1: State, g2: State, more: object = {}) => ({
    revision: 2,
    generations: [
      { name: "g1", state: g1 },
      { name: "g2", state: g2 },
    ],
    ...more,
  });
  const [all, some] = [
    of("active", "next"),
    of("active", "next", { issuedByNext: ["frankfurt"], nextWasIssued: true }),
  ];
  assert.deepEqual(use(undefined, "g1"), [["frankfurt", "dublin"], false]);
  assert.deepEqual(
    [use(all, "g1"), use(all, "g2")],
    [
      [["frankfurt", "dublin"], true],
      [["frankfurt", "dublin"], false],
    ],
  );
  assert.deepEqual(
    [use(some, "g1"), use(some, "g2")],
    [
      [["dublin"], true],
      [["frankfurt", "dublin"], false],
    ],
  );
  assert.deepEqual(use(of("retiring", "active"), "g1"), [[], false]);
});

test("a site that comes or goes changes no certificate of another", () => {
  const trust = { trustDomain: "shop.example.com" };
  const sites = [eksSite("frankfurt", 1), eksSite("dublin", 2, { region: "eu-west-1" })];
  const paris = eksSite("paris", 7, { region: "eu-west-3" });
  const before = fleetPlan(fleetSpec(sites, { trust })).trust!.sites;
  const after = fleetPlan(fleetSpec([...sites, paris], { trust })).trust!.sites;
  assert.deepEqual(after.slice(0, 2), before);
});

test("an expelled site has no certificate, and a lost one keeps its own", () => {
  const rotation: TrustSpec["rotation"] = {
    revision: 1,
    generations: [{ name: "g1", state: "active" }],
    expelled: ["dublin"],
  };
  assert.deepEqual(
    planned({ rotation }).sites.map(({ site }) => site),
    ["frankfurt"],
  );
});
