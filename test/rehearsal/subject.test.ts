import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { subjectOf } from "../../rehearsal/commands/subject";
import type { ResourceView } from "../../rehearsal/engine";
import { unknownValue } from "../../rehearsal/engine/values";
import { urnOf } from "../support/packProcess";
import { GKE, GKE_POOL } from "../support/programs";

/** A resource as a preview shows it: what the provider computes is open. */
function planned(type: string, name: string, inputs: object, computed: readonly string[], more: object = {}) {
  const open = Object.fromEntries(computed.map((property) => [property, unknownValue]));
  return {
    ...{ urn: urnOf(type, name), type, name, custom: true, id: "", parent: "", provider: "", dependsOn: [] },
    ...{ propertyDependencies: {}, protect: false, ignoreChanges: [], inputs, outputs: { ...inputs, ...open } },
    ...more,
  } as ResourceView;
}

function onGke(nodeCount: unknown): ResourceView[] {
  const location = "europe-west1";
  const cluster = { name: "c", location, initialNodeCount: 1, removeDefaultNodePool: true };
  const pool = { cluster: unknownValue, nodeCount, nodeConfig: { machineType: "n2-standard-4" } };
  const made = { propertyDependencies: { cluster: [urnOf(GKE, "c")] } };
  return [
    planned(GKE, "c", cluster, ["nodeLocations", "nodePools", "endpoint"]),
    planned(GKE_POOL, "p", pool, ["location", "initialNodeCount", "maxPodsPerNode", "nodeLocations"], made),
  ];
}

describe("the subject of a preview, in a program by hand", () => {
  const subject = (nodeCount: unknown) => subjectOf(onGke(nodeCount), { manifests: undefined, today: "2026-11-20" });

  it("counts what the program gives, and takes for unknown only what it does not", () => {
    const [site] = subject(2).input.sites;
    assert.deepEqual(
      site?.nodeGroups.map(({ pool, count }) => [pool, count]),
      [["p", 6]],
    );
    assert.doesNotMatch(subject(2).verdict.notes.join(" "), /cannot be told/);
  });

  it("counts as nothing what the program itself leaves open, and names it", () => {
    const { input, verdict } = subject(unknownValue);
    assert.equal(input.sites[0]?.nodeGroups[0]?.count, 0);
    assert.match(verdict.notes.join(" "), /Pool p counts as 0: nodeCount cannot be told/);
  });
});
