import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { existing, Fleet, FleetWorkload, type FleetWorkloadArgs, kustomization, manifestFiles } from "../../lib";
import { eks } from "../../lib/aws";
import { follows, type Graph, isSecret, type Registered, record } from "../support/graph";
import { eksSite, fleetSpec } from "../support/specs";
import { webDeployment } from "../support/webDeployment";

const SITES = ["frankfurt", "dublin", "stockholm"];
const REGIONS = ["eu-central-1", "eu-west-1", "eu-north-1"];

const spec = fleetSpec(
  SITES.map((name, i) => eksSite(name, i + 1, { region: REGIONS[i]! })),
  {
    demand: {
      workloads: [
        { name: "shop/web", replicas: 10, cpu: 0.1, memoryGiB: 0.1 },
        { name: "reports", replicas: 3, cpu: 0.1, memoryGiB: 0.1, priority: "sheddable" },
      ],
    },
  },
);

const MANIFESTS = `
apiVersion: example.com/v1
kind: Widget
metadata: { name: widget, namespace: shop }
spec: { size: 3 }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com }
spec: { group: example.com }
---
apiVersion: v1
kind: Secret
metadata: { name: password, namespace: shop }
stringData: { password: hunter2 }
---
${webDeployment("{ name: web, image: web, resources: { requests: { cpu: 100m, memory: 100Mi } } }")}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web, namespace: shop }
spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }, maxReplicas: 10 }
`;

let last: FleetWorkload | undefined;

function build(args: Partial<FleetWorkloadArgs>, change: Partial<typeof spec> = {}, preview = false): Promise<Graph> {
  return record(
    () => {
      const fleet = new Fleet("shop", { spec: { ...spec, ...change }, kinds: [eks, existing] });
      last = new FleetWorkload("shop", { fleet, ...args });
    },
    { preview },
  );
}

/** The message with which a workload refuses its arguments, declaring nothing of its own. */
async function refusal(args: Partial<FleetWorkloadArgs>, change: Partial<typeof spec> = {}): Promise<string> {
  let refused: unknown;
  const graph = await record(() => {
    const fleet = new Fleet("shop", { spec: { ...spec, ...change }, kinds: [eks] });
    try {
      new FleetWorkload("shop", { fleet, ...args });
    } catch (error) {
      refused = error;
    }
  });
  assert.deepEqual(graph.all("multisite:index:FleetWorkload"), []);
  assert.ok(pulumi.RunError.isInstance(refused), `the CLI prints a RunError without its stack: ${refused}`);
  return refused.message;
}

const own = (graph: Graph): Registered[] => {
  const { urn } = graph.one("multisite:index:FleetWorkload", "shop");
  return graph.resources.filter(({ parent }) => parent === urn);
};

