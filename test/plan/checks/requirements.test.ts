import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import { specProblems } from "../../../lib/plan/problems";
import type { WorkloadSpec } from "../../../lib/plan/spec";
import { siteObjects } from "../../../lib/plan/workloads";
import { aksSite, eksSite, fleetSpec, gkeSite } from "../../support/specs";

const SITES = [eksSite("frankfurt", 1), gkeSite("belgium", 2), aksSite("amsterdam", 3)];
const PATH = "demand.workloads[0].requires";

function spec(more: Partial<WorkloadSpec>) {
  const workloads = [
    { name: "ledger", replicas: 6, cpu: 0.1, memoryGiB: 0.1, ...more },
    { name: "web", replicas: 9, cpu: 0.1, memoryGiB: 0.1 },
  ];
  return fleetSpec(SITES, { demand: { workloads } });
}

describe("what workloads require of sites", () => {
  const there =
    "(the sites are in aws/eu-central-1, azure/westeurope, gcp/europe-west1): allow more regions or providers, or add sites.";
  const cases: [WorkloadSpec["requires"], string[]][] = [
    [{ providers: ["aws", "gcp"] }, []],
    [{ regions: ["eu-central-1", "eu-west-3"] }, []],
    [{ regions: ["eu-central"] }, [`${PATH} are what no site meets ${there}`]],
    [
      { regions: [] },
      [`${PATH}.regions is empty, so that no site meets it: leave it out for any, or name at least one.`],
    ],
    [
      { providers: ["aws", "gcp"], atLeastSites: 3 },
      [`${PATH} are what only 2 of 3 sites meet, and at least 3 must ${there}`],
    ],
    [{ atLeastSites: 4 }, [`${PATH} are what only 3 of 3 sites meet, and at least 4 must ${there}`]],
  ];
  for (const [requires, problems] of cases) {
    it(`${JSON.stringify(requires)}: ${problems.length} problems`, () => {
      assert.deepEqual(
        specProblems(spec({ requires: requires! })).map(({ path, message }) => `${path} ${message}`),
        problems,
      );
    });
  }

  it("keeps a workload to the sites that meet them, whole after the loss of either", () => {
    const { capacity } = fleetPlan(spec({ requires: { providers: ["aws", "gcp"] } }));
    assert.equal(capacity.verdict, "holds");
    assert.deepEqual(capacity.placements.map(({ site, replicas }) => [site, replicas.ledger]).sort(), [
      ["amsterdam", 0],
      ["belgium", 6],
      ["frankfurt", 6],
    ]);
    assert.ok(
      capacity.notes.includes("Workload ledger runs in sites belgium (6) and frankfurt (6) only, by its requirements."),
    );
  });

  it("gives the other sites none of its objects", () => {
    const deployment = (name: string) => ({
      object: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name },
        spec: {
          selector: { matchLabels: { app: name } },
          template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "app" }] } },
        },
      },
      source: "test",
    });
    const plan = fleetPlan(spec({ spread: "singleton" }));
    const { sites } = siteObjects(plan, [deployment("ledger"), deployment("web")]);
    const names = sites.map(({ site, objects }) => [
      site,
      objects.filter(({ kind }) => kind === "Deployment").map((one) => one.metadata.name),
    ]);
    assert.deepEqual(names, [
      ["frankfurt", ["web"]],
      ["belgium", ["web"]],
      ["amsterdam", ["ledger", "web"]],
    ]);
    assert.ok(
      plan.capacity.notes.some((note) =>
        note.startsWith("Workload ledger is a singleton and runs in amsterdam (6) only: N+1 does not cover it."),
      ),
    );
  });
});
