import assert from "node:assert/strict";
import { test } from "node:test";
import { takeOver } from "../../../rehearsal/clusters/provider/fieldManagers";
import type { KubeObject } from "../../../rehearsal/clusters/provider/objects";
import type { Properties } from "../../../rehearsal/engine/provider";

const MINE = "pulumi-kubernetes-0a1b2c3d";

function owned(manager: string, operation: string, field: string, more: Properties = {}): Properties {
  return { manager, operation, fieldsV1: { "f:data": { [`f:${field}`]: {} } }, ...more };
}

/** Who owns which fields of an object after they were taken over; undefined when nothing is. */
function after(...managedFields: Properties[]): unknown {
  const object: KubeObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", managedFields } };
  const [first] = takeOver(object, MINE) as { value: Properties[] }[];
  return first?.value.map(({ manager, operation, fieldsV1 }) => {
    const fields = Object.keys((fieldsV1 as { "f:data": object })["f:data"]).map((name) => name.slice(2));
    return `${manager} ${operation} ${fields.join()}`;
  });
}

test("what kubectl and plugins wrote is taken over, whatever the command", () => {
  const mine = owned(MINE, "Apply", "mine");
  for (const [manager, operation] of [
    ["kubectl", "Apply"],
    ["kubectl-edit", "Update"],
    ["kubectl-client-side-apply", "Update"],
    ["kubectl-patch", "Update"],
    ["before-first-apply", "Update"],
    ["pulumi-kubernetes", "Update"],
    ["pulumi-kubernetes.exe", "Update"],
    ["pulumi-resource-kubernetes", "Update"],
  ] as const) {
    assert.deepEqual(after(mine, owned(manager, operation, "theirs")), [`${MINE} Apply theirs,mine`], manager);
  }
});

test("what others wrote, or what a subresource holds, stays theirs", () => {
  for (const entry of [
    owned("other", "Apply", "theirs"),
    owned("helm", "Update", "theirs"),
    owned("pulumi-kubernetes-ffffffff", "Apply", "theirs"),
    owned("kubectl-edit", "Update", "theirs", { subresource: "status" }),
  ]) {
    assert.equal(after(owned(MINE, "Apply", "mine"), entry), undefined, String(entry.manager));
  }
  const [kubectl, other] = [owned("kubectl-edit", "Update", "a"), owned("other", "Apply", "b")];
  assert.deepEqual(after(kubectl, other), ["other Apply b", `${MINE} Apply a`]);
});
