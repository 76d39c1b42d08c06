import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";

interface Report {
  readonly violations: readonly { policy: string; level: string; message: string }[];
  readonly capacity: { readonly holds: boolean };
}

/** Rehearses the example that does not use this library, with the pack. */
function rehearse(...more: string[]): { status: number | null; report: Report } {
  const args = [
    "bin/multisite.js",
    "rehearse",
    "examples/hand-written",
    "--policy-pack",
    "policy",
    "--json",
    "-",
    ...more,
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  assert.notEqual(stdout, "", stderr);
  return { status, report: JSON.parse(stdout) as Report };
}

const mandatory = ({ violations }: Report) => violations.filter(({ level }) => level === "mandatory");

describe("examples/hand-written", () => {
  it("is one node short, and the pack names it", () => {
    const { status, report } = rehearse();
    assert.equal(status, 1);
    const [only, ...others] = mandatory(report);
    assert.deepEqual(others, []);
    assert.equal(only?.policy, "n1-004-site-loss-aggregate");
    assert.match(only.message, /Losing frankfurt: cpu left 17\.9 < demand 18/);
    assert.match(only.message, /Add 1 x m6i\.xlarge to pool stockholm-workers of site stockholm \(2 -> 3\)\./);
  });

  it("holds with that node", () => {
    const { status, report } = rehearse("--config", "stockholmNodes=3");
    assert.equal(status, 0);
    assert.deepEqual(mandatory(report), []);
    assert.equal(report.capacity.holds, true);
  });
});
