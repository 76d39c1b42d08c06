import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BUNDLE_HASH_ANNOTATION,
  legalSteps,
  recordData,
  recordOf,
  TRUST_RECORD,
  type TrustFacts,
  type TrustRotation,
} from "../../../lib/plan/trustPhases";
import type { LocalSite } from "../../../rehearsal/clusters/sites";
import { bundleFact } from "../../../rehearsal/trust/certificates";
import { collect } from "../../../rehearsal/trust/collect";
import { readerOf } from "../../../rehearsal/trust/reader";
import { clients } from "../../support/localClients";
import { localTools } from "../../support/localTools";
import { SHARED, sharedSite } from "../../support/shared";
import { leaf, root, sha256 } from "../../trust/certificates";

const [g1, g2] = [root("shop root g1"), root("shop root g2")];
const NAMESPACE = "kube-system";
const CONSUMER = { namespace: NAMESPACE, name: "reads-the-bundle" };
const BUNDLE = { namespace: NAMESPACE, name: "cilium-root-ca.crt" };
const WAITING_SECONDS = 120;

/** A bundle's text and what its readers are annotated with. */
function bundle(roots: readonly (typeof g1)[]): { text: string; hash: string } {
  const text = roots.map(({ certPem }) => certPem).join("");
  return { text, hash: bundleFact("", text, new Map(), undefined).hash };
}

/** What a site's stack makes, with one reader of the bundle. */
async function furnish(site: LocalSite): Promise<void> {
  const { core, apps } = await clients(site);
  const { text, hash } = bundle([g1]);
  const own = leaf(g1, `remote-${site.name}`);
  const generations = { g1: sha256(g1.certPem), g2: sha256(g2.certPem) };
  const objects = {
    bundles: [`${NAMESPACE}/ConfigMap/${BUNDLE.name}/ca.crt`],
    leaves: [`${NAMESPACE}/remote`],
    consumers: [`${NAMESPACE}/DaemonSet/${CONSUMER.name}`],
  };
  const record = recordOf({ revision: 1 }, generations, objects, "shop.example.com");
  const labels = { app: CONSUMER.name };
  await core.createNamespacedConfigMap({ namespace: NAMESPACE, body: { metadata: BUNDLE, data: { "ca.crt": text } } });
  await core.createNamespacedSecret({
    namespace: NAMESPACE,
    body: {
      metadata: { name: "remote" },
      type: "kubernetes.io/tls",
      stringData: { "tls.crt": own.chainPem, "tls.key": own.keyPem },
    },
  });
  await apps.createNamespacedDaemonSet({
    namespace: NAMESPACE,
    body: {
      metadata: CONSUMER,
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations: { [BUNDLE_HASH_ANNOTATION]: hash } },
          spec: {
            containers: [{ name: "reader", image: "registry.example.com/reader:1" }],
            tolerations: [{ operator: "Exists" }],
          },
        },
      },
    },
  });
  await core.createNamespacedConfigMap({
    namespace: NAMESPACE,
    body: { metadata: { name: TRUST_RECORD.name }, data: recordData(record) },
  });
}

test("trust status on real control planes", async (t) => {
  const tools = await localTools();
  if (typeof tools === "string") {
    t.skip(tools);
    return;
  }
  const sites = await Promise.all(SHARED.sites.map(({ name }) => sharedSite(tools, name)));
  const [oslo] = sites as [LocalSite];
  await Promise.all(sites.map(furnish));
  const asked = sites.map((site) => ({
    name: site.name,
    reader: () => readerOf(site.name, { file: site.kubeconfigFile }, 20),
  }));
  const facts = () => collect(asked, 20, new AbortController().signal);
  const next = (rotation: TrustRotation, seen: TrustFacts) => {
    const subject = { rotation, sites: SHARED.sites.map(({ name, state }) => ({ name, state })) };
    return legalSteps(subject, seen, new Date().toISOString()).forward[0]!;
  };
  const distributed: TrustRotation = {
    revision: 1,
    bundleSince: 1,
    generations: [
      { name: "g1", state: "active" },
      { name: "g2", state: "next" },
    ],
  };
  /** Facts once what is wanted is so: controllers take their time. */
  const seenOnce = async (isSo: (seen: TrustFacts) => boolean): Promise<TrustFacts> => {
    for (const end = Date.now() + WAITING_SECONDS * 1000; ; ) {
      const seen = await facts();
      if (isSo(seen)) return seen;
      assert.ok(Date.now() < end, JSON.stringify(seen, null, 1));
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  };
  const rolled = (hash: string) => (seen: TrustFacts) =>
    Object.values(seen.sites).every(
      (site) =>
        site.reached &&
        site.consumers.every(
          ({ desired, pods }) =>
            desired > 0 && pods.length === desired && pods.every((pod) => pod.ready && pod.hash === hash),
        ),
    );

  await t.test("tells roots, certificates and rolled pods, and nothing of keys", async () => {
    const seen = await seenOnce(rolled(bundle([g1]).hash));
    assert.doesNotMatch(JSON.stringify(seen), /PRIVATE KEY/);
    for (const name of ["oslo", "turin"]) {
      const site = seen.sites[name]!;
      assert.ok(site.reached);
      assert.equal(site.revision, 1);
      assert.deepEqual(
        site.bundles[0]?.roots.map(({ generation }) => generation),
        ["g1"],
      );
      assert.ok(Math.abs(Date.parse(site.bundles[0]?.writtenAt ?? "") - Date.now()) < 600_000);
      assert.deepEqual(
        site.leaves.map(({ where, generation }) => [where, generation]),
        [["kube-system/remote", "g1"]],
      );
    }
    const step = next(distributed, seen);
    assert.match(step.gates.map(({ seen: what }) => what).join("\n"), /trusts \[g1\] only/);
  });

  await t.test("a bundle that was written waits for its readers, and is seen when they are rolled", async () => {
    const { text, hash } = bundle([g1, g2]);
    // Times of the API have whole seconds: what is written in the second of a pod's start does not count as later.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    for (const site of sites) {
      const { core } = await clients(site);
      await core.replaceNamespacedConfigMap({ ...BUNDLE, body: { metadata: BUNDLE, data: { "ca.crt": text } } });
    }
    const early = next(distributed, await facts());
    assert.equal(early.legal, false);
    assert.match(early.gates.map(({ seen }) => seen).join("\n"), /not rolled since/);
    for (const site of sites) {
      const { apps } = await clients(site);
      const found = await apps.readNamespacedDaemonSet(CONSUMER);
      found.spec!.template.metadata!.annotations = { [BUNDLE_HASH_ANNOTATION]: hash };
      await apps.replaceNamespacedDaemonSet({ ...CONSUMER, body: found });
    }
    const step = next(distributed, await seenOnce(rolled(hash)));
    assert.deepEqual(
      step.gates.filter(({ met }) => !met),
      [],
    );
  });

  await t.test("a site that is lost is a fact, and holds the step up by name", async () => {
    await oslo.kill();
    const seen = await facts();
    assert.equal(seen.sites.oslo?.reached, false);
    assert.equal(seen.sites.turin?.reached, true);
    const step = next(distributed, seen);
    assert.deepEqual([...new Set(step.gates.filter(({ met }) => !met).map(({ site }) => site))], ["oslo"]);
  });
});
