import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { simulatedClouds } from "../../../../rehearsal/clouds";
import { kubernetesSource } from "../../../../rehearsal/clusters/provider";
import type { ProviderSource } from "../../../../rehearsal/engine/provider";
import { localTools } from "../../../support/localTools";
import { sharedControlPlane } from "../../../support/shared";
import { objectsOf } from "../support";
import { done, found, openComponents, overTheWire, SHOP, said } from "./programs";

const KUBECONFIG = `apiVersion: v1
kind: Config
current-context: c
contexts: [{ name: c, context: { cluster: k, user: u } }]
clusters: [{ name: k, cluster: { server: "https://one:6443" } }]
users: [{ name: u, user: { token: t } }]
`;

const KEYS = `{ "apiVersion": "v1", "kind": "List", "items": [
  { "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "key" }, "stringData": { "key": "very secret words" } }] }`;

const GROUP = "kubernetes:yaml/v2:ConfigGroup";
const prefixed = ["g:default/key", "g:one", "g:shop", "g:shop/prices", "g:sites.case.example"];

/** A group of files, through its life, on one source; the cluster is empty before and after. */
async function life(t: TestContext, source: (dir: string) => ProviderSource): Promise<void> {
  const group = (more: string) => `const g = new ConfigGroup("g", { files: ["m/*.yaml", "m/keys.json"]${more} }, opts);
    exports.ids = g.resources.apply((all) => pulumi.all(all.map((one) => one.id)));`;
  const { session, write } = await openComponents(t, source, group(""), { "m/shop.yaml": SHOP, "m/keys.json": KEYS });
  const preview = await session.preview();
  assert.deepEqual([preview.exit, said(preview)], [0, []]);
  assert.deepEqual(
    done(preview),
    prefixed.map((name) => `create ${name}`),
  );
  const up = await session.up();
  assert.deepEqual([up.exit, said(up)], [0, []]);
  // The SDK has no class for a custom resource, so that it only knows its URN.
  assert.deepEqual(up.stackOutputs.ids, ["shop", "sites.case.example", "default/key", "shop/prices", null]);
  const component = found(up, "g");
  assert.deepEqual([component?.type, component?.inputs, component?.outputs], [GROUP, {}, {}]);
  for (const name of prefixed) {
    const child = found(up, name);
    assert.deepEqual([child?.parent, child?.provider.split("::").at(-2)], [component?.urn, "cluster"], name);
  }
  assert.deepEqual(found(up, "g:shop/prices")?.dependsOn, [found(up, "g:shop")?.urn]);
  assert.deepEqual(found(up, "g:one")?.dependsOn, [found(up, "g:sites.case.example")?.urn]);
  assert.doesNotMatch(JSON.stringify([up, session.deployment()]), /very secret words/);
  assert.deepEqual(done(await session.up()), []);
  write(group(`, skipAwait: true, resourcePrefix: "other"`));
  const renamed = await session.preview();
  assert.equal(done(renamed).length, 2 * prefixed.length);
  write(
    `new ConfigFile("f", { file: "m/keys.json", resourcePrefix: "g", skipAwait: true }, { ...opts, aliases: [{ name: "g", type: "${GROUP}" }] });`,
  );
  const moved = await session.up();
  assert.deepEqual([moved.exit, said(moved)], [0, []]);
  assert.deepEqual(done(moved), [...prefixed.slice(1).map((name) => `delete ${name}`), "update g:default/key"]);
  assert.equal((await session.destroy()).exit, 0);
}

