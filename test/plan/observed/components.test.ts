import assert from "node:assert/strict";
import { test } from "node:test";
import { type ObservedResource, observe } from "../../../lib/plan/observed";
import { urnOf } from "../../support/packProcess";

function resource(type: string, name: string, props: object): ObservedResource {
  return { urn: urnOf(type, name), type, name, props, ignoreChanges: [], propertyDependencies: {} };
}

const resources = { requests: { cpu: "500m", memory: "1Gi" } };
const web = resource("kubernetes:apps/v1:Deployment", "web", {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default" },
  spec: { replicas: 3, template: { spec: { containers: [{ name: "c", image: "i", resources }] } } },
});

test("the children of remote components are counted like any objects, and the components not at all", () => {
  const alone = observe([web]).workloads;
  assert.deepEqual(
    alone.workloads.map(({ name, replicas }) => [name, replicas]),
    [["web", 3]],
  );
  for (const type of ["yaml/v2:ConfigGroup", "yaml/v2:ConfigFile", "helm.sh/v4:Chart", "kustomize/v2:Directory"]) {
    const component = resource(`kubernetes:${type}`, "c", {});
    assert.deepEqual(observe([component, { ...web, parent: component.urn }]).workloads, alone, type);
  }
});
