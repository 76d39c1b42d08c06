import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { ciliumValues } from "../../../lib/mesh/values";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import type { SitePlan } from "../../../lib/plan/plan";
import { CERT_MANAGER, type ChartVersion, CILIUM, TRUST_MANAGER } from "../../../lib/plan/versions";
import { type HelmSetting, releases } from "../../../rehearsal/clusters/helm";
import { type LocalSite, localSites } from "../../../rehearsal/clusters/sites";
import { siteClient } from "../../../rehearsal/clusters/sites/client";
import { nodesOf } from "../../../rehearsal/clusters/sites/nodes";
import { PartialFailure, type Properties } from "../../../rehearsal/engine/provider";
import { makeSecret } from "../../../rehearsal/engine/values";
import { shellProgram, temporaryFolder, until } from "../../support/folders";
import { clients } from "../../support/localClients";
import { localTools } from "../../support/localTools";
import { aksSite, eksSite, fleetSpec, gkeSite } from "../../support/specs";
import { ReleaseLab } from "./lab";

const plan = fleetPlan(
  fleetSpec([eksSite("frankfurt", 1), gkeSite("belgium", 2), aksSite("amsterdam", 3)], { demand: { cpu: 4 } }),
);

/** A chart of ours, as components ask for it. */
const ask = ({ chart, version, repository }: ChartVersion, change: Properties): Properties => ({
  name: chart,
  chart,
  version,
  repositoryOpts: { repo: repository },
  ...change,
});

function ciliumOf(site: SitePlan): Properties {
  const values = { ...ciliumValues(site, { maximumSites: 255 }), k8sServiceHost: "127.0.0.1", k8sServicePort: 443 };
  return ask(CILIUM, { namespace: "kube-system", values, timeout: 300, maxHistory: 5 });
}

/** Cilium is left alone as long as nothing of it changes, and then keeps its objects. */
async function changedInPlace(release: ReleaseLab, wanted: Properties, site: LocalSite): Promise<void> {
  const { apps, core } = await clients(site);
  const operator = { name: "cilium-operator", namespace: "kube-system" };
  const { metadata } = await apps.readNamespacedDeployment(operator);
  assert.equal(await release.up(wanted), "same");
  const values = { ...(wanted.values as Properties), debug: { enabled: true } };
  assert.equal(await release.up({ ...wanted, values }), "update");
  const config = await core.readNamespacedConfigMap({ name: "cilium-config", namespace: "kube-system" });
  assert.equal(config.data?.debug, "true");
  const after = await apps.readNamespacedDeployment(operator);
  assert.equal(after.metadata?.uid, metadata?.uid);
}

/** Has a cluster consist of the nodes of another site. Of other names: kwok may still be forgetting those that it has lost. */
async function equip({ kubeconfig }: LocalSite, site: SitePlan): Promise<void> {
  const { core } = await clients({ kubeconfig });
  await core.deleteCollectionNode();
  const client = await siteClient(kubeconfig);
  await client.addNodes(nodesOf(site));
  await until(async () => (await client.unreadyNodes()).length === 0, 120);
}

