import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { certificatesOf } from "../../../lib/plan/trust/bundle";
import { BUNDLE_LABEL, BUNDLE_SOURCE, SIGNER_SECRETS } from "../../../lib/plan/trust/objects";
import { legalSteps, type RotationSubject, type TrustRotation, type TrustStep } from "../../../lib/plan/trustPhases";
import type { LocalSite } from "../../../rehearsal/clusters/sites";
import { makePki } from "../../../rehearsal/clusters/sites/pki";
import { freePort } from "../../../rehearsal/clusters/sites/ports";
import { type ProgramRun, refuseFailed } from "../../../rehearsal/commands/program";
import type { RunResult } from "../../../rehearsal/engine";
import { collect } from "../../../rehearsal/trust/collect";
import { readerOf } from "../../../rehearsal/trust/reader";
import { temporaryFolder, until } from "../../support/folders";
import { clients } from "../../support/localClients";
import { localProgram, runProgram } from "../../support/localPrograms";
import { localTools } from "../../support/localTools";
import { onLocalSites } from "../../support/onLocalSites";
import { kubectlApply } from "../../support/piped";
import { type Identity, leaf, root } from "../../trust/certificates";
import { brokenLinks, TlsSite } from "../../trust/links";
import { SITES, STEADY, trustProgram } from "../../trust/program";
import { byOpenssl, runs } from "../../trust/verifiers";
import { AcmeWorld, defineGateways, held } from "../gateway/acme";

const POD = { namespace: "shop", name: "api" };
const GENERATIONS: TrustRotation["generations"] = [
  { name: "g1", state: "active" },
  { name: "g2", state: "next" },
];
const DISTRIBUTED: TrustRotation = { revision: 1, bundleSince: 1, generations: GENERATIONS };
const ISSUED: TrustRotation = { ...DISTRIBUTED, revision: 2, issuedByNext: ["oslo"], nextWasIssued: true };

/** What runs in a site's pods where pods run: beside it here. */
async function runControllers(
  t: TestContext,
  { kubeconfig }: LocalSite,
  paths: { issuers: string; trust: string },
  { certManager }: AcmeWorld,
) {
  const { server } = makePki("webhook", "127.0.0.1", "unused");
  const [webhook, probe, metrics] = await Promise.all([freePort(), freePort(), freePort()]);
  const { namespace } = BUNDLE_SOURCE;
  await runProgram(
    t,
    paths.trust,
    [
      ...["--kubeconfig", "{kubeconfig}", "--trust-namespace", namespace, "--leader-elect=false"],
      ...["--webhook-host", "127.0.0.1", "--webhook-port", String(webhook), "--webhook-certificate-dir", "{}"],
      ...["--readiness-probe-port", String(probe), "--metrics-port", String(metrics)],
    ],
    { kubeconfig, "tls.crt": server.certificate, "tls.key": server.key },
  );
  const args = ["--kubeconfig", "{kubeconfig}", "--cluster-resource-namespace", SIGNER_SECRETS.certManager.namespace];
  args.push(...certManager.args);
  const log = await runProgram(t, paths.issuers, args, { kubeconfig }, certManager.environment);
  await until(() => existsSync(log) && readFileSync(log, "utf8").includes("issuing"), 180);
}

/** A namespace that asks for the roots, one that does not, and a workload's certificate. */
async function furnish(kubectl: string, site: LocalSite): Promise<void> {
  const namespace = (of: string, labels: object) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: of, labels },
  });
  const certificate = {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: POD,
    spec: {
      secretName: POD.name,
      dnsNames: [`${site.name}.mesh.cilium.io`],
      uris: [`spiffe://sample.example.com/site/${site.name}/ns/shop/sa/api`],
      usages: ["digital signature", "server auth", "client auth"],
      privateKey: { algorithm: "ECDSA", size: 256, encoding: "PKCS8" },
      issuerRef: { kind: "ClusterIssuer", name: "multisite-site-ca" },
    },
  };
  const items = [namespace("shop", { [BUNDLE_LABEL.name]: BUNDLE_LABEL.value }), namespace("other", {}), certificate];
  await kubectlApply(kubectl, site, items);
}

/** The certificate that the site's issuer made; undefined while there is none. */
async function issued(site: LocalSite): Promise<Identity | undefined> {
  const { core } = await clients(site);
  const data = (await core.readNamespacedSecret(POD).catch(() => undefined))?.data;
  const text = (key: string) => Buffer.from(data?.[key] ?? "", "base64").toString();
  const [chainPem, keyPem] = [text("tls.crt"), text("tls.key")];
  if (chainPem === "" || keyPem === "") return undefined;
  const certPem = certificatesOf(chainPem, "The chain")[0]!.toString();
  return { key: createPrivateKey(keyPem), keyPem, chainPem, certPem };
}

/** The roots that trust-manager wrote into a namespace; empty while there are none. */
async function rootsIn(site: LocalSite, namespace: string): Promise<string> {
  const { core } = await clients(site);
  const found = await core.readNamespacedConfigMap({ namespace, name: BUNDLE_SOURCE.name }).catch(() => undefined);
  return found?.data?.[BUNDLE_SOURCE.key] ?? "";
}

const count = (pem: string) => pem.match(/BEGIN CERTIFICATE/g)?.length ?? 0;

/** Every site as a server and a client, with what its controllers made for it. */
async function withTls(sites: readonly LocalSite[], work: (all: TlsSite[]) => Promise<void>): Promise<void> {
  const made = await Promise.all(
    sites.map(async (site) => new TlsSite(site.name, await rootsIn(site, "shop"), (await issued(site))!)),
  );
  try {
    for (const one of made) await one.listen();
    await work(made);
  } finally {
    for (const one of made) one.close();
  }
}

