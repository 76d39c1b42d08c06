import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ObservedResource, observe, UNKNOWN } from "../../../lib/plan/observed";
import { urnOf } from "../../support/packProcess";

interface Given {
  readonly provider?: string;
  /** URNs that `metadata` and `spec` were made from. */
  readonly metadataFrom?: readonly string[];
  readonly specFrom?: readonly string[];
  readonly ignoreChanges?: readonly string[];
}

function object(kind: string, name: string, props: object, given: Given = {}): ObservedResource {
  const type = `kubernetes:${kind}`;
  const { provider = "cluster", metadataFrom = [], specFrom = [], ignoreChanges = [] } = given;
  return {
    ...{ urn: urnOf(type, name), type, name, props, ignoreChanges },
    propertyDependencies: { metadata: metadataFrom, spec: specFrom },
    provider: {
      ...{ urn: urnOf("pulumi:providers:kubernetes", provider), type: "pulumi:providers:kubernetes" },
      ...{ name: provider, props: {} },
    },
  };
}

const container = { name: "c", resources: { requests: { cpu: "1", memory: "1Gi" } } };
const web = (name: string, metadata: object, given: Given = {}) => {
  const spec = {
    replicas: 3,
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [container] } },
  };
  return object("apps/v1:Deployment", name, { metadata, spec }, given);
};
const scaler = (target: object, given: Given = {}, metadata: object = { name: "web" }) =>
  object(
    "autoscaling/v2:HorizontalPodAutoscaler",
    "scaler",
    { metadata, spec: { scaleTargetRef: { kind: "Deployment", ...target }, minReplicas: 5, maxReplicas: 30 } },
    given,
  );

function counted(...resources: ObservedResource[]) {
  const { workloads, running } = observe(resources);
  return {
    pods: workloads.workloads.reduce((sum, { replicas }) => sum + replicas, 0),
    problems: workloads.problems.map(({ message }) => message),
    bounds: running.objects.map(({ minimum, maximum }) => [minimum, maximum]),
    budgets: running.budgets,
    notes: workloads.uncounted,
  };
}

describe("what is not known before an update", () => {
  it("is what an autoscaler scales, unless its name comes from the resource", () => {
    const deployment = web("web", {});
    const from = counted(deployment, scaler({ name: UNKNOWN }, { specFrom: [deployment.urn] }));
    assert.deepEqual([from.pods, from.problems, from.bounds], [30, [], [[5, 30]]]);
    for (const target of [{ name: UNKNOWN }, { name: "web", kind: UNKNOWN }]) {
      const { problems } = counted(deployment, scaler(target));
      assert.match(problems.join(), /is not known before the update: give a literal name and kind/);
    }
  });

  it("may be the namespace of an autoscaler: it is that of what it scales, or a problem", () => {
    const namespace = urnOf("kubernetes:core/v1:Namespace", "shop");
    const given = { metadataFrom: [namespace] };
    const unknown = { name: "web", namespace: UNKNOWN };
    const deployment = web("web", unknown, given);
    assert.equal(counted(deployment, scaler({ name: "web" }, given, unknown)).pods, 30);
    const byName = scaler({ name: UNKNOWN }, { specFrom: [deployment.urn] }, unknown);
    assert.equal(counted(deployment, byName).pods, 30);
    const { problems } = counted(deployment, scaler({ name: "web" }, {}, unknown));
    assert.match(problems.join(), /is not known before the update, so that what it scales is not either/);
  });

  it("are namespaces, and what is in one is not in another", () => {
    const unknown = { name: "web", namespace: UNKNOWN };
    assert.equal(counted(web("a", unknown), web("b", unknown)).pods, 6);
    const [one, other] = ["one", "other"].map((name) => urnOf("kubernetes:core/v1:Namespace", name));
    const inEach = [web("a", unknown, { metadataFrom: [one!] }), web("b", unknown, { metadataFrom: [other!] })];
    assert.equal(counted(...inEach).pods, 6);
  });

  it("may be what a budget allows", () => {
    const spec = { maxUnavailable: UNKNOWN, selector: { matchLabels: { app: "web" } } };
    const budget = object("policy/v1:PodDisruptionBudget", "web", { metadata: { name: "web" }, spec });
    const [found] = counted(web("web", { name: "web" }), budget).budgets;
    assert.deepEqual([found?.pods, found?.allowed], [3, undefined]);
  });
});

