import assert from "node:assert/strict";
import { test } from "node:test";
import { observedDomains } from "../../../lib/plan/observed/domains";
import type { ObservedSite } from "../../../lib/plan/observed/types";

const site = (name: string, region: string | undefined, zones: readonly string[]): ObservedSite =>
  ({ name, provider: "aws", region, zones, pools: [] }) as unknown as ObservedSite;

test("sites with a zone in common are lost together, and one of unknown zones with any of its region", () => {
  const rows: [sites: [region: string | undefined, zones: string[]][], domains: (string | undefined)[]][] = [
    [
      [
        ["r", ["a"]],
        ["r", ["b"]],
      ],
      ["aws/r/a", "aws/r/b"],
    ],
    [
      [
        ["r", ["b", "a"]],
        ["r", ["a", "b"]],
      ],
      ["aws/r/a+b", "aws/r/a+b"],
    ],
    [
      [
        ["r", ["a", "b"]],
        ["r", ["b"]],
        ["r", ["c"]],
      ],
      ["aws/r/a+b", "aws/r/a+b", "aws/r/c"],
    ],
    [
      [
        ["r", ["a", "b"]],
        ["r", ["b", "c"]],
        ["r", ["c", "d"]],
      ],
      Array(3).fill("aws/r/a+b+c+d"),
    ],
    [
      [
        ["r", []],
        ["r", ["a"]],
        ["s", ["a"]],
      ],
      ["aws/r", "aws/r", "aws/s/a"],
    ],
    [
      [
        [undefined, ["a"]],
        ["r", ["a"]],
      ],
      [undefined, "aws/r/a"],
    ],
  ];
  for (const [given, expected] of rows) {
    const sites = given.map(([region, zones], i) => site(`s${i}`, region, zones));
    assert.deepEqual([...observedDomains(sites, "zone").values()].sort(), [...expected].sort(), JSON.stringify(given));
  }
  const sites = [site("a", "r", ["a"]), site("b", "r", ["b"])];
  assert.deepEqual([...observedDomains(sites, "region").values()], ["aws/r", "aws/r"]);
});
