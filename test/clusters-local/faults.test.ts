import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { kubernetesSource } from "../../rehearsal/clusters/provider";
import { openSession, type RunResult } from "../../rehearsal/engine";
import { FAULTS, faultyServer } from "../support/faultyServer";
import { temporaryFolder } from "../support/folders";
import { clients } from "../support/localClients";
import { localTools } from "../support/localTools";
import { sharedControlPlane } from "../support/shared";
import { project } from "./provider/support";

/** Two sites with a namespace and a ConfigMap each, of which one can be lead astray. */
const PROGRAM = `
const k8s = require("@pulumi/kubernetes");
for (const name of ["good", "bad"]) {
  const provider = new k8s.Provider(name, { kubeconfig: process.env["FAULTS_" + name], clusterIdentifier: name,
    enableConfigMapMutable: true, enablePatchForce: true, skipUpdateUnreachable: true, kubeClientSettings: { timeout: 3 } });
  const ns = new k8s.core.v1.Namespace(name + "-ns", { metadata: { name: name + "-ns" } }, { provider });
  new k8s.core.v1.ConfigMap(name + "-cm", { metadata: { name: "cm", namespace: ns.metadata.name }, data: { v: process.env.FAULTS_value } }, { provider });
}
`;

test("an API server at fault", async (t) => {
  const tools = await localTools();
  if (typeof tools === "string") return t.skip(tools);
  const plane = await sharedControlPlane(tools);
  const faulty = await faultyServer(plane.caPem);
  t.after(() => faulty.close());
  const { core } = await clients(plane);
  const root = temporaryFolder(t);
  const dir = join(root, "faults");
  mkdirSync(dir);
  writeFileSync(join(project(root, dir, "faults"), "index.js"), PROGRAM);
  const session = await openSession({
    projectDir: dir,
    stack: "dev",
    passphrase: "faults",
    sources: [kubernetesSource({ moduleRoots: [dir] })],
    refresh: ["kubernetes"],
    continueOnError: true,
  });
  t.after(() => session.close());

  const set = (bad: string, value: string) =>
    Object.assign(process.env, { FAULTS_good: plane.kubeconfig, FAULTS_bad: bad, FAULTS_value: value });
  const storedIn = async (site: string) =>
    (await core.readNamespacedConfigMap({ name: "cm", namespace: `${site}-ns` })).data?.v;
  const known = () => (session.deployment().deployment.resources ?? []).map(({ urn }) => urn.split("::").at(-1)).sort();
  const opOf = ({ steps }: RunResult, name: string) => steps.filter((step) => step.name === name).map(({ op }) => op);
  const ok = (run: RunResult) => {
    assert.equal(run.exit, 0, JSON.stringify(run.diagnostics));
    return run;
  };

  set(plane.kubeconfig, "0");
  ok(await session.up());
  const all = known();
  assert.equal(all.length, 7);

  for (const [i, fault] of FAULTS.entries()) {
    await t.test(`${fault}: the other site goes on, and nothing is forgotten`, async () => {
      set(faulty.kubeconfig(fault), String(i + 1));
      assert.deepEqual(opOf(ok(await session.preview()), "good-cm"), ["update"]);
      const run = ok(await session.up());
      assert.equal(await storedIn("good"), String(i + 1));
      assert.equal(await storedIn("bad"), "0");
      assert.deepEqual(opOf(run, "bad-cm"), ["same"]);
      assert.deepEqual(known(), all);
      const warnings = run.diagnostics.filter(({ urn }) => urn.endsWith("bad-cm"));
      assert.ok(warnings.length > 0, "the site that is left out is named");
      assert.match(warnings.map(({ message }) => message).join("\n"), EXPLAINED[fault]);
    });
  }

  await t.test("a destroy deletes what it can, keeps the rest, and a later run converges", async () => {
    const failed = await session.destroy();
    assert.equal(failed.exit, 1);
    assert.match(
      failed.diagnostics.map(({ message }) => message).join("\n"),
      /configured Kubernetes cluster is unreachable/,
    );
    await assert.rejects(core.readNamespace({ name: "good-ns" }), /404/);
    assert.ok(known().includes("bad-cm") && known().includes("bad-ns") && !known().includes("good-cm"), known().join());
    set(plane.kubeconfig, "9");
    ok(await session.up());
    assert.deepEqual([await storedIn("good"), await storedIn("bad")], ["9", "9"]);
  });

  await t.test("what was edited or deleted behind our back is found, and put back", async () => {
    const body = [{ op: "replace", path: "/data/v", value: "edited" }];
    await core.patchNamespacedConfigMap({ name: "cm", namespace: "good-ns", body });
    await core.deleteNamespacedConfigMap({ name: "cm", namespace: "bad-ns" });
    const preview = ok(await session.preview());
    assert.deepEqual([opOf(preview, "good-cm"), opOf(preview, "bad-cm")], [["update"], ["create"]]);
    ok(await session.up());
    assert.deepEqual([await storedIn("good"), await storedIn("bad")], ["9", "9"]);
    const again = ok(await session.preview());
    assert.deepEqual([...new Set(again.steps.map(({ op }) => op))], ["same"]);
  });

  await t.test("in the end nothing is left", async () => {
    ok(await session.destroy());
    assert.deepEqual(known(), []);
    await assert.rejects(core.readNamespace({ name: "bad-ns" }), /404/);
  });
});

/** What a warning says about the cause. */
const EXPLAINED = {
  refuses: /connect: connection refused/,
  hangs: /context deadline exceeded/,
  401: /the server has asked for the client to provide credentials/,
  403: /the server does not allow access to the requested resource/,
  500: /an error on the server \("the server is at fault"\) has prevented the request from succeeding/,
  "another authority": /x509: certificate signed by unknown authority/,
};