it("objects of clusters that cannot be told are told apart by their providers", () => {
  const metadata = { name: "web", namespace: "shop" };
  const both = [web("a", metadata, { provider: "one" }), web("b", metadata, { provider: "other" })];
  assert.equal(counted(...both).pods, 6);
  const daemonSet = (provider: string) =>
    object(
      "apps/v1:DaemonSet",
      `agent-${provider}`,
      { metadata, spec: { template: { spec: { containers: [container] } } } },
      { provider },
    );
  const { daemonSets } = observe([...both, daemonSet("one"), daemonSet("other")]).workloads;
  assert.deepEqual([...daemonSets.keys()], [""]);
  assert.equal(daemonSets.get("")?.length, 1, "a node has it once");
});

describe("lists of objects", () => {
  const items = (...members: unknown[]) => ({ items: members });
  const item = (name: string, replicas: number) => {
    const { props } = web(name, { name, namespace: "shop" });
    const { metadata, spec } = props as { metadata: object; spec: object };
    return { metadata, spec: { ...spec, replicas } };
  };

  it("count by what they hold, as the objects alone do", () => {
    for (const kind of ["Deployment", "StatefulSet", "ReplicaSet"]) {
      const list = object(`apps/v1:${kind}List`, "all", items(item("a", 3), item("b", 4)));
      const alone = ["a", "b"].map((name, i) => object(`apps/v1:${kind}`, name, item(name, 3 + i)));
      assert.deepEqual(counted(list), counted(...alone));
      assert.equal(counted(list).pods, 7);
    }
  });

  it("know the autoscalers of their items, also those in lists", () => {
    const scalers = object("autoscaling/v2:HorizontalPodAutoscalerList", "scalers", {
      items: [
        {
          metadata: { name: "a", namespace: "shop" },
          spec: { scaleTargetRef: { kind: "Deployment", name: "a" }, minReplicas: 2, maxReplicas: 20 },
        },
      ],
    });
    const list = object("apps/v1:DeploymentList", "all", items(item("a", 3), item("b", 4)));
    assert.equal(counted(list, scalers).pods, 24);
  });

  it("hide nothing that is not known", () => {
    for (const props of [{ items: UNKNOWN }, UNKNOWN, items(UNKNOWN), items(item("a", UNKNOWN as never))]) {
      const { problems } = counted(object("apps/v1:DeploymentList", "all", props as object));
      assert.ok(problems.length > 0, String(props));
    }
    assert.deepEqual(counted(object("core/v1:ConfigMapList", "all", { items: UNKNOWN })).problems, []);
    assert.deepEqual(counted(object("apps/v1:DeploymentList", "none", items())).pods, 0);
  });

  it("are one object where a kind is only called so", () => {
    assert.deepEqual(counted(object("example.com/v1:AllowList", "all", { spec: {} })).problems, []);
  });
});

