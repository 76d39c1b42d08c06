import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { kubernetes } from "../../../rehearsal/clouds/kubernetes";
import { RELEASE } from "../../../rehearsal/clouds/kubernetes/kinds";
import { UNKNOWN } from "../../../rehearsal/clouds/wire";
import { templates } from "../../../rehearsal/clusters/templates";
import type { Properties } from "../../../rehearsal/engine/provider";
import { makeSecret } from "../../../rehearsal/engine/values";
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

  it("reads the version of a chart that is a folder, and the name of every chart", async (t) => {
    const directory = temporaryFolder(t);
    for (const [name, text] of [
      ["shop", "name: shop\nversion: 1.2.3\n"],
      ["bad", "{"],
      ["bare", "name: bare\n"],
    ] as const) {
      mkdirSync(join(directory, name));
      writeFileSync(join(directory, name, "Chart.yaml"), text);
    }
    const rows: [inputs: Properties, version: string, chart: string][] = [
      [{ chart: "./shop" }, "1.2.3", "shop"],
      [{ chart: join(directory, "shop"), version: "9.9.9" }, "1.2.3", "shop"],
      [{ chart: "shop", version: "2.0.0", repositoryOpts: { repo: "https://charts.example.com" } }, "2.0.0", "shop"],
      [{ chart: "oci://charts.example.com/team/api", version: "3.0.0" }, "3.0.0", "api"],
      [{ chart: "./bad" }, "", "bad"],
      [{ chart: "./bare" }, "", "bare"],
    ];
    for (const [inputs, version, chart] of rows) {
      const bench = await Bench.open("kubernetes", {}, { templates: templates({ directory }) });
      const { outputs } = await bench.make(RELEASE, inputs);
      const status = outputs.status as Properties;
      assert.deepEqual([status.version, status.chart], [version, chart], JSON.stringify(inputs));
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

  const volume = (source: Properties) => ({
    metadata: { name: "v" },
    spec: { accessModes: ["ReadWriteOnce"], ...source },
  });
  const web = { app: "web" };
  const task = { template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "i" }] } } };
  /** As the real provider and the API server have it: replaced, changed, or refused. */
  const changes: [type: string, before: Properties, after: Properties, outcome: "replaced" | "changed" | RegExp][] = [
    [core("Service"), { spec: { ports: [] } }, { spec: { ports: [], clusterIP: "None" } }, "replaced"],
    [
      "kubernetes:batch/v1:Job",
      { spec: { ...task, parallelism: 1 } },
      { spec: { ...task, parallelism: 2 } },
      "replaced",
    ],
    [
      core("PersistentVolume"),
      volume({ nfs: { server: "a", path: "/" } }),
      volume({ nfs: { server: "b", path: "/" } }),
      "replaced",
    ],
    [core("Pod"), { spec: { containers: [] } }, { spec: { containers: [{ name: "c", image: "i" }] } }, "replaced"],
    [core("ConfigMap"), { immutable: true, data: { a: "1" } }, { immutable: true, data: { a: "2" } }, "replaced"],
    [core("ConfigMap"), { data: { a: "1" } }, { data: { a: "2" } }, "changed"],
    [core("Secret"), { type: "a" }, { type: "b" }, "replaced"],
    ["kubernetes:storage.k8s.io/v1:StorageClass", { provisioner: "a" }, { provisioner: "b" }, "replaced"],
    [
      "kubernetes:storage.k8s.io/v1:StorageClass",
      { provisioner: "a" },
      { provisioner: "a", reclaimPolicy: "Retain" },
      /reclaimPolicy cannot change from "Delete" to "Retain": Kubernetes fixes it when the object is made/,
    ],
    [
      "kubernetes:storage.k8s.io/v1:StorageClass",
      { provisioner: "a" },
      { provisioner: "a", reclaimPolicy: "Delete" },
      "changed",
    ],
    ["kubernetes:scheduling.k8s.io/v1:PriorityClass", { value: 1 }, { value: 2 }, /value cannot change from 1 to 2/],
    [
      core("PersistentVolumeClaim"),
      volume({}),
      volume({ volumeMode: "Block" }),
      /volumeMode cannot change from "Filesystem"/,
    ],
    [core("PersistentVolumeClaim"), volume({}), volume({ volumeMode: "Filesystem" }), "changed"],
    [core("PersistentVolumeClaim"), volume({}), volume({ storageClassName: "x" }), "replaced"],
    [
      "kubernetes:apps/v1:ReplicaSet",
      deployment(web),
      { ...deployment(web), spec: { ...(deployment(web).spec as Properties), selector: { matchLabels: {} } } },
      /spec.selector cannot change/,
    ],
  ];
  for (const [type, before, after, outcome] of changes) {
    it(`${type} from ${JSON.stringify(before)} to ${JSON.stringify(after)}: ${outcome}`, async () => {
      const bench = await open({ enableConfigMapMutable: true });
      const named = (inputs: Properties) => ({ ...inputs, metadata: { name: "it" } });
      const made = await bench.make(type, named(before));
      const { replaces } = await bench.diff(made, named(after));
      assert.equal(replaces.length > 0, outcome === "replaced", JSON.stringify(replaces));
      if (outcome === "replaced") return;
      const refused = await bench.update(made, named(after)).then(
        () => "",
        (error: Error) => error.message,
      );
      if (outcome === "changed") assert.equal(refused, "");
      else assert.match(refused, outcome);
    });
  }

  it("leaves out the status that manifests have, of kinds that have one", async () => {
    const bench = await open();
    const made = await bench.make("kubernetes:apps/v1:Deployment", { ...deployment(web), status: {} });
    assert.equal((made.outputs.status as Properties).readyReplicas, 2);
    assert.match(await bench.refusal(core("ConfigMap"), { status: {} }), /unknown property "status"/);
  });

  it("knows what a program looks up by its id, and by what the program has made of it", async () => {
    const bench = await open();
    const read = (type: string, id: string, given: Properties = {}) =>
      bench.provider.read({ ...bench.identity(type, "looked"), id, inputs: given, outputs: given, timeoutSeconds: 0 });
    const space = await read(core("Namespace"), "shop");
    assert.deepEqual(
      [space.inputs, space.outputs.kind],
      [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } }, "Namespace"],
    );
    const service = (await read(core("Service"), "shop/web")).outputs as { metadata: Properties; status: Properties };
    assert.deepEqual([service.metadata.name, service.metadata.namespace], ["web", "shop"]);
    assert.match(JSON.stringify(service.status), /^{"loadBalancer":{"ingress":\[{"ip":"198\.18\./);
    assert.equal(
      await bench.refusal(core("ConfigMap"), { metadata: { name: "m", namespace: "shop" }, data: { a: "1" } }),
      "",
    );
    for (const given of [{}, { metadata: { annotations: { t: "y" } } }]) {
      const { outputs } = await read(core("ConfigMap"), "shop/m", given);
      assert.deepEqual([outputs.data, (outputs.metadata as Properties).name], [{ a: "1" }, "m"]);
    }
    await bench.make(core("Secret"), { metadata: { name: "s" }, stringData: { a: "quiet" } });
    for (const id of ["s", "default/s"]) {
      const { inputs, outputs } = await read(core("Secret"), id);
      assert.deepEqual(outputs.data, makeSecret({ a: Buffer.from("quiet").toString("base64") }));
      assert.doesNotMatch(JSON.stringify(inputs), /quiet/);
    }
  });

  it("fills in what the API server and controllers do", async () => {
    const bench = await open();
    const made = async (type: string, inputs: Properties) =>
      (await bench.make(type, inputs)).outputs as { [name: string]: Properties };
    const job = await made("kubernetes:batch/v1:Job", { spec: { completions: 3, ...task } });
    assert.deepEqual([job.spec?.parallelism, job.status], [1, { succeeded: 3 }]);
    const { spec } = await made(core("Service"), { spec: { type: "NodePort", ports: [{ port: 80 }] } });
    const [port] = (spec?.ports ?? []) as { nodePort: number; targetPort: number; protocol: string }[];
    assert.deepEqual([port?.targetPort, port?.protocol], [80, "TCP"]);
    assert.ok(port !== undefined && port.nodePort >= 30_000 && port.nodePort < 32_768, String(port?.nodePort));
    const headless = await made(core("Service"), { spec: { clusterIP: "None", ports: [] } });
    assert.deepEqual(headless.spec?.clusterIPs, ["None"]);
    const claim = await made(core("PersistentVolumeClaim"), {
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    });
    assert.deepEqual([claim.status?.phase, claim.status?.capacity], ["Bound", { storage: "1Gi" }]);
    const pod = await made(core("Pod"), { spec: { containers: [{ name: "c", image: "i" }] } });
    assert.equal(pod.status?.phase, "Running");
    const onEks = await Bench.open("kubernetes", {
      kubeconfig: kubeconfig("https://A1.gr7.eu-west-1.eks.amazonaws.com"),
    });
    const rule = { spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } } } };
    for (const [of, wanted] of [
      [bench, /"ip":"198\.18\.\d+\.\d+"/],
      [onEks, /"hostname":"door-[0-9a-f]{10}\.elb\.eu-west-1\.amazonaws\.com"/],
    ] as const) {
      const ingress = await of.make("kubernetes:networking.k8s.io/v1:Ingress", { metadata: { name: "door" }, ...rule });
      assert.match(JSON.stringify(ingress.outputs.status), wanted);
    }
  });

  it("tells a preview what an object would be, and not what only comes to be", async () => {
    const { provider, ...bench } = await open();
    const preview = async (type: string, inputs: Properties) => {
      const request = {
        ...Bench.prototype.identity.call(bench, type, "it"),
        inputs: { metadata: { name: "it" }, ...inputs },
      };
      return (await provider.create({ ...request, preview: true, timeoutSeconds: 0 })).outputs as {
        [name: string]: Properties;
      };
    };
    const { spec, metadata, status } = await preview(core("Service"), { spec: { ports: [{ port: 80 }] } });
    assert.match(String(spec?.clusterIP), /^10\.96\./);
    assert.match(String(metadata?.uid), /^[0-9a-f-]{36}$/);
    assert.equal(status, UNKNOWN);
    const unsure = await preview(core("Service"), { spec: { ports: [{ port: UNKNOWN }] } });
    assert.equal(unsure.spec?.clusterIP, undefined);
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

  const contexts = `apiVersion: v1
kind: Config
current-context: a
contexts: [{ name: a, context: { cluster: one, user: u, namespace: team } }, { name: b, context: { cluster: two, user: u } }]
clusters: [{ name: one, cluster: { server: "https://one:6443" } }, { name: two, cluster: { server: "https://two:6443" } }]
users: [{ name: u, user: { token: t } }]
`;

  const pairs: [what: string, one: Properties, other: Properties, isOneCluster: boolean, isMove: boolean][] = [
    ["contexts of one kubeconfig", { kubeconfig: contexts }, { kubeconfig: contexts, context: "b" }, false, true],
    ["another cluster", { kubeconfig: contexts, context: "a" }, { kubeconfig: contexts, cluster: "two" }, false, true],
    [
      "one cluster by another way",
      { kubeconfig: contexts, context: "b" },
      { kubeconfig: contexts, cluster: "two" },
      true,
      false,
    ],
    [
      "one server of two kubeconfigs",
      { kubeconfig: contexts },
      { kubeconfig: kubeconfig("https://one:6443") },
      true,
      false,
    ],
    ["contexts of the machine's own", { context: "staging" }, { context: "prod" }, false, false],
    ["a cluster of the machine's own", {}, { cluster: "prod" }, false, false],
    ["an empty context of the machine's own", {}, { context: "" }, true, false],
    [
      "contexts of a file",
      { kubeconfig: "~/.kube/config", context: "staging" },
      { kubeconfig: "~/.kube/config", context: "prod" },
      false,
      false,
    ],
    [
      "an identity that comes to be given",
      { kubeconfig: contexts },
      { kubeconfig: contexts, clusterIdentifier: "x" },
      false,
      false,
    ],
    ["two identities", { clusterIdentifier: "x" }, { clusterIdentifier: "y" }, false, true],
  ];
  for (const [what, one, other, isOneCluster, isMove] of pairs) {
    it(`is ${isOneCluster ? "one" : "two"} for ${what}, and ${isMove ? "moves" : "stays"} from one to the other`, async () => {
      const bench = await Bench.open("kubernetes", { ...one, namespace: "default" });
      await bench.make(core("ConfigMap"), { metadata: { name: "same" } });
      const second = await Bench.in(bench.source, "kubernetes", { ...other, namespace: "default" });
      const refusal = await second.refusal(core("ConfigMap"), { metadata: { name: "same" } }, "second");
      assert.equal(/exists already/.test(refusal), isOneCluster, refusal);
      const { replaces } = await bench.provider.diffConfig({
        ...bench.identity("pulumi:providers:kubernetes", "k"),
        ...{ id: "1", oldInputs: one, oldOutputs: {}, news: other, ignoreChanges: [] },
      });
      assert.equal(replaces?.length !== 0, isMove);
    });
  }

  it("has no owner as long as it is not known which it is", async () => {
    for (const name of ["kubeconfig", "context", "cluster"]) {
      assert.equal(kubernetes.account({ kubeconfig: contexts, [name]: UNKNOWN }).owner, undefined, name);
    }
  });

  it("puts what names no namespace into the provider's, else that of the context", async () => {
    const rows: [config: Properties, namespace: string][] = [
      [{ kubeconfig: contexts }, "team"],
      [{ kubeconfig: contexts, context: "b" }, "default"],
      [{ kubeconfig: contexts, cluster: "two" }, "team"],
      [{ kubeconfig: contexts, namespace: "given" }, "given"],
      [{ kubeconfig: contexts, namespace: "" }, "team"],
    ];
    for (const [config, namespace] of rows) {
      const bench = await Bench.open("kubernetes", config);
      if (namespace !== "default") await bench.make(core("Namespace"), { metadata: { name: namespace } });
      const { id, outputs } = await bench.make(core("ConfigMap"), { metadata: { name: "m" } });
      assert.equal(id, `${namespace}/m`);
      assert.equal((outputs.metadata as Properties).namespace, namespace);
    }
  });

  const definition = (scope: string): Properties => ({
    metadata: { name: "widgets.example.com" },
    spec: {
      ...{ group: "example.com", scope, names: { plural: "widgets", kind: "Widget" } },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
    },
  });
  const WIDGET = "kubernetes:example.com/v1:Widget";

  const placed: [what: string, type: string, metadata: unknown, expected: unknown][] = [
    ["no metadata", core("ConfigMapPatch"), undefined, { namespace: "shop" }],
    ["no namespace", core("ConfigMap"), { name: "m" }, { name: "m", namespace: "shop" }],
    ["an empty one", core("ConfigMap"), { name: "m", namespace: "" }, { name: "m", namespace: "shop" }],
    ["one of its own", core("ConfigMap"), { name: "m", namespace: "own" }, { name: "m", namespace: "own" }],
    [
      "one that is not known yet",
      core("ConfigMap"),
      { name: "m", namespace: UNKNOWN },
      { name: "m", namespace: UNKNOWN },
    ],
    ["nothing known yet", core("ConfigMap"), UNKNOWN, UNKNOWN],
    ["a secret", core("ConfigMap"), makeSecret({ name: "m" }), makeSecret({ name: "m", namespace: "shop" })],
    ["a kind of the whole cluster", core("Namespace"), { name: "m" }, { name: "m" }],
    ["a list", core("ConfigMapList"), { resourceVersion: "1" }, { resourceVersion: "1" }],
    ["a defined kind", WIDGET, { name: "m" }, { name: "m", namespace: "shop" }],
    ["a kind that nobody defined", "kubernetes:example.com/v1:Gadget", { name: "m" }, { name: "m" }],
    ["a class", "kubernetes:gateway.networking.k8s.io/v1:GatewayClass", { name: "m" }, { name: "m" }],
  ];
  for (const [what, type, metadata, expected] of placed) {
    it(`has its inputs name the namespace: ${what}`, async () => {
      const bench = await open({ namespace: "shop" });
      await bench.make("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", definition("Namespaced"));
      const news = metadata === undefined ? {} : { metadata };
      const { inputs } = await bench.provider.check({ ...bench.identity(type, "m"), olds: {}, news, randomSeed: "" });
      assert.deepEqual(inputs.metadata, expected);
    });
  }

  it("replaces nothing that was made before its kind was defined", async () => {
    const bench = await open({ namespace: "shop" });
    const widget = { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" } };
    const made = await bench.make(WIDGET, widget);
    await bench.make("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", definition("Namespaced"));
    assert.equal((await bench.diff(made, widget)).changes, "none");
  });

  it("has the namespaces that every cluster has, which can be imported and read", async () => {
    const bench = await open();
    const identity = bench.identity(core("Namespace"), "own");
    const inputs: Properties = { metadata: { name: "default", labels: { team: "x" } } };
    const request = { ...identity, inputs, preview: false, timeoutSeconds: 0 };
    await assert.rejects(
      bench.provider.create(request),
      /namespaces "default" already exists; import it, or change it by/,
    );
    const { id, outputs } = await bench.provider.create({ ...request, isImported: true });
    assert.deepEqual([id, (outputs.metadata as Properties).labels], ["default", { team: "x" }]);
    const made = { ...identity, id, inputs, outputs, out: String };
    const news: Properties = { metadata: { name: "default", labels: { team: "y" } } };
    assert.deepEqual(((await bench.update(made, news)).metadata as Properties).labels, { team: "y" });
    await assert.rejects(bench.remove(made), /namespaces "default" is forbidden: this namespace may not be deleted/);
    const system = { ...bench.identity(core("Namespace"), "system"), id: "kube-system", inputs: {}, outputs: {} };
    assert.equal((await bench.provider.read({ ...system, timeoutSeconds: 0 })).id, "kube-system");
  });

  it("waits for a namespace that comes a moment later, and for no other thing", async () => {
    const bench = await open();
    const early = bench.make(core("ConfigMap"), { metadata: { name: "early", namespace: "shop" } });
    const never = bench.refusal(core("ConfigMap"), { metadata: { name: "never", namespace: "nowhere" } });
    const release = bench.refusal(RELEASE, { chart: "x", namespace: "shop" });
    assert.match(await release, /namespaces "shop" not found/);
    await bench.make(core("Namespace"), { metadata: { name: "shop" } });
    assert.equal((await early).id, "shop/early");
    assert.match(await never, /namespaces "nowhere" not found; make it first/);
  });

  it("refuses to render into a folder, which no simulated cluster does", async () => {
    const { provider } = await open();
    for (const [name, value] of [
      ["renderYamlToDirectory", "out"],
      ["alwaysRender", "true"],
    ] as const) {
      const identity = { urn: "urn:pulumi:t::p::pulumi:providers:kubernetes::k", type: "pulumi:providers:kubernetes" };
      const request = { ...identity, name: "k", olds: {}, news: { [name]: value }, randomSeed: "" };
      const reason = `cannot rehearse: rendering to a folder, which ${name} asks for; leave it out`;
      assert.deepEqual((await provider.checkConfig(request)).failures, [{ property: name, reason }]);
    }
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
