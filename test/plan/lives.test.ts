import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lifeNotes } from "../../lib/plan/lifeNotes";
import { lifeProblems } from "../../lib/plan/lives";
import type { FleetSpec, SiteSpec, SiteState } from "../../lib/plan/spec";
import { gateway, ROUTE } from "../support/gateway";
import { aksSite, eksSite, existingSite, fleetSpec, gkeSite } from "../support/specs";
import { ACCELERATOR, CLOUD_DNS, FRONT_DOOR, ROUTE53, traffic } from "../support/traffic";

const fleet = (sites: SiteSpec[], change: Partial<FleetSpec> = {}) =>
  fleetSpec([gkeSite("belgium", 2), ...sites], { mesh: {}, ...change });
const frankfurt = (change: object = {}) => eksSite("frankfurt", 1, change);
const at = (state: SiteState) => fleet([frankfurt({ state })]);
const said = (before: FleetSpec, after: FleetSpec) =>
  lifeProblems(before, after).map(({ path, message }) => `${path} ${message}`);

const REFUSED: readonly (readonly [what: string, before: FleetSpec, after: FleetSpec, said: readonly RegExp[]])[] = [
  [
    "two sites that swap their numbers",
    fleetSpec([frankfurt(), gkeSite("belgium", 2)]),
    fleetSpec([frankfurt({ number: 2 }), gkeSite("belgium", 1)]),
    [/^sites\[0\]\.number was 1 and is 2/, /^sites\[1\]\.number was 2 and is 1/],
  ],
  [
    "a number that is taken out of those retired",
    fleet([frankfurt()], { retired: [3] }),
    fleet([frankfurt(), aksSite("amsterdam", 3)]),
    [/^retired lacks 3, which was given to a site that is gone/],
  ],
  [
    "another maximum of sites",
    fleet([frankfurt()]),
    fleet([frankfurt()], { addresses: { maximumSites: 511 } }),
    [/^addresses\.maximumSites was 255 and is 511/],
  ],
  [
    "another pool, once for all sites",
    fleet([frankfurt()]),
    fleet([frankfurt()], { addresses: { pool: "172.16.0.0/12", blockPrefix: 17 } }),
    [/^addresses\.pool was 10\.0\.0\.0\/8 and is 172\.16\.0\.0\/12/, /^addresses\.blockPrefix was 16 and is 17/],
  ],
  [
    "a front before sites that DNS leads to",
    fleet([frankfurt()], { traffic: traffic() }),
    fleet([frankfurt()], { traffic: traffic({ front: ACCELERATOR, failover: "nearest" }) }),
    [
      /^traffic\.front was none and is globalAccelerator, for which shop\.example\.com needs .*: give another domain with it/,
    ],
  ],
  [
    "a front that goes",
    fleet([frankfurt()], { traffic: traffic({ front: ACCELERATOR }) }),
    fleet([frankfurt()], { traffic: traffic() }),
    [/^traffic\.front was globalAccelerator and is none/],
  ],
  [
    "another meaning of nearest at Route 53",
    fleet([frankfurt()], { traffic: traffic() }),
    fleet([frankfurt()], { traffic: traffic({ providers: [CLOUD_DNS, { ...ROUTE53, steering: "latency" }] }) }),
    [/^traffic\.providers\[1\]\.steering was "geoproximity" and is "latency", for which shop\.example\.com needs/],
  ],
  [
    "another block of a site",
    fleet([frankfurt()]),
    fleet([frankfurt({ block: "10.99.0.0/16" })]),
    [/^sites\[1\]\.block was 10\.1\.0\.0\/16 and is 10\.99\.0\.0\/16, which restarts all/],
  ],
  [
    "a cluster that goes back to an older Kubernetes, and one that skips a version",
    fleetSpec([frankfurt({ kubernetesVersion: "1.35" }), gkeSite("belgium", 2, { kubernetesVersion: "1.32" })]),
    fleetSpec([frankfurt({ kubernetesVersion: "1.34" }), gkeSite("belgium", 2, { kubernetesVersion: "1.34" })]),
    [
      /^sites\[0\]\.kubernetesVersion was "1\.35" and is "1\.34", and no update takes a cluster back: give "1\.35" or newer\.$/,
      /^sites\[1\]\.kubernetesVersion was "1\.32" and is "1\.34", .* one minor version at a time: give "1\.33" first\.$/,
    ],
  ],
  [
    "a version that is left out, which is the library's",
    fleet([frankfurt({ kubernetesVersion: "1.32" })]),
    fleet([frankfurt()]),
    [/^sites\[1\]\.kubernetesVersion was "1\.32" and is "1\.35"/],
  ],
  [
    "a site in another region",
    fleet([frankfurt()]),
    fleet([frankfurt({ region: "eu-west-1" })]),
    [/^sites\[1\]\.region was "eu-central-1" and is "eu-west-1", which is another cluster/],
  ],
  ...(
    [
      ["active", "active"],
      ["active", "drained"],
      ["drained", "active"],
    ] as const
  ).map(([was, is]): (typeof REFUSED)[number] => [
    `an existing site that is another cluster, ${was} and then ${is}`,
    fleet([existingSite("rack", 9, { state: was })]),
    fleet([existingSite("rack", 9, { state: is, identity: "anew" })]),
    [
      /^sites\[1\]\.identity was "uid-of-rack" and is "anew", which is another cluster, .* set the state to "drained" first/,
    ],
  ]),
  [
    "a site of another kind",
    fleet([frankfurt()]),
    fleet([aksSite("frankfurt", 1)]),
    [/^sites\[1\]\.kind was "eks" and is "aks", which is another cluster/],
  ],
  [
    "a site in another account",
    fleet([frankfurt()]),
    fleet([frankfurt({ account: "999900001111" })]),
    [/^sites\[1\]\.account was "111122223333"/],
  ],
  [
    "two sites that leave undrained in one update",
    fleet([frankfurt(), aksSite("amsterdam", 3)]),
    fleet([frankfurt({ state: "leaving" }), aksSite("amsterdam", 3, { state: "leaving" })]),
    [/^sites\[1\]\.state was "active" and is "leaving": .* set "drained"/, /^sites\[2\]\.state was "active"/],
  ],
  ["a lost site that serves at once", at("lost"), at("active"), [/^sites\[1\]\.state was "lost" and is "active"/]],
  ["a leaving site that serves at once", at("leaving"), at("active"), [/^sites\[1\]\.state was "leaving"/]],
  [
    "a site that vanishes while another takes its number",
    fleet([frankfurt()]),
    fleet([eksSite("dublin", 1, { region: "eu-west-1" })]),
    [/^sites\[1\]\.name was "frankfurt" and is "dublin"/],
  ],
  [
    "a site that vanishes undrained, beside one that joins",
    fleet([frankfurt()]),
    fleet([eksSite("dublin", 4, { region: "eu-west-1" })]),
    [/^sites has no "frankfurt" any more, which its peers still follow/, /^retired lacks 1/],
  ],
];