test("charts on a real cluster", async (t) => {
  const tools = await localTools();
  if (typeof tools === "string") {
    t.skip(tools);
    return;
  }
  // What sites differ in to a chart is their nodes and its values: one control plane gets those of each, one after the other.
  const fleet = await localSites(plan, { tools, only: ["frankfurt"], without: ["cilium", "cilium-envoy"] });
  t.after(() => fleet.close());
  const frankfurt = fleet.sites.frankfurt as LocalSite;
  const setting: HelmSetting = { program: tools.helm.path, directory: join(__dirname) };
  const releasesOf = ({ kubeconfig }: { kubeconfig: string }, helm = setting) =>
    releases({ helm })({ kubeconfig, namespace: "default" });
  const helm = (...args: string[]) =>
    promisify(execFile)(tools.helm.path, [...args, "--kubeconfig", frankfurt.kubeconfigFile]);
  const small = (change: Properties = {}) => ({ name: "small", chart: "./charts/small", timeout: 60, ...change });

  for (const site of plan.sites) {
    await t.test(`${site.name}: Cilium is installed on every node, and taken away`, async () => {
      if (site.name !== frankfurt.name) await equip(frankfurt, site);
      const { apps, core } = await clients(frankfurt);
      const release = new ReleaseLab(releasesOf(frankfurt), `${site.name}-cilium`);
      const wanted = ciliumOf(site);

      assert.equal(await release.up(wanted), "create");
      const nodes = nodesOf(site)
        .map(({ metadata }) => metadata?.name)
        .sort();
      const agents = await core.listNamespacedPod({ namespace: "kube-system", labelSelector: "k8s-app=cilium" });
      assert.deepEqual(agents.items.map(({ spec }) => spec?.nodeName).sort(), nodes);
      const operator = await apps.readNamespacedDeployment({ name: "cilium-operator", namespace: "kube-system" });
      assert.equal(operator.status?.readyReplicas, operator.spec?.replicas);
      const { status, resourceNames } = release.outputs as { status: Properties; resourceNames: Properties };
      const { version, revision } = status;
      assert.deepEqual([version, revision, status.status], [CILIUM.version, 1, "deployed"]);
      assert.ok((resourceNames["DaemonSet.apps/apps/v1"] as string[]).includes("kube-system/cilium"));

      // How a chart is changed does not depend on the kind of cluster.
      if (site.name === frankfurt.name) await changedInPlace(release, wanted, frankfurt);

      await release.down();
      assert.deepEqual((await apps.listNamespacedDaemonSet({ namespace: "kube-system" })).items, []);
      const secrets = (await core.listNamespacedSecret({ namespace: "kube-system" })).items;
      assert.deepEqual(
        secrets.filter(({ type }) => type === "helm.sh/release.v1"),
        [],
      );
      await until(
        async () => !(await core.listNamespace()).items.some((n) => n.metadata?.name === "cilium-secrets"),
        60,
      );
    });
  }

  await t.test("cert-manager and trust-manager are installed from their sources at their versions", async () => {
    const { apps } = await clients(frankfurt);
    const namespace = "cert-manager";
    // The chart's job would ask a webhook that does not run, and trust-manager's own certificate would have to pass it.
    const wanted = [
      ask(TRUST_MANAGER, {
        namespace,
        createNamespace: true,
        values: { app: { webhook: { tls: { helmCert: { enabled: true } } } } },
      }),
      ask(CERT_MANAGER, { namespace, values: { crds: { enabled: true }, startupapicheck: { enabled: false } } }),
    ];
    for (const one of wanted) {
      const release = new ReleaseLab(releasesOf(frankfurt), String(one.chart));
      assert.equal(await release.up({ ...one, timeout: 120 }), "create");
      assert.equal(await release.up({ ...one, timeout: 120 }), "same");
      const deployment = await apps.readNamespacedDeployment({ name: String(one.chart), namespace });
      assert.ok(deployment.spec?.template.spec?.containers[0]?.image?.endsWith(`:${one.version}`));
      await release.down();
    }
  });

  await t.test("secret values are on no command line and in no folder afterwards, also when helm fails", async (t) => {
    const folder = temporaryFolder(t);
    const seen = join(folder, "seen");
    const look = [
      `realpath "$HELM_CACHE_HOME/.." >> ${seen}.folders`,
      `find "$HELM_CACHE_HOME/.." -type f ! -name '*.out' -exec stat -c '%a %n' {} + >> ${seen}.files`,
    ].join("\n");
    const program = shellProgram(join(folder, "helm"), `echo "$@" >> ${seen}\n${look}\nexec ${tools.helm.path} "$@"`);
    const release = new ReleaseLab(releasesOf(frankfurt, { ...setting, program }), "small");
    const password = makeSecret("open-sesame-7");
    assert.equal(await release.up(small({ values: { password } })), "create");
    const { core } = await clients(frankfurt);
    const made = await core.readNamespacedSecret({ name: "small", namespace: "default" });
    assert.equal(Buffer.from(made.data?.password ?? "", "base64").toString(), "open-sesame-7");
    assert.deepEqual((release.outputs.values as Properties).password, password);
    const broken = small({ values: { password, node: "open-sesame-7: {" } });
    await assert.rejects(release.up(broken), (error: Error) => !error.message.includes("open-sesame-7"));
    assert.match(readFileSync(seen, "utf8"), /^install small .*--values /m);
    assert.ok(!readFileSync(seen, "utf8").includes("open-sesame-7"));
    for (const line of readFileSync(`${seen}.files`, "utf8").trim().split("\n")) assert.match(line, /^600 /);
    for (const made of readFileSync(`${seen}.folders`, "utf8").trim().split("\n")) {
      assert.match(made, /multisite-helm-/);
      assert.ok(!existsSync(made), `${made} is left`);
    }
    await release.down();
  });

  await t.test("what somebody changes is put back, and what somebody takes away is missed", async () => {
    const release = new ReleaseLab(releasesOf(frankfurt), "small");
    const wanted = small({ values: { greeting: "good day" } });
    await release.up(wanted);
    await helm("upgrade", "small", join(__dirname, "charts/small"), "--set", "greeting=bah");
    assert.equal(await release.refresh(), true);
    assert.equal(await release.up(wanted), "update");
    const { core } = await clients(frankfurt);
    const put = await core.readNamespacedConfigMap({ name: "small", namespace: "default" });
    assert.equal(put.data?.greeting, "good day");
    assert.equal(await release.up(small({ values: { greeting: null } })), "update");
    const none = await core.readNamespacedConfigMap({ name: "small", namespace: "default" });
    assert.equal(none.data?.greeting, "none");
    await helm("uninstall", "small");
    await assert.rejects(release.down(), /release: not found.*refresh the state/);
    assert.equal(await release.refresh(), false);
  });

  await t.test("an install that does not get ready leaves a release that the next run mends", async () => {
    const release = new ReleaseLab(releasesOf(frankfurt), "small");
    const pending = small({ values: { node: { "no/such": "node" } }, timeout: 3 });
    const inputs = await release.check(pending);
    const failure = await release.up(pending).then(assert.fail, (error) => error);
    assert.ok(failure instanceof PartialFailure);
    assert.equal(failure.id, "default/small");
    assert.match(
      failure.message,
      /^Helm release "default\/small" was created, but failed to initialize completely\. Use Helm CLI to investigate: failed to become available within allocated timeout\. Error: Helm Release default\/small: /,
    );
    assert.equal((failure.outputs.status as Properties).status, "failed");
    Object.assign(release, { id: failure.id, inputs, outputs: failure.outputs });
    assert.equal(await release.up(small({ values: { node: {} } })), "update");
    assert.equal((release.outputs.status as Properties).status, "deployed");
    await release.down();
    await assert.rejects(release.up({ ...pending, atomic: true }), /has been uninstalled due to atomic being set/);
    assert.equal((await helm("list", "--all", "--output", "json")).stdout.trim(), "[]");
  });

  await t.test("a release that was left in the middle is explained, with the way out", async () => {
    const { core } = await clients(frankfurt);
    await helm("install", "small", join(__dirname, "charts/small"));
    const stranger = new ReleaseLab(releasesOf(frankfurt), "small");
    await assert.rejects(
      stranger.up(small()),
      /cannot re-use a name that is still in use.*helm uninstall small -n default/,
    );
    Object.assign(stranger, { id: "default/small", inputs: await stranger.check(small()) });
    assert.equal(await stranger.refresh(), true);
    const record = await core.readNamespacedSecret({ name: "sh.helm.release.v1.small.v1", namespace: "default" });
    const decode = (data: string) => Buffer.from(Buffer.from(data, "base64").toString(), "base64");
    const { gunzipSync, gzipSync } = await import("node:zlib");
    const kept = JSON.parse(gunzipSync(decode(record.data?.release ?? "")).toString());
    kept.info.status = "pending-upgrade";
    const packed = Buffer.from(gzipSync(JSON.stringify(kept)).toString("base64")).toString("base64");
    record.data = { release: packed };
    record.metadata = { ...record.metadata, labels: { ...record.metadata?.labels, status: "pending-upgrade" } };
    await core.replaceNamespacedSecret({ name: "sh.helm.release.v1.small.v1", namespace: "default", body: record });
    await assert.rejects(
      stranger.up(small({ values: { greeting: "x" } })),
      /another operation \(install\/upgrade\/rollback\) is in progress.*helm rollback small -n default/,
    );
    await helm("uninstall", "small");
  });

  await t.test(
    "an unknown chart is refused before anything is made; the error names the site and the ways out",
    async () => {
      const release = new ReleaseLab(releasesOf(frankfurt), "nothing");
      await assert.rejects(
        release.check({ chart: "./none" }),
        /^Error: chart: path ".\/none" not found; check the chart name/,
      );
      const unknown = { chart: "nothing", version: "1.0.0", repositoryOpts: { repo: "http://127.0.0.1:9/" } };
      await assert.rejects(
        release.check(unknown),
        /site frankfurt: .*127\.0\.0\.1:9.*nothing-1\.0\.0\.tgz.*MULTISITE_CHARTS/s,
      );
      await assert.rejects(release.check({ chart: "bitnami/nginx" }), /site frankfurt: .*repositoryOpts\.repo/);
    },
  );

  await t.test("a cluster that is not there is told in the real provider's words", async () => {
    const away = { kubeconfig: frankfurt.kubeconfig.replace(/127\.0\.0\.1:\d+/, "127.0.0.1:9") };
    const release = new ReleaseLab(releasesOf(away), "small");
    const inputs = await release.check(small());
    assert.equal((await release.preview(inputs)).id, "");
    await assert.rejects(
      release.up(small()),
      /^Error: can't create Helm Release with unreachable cluster: unable to load schema information from the API server: Get "https:\/\/127\.0\.0\.1:9\/openapi\/v2\?timeout=32s": dial tcp 127\.0\.0\.1:9: connect: connection refused$/,
    );
    assert.ok(!existsSync(join(__dirname, "charts", "small", "charts")));
  });
});
