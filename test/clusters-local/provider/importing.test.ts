import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../../rehearsal/clusters/provider/apiError";
import { createObject } from "../../../rehearsal/clusters/provider/create";
import type { KubeObject } from "../../../rehearsal/clusters/provider/objects";
import type { Operating } from "../../../rehearsal/clusters/provider/operation";

const live = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: {
    name: "default",
    managedFields: [{ manager: "kube-apiserver", operation: "Update", fieldsV1: { "f:metadata": {} } }],
  },
};

/** A cluster that has the namespace already, and what it is asked to apply by force. */
function clusterWithDefault(): { operating: Operating; applied: KubeObject[] } {
  const applied: KubeObject[] = [];
  const connection = {
    hasKind: async () => true,
    create: async () => {
      throw new ApiError('namespaces "default" already exists', 409, "AlreadyExists", "namespaces");
    },
    get: async () => live,
    apply: async (object: KubeObject, { force }: { force?: boolean }) => {
      assert.equal(force, true);
      applied.push(object);
      return { ...live, metadata: { ...live.metadata, ...object.metadata } };
    },
  };
  const awaits = { ready: async ({ live: made }: { live: KubeObject }) => made };
  const settings = { isUpserting: false, isPatchForced: false };
  return { operating: { connection, awaits, settings } as unknown as Operating, applied };
}

test("what the cluster came with is taken over where the program imports it, and nowhere else", async () => {
  const inputs = { apiVersion: "v1", kind: "Namespace", metadata: { name: "default", labels: { team: "x" } } };
  const type = "kubernetes:core/v1:Namespace";
  const request = {
    urn: `urn:pulumi:t::p::${type}::own`,
    type,
    name: "own",
    inputs,
    preview: false,
    timeoutSeconds: 0,
  };
  for (const isImported of [false, true]) {
    const { operating, applied } = clusterWithDefault();
    const made = createObject({ ...request, isImported }, operating);
    if (!isImported) await assert.rejects(made, /namespaces "default" already exists/);
    else assert.equal((await made).id, "default");
    assert.equal(applied.length, isImported ? 1 : 0);
  }
});
