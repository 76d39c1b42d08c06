import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { specProblems } from "../../../lib/plan/problems";
import type { SiteSpec } from "../../../lib/plan/spec";
import { aksSite, eksSite, existingSite, fleetSpec, gkeSite } from "../../support/specs";

const three = (): SiteSpec[] => [eksSite("frankfurt", 1), gkeSite("belgium", 2), aksSite("amsterdam", 3)];
const rack = existingSite("rack", 9, { endpoints: { mesh: ["192.168.16.9"] } });

/** What is wrong, by the underlay and the sites beside the three clouds. */
const REFUSED: readonly [what: string, underlay: unknown, more: SiteSpec[], path: string, message: RegExp][] = [
  ["a property that nobody knows", { tunnels: 3 }, [], "underlay.tunnels", /is an unknown property/],
  [
    "a peering of two clouds",
    { links: [{ between: ["frankfurt", "belgium"], kind: "peering" }] },
    [],
    "underlay.links[0].kind",
    /is "peering", which frankfurt \(aws\) and belgium \(gcp\) do not support: give "vpn" or "interconnect", since no cloud peers/,
  ],
  [
    "a VPN within a cloud",
    { links: [{ between: ["frankfurt", "dublin"], kind: "vpn" }] },
    [eksSite("dublin", 4, { region: "eu-west-1" })],
    "underlay.links[0].kind",
    /is "vpn".*give "peering" or "interconnect", since VPC peering stays on the cloud's own backbone/,
  ],
  [
    "an interconnect without an MTU",
    { links: [{ between: ["frankfurt", "belgium"], kind: "interconnect" }] },
    [],
    "underlay.links[0].mtuBytes",
    /is missing: nobody but you knows/,
  ],
  [
    "a VPN of the team's without an MTU",
    { links: [{ between: ["frankfurt", "rack"], kind: "vpn" }] },
    [rack],
    "underlay.links[0].mtuBytes",
    /is missing/,
  ],
  [
    "a link to the team's network without a kind",
    { links: [{ between: ["rack", "belgium"], mtuBytes: 1400 }] },
    [rack],
    "underlay.links[0].kind",
    /give "vpn" or "interconnect"/,
  ],
  [
    "a link that the library cannot make",
    { links: [{ between: ["rack", "belgium"], kind: "vpn", given: false, mtuBytes: 1400 }] },
    [rack],
    "underlay.links[0].given",
    /the network of rack is the team's/,
  ],
  [
    "a site that is none",
    { links: [{ between: ["frankfurt", "belgum"], kind: "vpn" }] },
    [],
    "underlay.links[0].between[1]",
    /no site. Did you mean "belgium"/,
  ],
  [
    "a site with itself",
    { links: [{ between: ["belgium", "belgium"] }] },
    [],
    "underlay.links[0].between",
    /give the names of two sites/,
  ],
  [
    "a pair twice",
    { links: [{ between: ["frankfurt", "belgium"] }, { between: ["belgium", "frankfurt"] }] },
    [],
    "underlay.links[1]",
    /a second time/,
  ],
  [
    "inside addresses that Azure refuses",
    { links: [{ between: ["frankfurt", "amsterdam"], tunnelRange: "169.254.40.0/28" }] },
    [],
    "underlay.links[0].tunnelRange",
    /169\.254\.21\.0 to 169\.254\.22\.255/,
  ],
  [
    "inside addresses of a link without tunnels",
    {
      links: [
        { between: ["frankfurt", "belgium"], kind: "interconnect", mtuBytes: 1500, tunnelRange: "169.254.40.0/28" },
      ],
    },
    [],
    "underlay.links[0].tunnelRange",
    /remove it/,
  ],
  [
    "numbers that Azure's ranges cannot tell apart",
    {},
    [gkeSite("london", 33, { region: "europe-west2" })],
    "sites[3].number",
    /differ by a multiple of 32/,
  ],
  [
    "an existing site that no peer can reach",
    {},
    [existingSite("rack", 9)],
    "sites[3].endpoints.mesh",
    /peers reach the mesh API of "rack" by an internal address/,
  ],
  [
    "an existing site with a public address for its peers",
    {},
    [existingSite("rack", 9, { endpoints: { mesh: ["198.51.101.7"] } })],
    "sites[3].endpoints.mesh[0]",
    /a public address/,
  ],
  [
    "nodes with public addresses",
    {},
    [{ ...rack, cidrs: { ...rack.cidrs, nodes: ["8.8.8.0/24"] } }],
    "sites[3].cidrs.nodes[0]",
    /which is public/,
  ],
  [
    "inside addresses that another pair has",
    { links: [{ between: ["frankfurt", "belgium"], tunnelRange: "169.254.32.96/28" }] },
    [eksSite("dublin", 4, { region: "eu-west-1" })],
    "sites[3].number",
    /dublin has: one of both has a tunnelRange|belgium -- frankfurt has: one of both has a tunnelRange/,
  ],
  [
    "a larger MTU than its own VPN has",
    { links: [{ between: ["frankfurt", "belgium"], mtuBytes: 1500 }] },
    [],
    "underlay.links[0].mtuBytes",
    /is 1500, but the vpn that the library makes between frankfurt and belgium passes 1399: give 1399 or less/,
  ],
  [
    "a bandwidth of its own VPN",
    { links: [{ between: ["frankfurt", "belgium"], bandwidthMbps: 100000 }] },
    [],
    "underlay.links[0].bandwidthMbps",
    /is for a link of the team's.*Remove it/,
  ],
  [
    "a peering of two tenants that it should make",
    { links: [{ between: ["amsterdam", "cork"], given: false, kind: "peering", mtuBytes: 1400 }] },
    [aksSite("cork", 4, { region: "northeurope", tenant: "99999999-6666-7777-8888-999999999999" })],
    "underlay.links[0].given",
    /is false.*give true, and make the link/,
  ],
  [
    "a virtual WAN of two tenants",
    { topology: "hubs" },
    [aksSite("cork", 4, { region: "northeurope", tenant: "99999999-6666-7777-8888-999999999999" })],
    "underlay.topology",
    /amsterdam and cork are in two tenants/,
  ],
  [
    "one region twice",
    { topology: "hubs", hubs: { aws: [{ region: "eu-west-1" }, { region: "eu-west-1" }] } },
    [],
    "underlay.hubs.aws",
    /names eu-west-1 twice, and hubs must not be lost with one region/,
  ],
  [
    "a hub in another partition",
    { topology: "hubs", hubs: { aws: [{ region: "eu-central-1" }, { region: "us-gov-west-1" }] } },
    [],
    "underlay.hubs.aws[1].region",
    /in another partition of aws than the sites \(eu-central-1\)/,
  ],
  [
    "a role of an account that the hubs are not in",
    {
      topology: "hubs",
      hubOwners: { aws: { account: "444455556666", roleArn: "arn:aws:iam::111122223333:role/network" } },
    },
    [],
    "underlay.hubOwners.aws.roleArn",
    /is of account 111122223333, but the hubs are in 444455556666/,
  ],
  [
    "hubs of a mesh",
    { hubs: { aws: [{ region: "eu-central-1" }] } },
    [],
    "underlay.hubs.aws",
    /is for topology "hubs"/,
  ],
  ["hubs in one region", { topology: "hubs" }, [], "underlay.hubs.gcp", /has sites in europe-west1 alone/],
  [
    "one hub",
    { topology: "hubs", hubs: { aws: [{ region: "eu-central-1" }] } },
    [],
    "underlay.hubs.aws",
    /give two hubs, in two regions/,
  ],
  [
    "a hub in no region",
    { topology: "hubs", hubs: { aws: [{ region: "eu-central-1" }, { region: "eu-wset-1" }] } },
    [],
    "underlay.hubs.aws[1].region",
    /Did you mean "eu-west-1"/,
  ],
];