describe("FleetWorkload", () => {
  it("makes plain resources, each below the workload, by the provider of its site, after the site", async () => {
    const graph = await build({ manifests: MANIFESTS });
    for (const site of SITES) {
      const provider = graph.one("pulumi:providers:kubernetes", site);
      const objects = own(graph).filter(({ name }) => name.startsWith(`shop-${site}-`));
      assert.deepEqual(objects.map(({ type, name }) => `${type} ${name}`).sort(), [
        `kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition shop-${site}-widgets.example.com`,
        `kubernetes:apps/v1:Deployment shop-${site}-shop/web`,
        `kubernetes:autoscaling/v2:HorizontalPodAutoscaler shop-${site}-shop/web`,
        `kubernetes:core/v1:NamespacePatch shop-${site}-shop`,
        `kubernetes:core/v1:Secret shop-${site}-shop/password`,
        `kubernetes:example.com/v1:Widget shop-${site}-shop/widget`,
        `kubernetes:policy/v1:PodDisruptionBudget shop-${site}-shop/web`,
        `kubernetes:scheduling.k8s.io/v1:PriorityClass shop-${site}-shop-critical`,
      ]);
      const pool = graph.one("aws:eks/nodeGroup:NodeGroup", `${site}-apps`);
      for (const object of objects) {
        assert.equal(object.provider, provider.urn);
        assert.ok(follows(graph, object, pool), `${object.name} comes after the nodes`);
        assert.equal(object.deletedWith, graph.one("aws:eks/cluster:Cluster", site).urn);
      }
    }
  });

  it("makes namespaces first, and definitions before what they define", async () => {
    const graph = await build({ manifests: MANIFESTS });
    const namespace = graph.one("kubernetes:core/v1:NamespacePatch", "shop-dublin-shop");
    const definition = graph.all("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition")[1]!;
    const widget = graph.one("kubernetes:example.com/v1:Widget", "shop-dublin-shop/widget");
    assert.ok(follows(graph, definition, namespace) && follows(graph, widget, definition));
    assert.ok(
      !follows(graph, widget, graph.one("kubernetes:core/v1:NamespacePatch", "shop-frankfurt-shop")),
      "sites are apart",
    );
  });

  it("patches what every cluster has", async () => {
    const hardened = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: default, namespace: shop }
automountServiceAccountToken: false
---
apiVersion: v1
kind: Namespace
metadata: { name: kube-system, labels: { tier: own } }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: view }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: "system:metrics-server" }`;
    const graph = await build({ manifests: `${MANIFESTS}---${hardened}` });
    const patch = graph.one("kubernetes:core/v1:ServiceAccountPatch", "shop-dublin-shop/default");
    assert.equal(patch.inputs.automountServiceAccountToken, false);
    graph.one("kubernetes:core/v1:NamespacePatch", "shop-dublin-kube-system");
    graph.one("kubernetes:rbac.authorization.k8s.io/v1:ClusterRolePatch", "shop-dublin-view");
    graph.one("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "shop-dublin-system:metrics-server");
    assert.ok(follows(graph, patch, graph.one("kubernetes:core/v1:NamespacePatch", "shop-dublin-shop")));
  });

  it("waits for no Job that is suspended, and makes no namespace that is said to exist", async () => {
    const manifests = `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: batch/v1
kind: Job
metadata: { name: later, namespace: shop }
spec: { suspend: true, template: { spec: { restartPolicy: Never, containers: [{ name: a, image: a, resources: { requests: { cpu: 10m, memory: 8Mi } } }] } } }`;
    const graph = await build({ manifests, existingNamespaces: ["shop"] });
    const { metadata } = graph.one("kubernetes:batch/v1:Job", "shop-dublin-shop/later").inputs;
    assert.deepEqual((metadata as { annotations: object }).annotations, { "pulumi.com/skipAwait": "true" });
    graph.one("kubernetes:core/v1:NamespacePatch", "shop-dublin-shop");
  });

  it("runs what the plan places, and says so without the objects", async () => {
    const graph = await build({ manifests: MANIFESTS });
    const placements = last!.placed;
    for (const site of SITES) {
      const { inputs } = graph.one("kubernetes:apps/v1:Deployment", `shop-${site}-shop/web`);
      assert.equal((inputs.spec as { replicas: number }).replicas, 5);
      assert.deepEqual(
        placements[site]?.map(({ name, replicas }) => [name, replicas]),
        [["shop/web", 5]],
      );
    }
    const component = graph.one("multisite:index:FleetWorkload", "shop");
    assert.deepEqual(component.inputs, { placed: placements });
    assert.deepEqual(graph.outputs.get(component.urn), component.inputs);
  });

  it("keeps what a Secret holds secret, and sends it nowhere else", async () => {
    const graph = await build({ manifests: MANIFESTS });
    for (const { type, inputs } of own(graph)) {
      if (type === "kubernetes:core/v1:Secret") assert.ok(isSecret(inputs.stringData));
      else assert.ok(!JSON.stringify(inputs).includes("hunter2"), type);
    }
    assert.ok(!JSON.stringify(graph.one("multisite:index:FleetWorkload", "shop").inputs).includes("hunter2"));
  });

  it("leaves replicas to an autoscaler that may change them", async () => {
    for (const [scaling, ignored] of [
      ["prescaled", []],
      ["reserved", ["spec.replicas"]],
    ] as const) {
      const graph = await build({ manifests: MANIFESTS, scaling });
      assert.deepEqual(graph.one("kubernetes:apps/v1:Deployment", "shop-dublin-shop/web").ignoreChanges, ignored);
    }
  });

  it("declares at a preview what it declares at an update", async () => {
    const inputs = (graph: Graph) => own(graph).map(({ name, inputs }) => [name, inputs]);
    assert.deepEqual(
      inputs(await build({ manifests: MANIFESTS }, {}, true)),
      inputs(await build({ manifests: MANIFESTS })),
    );
  });

  it("gives a lost site nothing and moves nothing of the others", async () => {
    const sites = spec.sites.map((site) => (site.name === "dublin" ? { ...site, state: "lost" as const } : site));
    const graph = await build({ manifests: MANIFESTS }, { sites, degradedUntil: "2999-01-01" });
    assert.ok(own(graph).every(({ name }) => !name.startsWith("shop-dublin-")));
    assert.equal(graph.all("kubernetes:apps/v1:Deployment").length, 2);
  });
});

describe("a chart", () => {
  const chart = {
    chart: "shop",
    version: "1.2.3",
    repository: "https://charts.example.com",
    values: { web: { image: { tag: "v5" } }, token: pulumi.secret("hunter2") },
    replicas: {
      "web.replicaCount": "shop/web",
      "web.autoscaling.minReplicas": "shop/web",
      "jobs\\.io.count": "reports",
    },
    maximumReplicas: { "web.autoscaling.maxReplicas": "shop/web" },
    priorityClasses: { "web.priorityClassName": "shop/web" },
  };

  it("is one release a site, its numbers from the plan and its other values as given", async () => {
    const graph = await build({ chart });
    const releases = graph.all("kubernetes:helm.sh/v3:Release").filter(({ name }) => name.startsWith("shop-"));
    assert.deepEqual(
      releases.map(({ name }) => name),
      SITES.map((site) => `shop-${site}`),
    );
    for (const { inputs } of releases) {
      const { token, ...values } = inputs.values as Record<string, unknown>;
      assert.ok(isSecret(token) || isSecret(inputs.values));
      assert.deepEqual(values, {
        web: {
          image: { tag: "v5" },
          replicaCount: 5,
          autoscaling: { minReplicas: 5, maxReplicas: 5 },
          priorityClassName: "shop-critical",
        },
        "jobs.io": { count: 1 },
      });
    }
    assert.equal(graph.all("kubernetes:scheduling.k8s.io/v1:PriorityClass").length, 3);
    assert.deepEqual(chart.values.web, { image: { tag: "v5" } }, "the caller's values are not changed");
  });

  const web = { ...chart, replicas: { "web.replicaCount": "shop/web" } };
  const confined = { name: "shop/web", replicas: 4, cpu: 0.1, memoryGiB: 0.1 };

  it("is released where its workloads may run, and nowhere else", async () => {
    for (const [change, expected] of [
      [{ requires: { regions: ["eu-west-1", "eu-north-1"] } }, ["dublin", "stockholm"]],
      [{ spread: "singleton" }, ["dublin"]],
      [{ spread: "everywhere" }, SITES],
    ] as const) {
      const workloads = [{ ...confined, ...change }] as NonNullable<typeof spec.demand.workloads>;
      const graph = await build({ chart: web }, { demand: { workloads } });
      const releases = graph.all("kubernetes:helm.sh/v3:Release").filter(({ name }) => name.startsWith("shop-"));
      assert.deepEqual(releases.map(({ name }) => name).sort(), expected.map((site) => `shop-${site}`).sort());
    }
  });

  it("is refused where an autoscaler would have a maximum of 0", async () => {
    const workloads = [
      { ...confined, spread: "singleton" as const },
      { name: "reports", replicas: 3, cpu: 0.1, memoryGiB: 0.1 },
    ];
    assert.match(
      await refusal({ chart }, { demand: { workloads } }),
      /maximumReplicas\["web\.autoscaling\.maxReplicas"\] would be 0 at frankfurt, stockholm, where the plan places none of shop\/web/,
    );
  });

  it("is refused with a version of several charts, and with paths into lists", async () => {
    for (const version of ["1.2", "^1.2.3", "1.x", "latest", ""]) {
      assert.match(
        await refusal({ chart: { ...web, version } }),
        /chart\.version is ".*", which may mean another chart/,
      );
    }
    for (const version of ["1.2.3", "v1.2.3", "1.2.3-rc.1+build.5"]) await build({ chart: { ...web, version } });
    const { version: _none, ...unversioned } = web;
    for (const local of ["./shop", "/charts/shop", "shop-1.2.3.tgz"])
      await build({ chart: { ...unversioned, chart: local } });
    assert.match(
      await refusal({ chart: { ...web, replicas: { "workers[0].replicas": "shop/web" } } }),
      /chart\.replicas\["workers\[0\]\.replicas"\] leads into a list/,
    );
  });
});

describe("two workloads of one fleet", () => {
  const config = (name: string) => `{ apiVersion: v1, kind: ConfigMap, metadata: { name: ${name}, namespace: shop } }`;

  it("share a namespace that neither brings", async () => {
    const graph = await record(() => {
      const fleet = new Fleet("shop", { spec, kinds: [eks] });
      new FleetWorkload("one", { fleet, manifests: config("a") });
      new FleetWorkload("two", { fleet, manifests: config("b") });
    });
    const namespaces = graph.all("kubernetes:core/v1:NamespacePatch");
    assert.deepEqual(namespaces.map(({ name }) => name).sort(), SITES.map((site) => `one-${site}-shop`).sort());
    for (const site of SITES) {
      const other = graph.one("kubernetes:core/v1:ConfigMap", `two-${site}-shop/b`);
      assert.ok(follows(graph, other, graph.one("kubernetes:core/v1:NamespacePatch", `one-${site}-shop`)));
    }
  });

  it("are refused where both have an object, and where one brings what was made for the other", async () => {
    const messages: string[] = [];
    const namespace = "{ apiVersion: v1, kind: Namespace, metadata: { name: shop } }";
    await record(() => {
      const fleet = new Fleet("shop", { spec, kinds: [eks] });
      new FleetWorkload("one", { fleet, manifests: config("a") });
      try {
        new FleetWorkload("two", { fleet, manifests: [config("a"), namespace] });
      } catch (error) {
        messages.push((error as Error).message);
      }
    });
    const at = `(sites ${SITES.join(", ")})`;
    assert.deepEqual(messages, [
      [
        'FleetWorkload "two" cannot be built:',
        `  Namespace shop is in FleetWorkload "one" already, which made it for its objects: declare this one before that ${at}`,
        `  ConfigMap shop/a is in FleetWorkload "one" already, leave it to one of them ${at}`,
      ].join("\n"),
    ]);
  });
});

describe("what cannot be built", () => {
  it("is refused with everything that is wrong", async () => {
    const message = await refusal({
      chart: { chart: "shop", values: { web: "x" }, replicas: { "web.replicaCount": "nobody" } },
      manifests: [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: pulumi.output("x") } }, "kind: [", "a: 1"],
    });
    for (const part of [
      'FleetWorkload "shop" cannot be built:',
      "chart.version is missing",
      'chart.replicas["web.replicaCount"] is "nobody", which is no workload of the spec\'s demand (shop/web, reports)',
      'chart.replicas["web.replicaCount"] cannot be set: web of chart.values is no plain map',
      "manifests[0] holds an Output",
      "manifests[1]:1 (document 1): cannot be read as YAML",
      "manifests[2]:1 (document 1): is no Kubernetes object",
    ]) {
      assert.ok(message.includes(part), `${part} in: ${message}`);
    }
    assert.match(
      await refusal({ manifests: ["kind: [", "a: 1"] }),
      /manifests\[0\]:1.*\n.*manifests\[1\].*is no Kubernetes object/,
    );
    assert.match(await refusal({ manifests: [7 as never] }), /manifests\[0\] is no manifest, got 7: give a text/);
    assert.match(await refusal({ manifests: 7 as never }), /manifests of shop must be a text or a list, got 7: give/);
    assert.match(await refusal({}), /give manifests, a chart, or both/);
  });
});

describe("files and kustomizations", () => {
  const folder = mkdtempSync(join(tmpdir(), "multisite-test-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("are read in the order of their names, and every path that is not there is named", () => {
    writeFileSync(join(folder, "b.yaml"), "b");
    writeFileSync(join(folder, "a.yml"), "a");
    writeFileSync(join(folder, "notes.txt"), "not a manifest");
    assert.deepEqual(
      manifestFiles(folder).map(({ text }) => text),
      ["a", "b"],
    );
    assert.throws(
      () => manifestFiles(join(folder, "x"), join(folder, "y")),
      (error) => pulumi.RunError.isInstance(error) && /\/x: .*\n.*\/y: /.test(error.message),
    );
  });

  it("are read as the command reads them: links, UTF-16, nothing hidden, and nothing that has to be rendered", () => {
    const at = (...names: string[]) => join(folder, "tree", ...names);
    for (const name of ["real", ".git", "node_modules", "chart", "overlay", "empty"])
      mkdirSync(at(name), { recursive: true });
    writeFileSync(at("real", "a.YAML"), Buffer.from("\uFEFFutf-16", "utf16le"));
    for (const name of [".git", "node_modules"]) writeFileSync(at(name, "hidden.yaml"), "hidden");
    writeFileSync(at("real", ".hidden.yaml"), "hidden");
    mkdirSync(at("top"));
    symlinkSync(at("real"), at("top", "linked"), "junction");
    symlinkSync(at("top"), at("top", "circle"), "junction");
    assert.deepEqual(
      manifestFiles(at("top")).map(({ text }) => text),
      ["utf-16"],
    );
    writeFileSync(at("chart", "Chart.yaml"), "name: shop");
    writeFileSync(at("overlay", "Kustomization"), "resources: [web.yaml]");
    writeFileSync(at("overlay", "web.yaml"), "web");
    writeFileSync(at("binary.yaml"), Buffer.from([0xc3, 0x28]));
    writeFileSync(at("wrong.yaml"), "kind: [");
    assert.throws(
      () => manifestFiles(at("chart"), at("overlay"), at("wrong.yaml"), at("empty"), at("none"), at("binary.yaml")),
      (error) => {
        assert.ok(pulumi.RunError.isInstance(error));
        const lines = error.message.replaceAll(at(), "").split("\n");
        assert.match(lines.pop() ?? "", /^ {2}\/wrong\.yaml:1 \(document 1\): cannot be read as YAML/);
        assert.deepEqual(lines, [
          "Manifests cannot be read:",
          "  /chart: is a Helm chart: give it as `chart` of the FleetWorkload",
          "  /overlay: is a kustomization: give it with kustomization(folder)",
          "  /empty: holds no file that ends in .yaml, .yml, .json",
          "  /none: does not exist",
          "  /binary.yaml: is no text: it is neither UTF-8 nor UTF-16 with a byte order mark",
        ]);
        return true;
      },
    );
  });

  it("that kubectl refuses are told in its words, without the frame of its log", () => {
    const kubectl = join(folder, "refusing");
    const told = (stderr: string) => {
      writeFileSync(kubectl, `#!/bin/sh\ncat >&2 <<'END'\n${stderr}\nEND\nexit 1\n`, { mode: 0o755 });
      try {
        kustomization(folder, { kubectl });
      } catch (error) {
        return (error as Error).message.replace(folder, "k8s");
      }
      return "";
    };
    assert.equal(
      told('E1129 09:44:52.7 20 run.go:72] "command failed" err="no such \\"a.yaml\\""'),
      'Kustomization k8s cannot be built: no such "a.yaml"',
    );
    assert.match(
      told(
        'E1129 09:44:52.7 20 run.go:72] "command failed" err=<\n\tin config: `\n\tname: app\n\t`: must specify --enable-helm\n >',
      ),
      /^Kustomization k8s cannot be built: in config: `\nname: app\n`: must specify --enable-helm\n {2}Charts in kustomizations are not rendered here/,
    );
    assert.equal(told("error: unknown"), "Kustomization k8s cannot be built: error: unknown");
    assert.equal(
      told("error: literal sources [TOKEN=quiet alone]: invalid literal source alone, expected key=value"),
      "Kustomization k8s cannot be built: error: literal sources: invalid literal source, expected key=value",
    );
    const patch =
      'error: trouble configuring builtin PatchTransformer with config: `\npatch: |-\n  stringData: {A: quiet\n`: unable to parse patch from [patch: "stringData: {A: \\"quiet\\""]';
    assert.equal(
      told(patch),
      "Kustomization k8s cannot be built: error: trouble configuring builtin PatchTransformer: unable to parse patch from the patch",
    );
  });

  it("are built by the kubectl that is named, and without one it is said what to do", () => {
    assert.throws(
      () => kustomization(folder, { kubectl: join(folder, "no-kubectl") }),
      (error) => pulumi.RunError.isInstance(error) && /kubectl kustomize .* > built.yaml/.test(error.message),
    );
    const kubectl = join(folder, "kubectl");
    writeFileSync(
      kubectl,
      '#!/bin/sh\n[ "$1" = kustomize ] || exit 3\n[ -d "$2" ] && echo "kind: Built" || { echo "no such folder" >&2; exit 1; }\n',
      { mode: 0o755 },
    );
    assert.deepEqual(kustomization(folder, { kubectl }), [{ name: folder, text: "kind: Built\n" }]);
    assert.throws(() => kustomization(join(folder, "none"), { kubectl }), /cannot be built: no such folder/);
  });
});
