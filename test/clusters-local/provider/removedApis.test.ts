import assert from "node:assert/strict";
import { test } from "node:test";
import { Connection } from "../../../rehearsal/clusters/provider/connection";
import { removal, removedFrom } from "../../../rehearsal/clusters/provider/removedApis";
import { kubeConfigOf } from "../../../rehearsal/clusters/sites/kubernetes";
import { FakeApi } from "../../trust/fakeApi";

const OLD = { apiVersion: "autoscaling/v2beta2", kind: "HorizontalPodAutoscaler" };

test("what Kubernetes removed is told with the release, and what to use instead", () => {
  // Recorded from the real provider.
  assert.equal(
    removal(OLD),
    'apiVersion "autoscaling/v2beta2/HorizontalPodAutoscaler" was removed in Kubernetes 1.26. Use ' +
      '"autoscaling/v2/HorizontalPodAutoscaler" instead.\n' +
      "See https://git.k8s.io/kubernetes/CHANGELOG/CHANGELOG-1.26.md#deprecation for more information.",
  );
  for (const [apiVersion, kind, said] of [
    ["extensions/v1beta1", "Deployment", /removed in Kubernetes 1\.16\. Use "apps\/v1\/Deployment"/],
    ["extensions/v1beta1", "Ingress", /removed in Kubernetes 1\.22\. Use "networking\.k8s\.io\/v1\/Ingress"/],
    ["policy/v1beta1", "PodDisruptionBudget", /removed in Kubernetes 1\.25\. Use "policy\/v1\/PodDisruptionBudget"/],
    ["storage.k8s.io/v1beta1", "CSIStorageCapacity", /removed in Kubernetes 1\.27\./],
  ] as const) {
    assert.match(removal({ apiVersion, kind }) ?? "", said);
  }
  assert.equal(removal({ apiVersion: "apps/v1", kind: "Deployment" }), undefined);
  assert.equal(removal({ apiVersion: "case.example/v1beta1", kind: "CronJob" }), undefined);
});

test("a server that still has it, or that cannot be asked, is believed", async (t) => {
  const api = new FakeApi();
  await api.listen();
  t.after(() => api.close());
  const ask = async () => {
    const connection = await Connection.open(await kubeConfigOf(api.kubeconfig), 10);
    t.after(() => connection.close());
    return removedFrom(connection, OLD);
  };
  assert.equal(await ask(), removal(OLD));
  api.answers.set("/apis/autoscaling/v2beta2", { resources: [{ kind: OLD.kind, name: "hpas", namespaced: true }] });
  assert.equal(await ask(), undefined);
  api.mode = 500;
  assert.equal(await ask(), undefined);
  assert.equal(await removedFrom(undefined, OLD), undefined);
});
