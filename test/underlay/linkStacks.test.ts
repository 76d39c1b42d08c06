import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { tunnelKeys, unreached, wrongPorts } from "./laws";
import type { Resource } from "./model";
import { RehearsedStack } from "./rehearsed";
import { Solver } from "./solver";

const folder = mkdtempSync(join(tmpdir(), "multisite-links-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const EXAMPLE = "linked-stacks";
const file = (stack: string) => join(folder, `${stack}.json`);
const readingFrom = (stack: string) => ({ references: { "acme/linked-stacks/sites": file(stack) } });

let sites: readonly Resource[];
let withinAws: RehearsedStack;
let acrossClouds: RehearsedStack;
let links: readonly Resource[];

before(async () => {
  const stack = await RehearsedStack.of(EXAMPLE, { stack: "sites" });
  await stack.save(file("sites"));
  sites = stack.resources;
  withinAws = await RehearsedStack.of(EXAMPLE, { stack: "links-aws", ...readingFrom("sites") });
  acrossClouds = await RehearsedStack.of(EXAMPLE, { stack: "links-aws-gcp", ...readingFrom("sites") });
  links = [withinAws, acrossClouds].flatMap(({ resources }) => resources);
});

describe("links in stacks of their own", () => {
  it("are all that is between the sites", () => {
    const alone = new Solver(sites);
    assert.equal(unreached(alone).length, 6);
    assert.deepEqual(wrongPorts(alone), []);
    assert.deepEqual(unreached(new Solver([...sites, ...links])), []);
  });

  it("are in the stack of their clouds, and no site's resource is", () => {
    const types = ({ resources }: RehearsedStack) => new Set(resources.map(({ type }) => type.split(":")[1]));
    assert.ok(!types(withinAws).has("compute/vPNTunnel"));
    assert.ok(types(acrossClouds).has("compute/vPNTunnel"));
    assert.ok(!types(acrossClouds).has("ec2/vpcPeeringConnection"));
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
    assert.deepEqual(await acrossClouds.changes(), []);
  });

  it("are refused where the sites' stack has left nothing for them", async () => {
    await withinAws.save(file("links-aws"));
    const stack = await RehearsedStack.open(EXAMPLE, { stack: "links-aws", ...readingFrom("links-aws") });
    const { failure, diagnostics, log } = await stack.update();
    assert.ok(failure !== undefined);
    assert.match(JSON.stringify([failure, diagnostics, log]), /linkEnds/);
  });
});
