import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Provider } from "../../lib/plan/machines";
import { meantRegion, nearestRegion, regionFacts, regionNames } from "../../lib/plan/regions";

const PROVIDERS: readonly Provider[] = ["aws", "gcp", "azure"];
const zones = (provider: Provider, region: string) => regionFacts(provider, region)?.zones;

test("zones are spelt as each provider spells them", () => {
  assert.deepEqual(zones("aws", "eu-central-1"), ["eu-central-1a", "eu-central-1b", "eu-central-1c"]);
  assert.deepEqual(zones("aws", "ap-northeast-1"), ["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"]);
  assert.deepEqual(zones("gcp", "europe-west1"), ["europe-west1-b", "europe-west1-c", "europe-west1-d"]);
  assert.deepEqual(zones("gcp", "us-central1")?.at(-1), "us-central1-f");
  assert.deepEqual(zones("azure", "westeurope"), ["1", "2", "3"]);
  assert.deepEqual(zones("azure", "westus"), []);
});

test("zones that EKS refuses are known by their id, and letters of some accounts are possible", () => {
  assert.deepEqual(regionFacts("aws", "us-east-1")?.refusedZoneIds, ["use1-az3"]);
  assert.equal(zones("aws", "us-east-1")?.length, 6);
  assert.deepEqual(regionFacts("aws", "us-west-1")?.possibleZones, ["us-west-1a", "us-west-1b", "us-west-1c"]);
  assert.deepEqual(regionFacts("aws", "eu-west-1")?.refusedZoneIds, []);
});

/** Great-circle distance in km. */
function distance(a: { latitude: number; longitude: number }, b: { latitude: number; longitude: number }): number {
  const rad = Math.PI / 180;
  const cos =
    Math.sin(a.latitude * rad) * Math.sin(b.latitude * rad) +
    Math.cos(a.latitude * rad) * Math.cos(b.latitude * rad) * Math.cos((a.longitude - b.longitude) * rad);
  return 6371 * Math.acos(Math.min(1, cos));
}

test("regions that three clouds have in one city are near each other", () => {
  const cities: readonly (readonly [string, string, string])[] = [
    ["eu-central-1", "europe-west3", "germanywestcentral"],
    ["eu-west-2", "europe-west2", "uksouth"],
    ["ap-northeast-1", "asia-northeast1", "japaneast"],
    ["ap-southeast-1", "asia-southeast1", "southeastasia"],
    ["ap-southeast-2", "australia-southeast1", "australiaeast"],
    ["ap-southeast-7", "asia-southeast3", "malaysiawest"],
    ["sa-east-1", "southamerica-east1", "brazilsouth"],
    ["eu-south-1", "europe-west8", "italynorth"],
    ["mx-central-1", "northamerica-south1", "mexicocentral"],
  ];
  for (const [aws, gcp, azure] of cities) {
    const [a, g, z] = [regionFacts("aws", aws), regionFacts("gcp", gcp), regionFacts("azure", azure)];
    assert.ok(a && g && z, aws);
    assert.ok(distance(a, g) < 100, `${aws} ${gcp}`);
    assert.ok(distance(a, z) < (azure === "malaysiawest" ? 1300 : 100), `${aws} ${azure}`);
  }
});

test("every region is complete: on the globe, with zones of its own name, a source and a day", () => {
  for (const provider of PROVIDERS) {
    assert.ok(regionNames(provider).length > 35, provider);
    for (const name of regionNames(provider)) {
      const facts = regionFacts(provider, name);
      assert.ok(facts && facts.place !== "" && facts.source !== "");
      assert.ok(Math.abs(facts.latitude) <= 90 && Math.abs(facts.longitude) <= 180, name);
      assert.ok(facts.zones.length >= 2 || (provider === "azure" && facts.zones.length === 0), name);
      assert.deepEqual([...facts.zones].sort(), facts.zones, name);
      assert.equal(new Set(facts.possibleZones).size, facts.possibleZones.length, name);
      assert.ok(facts.zones.every((zone) => facts.possibleZones.includes(zone)));
      if (provider !== "azure")
        assert.ok(
          facts.zones.every((zone) => zone.startsWith(name)),
          name,
        );
      assert.match(facts.date, /^\d{4}-\d{2}-\d{2}$/);
    }
  }
});

test("a name that is no region is unknown, and has a suggestion when one is near", () => {
  assert.equal(regionFacts("aws", "eu-centrl-1"), undefined);
  assert.equal(nearestRegion("aws", "eu-centrl-1"), "eu-central-1");
  assert.equal(nearestRegion("azure", "westeurop"), "westeurope");
  assert.equal(nearestRegion("gcp", "atlantis"), undefined);
  fc.assert(
    fc.property(
      fc.constantFrom(...PROVIDERS),
      fc.oneof(fc.string(), fc.constantFrom("__proto__", "toString")),
      (p, text) => {
        assert.equal(regionFacts(p, text) !== undefined, regionNames(p).includes(text));
      },
    ),
  );
});

test("a region in capitals, or with a zone after it, means the region", () => {
  for (const provider of PROVIDERS) {
    for (const name of regionNames(provider)) {
      const zones = regionFacts(provider, name)!.possibleZones.map((zone) =>
        provider === "azure" ? `${name}-${zone}` : zone,
      );
      for (const written of [name.toUpperCase(), ...zones]) assert.equal(meantRegion(provider, written), name, written);
    }
  }
  for (const [provider, name] of [
    ["aws", "eu-central-9"],
    ["aws", "us-east-1-bos-1a"],
    ["aws", "westeurope"],
    ["gcp", "europe-west33-a"],
    ["azure", "westeuropean"],
  ] as const)
    assert.equal(meantRegion(provider, name), undefined, name);
});