/** What is told of inputs that are not known, or no manifests. */
async function refusals(t: TestContext, source: (dir: string) => ProviderSource): Promise<void> {
  const { session, write } = await openComponents(
    t,
    source,
    `const base = new k8s.core.v1.ConfigMap("base", { data: { a: "b" } }, opts);
     const g = new ConfigGroup("g", { objs: [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "copy" }, data: { from: base.id, words: pulumi.secret("hidden words") } }] }, opts);
     new k8s.core.v1.ConfigMap("after", { data: { urns: g.resources.apply((all) => String(all.length)) } }, opts);`,
  );
  const preview = await session.preview();
  const incomplete = `${GROUP}:g -- Required input properties have unknown values. Preview is incomplete.`;
  assert.deepEqual([preview.exit, said(preview)], [0, [incomplete]]);
  assert.equal(found(preview, "g:default/copy"), undefined);
  const up = await session.up();
  assert.deepEqual([up.exit, said(up)], [0, []]);
  const data = found(up, "g:default/copy")?.inputs.data as Record<string, unknown>;
  assert.match(String(data.from), /^default\/base-[0-9a-f]{8}$/);
  assert.doesNotMatch(JSON.stringify([up, session.deployment()]), /hidden words/);
  assert.deepEqual(done(await session.preview()), []);
  assert.equal((await session.destroy()).exit, 0);
  for (const [code, message] of [
    [
      `new ConfigFile("f", { file: "none.yaml" }, opts);`,
      "reading YAML file from disk: open none.yaml: no such file or directory",
    ],
    [
      `new ConfigGroup("f", { yaml: "- a" }, opts);`,
      "decoding YAML: error unmarshaling JSON: a document is no mapping",
    ],
    [
      `new ConfigGroup("f", { yaml: "kind: A" }, opts);`,
      'Kubernetes resources require a kind and apiVersion: `{"kind":"A"}`',
    ],
    [
      `new ConfigGroup("f", { files: "x.yaml" }, opts);`,
      'setting args: copying input "files": it must be a list of texts',
    ],
  ] as const) {
    write(code);
    const refused = await session.preview();
    assert.equal(refused.exit, 1);
    const type = code.startsWith("new ConfigFile") ? "ConfigFile" : "ConfigGroup";
    assert.deepEqual(said(refused), [`kubernetes:yaml/v2:${type} resource 'f' has a problem: ${message}`]);
  }
}

test("components of YAML on a simulated cluster", async (t) => {
  process.env.CASE_KUBECONFIG = KUBECONFIG;
  const source = (dir: string) => simulatedClouds({ moduleRoots: [dir] });
  await t.test("live", (each) => life(each, source));
  await t.test("tell what they cannot do", (each) => refusals(each, source));
});

test("components of YAML that a plugin makes for a CLI", async (t) => {
  process.env.CASE_KUBECONFIG = KUBECONFIG;
  await life(t, (dir) => overTheWire(t, simulatedClouds({ moduleRoots: [dir] }), dir));
});

test("components of YAML on a real control plane", async (t) => {
  const tools = await localTools();
  if (typeof tools === "string") return t.skip(tools);
  const plane = await sharedControlPlane(tools);
  process.env.CASE_KUBECONFIG = plane.kubeconfig;
  const source = (dir: string) => kubernetesSource({ moduleRoots: [dir] });
  await t.test("live, and leave nothing", async (each) => {
    await life(each, source);
    const left = await objectsOf(plane.kubeconfig);
    // Which API servers make by themselves.
    assert.deepEqual(
      left.filter(({ name }) => name !== "kube-public"),
      [],
    );
  });
  await t.test("tell what they cannot do", (each) => refusals(each, source));
  await t.test("name no namespace for kinds that nobody knows, and say so", async (each) => {
    const code = `new ConfigGroup("g", { yaml: "{apiVersion: strange.io/v1, kind: Thing, metadata: {name: t}}" }, opts);`;
    const { session } = await openComponents(each, source, code);
    const preview = await session.preview();
    assert.match(said(preview).join("\n"), /^Unable to determine whether .+: strange.io\/v1, Kind=Thing\. Set /m);
    assert.deepEqual(done(preview), ["create g:t"]);
  });
  await t.test("are refused where the cluster cannot be reached", async (each) => {
    const code = `new ConfigGroup("g", {}, { provider: new k8s.Provider("gone", { kubeconfig: process.env.CASE_KUBECONFIG.replace(/https:.*/, "https://127.0.0.1:9") }) });`;
    const { session } = await openComponents(each, source, code);
    const preview = await session.preview();
    assert.match(
      said(preview).join("\n"),
      /^kubernetes:yaml\/v2:ConfigGroup resource 'g' has a problem: configured Kubernetes cluster is unreachable: /m,
    );
  });
});
