import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import { specProblems } from "../../../lib/plan/problems";
import type { FleetSpec } from "../../../lib/plan/spec";
import { aksSite, eksSite, existingSite, fleetSpec, gkeSite } from "../../support/specs";

/** A fleet with all that a mesh and an underlay may say, and nothing wrong. */
function whole(topology: "mesh" | "hubs"): FleetSpec {
  const given = ["frankfurt", "belgium", "amsterdam", "dublin", "cork", "eemshaven"].map((site) => ({
    between: [site, "rack"],
    kind: "vpn" as const,
    mtuBytes: 1380,
  }));
  const pinned = { hubs: { aws: [{ region: "eu-central-1" }, { region: "eu-west-1" }] }, hubRange: "10.0.0.0/16" };
  const apart = [{ between: ["frankfurt", "belgium"], tunnelRange: "169.254.40.0/28" }];
  return fleetSpec(
    [
      eksSite("frankfurt", 1),
      gkeSite("belgium", 2),
      aksSite("amsterdam", 3),
      eksSite("dublin", 4, { region: "eu-west-1" }),
      existingSite("rack", 9, { endpoints: { mesh: ["192.168.16.9"] } }),
      aksSite("cork", 5, { region: "northeurope" }),
      gkeSite("eemshaven", 6, { region: "europe-west4" }),
    ],
    {
      mesh: { mtuBytes: 1370, withdrawer: {}, gate: "all" },
      retired: [7],
      addresses: { pool: "10.0.0.0/8", blockPrefix: 16, reserved: ["10.65.0.0/16"], maximumSites: 255 },
      underlay: {
        topology,
        ...(topology === "hubs" && pinned),
        links: [...given, ...(topology === "mesh" ? apart : [])],
      },
    },
  );
}

const TEXTS = [
  "",
  "x",
  "frankfurt",
  "rack",
  "10.2.0.0/24",
  "100.64.0.0/10",
  "0.0.0.0/0",
  "fd00::/8",
  "169.254.21.0/28",
];
const WORDS = ["192.168.16.9", "hubs", "mesh", "vpn", "lost", "leaving", "existing", "eu-central-1", "us-gov-west-1"];
const HOSTILE = [
  ...TEXTS,
  ...WORDS,
  undefined,
  null,
  0,
  -1,
  1,
  9,
  255,
  65536,
  Number.NaN,
  [],
  {},
  [null],
  true,
  () => 1,
];

/** Where something may be changed, whatever is there. */
function places(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))];
}

type Loose = Record<string, unknown>;

function changed(spec: Loose, path: readonly string[], value: unknown, isAdded: boolean): void {
  const parent = path.slice(0, -1).reduce<unknown>((inner, key) => (inner as Loose | undefined)?.[key], spec);
  const key = path.at(-1);
  if (typeof parent !== "object" || parent === null || key === undefined) return;
  if (isAdded && Array.isArray(parent)) parent.push(parent[Number(key)]);
  else (parent as Loose)[key] = value;
}

const PARTS = /^(sites|underlay|mesh|addresses|retired)$/;
const change = fc.tuple(fc.nat(), fc.constantFrom(...HOSTILE), fc.integer({ min: 0, max: 4 }));

describe("a spec with any one to three hostile values", () => {
  it("is refused without a throw, nothing twice and nothing missing that is there, or is planned", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("mesh" as const, "hubs" as const),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        judged,
      ),
      { numRuns: 400 },
    );
  });
});

