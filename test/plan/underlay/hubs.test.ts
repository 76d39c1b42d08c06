import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { overlap, parseCidr } from "../../../lib/plan/cidr";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import regions from "../../../lib/plan/machines/regions.json";
import { specProblems } from "../../../lib/plan/problems";
import type { AddressSpec, SiteSpec, SiteState } from "../../../lib/plan/spec";
import { prefixListSize, type UnderlayPlan, type UnderlaySpec } from "../../../lib/plan/underlay";
import { hubRangeOf } from "../../../lib/plan/underlay/hubRanges";
import { aksSite, eksSite, existingSite, fleetSpec, gkeSite } from "../../support/specs";

const HUBS = {
  aws: [{ region: "eu-central-1" }, { region: "eu-west-1" }],
  gcp: [{ region: "europe-west1" }, { region: "europe-west4" }],
  azure: [{ region: "westeurope" }, { region: "northeurope" }],
};
const three = (): SiteSpec[] => [
  eksSite("stockholm", 1, { region: "eu-north-1" }),
  gkeSite("belgium", 2),
  aksSite("paris", 3, { region: "francecentral" }),
];

function plan(sites: SiteSpec[], underlay: UnderlaySpec, addresses?: AddressSpec): UnderlayPlan {
  const made = fleetPlan(fleetSpec(sites, { underlay, ...(addresses && { addresses }) })).underlay;
  assert.ok(made !== undefined);
  return made;
}

describe("wide area networks", () => {
  const made = plan(three(), { topology: "hubs", hubs: HUBS });
  const wan = (provider: string) => made.wideAreaNetworks.find((one) => one.provider === provider);

  it("are present where a site or a hub is, with the hubs' ASNs and Azure's ranges", () => {
    assert.deepEqual(
      wan("aws")?.edges.map(({ region, asn, range }) => [region, asn, range]),
      [
        ["eu-central-1", 65101, undefined],
        ["eu-north-1", undefined, undefined],
        ["eu-west-1", 65102, undefined],
      ],
    );
    assert.deepEqual(wan("gcp")?.edges, []);
    assert.deepEqual(
      wan("azure")?.edges.map(({ region, range }) => [region, range]),
      [
        ["francecentral", "10.0.34.0/23"],
        ["northeurope", "10.0.70.0/23"],
        ["westeurope", "10.0.108.0/23"],
      ],
    );
  });

  it("are of the site with the lowest number, or of whom the spec says, and shared with the others", () => {
    const sites = [...three(), eksSite("oslo", 4, { account: "999900001111" })];
    const [first] = plan(sites, { topology: "hubs", hubs: HUBS }).wideAreaNetworks;
    assert.deepEqual([first?.owner, first?.sharedWith], ["111122223333", ["999900001111"]]);
    const hubOwners = { aws: { account: "444455556666" } };
    const [given] = plan(sites, { topology: "hubs", hubs: HUBS, hubOwners }).wideAreaNetworks;
    assert.deepEqual([given?.owner, given?.sharedWith], ["444455556666", ["111122223333", "999900001111"]]);
    assert.equal(plan(sites, { topology: "hubs", hubs: HUBS, hubOwners }).gateways[0]?.owner, "444455556666");
  });

  it("carry no more than their hubs' gateways, also with one tunnel lost", () => {
    const link = (name: string) => made.links.find((one) => one.name === name);
    const rows = ["aws-hub-1--gcp-hub-1", "aws-hub-1--azure-hub-1", "gcp-hub-1--azure-hub-1"].map((name) => [
      link(name)?.tunnels.length,
      link(name)?.bandwidthMbps,
      link(name)?.bandwidthMbpsWithOneTunnelLost,
    ]);
    assert.deepEqual(rows, [
      [4, 4000, 3000],
      [4, 1000, 1000],
      [2, 1000, 1000],
    ]);
  });

  it("narrow a fleet of one cloud to what they pass, and need no gateway", () => {
    const sites = Array.from({ length: 9 }, (_, index) => eksSite(`s${index + 1}`, index + 1));
    const alone = plan(sites, {});
    assert.deepEqual([alone.topology, alone.mtuBytes, alone.gateways.length, alone.links.length], ["hubs", 8500, 0, 0]);
    assert.deepEqual(
      alone.wideAreaNetworks[0]?.edges.map(({ region }) => region),
      ["eu-central-1"],
    );
  });

  it("have a stack for each cloud, which those of the pairs come after", () => {
    assert.deepEqual(
      made.stacks.map(({ name, after, sites, links, wideAreaNetworks }) => [
        name,
        after,
        sites,
        links.length,
        wideAreaNetworks,
      ]),
      [
        ["links-aws", [], ["stockholm"], 0, ["aws"]],
        ["links-aws-azure", ["links-aws", "links-azure"], [], 4, []],
        ["links-aws-gcp", ["links-aws", "links-gcp"], [], 4, []],
        ["links-azure", [], ["paris"], 0, ["azure"]],
        ["links-gcp", [], ["belgium"], 0, ["gcp"]],
        ["links-gcp-azure", ["links-azure", "links-gcp"], [], 4, []],
      ],
    );
  });
});

