import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { commandLine, reportedHere } from "../../support/commandLine";
import { temporaryFolder } from "../../support/folders";
import { localTools } from "../../support/localTools";
import { ROOT } from "../../support/multisite";
import { program } from "./sample";

const WEB = `
  const labels = { app: "web" };
  const space = new k8s.core.v1.Namespace("shop-" + name, { metadata: { name: "shop" } }, { provider });
  new k8s.core.v1.Secret("password-" + name, { metadata: { name: "password", namespace: space.metadata.name }, stringData: { password: "canary-3" } }, { provider });
  const web = new k8s.apps.v1.Deployment("web-" + name, { metadata: { name: "web", namespace: space.metadata.name },
    spec: { replicas: 3, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: "main", image: "none" }] } } } }, { provider });
  exports[name] = web.status.readyReplicas;`;

test("a program on real control planes", async (t) => {
  const tools = await localTools();
  if (typeof tools === "string") {
    t.skip(tools);
    return;
  }

  await t.test("makes its objects there, waits for them, and shows what the cluster says", async (t) => {
    const { exit, stdout, stderr, report } = await reportedHere([
      "rehearse",
      program(t, { inEach: WEB }),
      "--clusters",
    ]);
    assert.equal(exit, 0, stderr);
    const webs = report.resources.filter(({ type }) => type === "kubernetes:apps/v1:Deployment");
    assert.equal(webs.length, 2);
    for (const { outputs } of webs) {
      const { metadata, status } = outputs as { metadata: { uid: string }; status: { readyReplicas: number } };
      assert.match(metadata.uid, /^[0-9a-f-]{36}$/);
      assert.equal(status.readyReplicas, 3);
    }
    assert.doesNotMatch(`${stdout}${stderr}`, /canary-/);
  });

  await t.test("a kind that the site does not know: site and resource are named, and all is cleaned up", async (t) => {
    const temporary = temporaryFolder(t);
    const odd = `new k8s.apiextensions.CustomResource("odd-" + name, { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "odd" } }, { provider });`;
    const dir = program(t, { inEach: odd, isAlone: true });
    process.env.TMPDIR = temporary;
    t.after(() => delete process.env.TMPDIR);
    const { exit, stderr } = await commandLine(["rehearse", dir, "--clusters"]);
    assert.equal(exit, 2, stderr);
    assert.match(stderr, /Widget::odd-oslo/);
    assert.doesNotMatch(stderr, /\bat .*\.[jt]s:\d/);
    assert.deepEqual(
      readdirSync(temporary).filter((name) => name.startsWith("multisite-")),
      [],
    );
  });

  await t.test("no cluster is touched that the rehearsal did not start", async (t) => {
    const kubeconfig = JSON.stringify({
      "current-context": "prod",
      contexts: [{ name: "prod", context: { cluster: "prod", user: "prod" } }],
      clusters: [{ name: "prod", cluster: { server: "https://production.example.com" } }],
      users: [{ name: "prod", user: { token: "canary-4" } }],
    });
    const elsewhere = `new k8s.core.v1.ConfigMap("other", {}, { provider: new k8s.Provider("prod", { kubeconfig: ${JSON.stringify(kubeconfig)} }) });`;
    const { exit, stderr } = await commandLine([
      "rehearse",
      program(t, { more: elsewhere, isAlone: true }),
      "--clusters",
    ]);
    assert.equal(exit, 2, stderr);
    assert.match(stderr, /leads to https:\/\/production\.example\.com, which is no site of the fleet/);
    assert.doesNotMatch(stderr, /canary-/);
  });
});

test("what cannot be rehearsed on real sites is said at once", async (t) => {
  const state = join(temporaryFolder(t), "state.json");
  const kept = await commandLine(["rehearse", program(t, {}), "--clusters", "--state", state]);
  assert.match(kept.stderr, /--clusters --state: sites on this machine end with the command/);
  assert.equal(kept.exit, 2);
  const bare = await commandLine(["rehearse", join(ROOT, "examples", "hand-written"), "--clusters"]);
  assert.match(bare.stderr, /Real sites need a Fleet/);
  assert.equal(bare.exit, 2);
});