describe("an underlay is refused for", () => {
  for (const [what, underlay, more, path, message] of REFUSED) {
    it(what, () => {
      const problems = specProblems({ ...fleetSpec([...three(), ...more]), underlay });
      const found = problems.filter((one) => one.path === path);
      assert.ok(found.length > 0, JSON.stringify(problems));
      assert.ok(
        found.some((one) => message.test(one.message)),
        JSON.stringify(found),
      );
    });
  }

  it("peers of a site on AWS in more ranges than its rules have room for", () => {
    const odd = (number: number) => eksSite(`s${number}`, number);
    const sites = Array.from({ length: 256 }, (_, index) => odd(2 * index + 1));
    const many = { addresses: { pool: "10.0.0.0/8", blockPrefix: 17, maximumSites: 511 as const } };
    const problems = specProblems({ ...fleetSpec(sites, many), underlay: { topology: "hubs" } });
    assert.deepEqual(
      problems.map(({ path, message }) => `${path} ${message}`.slice(0, 84)),
      ["underlay links s1 with peers in 255 ranges that do not adjoin, and no quota of AWS h"],
    );
  });

  it("a link that is too narrow for a mesh", () => {
    const links = [{ between: ["frankfurt", "rack"], kind: "interconnect" as const, mtuBytes: 1279 }];
    const problems = (mesh: object) => specProblems({ ...fleetSpec([...three(), rack], mesh), underlay: { links } });
    assert.match(problems({ mesh: {} })[0]?.message ?? "", /is 1279, and a mesh is linked by no less than 1280/);
    assert.deepEqual(problems({}), []);
  });

  it("a mesh that is told of larger packets than a link passes", () => {
    const problemsOf = (mtuBytes: number, underlay: object) =>
      specProblems({ ...fleetSpec([...three(), rack], { mesh: { mtuBytes } }), underlay }).map(
        ({ message }) => message,
      );
    const links = [{ between: ["frankfurt", "rack"], kind: "interconnect", mtuBytes: 1320 }];
    assert.deepEqual(problemsOf(1320, { links }), []);
    assert.match(
      problemsOf(1321, { links })[0] ?? "",
      /is 1321, but what links frankfurt and rack passes 1320: give 1320 or less/,
    );
    assert.match(problemsOf(1401, {})[0] ?? "", /what links frankfurt and belgium passes 1399/);
  });

  it("all of it at once", () => {
    const links = [{ between: ["frankfurt", "belgium"], kind: "peering" }, { between: ["x", "y"] }];
    const problems = specProblems({ ...fleetSpec([...three(), existingSite("rack", 9)]), underlay: { links } });
    assert.deepEqual(problems.map(({ path }) => path).sort(), [
      "sites[3].endpoints.mesh",
      "underlay.links[0].kind",
      "underlay.links[1].between[0]",
      "underlay.links[1].between[1]",
    ]);
  });

  it("nothing where nothing is wrong, and not where nothing is linked", () => {
    assert.deepEqual(specProblems({ ...fleetSpec([...three(), rack]), underlay: {} }), []);
    assert.deepEqual(specProblems(fleetSpec([...three(), existingSite("rack", 9)])), []);
  });
});