describe("ranges of virtual hubs", () => {
  const known = Object.keys(regions.azure);

  it("are one for each region of Azure, each its own", () => {
    const ranges = known.map((region) => hubRangeOf(region, parseCidr("10.0.0.0/17")));
    assert.equal(new Set(ranges).size, known.length);
    assert.ok(ranges.every((range) => range !== undefined));
  });

  it("touch no site's block, wherever the pool is", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 250 }), fc.constantFrom(...known), (number, region) => {
        const sites = [...three(), aksSite("new", number < 4 ? number + 10 : number, { region })];
        const all = plan(sites, { topology: "hubs", hubs: HUBS });
        const hubs = all.wideAreaNetworks.flatMap(({ edges }) => edges.flatMap(({ range }) => range ?? []));
        const nodes = all.networks.flatMap(({ reachableCidrs }) => reachableCidrs);
        for (const hub of hubs) assert.ok(!nodes.some((one) => overlap(parseCidr(one), parseCidr(hub))));
      }),
      { numRuns: 25 },
    );
  });
});

describe("prefix lists", () => {
  it("are made in tens, never too small", () => {
    assert.deepEqual([1, 10, 11, 254, 508].map(prefixListSize), [10, 10, 20, 260, 510]);
  });
});

/** What is wrong, by the underlay, the addresses and the sites beside the three clouds. */
const REFUSED: readonly [string, unknown, AddressSpec | undefined, SiteSpec[], string, RegExp][] = [
  [
    "owners of hubs that there are none of",
    { topology: "mesh", hubOwners: { gcp: { project: "shop-network" } } },
    undefined,
    [],
    "underlay.hubOwners.gcp",
    /is for topology "hubs"/,
  ],
  [
    "an account that is none",
    { topology: "hubs", hubs: HUBS, hubOwners: { aws: { account: "4444" } } },
    undefined,
    [],
    "underlay.hubOwners.aws.account",
    /twelve digits/,
  ],
  [
    "a block 0 without room for virtual hubs",
    { topology: "hubs", hubs: HUBS },
    { pool: "10.0.0.0/8", blockPrefix: 20 },
    [],
    "underlay.hubRange",
    /is missing, and block 0 of the pool, 10\.0\.0\.0\/20, is too narrow.*give a range of \/17/,
  ],
  [
    "a range of hubs that a cluster has",
    { topology: "hubs", hubs: HUBS, hubRange: "192.168.0.0/16" },
    undefined,
    [existingSite("rack", 9, { endpoints: { mesh: ["192.168.16.9"] } })],
    "underlay.hubRange",
    /is "192\.168\.0\.0\/16", which overlaps 192\.168\.16\.0\/24 of site rack/,
  ],
  [
    "a range of hubs that the fleet has",
    { topology: "hubs", hubs: HUBS, hubRange: "10.3.0.0/16" },
    undefined,
    [],
    "underlay.hubRange",
    /overlaps 10\.3\.0\.0\/16 of site paris/,
  ],
  [
    "a range of hubs that a cloud keeps",
    { topology: "hubs", hubs: HUBS, hubRange: "172.16.0.0/15" },
    undefined,
    [],
    "underlay.hubRange",
    /touches 172\.17\.0\.0\/16, which is kept by Docker/,
  ],
  [
    "a range of hubs in public",
    { topology: "hubs", hubs: HUBS, hubRange: "20.0.0.0/16" },
    undefined,
    [],
    "underlay.hubRange",
    /is not private/,
  ],
  [
    "a link of the library's beside the hubs",
    { topology: "hubs", hubs: HUBS, links: [{ between: ["stockholm", "belgium"], kind: "vpn" }] },
    undefined,
    [],
    "underlay.links[0]",
    /which the hubs link already: remove it/,
  ],
  [
    "hubs over two partitions",
    { topology: "hubs", hubs: HUBS },
    undefined,
    [eksSite("phoenix", 5, { region: "us-gov-west-1" })],
    "underlay.topology",
    /are in two partitions of aws/,
  ],
];