describe("patches", () => {
  const { spec } = web("web", {}).props as { spec: { template: object } };
  const metadata = { name: "web", namespace: "shop" };
  const patch = (kind: string, more: object) => object(kind, "web-patch", { metadata, spec: more });

  it("count where they say all that is counted", () => {
    assert.equal(counted(patch("apps/v1:DeploymentPatch", spec)).pods, 3);
    assert.deepEqual(counted(patch("apps/v1:StatefulSetPatch", spec)).notes, []);
    const { daemonSets } = observe([patch("apps/v1:DaemonSetPatch", { template: spec.template })]).workloads;
    assert.equal(daemonSets.get("")?.length, 1);
  });

  it("are noted where they ask for more than they say", () => {
    const bare = { ...spec, template: { spec: { containers: [{ name: "c" }] } } };
    for (const more of [{ replicas: 50 }, { template: spec.template }, bare]) {
      const { pods, notes } = counted(patch("apps/v1:DeploymentPatch", more));
      assert.equal(pods, 0);
      assert.match(
        notes.join(),
        /^Patches do not say all .* so they are not counted: .*: DeploymentPatch "web-patch"\.$/,
      );
    }
    for (const [kind, more] of [
      ["apps/v1:DeploymentPatch", { paused: false }],
      ["core/v1:ConfigMapPatch", { replicas: undefined }],
    ] as const) {
      assert.deepEqual(counted(patch(kind, more)).notes, []);
    }
  });

  it("are noted, and not counted twice, where the object itself is in the program", () => {
    const own = web("web", metadata);
    const { pods, notes } = counted(patch("apps/v1:DeploymentPatch", { ...spec, replicas: 50 }), own);
    assert.equal(pods, 3);
    assert.match(
      notes.join(),
      /^Patches of objects of this program are not counted: .*: DeploymentPatch "web-patch"\.$/,
    );
    const elsewhere = web("web", { ...metadata, namespace: "other" });
    assert.equal(counted(patch("apps/v1:DeploymentPatch", { ...spec, replicas: 50 }), elsewhere).pods, 53);
  });

  it("may be of an autoscaler", () => {
    const own = web("web", metadata);
    const target = { scaleTargetRef: { kind: "Deployment", name: "web" }, maxReplicas: 30 };
    assert.equal(counted(own, patch("autoscaling/v2:HorizontalPodAutoscalerPatch", target)).pods, 30);
    const { pods, notes } = counted(own, patch("autoscaling/v2:HorizontalPodAutoscalerPatch", { maxReplicas: 30 }));
    assert.deepEqual([pods, notes.length], [3, 1]);
  });
});

describe("replicas whose changes the program ignores", () => {
  const metadata = { name: "web" };
  const note = (subject: string) =>
    `Numbers of pods whose changes the program ignores (ignoreChanges) count as it or its state has them, and others may ask for more: ${subject}.`;

  it("count as the state has them, and are noted", () => {
    for (const ignored of ["spec.replicas", "spec", 'spec["replicas"]', "*"]) {
      const { pods, notes } = counted(web("web", metadata, { ignoreChanges: [ignored] }));
      assert.deepEqual([pods, notes], [3, [note('Deployment "web" (spec.replicas)')]], ignored);
    }
    assert.deepEqual(counted(web("web", metadata, { ignoreChanges: ["metadata", "spec.paused"] })).notes, []);
  });

  it("are those of the autoscaler where the program has it, unless its own maximum is ignored", () => {
    const own = web("web", metadata, { ignoreChanges: ["spec.replicas"] });
    const { pods, notes } = counted(own, scaler({ name: "web" }));
    assert.deepEqual([pods, notes], [30, []]);
    const free = scaler({ name: "web" }, { ignoreChanges: ["spec.maxReplicas"] });
    assert.deepEqual(counted(own, free).notes, [note('HorizontalPodAutoscaler "scaler" (spec.maxReplicas)')]);
  });

  it("may be those of an item of a list", () => {
    const { props } = web("web", metadata);
    const list = (ignored: string) =>
      counted(object("apps/v1:DeploymentList", "all", { items: [props] }, { ignoreChanges: [ignored] })).notes.length;
    for (const ignored of ["items", "items[0]", "items[*].spec.replicas", "items[0].spec.replicas", "items.0.spec"]) {
      assert.equal(list(ignored), 1, ignored);
    }
    for (const other of ["items[1]", "items[0].metadata", "metadata"]) assert.equal(list(other), 0, other);
  });
});
