import assert from "node:assert/strict";
import { test } from "node:test";
import type { Properties } from "../../../rehearsal/engine/provider";
import { until } from "../../support/folders";
import { clients } from "../../support/localClients";
import { localTools } from "../../support/localTools";
import { piped } from "../../support/piped";
import { sharedSite } from "../../support/shared";
import { Maker } from "./maker";
import { GIVEN_UP, JOB, pods, READY, REFUSED, workload } from "./waitingCases";

/** Seconds until what can never be ready is given up; all wait at the same time, and see what there is to see within one. */
const GIVEN_UP_SECONDS = 20;

test("what is made on a real site is waited for, as the real provider waits", async (t) => {
  const tools = await localTools();
  if (typeof tools === "string") return t.skip(tools);
  const site = await sharedSite(tools, "oslo");
  // In the default namespace, which messages leave out; no other test has pods there.
  const runs = "deployments,statefulsets,daemonsets,jobs,replicationcontrollers,replicasets,pods";
  t.after(() => piped(tools.kubectl.path, ["--kubeconfig", site.kubeconfigFile, "delete", runs, "--all"]));
  const { core, apps, storage } = await clients(site);
  const lazy = {
    metadata: { name: "first-pod" },
    provisioner: "case.example",
    volumeBindingMode: "WaitForFirstConsumer",
  };
  await storage.createStorageClass({ body: lazy });
  const maker = new Maker();
  await maker.open(site.kubeconfig);
  t.after(() => maker.provider.close());

  await t.test("until it is ready", async () => {
    const made = await Promise.all(
      Object.entries(READY).map(async ([type, { inputs, path, is }]) => ({
        type,
        path,
        is,
        ...(await maker.make(type, inputs)),
      })),
    );
    for (const { type, path, is, outputs, said } of made) {
      let value: unknown = outputs.status;
      for (const step of path.split(".")) value = (value as Properties | undefined)?.[step];
      assert.deepEqual(value, is, `${type}: ${said}`);
    }
  });

  await t.test("until its time is over, and then what is missing is said", async () => {
    const made = await Promise.all(
      [...Object.entries(GIVEN_UP), ...Object.entries(REFUSED)].map(async ([type, { inputs, says }]) => ({
        type,
        says,
        ...(await maker.make(type, inputs, GIVEN_UP_SECONDS)),
      })),
    );
    for (const { type, says, said, id } of made) {
      assert.notEqual(id, "", `${type} is kept in the state`);
      for (const message of says) assert.match(said, message, type);
    }
    const large = maker.statuses.filter(({ urn }) => urn.endsWith("::large-deployment"));
    assert.match(large.at(-1)?.message ?? "", /0\/2 nodes are available/, "while it is waited for");
  });

  await t.test("or as its annotations say", async (t) => {
    const annotated = (name: string, annotations: Properties) => ({
      ...workload(name, "64"),
      metadata: { name, annotations },
    });
    const DEPLOYMENT = "apps/v1:Deployment";

    await t.test("pulumi.com/skipAwait: not at all, neither for the start nor for the end", async () => {
      const given = annotated("skipped", { "pulumi.com/skipAwait": "true" });
      const made = await maker.make(DEPLOYMENT, given);
      assert.equal(made.said, "");
      await maker.remove(DEPLOYMENT, given, made);
    });

    await t.test("pulumi.com/timeoutSeconds: no longer than that", async () => {
      const { said } = await maker.make(DEPLOYMENT, annotated("hasty", { "pulumi.com/timeoutSeconds": "1" }));
      assert.match(said, /'hasty' timed out waiting to be Ready/);
    });

    await t.test("pulumi.com/waitFor: for a condition or a value, in place of the kind's own rule", async () => {
      const config = (name: string) => ({
        metadata: { name, annotations: { "pulumi.com/waitFor": "jsonpath={.data.go}=yes" } },
        data: { go: "no" },
      });
      const waiting = maker.make("core/v1:ConfigMap", config("awaited"));
      await until(
        () =>
          core.readNamespacedConfigMap({ name: "awaited", namespace: "default" }).then(
            () => true,
            () => false,
          ),
        120,
      );
      await core.patchNamespacedConfigMap({
        name: "awaited",
        namespace: "default",
        body: [{ op: "replace", path: "/data/go", value: "yes" }],
      });
      assert.deepEqual((await waiting).outputs.data, { go: "yes" });
      const never = await maker.make("core/v1:ConfigMap", config("in-vain"), 1);
      assert.match(never.said, /\{\.data\.go\}=yes: found "no"/);
      const progressing = { "pulumi.com/waitFor": '["condition=Progressing", "jsonpath={.spec.replicas}=1"]' };
      assert.equal((await maker.make(DEPLOYMENT, annotated("half-way", progressing))).said, "");
    });

    await t.test("pulumi.com/deletionPropagationPolicy: what it owns may stay", async () => {
      const given = annotated("leaves", {
        "pulumi.com/deletionPropagationPolicy": "orphan",
        "pulumi.com/skipAwait": "true",
      });
      const made = await maker.make(DEPLOYMENT, given);
      const left = async () =>
        (await apps.listNamespacedReplicaSet({ namespace: "default", labelSelector: "app=leaves" })).items.map(
          ({ metadata }) => metadata?.ownerReferences ?? [],
        );
      await until(async () => (await left()).length === 1, 120);
      await maker.remove(DEPLOYMENT, given, made);
      await until(async () => (await left()).flat().length === 0, 120);
      assert.equal((await left()).length, 1);
    });

    await t.test("pulumi.com/patchFieldManager: the name under which fields are owned", async () => {
      const given = {
        metadata: {
          name: "kube-root-ca.crt",
          labels: { mine: "1" },
          annotations: { "pulumi.com/patchFieldManager": "me" },
        },
        kind: "ConfigMap",
      };
      await maker.make("core/v1:ConfigMapPatch", given);
      const { metadata } = await core.readNamespacedConfigMap({ name: "kube-root-ca.crt", namespace: "default" });
      assert.ok(metadata?.managedFields?.some(({ manager, operation }) => manager === "me" && operation === "Apply"));
    });

    await t.test("pulumi.com/replaceUnready: a Job that has not succeeded is made anew by the next run", async () => {
      const task = (name: string, cpu: string, replaceUnready: string) => ({
        metadata: { name, annotations: { "pulumi.com/replaceUnready": replaceUnready } },
        spec: { activeDeadlineSeconds: cpu === "64" ? 1 : 600, template: pods(name, cpu, JOB) },
      });
      const replaces = async (name: string, cpu: string, replaceUnready = "true") => {
        const given = task(name, cpu, replaceUnready);
        const { id, inputs, outputs, said } = await maker.make("batch/v1:Job", given);
        if (cpu === "64") assert.match(said, /'\S+' was created but failed to initialize\n\[DeadlineExceeded\]/);
        const identity = maker.identity("batch/v1:Job", given);
        return maker.provider.diff({
          ...identity,
          id,
          oldInputs: inputs,
          oldOutputs: outputs,
          news: inputs,
          ignoreChanges: [],
        });
      };
      const [failed, kept, done] = await Promise.all([
        replaces("late", "64"),
        replaces("late-but-kept", "64", "false"),
        replaces("in-time", "100m"),
      ]);
      const reason = '.metadata.annotations["pulumi.com/replaceUnready"]';
      assert.deepEqual([failed.changes, failed.replaces, failed.deleteBeforeReplace], ["some", [reason], true]);
      assert.deepEqual([kept.changes, done.changes], ["none", "none"]);
      const other = { metadata: { name: "other", annotations: { "pulumi.com/replaceUnready": "true" } } };
      const { id, inputs, outputs } = await maker.make("core/v1:ConfigMap", other);
      const identity = maker.identity("core/v1:ConfigMap", other);
      const diff = await maker.provider.diff({
        ...identity,
        id,
        oldInputs: inputs,
        oldOutputs: outputs,
        news: inputs,
        ignoreChanges: [],
      });
      assert.equal(diff.changes, "none");
      assert.match(maker.said(identity.urn), /replaceUnready annotation is not supported for this resource/);
    });

    await t.test("pulumi.com/autonamed is the provider's own, and said so", async () => {
      const given = { metadata: { name: "named", annotations: { "pulumi.com/autonamed": "true" } } };
      const { said } = await maker.make("core/v1:ConfigMap", given);
      assert.match(said, /ignoring user-specified value for internal annotation "pulumi.com\/autonamed"/);
    });
  });
});
