import assert from "node:assert/strict";
import { test } from "node:test";
import { bringingPods, FLEET_WORKLOAD } from "../../rehearsal/placed";
import { urnOf } from "../support/packProcess";

const workload = (name: string, placed: unknown) => ({
  urn: urnOf(FLEET_WORKLOAD, name),
  type: FLEET_WORKLOAD,
  name,
  parent: "",
  inputs: { placed },
});

test("a FleetWorkload brings pods by manifests that the plan places, or by a chart", () => {
  const pods = (maximum: number) => ({ kind: "Deployment", namespace: "shop", object: "web", replicas: 0, maximum });
  const release = { type: "kubernetes:helm.sh/v3:Release", name: "chart-oslo", urn: "", inputs: {} };
  const resources = [
    workload("shop", { oslo: [], turin: [pods(2)] }),
    workload("agents", { oslo: [], turin: [] }),
    workload("suspended", { oslo: [pods(0)] }),
    workload("chart", { oslo: [] }),
    { ...release, parent: urnOf(FLEET_WORKLOAD, "chart") },
    { ...release, parent: urnOf("multisite:index:Fleet", "fleet") },
  ];
  assert.deepEqual(bringingPods(resources), ["shop", "chart"]);
});
