import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SiteSpec } from "../../lib/plan/spec";
import { recordFleet } from "../support/clouds";
import { aksSite, eksSite, fleetSpec, gkeSite } from "../support/specs";

const HUBS = {
  aws: [{ region: "eu-central-1" }, { region: "eu-west-1" }],
  gcp: [{ region: "europe-west1" }, { region: "europe-west4" }],
  azure: [{ region: "westeurope" }, { region: "northeurope" }],
};
const MAKE = [eksSite, gkeSite, aksSite];

/** The underlay's resources of a fleet of so many sites on three clouds, by their names and types. */
async function made(count: number): Promise<Set<string>> {
  const sites: SiteSpec[] = Array.from({ length: count }, (_, index) => MAKE[index % 3]!(`s${index + 1}`, index + 1));
  const spec = fleetSpec(sites, { underlay: { topology: "hubs", hubs: HUBS } });
  const { resources } = await recordFleet(spec, {}, { tunnelSecret: "0".repeat(32) });
  return new Set(resources.filter(({ urn }) => urn.includes(":Underlay$")).map(({ type, name }) => `${type} ${name}`));
}

describe("a fleet with hubs", () => {
  it("grows by the same with each three sites more, and nothing that was there is made otherwise", async () => {
    const [three, six, twelve] = [await made(3), await made(6), await made(12)];
    const step = six.size - three.size;
    assert.ok(step > 0 && step < 30, `${step} resources`);
    assert.equal(twelve.size - six.size, 2 * step);
    for (const [few, many] of [
      [three, six],
      [six, twelve],
    ] as const) {
      assert.deepEqual(
        [...few].filter((one) => !many.has(one)),
        [],
      );
    }
  });
});