async function allVerify(t: TestContext, sites: readonly LocalSite[]): Promise<void> {
  await withTls(sites, async (all) => {
    assert.deepEqual(await brokenLinks(all), []);
    if (!runs("openssl", "version")) return;
    for (const { identity } of all)
      for (const { bundle } of all) assert.equal(await byOpenssl(temporaryFolder(t), bundle, identity), undefined);
  });
}

async function up(run: ProgramRun): Promise<RunResult> {
  const result = await run.session.up();
  refuseFailed(result);
  return result;
}

/** The next step of the rotation, by what the sites say. */
async function nextStep(rotation: TrustRotation, sites: readonly LocalSite[]): Promise<TrustStep> {
  const asked = sites.map(({ name, kubeconfigFile }) => ({
    name,
    reader: () => readerOf(name, { file: kubeconfigFile }, 60),
  }));
  const facts = await collect(asked, 60, new AbortController().signal);
  const known = sites.map(({ name }) => ({ name, state: "active" as const, consumers: [], unseenLeafHours: 24 }));
  const subject: RotationSubject = { rotation, sites: known };
  return legalSteps(subject, facts, new Date().toISOString()).forward[0]!;
}

const unmet = ({ gates }: TrustStep) => gates.filter(({ met }) => !met).map(({ site, seen }) => `${site}: ${seen}`);

test("real controllers in three sites, by the objects of this library, before a real ACME authority", async (whole) => {
  const t = whole;
  const [tools, issuers, trust, pebble] = [
    await localTools(),
    await localProgram("issuers"),
    await localProgram("trust-manager"),
    await localProgram("pebble"),
  ];
  for (const one of [tools, issuers, trust, pebble]) if (typeof one === "string") return t.skip(one);
  if (typeof tools === "string" || typeof issuers === "string" || typeof trust === "string") return;
  const world = typeof pebble === "string" ? pebble : await AcmeWorld.start(t, pebble.path);
  if (typeof world === "string") return t.skip(world);
  const { dir, take } = trustProgram(t, { signers: ["certManager"], hubble: false }, world.authority);
  await onLocalSites(t, dir, async (run, all) => {
    const sites = SITES.map((name) => all[name]!);
    const [oslo, turin, vienna] = sites as [LocalSite, LocalSite, LocalSite];
    let made: RunResult["resources"] = [];

    await t.test("the rehearsal makes them, and changes nothing when it runs again", async () => {
      for (const site of sites) await defineGateways(tools.kubectl.path, site);
      await up(run);
      const { steps, resources } = await up(run);
      assert.deepEqual(new Set(steps.map(({ op }) => op)), new Set(["same"]));
      made = resources;
      world.know(made);
      for (const site of sites) assert.equal(await held(site), undefined, "nobody was asked yet");
    });

    await t.test(
      "each site's issuer signs, and each other verifies by the roots that trust-manager wrote",
      async (t) => {
        await Promise.all(
          sites.map(async (site) => {
            await runControllers(whole, site, { issuers: issuers.path, trust: trust.path }, world);
            await furnish(tools.kubectl.path, site);
            await until(
              async () => (await issued(site)) !== undefined && count(await rootsIn(site, "shop")) === 1,
              300,
            );
            assert.equal(await rootsIn(site, "other"), "", "a namespace that did not ask");
          }),
        );
        await allVerify(t, sites);
        await withTls(sites, async (all) => {
          const [first] = all as [TlsSite];
          const foreign = root("sample.example.com root g1");
          first.take(first.bundle, leaf(foreign, "api", { dnsNames: [`${first.name}.mesh.cilium.io`] }));
          assert.equal((await brokenLinks(all)).length, 4, "nobody takes a certificate of a foreign authority");
        });
      },
    );

    await t.test("each site gets a certificate for the public name by an account and a role of its own", () =>
      world.eachHasItsOwn(sites, made),
    );

    await t.test("a next root is in every site's bundle before anything is issued from it", async (t) => {
      assert.deepEqual(unmet(await nextStep(STEADY, sites)), []);
      take(DISTRIBUTED);
      await up(run);
      await until(async () => (await bundles(sites)).every((roots) => count(roots) === 2), 300);
      await allVerify(t, sites);
      const step = await nextStep(DISTRIBUTED, sites);
      assert.deepEqual([step.kind, unmet(step)], ["issue", []]);
    });

    await t.test(
      "a site that is issued from the next root is taken in all others; its old leaf is named",
      async (t) => {
        take(ISSUED);
        await up(run);
        assert.match(unmet(await nextStep(ISSUED, sites)).join("\n"), /^oslo: shop\/api chains to g1$/);
        const before = (await issued(oslo))!;
        const { core } = await clients(oslo);
        await core.deleteNamespacedSecret(POD);
        await until(async () => ((await issued(oslo))?.certPem ?? before.certPem) !== before.certPem, 300);
        assert.deepEqual(unmet(await nextStep(ISSUED, sites)), []);
        const above = new X509Certificate(certificatesOf((await issued(oslo))!.chainPem, "The chain")[1]!.toString());
        assert.match(above.issuer, /root g2/);
        await allVerify(t, sites);
      },
    );

    await t.test(
      "with two of three sites dead, the third renews its public certificate, by nobody's help",
      async () => {
        await Promise.all([oslo.kill(), turin.kill()]);
        await world.renews(vienna);
      },
    );
  });
});

const bundles = (sites: readonly LocalSite[]) => Promise.all(sites.map((site) => rootsIn(site, "shop")));