describe("hubs without a word of where they are", () => {
  const six = (state?: SiteState, which = 0): SiteSpec[] =>
    [
      eksSite("frankfurt", 1),
      eksSite("dublin", 2, { region: "eu-west-1", account: "999900001111" }),
      eksSite("stockholm", 3, { region: "eu-north-1" }),
      gkeSite("belgium", 4),
      gkeSite("eemshaven", 5, { region: "europe-west4" }),
    ].map((site, index) => (index === which && state !== undefined ? { ...site, state } : site));

  it("stay where they are, and whose, whatever becomes of a site", () => {
    const shared = (sites: SiteSpec[]) => {
      const spec = fleetSpec(sites, { underlay: { topology: "hubs" }, degradedUntil: "2026-12-31" });
      const { gateways, wideAreaNetworks, links } = fleetPlan(spec).underlay!;
      return [gateways.map(({ name, region, owner, asn }) => [name, region, owner, asn]), wideAreaNetworks, links];
    };
    const active = shared(six());
    for (const state of ["joining", "drained", "lost", "leaving"] as const) {
      for (const which of [0, 1, 2, 3, 4]) assert.deepEqual(shared(six(state, which)), active, `${which} ${state}`);
    }
  });

  it("are not in two regions whose sites are lost together", () => {
    const rhine = (site: SiteSpec): SiteSpec => ({ ...site, faultDomain: "rhine" });
    const zurich = eksSite("zurich", 2, { region: "eu-central-2" });
    const gcp = [gkeSite("belgium", 4), gkeSite("eemshaven", 5, { region: "europe-west4" })];
    const spec = (aws: SiteSpec[], hubs?: UnderlaySpec["hubs"]) =>
      fleetSpec([...aws, ...gcp], { underlay: { topology: "hubs", ...(hubs && { hubs }) } });
    const both = [rhine(eksSite("frankfurt", 1)), rhine(zurich)];
    const dublin = eksSite("dublin", 3, { region: "eu-west-1" });
    assert.deepEqual(
      fleetPlan(spec([...both, dublin]))
        .underlay?.gateways.slice(0, 2)
        .map(({ region }) => region),
      ["eu-central-1", "eu-west-1"],
    );
    assert.match(
      specProblems(spec(both))[0]?.message ?? "",
      /is missing: all regions of its sites share a fault domain with eu-central-1/,
    );
    const given = { aws: [{ region: "eu-central-1" }, { region: "eu-central-2" }] };
    assert.match(
      specProblems(spec([...both, dublin], given))[0]?.message ?? "",
      /names eu-central-1 and eu-central-2, where sites share the fault domain "rhine"/,
    );
  });
});

describe("what is wrong with hubs", () => {
  for (const [what, underlay, addresses, more, path, message] of REFUSED) {
    it(`refuses ${what}`, () => {
      const spec = fleetSpec([...three(), ...more], {
        underlay: underlay as UnderlaySpec,
        ...(addresses && { addresses }),
      });
      const found = specProblems(spec).filter((problem) => problem.path === path);
      assert.equal(found.length, 1, JSON.stringify(specProblems(spec)));
      assert.match(found[0]?.message ?? "", message);
    });
  }
});
