import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { RELEASE } from "../../../rehearsal/clouds/kubernetes/kinds";
import { templates } from "../../../rehearsal/clusters/templates";
import type { Properties } from "../../../rehearsal/engine/provider";
import { temporaryFolder } from "../../support/folders";
import { Bench } from "./support";

const kubeconfig = (server: string) => `apiVersion: v1
kind: Config
current-context: c
contexts: [{ name: c, context: { cluster: k, user: u } }]
clusters: [{ name: k, cluster: { server: "${server}" } }]
users: [{ name: u, user: { token: t } }]
`;
const open = (extra: Properties = {}) =>
  Bench.open("kubernetes", { kubeconfig: kubeconfig("https://one:6443"), ...extra });
const core = (kind: string) => `kubernetes:core/v1:${kind}`;
const deployment = (labels: Properties, replicas = 2): Properties => ({
  metadata: { name: "web" },
  spec: {
    replicas,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: "c", image: "i", resources: { requests: { cpu: "100m" } } }] },
    },
  },
});

describe("a cluster", () => {
  it("names what the program does not, marks it, and fills in the metadata", async () => {
    const bench = await open();
    const made = await bench.make(core("ConfigMap"), { data: { a: "1" } }, "auto");
    const metadata = made.outputs.metadata as Properties;
    assert.match(String(metadata.name), /^auto-[0-9a-f]{8}$/);
    assert.equal(metadata.namespace, "default");
    assert.deepEqual(metadata.annotations, { "pulumi.com/autonamed": "true" });
    assert.match(String(metadata.uid), /^[0-9a-f-]{36}$/);
    assert.equal(made.id, `default/${metadata.name}`);
    assert.equal((await bench.diff(made, { data: { a: "1" } })).changes, "none");
  });

  const refused: [type: string, inputs: Properties, message: RegExp][] = [
    [core("ConfigMap"), { metadata: { name: "Bad_Name" } }, /metadata.name: must be at most 253 lower-case/],
    [core("ConfigMap"), { metadata: { name: "x" }, dato: {} }, /unknown property "dato"; did you mean "data"/],
    [core("ConfigMap"), { metadata: { name: "x", namespace: "nowhere" } }, /namespaces "nowhere" not found/],
    [core("ConfigMap"), { metadata: { name: "x", labels: { a: "no spaces" } } }, /must be a label's value/],
    [core("Namespace"), { metadata: { name: "a.b" } }, /metadata.name: must be 1 to 63/],
    [core("Namespace"), { metadata: { name: "kube-public" } }, /namespaces "kube-public" already exists/],
    [core("ConfigMap"), { metadata: { name: "taken" } }, /"default\/taken" exists already/],
    [core("NamespacePatch"), { metadata: { labels: { a: "b" } } }, /metadata.name: must be given: a patch/],
    [
      "kubernetes:apps/v1:Deployment",
      deployment({ app: "other" }),
      /spec.selector.matchLabels: must match the template's labels; app=web is not among them/,
    ],
    ["kubernetes:apps/v1:Deployment", deployment({ app: "web" }, -1), /spec.replicas: must be a whole number/],
    [
      "kubernetes:core/v1:ConfigMapp",
      {},
      /has no resource type kubernetes:core\/v1:ConfigMapp; did you mean kubernetes:core\/v1:ConfigMap\?/,
    ],
    ["kubernetes:helm.sh/v3:Release", { name: "Upper", chart: "x" }, /name: must be at most 53 lower-case/],
    ["kubernetes:helm.sh/v3:Release", { chart: "x", namespace: "nowhere" }, /namespaces "nowhere" not found/],
    ["kubernetes:helm.sh/v3:Release", {}, /missing required property "chart"/],
  ];
  for (const [type, inputs, message] of refused) {
    it(`refuses ${type}: ${message.source.slice(0, 60)}`, async () => {
      const bench = await open();
      await bench.make(core("ConfigMap"), { metadata: { name: "taken" } });
      assert.match(await bench.refusal(type, inputs, "new"), message);
    });
  }

  it("refuses a release at its check whose chart can only be a path and is none", async (t) => {
    const directory = temporaryFolder(t);
    mkdirSync(join(directory, "shop"));
    mkdirSync(join(directory, "empty"));
    writeFileSync(join(directory, "shop", "Chart.yaml"), "name: shop\n");
    writeFileSync(join(directory, "shop.tgz"), "");
    const bench = await Bench.open("kubernetes", {}, { templates: templates({ directory }) });
    const repositoryOpts = { repo: "https://charts.example.com" };
    const rows: [inputs: Properties, isFound: boolean][] = [
      [{ chart: "./shop" }, true],
      [{ chart: join(directory, "shop") }, true],
      [{ chart: "./shop.tgz" }, true],
      [{ chart: "shop", repositoryOpts }, true],
      [{ chart: "bitnami/nginx" }, true],
      [{ chart: "oci://charts.example.com/shop" }, true],
      [{ chart: "./nope" }, false],
      [{ chart: "../nope.tgz" }, false],
      [{ chart: "./empty" }, false],
      [{ chart: join(directory, "nope") }, false],
    ];
    for (const [inputs, isFound] of rows) {
      const identity = bench.identity(RELEASE, "shop");
      const { failures } = await bench.provider.check({ ...identity, olds: {}, news: inputs, randomSeed: "seed" });
      const reason = `path ${JSON.stringify(inputs.chart)} not found; check the chart name and repository configuration.`;
      assert.deepEqual(failures, isFound ? [] : [{ property: "chart", reason }], JSON.stringify(inputs));
    }
  });

  it("takes quantities that Kubernetes reads, and no others", async () => {
    const bench = await open();
    const inputs = deployment({ app: "web" }) as {
      spec: { template: { spec: { containers: { resources: Properties }[] } } };
    } & Properties;
    inputs.spec.template.spec.containers[0]!.resources = { requests: { cpu: "1,5" } };
    assert.match(
      await bench.refusal("kubernetes:apps/v1:Deployment", inputs),
      /resources.requests\["cpu"\]: must be a quantity such as "500m"/,
    );
  });

  it("takes what manifests have and the SDK's types do not: quantities as numbers, and names with dashes", async () => {
    const bench = await open();
    const inputs = deployment({ app: "web" }) as Properties & { spec: { template: { spec: Properties } } };
    const pod = (container: Properties) => {
      inputs.spec.template.spec = { containers: [{ name: "c", image: "i", ...container }] };
      return inputs;
    };
    const resources = { requests: { cpu: 0.5, memory: 1e9 }, limits: { cpu: 2 } };
    await bench.make("kubernetes:apps/v1:Deployment", pod({ resources }));
    assert.match(
      await bench.refusal("kubernetes:apps/v1:Deployment", pod({ env: [{ name: "PORT", value: 8080 }] })),
      /env\[0\].value: must be a string; got 8080/,
    );
    const either = { "x-kubernetes-int-or-string": true, maximum: 9 };
    const limits = { type: "object", additionalProperties: either };
    const openAPIV3Schema = {
      type: "object",
      "x-kubernetes-preserve-unknown-fields": true,
      properties: { max: { type: "integer", minimum: 0 }, limits, divisor: either },
    };
    await bench.make("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", {
      metadata: { name: "widgets.example.com" },
      spec: {
        group: "example.com",
        scope: "Namespaced",
        names: { plural: "widgets", kind: "Widget" },
        versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema } }],
      },
    });
  });

  it("takes custom resources of any group that no SDK knows", async () => {
    const bench = await open();
    const type = "kubernetes:cilium.io/v2:CiliumNetworkPolicy";
    const made = await bench.make(type, {
      apiVersion: "cilium.io/v2",
      kind: "CiliumNetworkPolicy",
      metadata: { name: "p", namespace: "default" },
      spec: { x: [1] },
    });
    assert.deepEqual(made.outputs.spec, { x: [1] });
    assert.equal(bench.source.fidelity(type), "modelled");
    assert.equal(bench.source.fidelity("kubernetes:core/v1:Nonsense"), undefined);
  });

  it("reports a release as deployed", async () => {
    const bench = await open();
    const made = await bench.make("kubernetes:helm.sh/v3:Release", {
      chart: "cilium",
      version: "1.19.5",
      namespace: "cilium",
      createNamespace: true,
      name: "cilium",
    });
    assert.deepEqual(
      [(made.outputs.status as Properties).status, (made.outputs.status as Properties).namespace],
      ["deployed", "cilium"],
    );
    assert.equal(await bench.refusal(core("ConfigMap"), { metadata: { name: "x", namespace: "cilium" } }), "");
  });

  it("gives a load balancer the address that was asked for", async () => {
    const bench = await open();
    const made = await bench.make(core("Service"), {
      metadata: { name: "s" },
      spec: { type: "LoadBalancer", loadBalancerIP: "10.1.2.3", ports: [{ port: 80 }] },
    });
    assert.deepEqual(made.outputs.status, { loadBalancer: { ingress: [{ ip: "10.1.2.3" }] } });
  });

  it("replaces on selector, job template, namespace and roleRef, and on data unless it is mutable", async () => {
    const bench = await open();
    await bench.make(core("Namespace"), { metadata: { name: "other" } });
    const web = await bench.make("kubernetes:apps/v1:Deployment", deployment({ app: "web" }));
    const moved = { ...web.inputs, metadata: { name: "web", namespace: "other" } };
    assert.deepEqual((await bench.diff(web, moved)).replaces, ["metadata"]);
    assert.deepEqual((await bench.diff(web, deployment({ app: "web" }, 3))).detailedDiff, {
      "spec.replicas": { kind: "update", inputDiff: true },
    });
    const map = await bench.make(core("ConfigMap"), { metadata: { name: "m" }, data: { a: "1" } });
    const change = await bench.diff(map, { metadata: { name: "m" }, data: { a: "2" } });
    assert.deepEqual(
      [change.replaces, change.deleteBeforeReplace, Object.keys(change.detailedDiff!)],
      [["data"], true, ["data.a"]],
    );
    const mutable = await open({ enableConfigMapMutable: true });
    const same = await mutable.make(core("ConfigMap"), { metadata: { name: "m" }, data: { a: "1" } });
    assert.deepEqual((await mutable.diff(same, { metadata: { name: "m" }, data: { a: "2" } })).replaces, []);
  });

  it("is known by its identity, else by its server", async () => {
    const bench = await open({ clusterIdentifier: "site-1" });
    await bench.make(core("ConfigMap"), { metadata: { name: "x" } });
    const again = await Bench.in(bench.source, "kubernetes", {
      kubeconfig: kubeconfig("https://moved:6443"),
      clusterIdentifier: "site-1",
    });
    assert.match(await again.refusal(core("ConfigMap"), { metadata: { name: "x" } }, "again"), /exists already/);
    const other = await Bench.in(bench.source, "kubernetes", { kubeconfig: kubeconfig("https://one:6443") });
    assert.equal(await other.refusal(core("ConfigMap"), { metadata: { name: "x" } }), "");
  });

  it("refuses a kubeconfig that names no server", async () => {
    const { provider } = await open();
    const news = { kubeconfig: "clusters: []\ncontexts: []\n" };
    const identity = {
      urn: "urn:pulumi:t::p::pulumi:providers:kubernetes::k",
      type: "pulumi:providers:kubernetes",
      name: "k",
    };
    const { failures } = await provider.checkConfig({ ...identity, olds: {}, news, randomSeed: "" });
    assert.match(failures[0]!.reason, /must name a context that exists/);
    const moved = await provider.diffConfig({
      ...identity,
      id: "1",
      oldInputs: { kubeconfig: kubeconfig("https://a"), clusterIdentifier: "x" },
      oldOutputs: {},
      news: { kubeconfig: kubeconfig("https://b"), clusterIdentifier: "x" },
      ignoreChanges: [],
    });
    assert.deepEqual([moved.changes, moved.replaces], ["some", []]);
  });
});