describe("a fleet does not become one with", () => {
  for (const [what, before, after, messages] of REFUSED) {
    it(what, () => {
      const found = said(before, after);
      assert.equal(found.length, messages.length, found.join("\n"));
      for (const [index, message] of messages.entries()) assert.match(found[index] ?? "", message);
    });
  }
});

describe("a fleet may become one", () => {
  const STEPS: readonly (readonly [SiteState, SiteState])[] = [
    ...(["joining", "active", "drained", "lost", "leaving"] as const).map((state) => [state, state] as const),
    ...([
      ["joining", "active"],
      ["active", "drained"],
      ["drained", "active"],
      ["drained", "leaving"],
    ] as const),
    ...([
      ["active", "lost"],
      ["drained", "lost"],
      ["lost", "drained"],
      ["lost", "leaving"],
    ] as const),
    ...([
      ["leaving", "drained"],
      ["joining", "leaving"],
      ["leaving", "joining"],
      ["leaving", "lost"],
    ] as const),
  ];

  it("whose sites go through their lives step by step", () => {
    for (const [from, to] of STEPS) assert.deepEqual(said(at(from), at(to)), [], `${from} to ${to}`);
  });

  it("whose withdrawn sites are gone while others join, one lost and another drained", () => {
    const before = fleet([frankfurt({ state: "leaving" }), aksSite("amsterdam", 3), gkeSite("london", 5)]);
    const after = fleet(
      [aksSite("amsterdam", 3, { state: "lost" }), gkeSite("london", 5, { state: "drained" }), eksSite("dublin", 4)],
      { retired: [1], degradedUntil: "2026-12-31" },
    );
    assert.deepEqual(said(before, after), []);
  });

  it("whose clusters are upgraded by one minor version", () => {
    const upgraded = (version: string) => fleet([frankfurt({ kubernetesVersion: version })]);
    assert.deepEqual(said(upgraded("1.33"), upgraded("1.34")), []);
    assert.deepEqual(said(upgraded("1.34"), fleet([frankfurt()])), [], "the library's");
    assert.deepEqual(lifeNotes(upgraded("1.33"), upgraded("1.34")), []);
  });

  it("of which several sites change at once, which is told unless all but one serve nobody", () => {
    const rack = (change: object) => fleet([existingSite("rack", 9, change), existingSite("other", 8, change)]);
    assert.deepEqual(lifeNotes(rack({}), rack({ region: "hall-2" })), []);
    const pool = { name: "apps", machineType: "m6i.xlarge", nodes: 6 };
    const pools = (change: object) => ({ pools: [{ ...pool, ...change }] });
    const of = (change: object, state: SiteState = "active", whole: Partial<FleetSpec> = {}) =>
      fleetSpec(
        [
          eksSite("frankfurt", 1, { ...pools({}), ...change, state }),
          eksSite("dublin", 2, { ...pools({}), ...change }),
        ],
        { mesh: {}, ...whole },
      );
    const told = (what: string) =>
      new RegExp(`changes ${what} of 2 sites that serve: frankfurt, dublin\\..*'\\*\\*frankfurt`);
    for (const [before, after, what] of [
      [{ kubernetesVersion: "1.33" }, { kubernetesVersion: "1.34" }, "the Kubernetes version"],
      [{ ciliumVersion: "1.19" }, { ciliumVersion: "1.20" }, "the version of Cilium"],
      [{}, pools({ machineType: "m6i.2xlarge" }), "the nodes of pools"],
      [pools({ maximumPods: 60 }), pools({ maximumPods: 100 }), "the nodes of pools"],
    ] as const) {
      const notes = lifeNotes(of(before), of(after));
      assert.equal(notes.length, 1, notes.join());
      assert.match(notes[0]!, told(what));
      assert.deepEqual(lifeNotes(of(before), of(after, "drained")), []);
    }
    const meshes = (mesh: object, change: object = {}) => of(change, "active", { mesh });
    assert.match(lifeNotes(meshes({}), meshes({ ciliumVersion: "1.20" })).join(), told("the version of Cilium"));
    assert.match(lifeNotes(meshes({}), meshes({ encryption: "none" })).join(), told("the mesh or its datapath"));
    assert.match(lifeNotes(meshes({}), fleetSpec(meshes({}).sites)).join(), told("the mesh or its datapath"));
    const walked = meshes({ ciliumVersion: "1.20" }, { ciliumVersion: "1.19" });
    assert.deepEqual(lifeNotes(meshes({}), walked), [], "the sites keep theirs");
    assert.deepEqual(lifeNotes(of({}), of(pools({ nodes: 9, maximumNodes: 12 }))), [], "more of the same");
  });

  it("whose users are led by another name, or by another check, which is told", () => {
    const led = (change: object) =>
      fleetSpec([eksSite("frankfurt", 1), gkeSite("belgium", 2)], { traffic: traffic(change) });
    assert.deepEqual(lifeNotes(led({}), led({ ttlSeconds: 30 })), []);
    const [name, ...others] = lifeNotes(led({}), led({ domain: "www.example.com" }));
    assert.match(name!, /takes the name shop\.example\.com from all sites and gives them www\.example\.com/);
    assert.deepEqual(others, []);
    assert.deepEqual(said(led({}), led({ domain: "www.example.com", front: ACCELERATOR, failover: "nearest" })), []);
    assert.deepEqual(said(led({ front: ACCELERATOR }), led({ front: FRONT_DOOR })), []);
    assert.match(
      lifeNotes(led({}), led({ health: { port: 8443, path: "/x" } })).join(),
      /changes the health check of all sites/,
    );
    const routed = (service: string) => led({ gateway: gateway({ routes: [{ ...ROUTE, service }] }) });
    assert.deepEqual(lifeNotes(routed("frontend"), routed("frontend")), []);
    assert.match(
      lifeNotes(routed("frontend"), routed("frontendd")).join(),
      /changes the routes of the gateways of all sites/,
    );
  });

  it("of which a part goes that all sites have, which is told", () => {
    const sites = [eksSite("frankfurt", 1), gkeSite("belgium", 2)];
    const whole = { traffic: traffic({ gateway: gateway() }), trust: { trustDomain: "shop.example" }, underlay: {} };
    const of = (change: Partial<FleetSpec>) => fleetSpec(sites, { ...whole, ...change });
    for (const [change, part] of [
      [{ traffic: traffic() }, "traffic\\.gateway"],
      [{ traffic: undefined }, "traffic"],
      [{ trust: undefined }, "trust"],
      [{ underlay: undefined }, "underlay"],
    ] as const) {
      const notes = lifeNotes(of({}), of(change as Partial<FleetSpec>));
      assert.equal(notes.length, 1, notes.join());
      assert.match(
        notes[0]!,
        new RegExp(`^One update takes ${part} from all 2 sites that serve: frankfurt, belgium\\. With it`),
      );
    }
    assert.deepEqual(lifeNotes(fleetSpec(sites), of({})), []);
  });

  it("whose links are all made anew, which is told", () => {
    const linked = (underlay: FleetSpec["underlay"], count = 2) =>
      fleetSpec(
        Array.from({ length: count }, (_, i) => gkeSite(`site-${i + 1}`, i + 1)),
        { ...(underlay && { underlay }) },
      );
    assert.deepEqual(lifeNotes(linked(undefined), linked({})), []);
    assert.deepEqual(lifeNotes(linked({}), linked({ topology: "mesh" })), []);
    const told = /topology of the underlay from "mesh" to "hubs".* Set underlay\.topology to "mesh" until/;
    assert.match(lifeNotes(linked({}), linked({ topology: "hubs" })).join(), told);
    assert.match(lifeNotes(linked({}, 8), linked({}, 9)).join(), told, "hubs are the default of more sites");
  });

  it("that says better where a cluster is that exists", () => {
    const rack = (change: object) => existingSite("rack", 9, change);
    assert.deepEqual(said(fleet([rack({})]), fleet([rack({ region: "hall-2", provider: "metal" })])), []);
  });

  it("whose cluster was made anew while nobody was led there", () => {
    const rack = (state: SiteState, identity = "uid-of-rack") => fleet([existingSite("rack", 9, { state, identity })]);
    for (const [was, is] of [
      ["drained", "drained"],
      ["lost", "drained"],
      ["joining", "joining"],
    ] as const)
      assert.deepEqual(said(rack(was), rack(is, "anew")), [], `${was} -> ${is}`);
  });
});
