import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bootDisk } from "../../../lib/clusters/gke/bootDisk";
import { labels } from "../../../lib/clusters/gke/labels";
import type { SitePlan } from "../../../lib/plan/plan";

const labelsOf = (tags: Record<string, string>) => labels({ tags } as Partial<SitePlan> as SitePlan);

test("whatever the tags, labels are what Google takes, and as many", () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[\w .:=+@-]{1,128}$/), {
    maxLength: 8,
    // As the plan's own check has it: two that Google would write alike are refused before.
    selector: (name) => name.toLowerCase().replace(/[^a-z0-9_-]/g, "_"),
  });
  fc.assert(
    fc.property(names, fc.string({ minLength: 1, maxLength: 256 }), (keys, value) => {
      const made = labelsOf(Object.fromEntries(keys.map((key) => [key, value])));
      assert.equal(Object.keys(made).length, keys.length);
      for (const [key, text] of Object.entries(made)) {
        assert.match(key, /^[a-z][a-z0-9_-]{0,62}$/);
        assert.match(text, /^[a-z0-9_-]{0,63}$/);
      }
    }),
  );
});

test("tags as labels", () => {
  assert.deepEqual(labelsOf({ Team: "Shop & Cart", "cost.centre": "42", "7": "x" }), {
    team: "shop___cart",
    cost_centre: "42",
    "tag-7": "x",
  });
  const [long] = Object.keys(labelsOf({ ["k".repeat(100)]: "v" }));
  assert.equal(long?.length, 63);
});

test("boot disks by series", () => {
  const rows = [
    ["n2-standard-4", "pd-balanced"],
    ["e2-standard-4", "pd-balanced"],
    ["c3-standard-8", "pd-balanced"],
    ["n4-standard-4", "hyperdisk-balanced"],
    ["c4a-standard-4", "hyperdisk-balanced"],
    ["c4-highmem-8", "hyperdisk-balanced"],
    ["a4-highgpu-8g", "hyperdisk-balanced"],
  ] as const;
  for (const [type, disk] of rows) assert.equal(bootDisk(type), disk, type);
});
