import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { multisite, ROOT, reported } from "../support/multisite";
import { rehearsed, resourcesOf, tunnelKeys, unreached, wrongPorts } from "./laws";
import type { Resource } from "./model";
import { Solver } from "./solver";

const folder = mkdtempSync(join(tmpdir(), "multisite-links-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const file = (stack: string) => join(folder, `${stack}.json`);
const given = ["--reference", `acme/linked-stacks/sites=${file("sites")}`];
const LINKS = ["links-aws", "links-aws-gcp"];

let sites: readonly Resource[];
let links: readonly Resource[];

before(async () => {
  sites = await rehearsed("linked-stacks", file("sites"), "--stack", "sites");
  for (const stack of LINKS) await rehearsed("linked-stacks", file(stack), "--stack", stack, ...given);
  links = LINKS.flatMap((stack) => resourcesOf(file(stack)));
});

describe("links in stacks of their own", () => {
  it("are all that is between the sites", () => {
    const alone = new Solver(sites);
    assert.equal(unreached(alone).length, 6);
    assert.deepEqual(wrongPorts(alone), []);
    assert.deepEqual(unreached(new Solver([...sites, ...links])), []);
  });

  it("are in the stack of their clouds, and no site's resource is", () => {
    const types = (stack: string) => new Set(resourcesOf(file(stack)).map(({ type }) => type.split(":")[1]));
    assert.ok(!types("links-aws").has("compute/vPNTunnel"));
    assert.ok(types("links-aws-gcp").has("compute/vPNTunnel"));
    assert.ok(!types("links-aws-gcp").has("ec2/vpcPeeringConnection"));
    for (const { type, urn } of links) {
      assert.doesNotMatch(type, /cluster:Cluster|vpc:Vpc|network:Network$|transitGateway:|haVpnGateway/, urn);
    }
  });

  it("hand no key from stack to stack", () => {
    assert.deepEqual(tunnelKeys(sites), []);
    const keys = tunnelKeys(links);
    assert.ok(keys.length >= 16, `${keys.length} keys`);
    for (const { name, isSealed } of keys) assert.ok(isSealed, name);
  });

  it("change nothing when they are run again", async () => {
    const args = ["--stack", "links-aws-gcp", "--state", file("links-aws-gcp"), ...given];
    const { exit, report, stderr } = await reported(["rehearse", join(ROOT, "examples", "linked-stacks"), ...args]);
    assert.equal(exit, 0, stderr);
    const { create, update, replace, delete: gone } = report.changes;
    assert.deepEqual([create, update, replace, gone], [[], [], [], []]);
  });

  it("are refused where the sites' stack has left nothing for them", async () => {
    const wrong = ["--reference", `acme/linked-stacks/sites=${file("links-aws")}`];
    const example = join(ROOT, "examples", "linked-stacks");
    const { exit, stderr } = await multisite(["rehearse", example, "--stack", "links-aws", ...wrong]);
    assert.notEqual(exit, 0);
    assert.match(stderr, /linkEnds/);
  });
});
