import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubernetesObject } from "../../../lib/plan/workloads";
import { playable } from "../../../rehearsal/drill/playable";

const object = (kind: string, name: string, more: object): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name },
  ...more,
});

const service = { clientConfig: { service: { name: "hook", namespace: "shop" } } };
const outside = { clientConfig: { url: "https://hooks.example.com" } };

test("what a drill changes in manifests, it says, and changes nothing else", () => {
  const kept = [
    object("Job", "lasts", { spec: { parallelism: 2 } }),
    object("CronJob", "nightly", { spec: { jobTemplate: { spec: { ttlSecondsAfterFinished: 60 } } } }),
    object("APIService", "v1.apps", { spec: { group: "apps" } }),
    object("ValidatingWebhookConfiguration", "outside", { webhooks: [{ name: "a", ...outside }] }),
    object("MutatingWebhookConfiguration", "lenient", {
      webhooks: [{ name: "a", ...service, failurePolicy: "Ignore" }],
    }),
    object("MutatingWebhookConfiguration", "empty", {}),
    object("CustomResourceDefinition", "plain", { spec: { conversion: { strategy: "None" } } }),
  ];
  assert.deepEqual(playable(kept), { objects: kept, notes: [] });

  const { objects, notes } = playable([
    object("Job", "migrate", { spec: { ttlSecondsAfterFinished: 0, parallelism: 2 } }),
    object("APIService", "v1beta1.metrics.k8s.io", { spec: { service: { name: "metrics-server" } } }),
    object("ValidatingWebhookConfiguration", "guard", {
      webhooks: [
        { name: "a", ...service },
        { name: "b", ...outside },
      ],
    }),
    object("MutatingWebhookConfiguration", "inject", {
      webhooks: [{ name: "a", ...service, failurePolicy: "Fail" }],
    }),
    object("CustomResourceDefinition", "pools", {
      spec: { group: "g", conversion: { strategy: "Webhook", webhook: service } },
    }),
  ]);
  assert.deepEqual(objects, [
    object("Job", "migrate", { spec: { parallelism: 2 } }),
    object("ValidatingWebhookConfiguration", "guard", {
      webhooks: [
        { name: "a", ...service, failurePolicy: "Ignore" },
        { name: "b", ...outside },
      ],
    }),
    object("MutatingWebhookConfiguration", "inject", {
      webhooks: [{ name: "a", ...service, failurePolicy: "Ignore" }],
    }),
    object("CustomResourceDefinition", "pools", { spec: { group: "g", conversion: { strategy: "None" } } }),
  ]);
  assert.equal(notes.length, 4);
  assert.match(notes.join("\n"), /not converted .*: CustomResourceDefinition pools\./);
  assert.match(notes.join("\n"), /kept until the drill is over .*: Job migrate\./);
  assert.match(notes.join("\n"), /leaves these out: APIService v1beta1\.metrics\.k8s\.io\./);
  assert.match(
    notes.join("\n"),
    /Ignore\): ValidatingWebhookConfiguration guard, MutatingWebhookConfiguration inject\./,
  );
});
