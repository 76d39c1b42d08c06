import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ObservedResource, observe, UNKNOWN } from "../../../lib/plan/observed";
import { urnOf } from "../../support/packProcess";

interface Given {
  readonly provider?: string;
  /** URNs that `metadata` and `spec` were made from. */
  readonly metadataFrom?: readonly string[];
  readonly specFrom?: readonly string[];
}

function object(kind: string, name: string, props: object, given: Given = {}): ObservedResource {
  const type = `kubernetes:${kind}`;
  const { provider = "cluster", metadataFrom = [], specFrom = [] } = given;
  return {
    ...{ urn: urnOf(type, name), type, name, props, ignoreChanges: [] },
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