function judged(topology: "mesh" | "hubs", changes: readonly (readonly [number, unknown, number])[]): void {
  const spec = structuredClone(whole(topology)) as unknown as Loose;
  for (const [at, value, how] of changes) {
    const all = places(spec).filter(([part = ""]) => PARTS.test(part));
    changed(spec, all[at % all.length] ?? [], value, how === 0);
  }
  const problems = specProblems(spec);
  const lines = problems.map(({ path, message }) => `${path} ${message}`);
  assert.equal(new Set(lines).size, lines.length, lines.join("\n"));
  const refused = new Set(problems.filter(({ message }) => !message.startsWith("is missing")).map(({ path }) => path));
  for (const { path, message } of problems.filter((one) => one.message.startsWith("is missing"))) {
    const above = path.split(/(?=[.[])/).map((_, index, steps) => steps.slice(0, index + 1).join(""));
    assert.ok(!above.some((one) => refused.has(one) && one !== "sites"), `${path} ${message}\n${lines.join("\n")}`);
  }
  assert.ok(!lines.some((line) => /undefined|\[object/.test(line)), lines.join("\n"));
  if (problems.length > 0) return;
  const { underlay, mesh } = fleetPlan(spec as unknown as FleetSpec);
  assert.ok(underlay === undefined || (underlay.mtuBytes >= 576 && underlay.mtuBytes <= 9001));
  for (const { name, addresses } of mesh?.implementation === "cilium" ? mesh.members : []) {
    assert.ok(addresses.length > 0, name);
  }
}

/** What is wrong with a fleet of frankfurt and a rack, and where: exactly these, each once. */
const ONCE: readonly (readonly [what: string, change: object, rack: object, paths: readonly string[]])[] = [
  ["no address for its mesh API", {}, { endpoints: undefined }, ["sites[1].endpoints.mesh"]],
  ["an empty list of addresses", {}, { endpoints: { mesh: [] } }, ["sites[1].endpoints.mesh"]],
  ["endpoints that are none", {}, { endpoints: "192.168.16.9" }, ["sites[1].endpoints"]],
  ["a public address", {}, { endpoints: { mesh: ["203.0.114.7"] } }, ["sites[1].endpoints.mesh[0]"]],
  ["an address of IPv6", {}, { endpoints: { mesh: ["fd00::9"] } }, ["sites[1].endpoints.mesh[0]"]],
  ["one address twice", {}, { endpoints: { mesh: ["192.168.16.9", "192.168.16.9"] } }, ["sites[1].endpoints.mesh[1]"]],
  ["an address of another site", {}, { endpoints: { mesh: ["10.1.0.10"] } }, ["sites[1].endpoints.mesh[0]"]],
  ["an address of its own pods", {}, { endpoints: { mesh: ["172.24.0.9"] } }, ["sites[1].endpoints.mesh[0]"]],
  ["a number that no mesh has", {}, { number: 256 }, ["sites[1].number"]],
  [
    "nodes that nobody can have",
    {},
    { cidrs: { nodes: ["169.254.5.0/24"], pods: ["172.24.0.0/16"], services: ["172.25.0.0/16"] } },
    ["sites[1].cidrs.nodes[0]", "sites[1].endpoints.mesh[0]"],
  ],
  [
    "a link of names that are none",
    { links: [{ between: [8, null] }] },
    {},
    ["underlay.links[0].between[0]", "underlay.links[0].between[1]"],
  ],
  [
    "a range of hubs that is none, and no Azure",
    { topology: "hubs", hubRange: "x", links: [] },
    {},
    ["underlay.hubRange"],
  ],
  ["hubs that are none", { topology: "hubs", hubs: "here" }, {}, ["underlay.hubs"]],
];

describe("a problem is reported once, with mesh and underlay", () => {
  for (const [what, change, rack, paths] of ONCE) {
    it(what, () => {
      const links = [{ between: ["frankfurt", "rack"], kind: "vpn", mtuBytes: 1380 }];
      const sites = [
        eksSite("frankfurt", 1),
        existingSite("rack", 9, { endpoints: { mesh: ["192.168.16.9"] }, ...rack }),
      ];
      const problems = specProblems({ ...fleetSpec(sites, { mesh: {} }), underlay: { links, ...change } });
      assert.deepEqual(problems.map(({ path }) => path).sort(), paths, JSON.stringify(problems, undefined, 1));
    });
  }

  it("a second site of one name and number, and not its links again", () => {
    const sites = [eksSite("frankfurt", 1), aksSite("amsterdam", 3), gkeSite("belgium", 2), aksSite("amsterdam", 3)];
    const problems = specProblems({ ...fleetSpec(sites), underlay: {} });
    assert.deepEqual(problems.map(({ path }) => path).sort(), ["sites[3].name", "sites[3].number"]);
  });

  it("a site that cannot be read, and not that links name no site", () => {
    const dublin = { ...eksSite("dublin", 4), region: undefined };
    const sites = [eksSite("frankfurt", 1), dublin] as never;
    const links = [{ between: ["frankfurt", "dublin"], kind: "peering" }];
    const problems = specProblems({ ...fleetSpec(sites), underlay: { links } });
    assert.deepEqual(
      problems.map(({ path }) => path),
      ["sites[1].region"],
    );
  });

  it("nodes and addresses of carrier-grade NAT are internal to a cluster that exists", () => {
    const cidrs = { nodes: ["100.64.0.0/16"], pods: ["172.24.0.0/16"], services: ["172.25.0.0/16"] };
    const rack = existingSite("rack", 9, { cidrs, endpoints: { mesh: ["100.64.0.9"] } });
    const links = [{ between: ["frankfurt", "rack"], kind: "vpn", mtuBytes: 1380 }];
    assert.deepEqual(
      specProblems({ ...fleetSpec([eksSite("frankfurt", 1), rack], { mesh: {} }), underlay: { links } }),
      [],
    );
  });
});
