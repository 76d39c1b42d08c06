import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { demandFromObjects } from "../../../lib/plan/demand";
import { observe } from "../../../lib/plan/observed";
import { urnOf } from "../../support/packProcess";

const CONTAINER = { name: "main", resources: { requests: { cpu: "1", memory: "1Gi" } } };

function object(kind: string, pod: object, apiVersion = kind.endsWith("Job") ? "batch/v1" : "apps/v1") {
  const template = { metadata: { labels: { app: "web" } }, spec: { containers: [CONTAINER], ...pod } };
  const spec = kind === "CronJob" ? { jobTemplate: { spec: { template } } } : { template };
  return { apiVersion, kind, metadata: { name: "web" }, spec };
}

function read(objects: readonly object[], nodeLabels?: ReadonlySet<string>) {
  return demandFromObjects(
    objects.map((one) => ({ object: one, source: "a" })),
    nodeLabels,
  );
}

const problemsOf = (one: object) =>
  read([one]).problems.map(({ path, message }) => `${path.replace(/^.* /, "")} ${message}`);

describe("restart policies are those that the API server takes", () => {
  const rows: [kind: string, pod: object, problem: RegExp | undefined][] = [
    ["Deployment", { restartPolicy: "Always" }, undefined],
    ["Deployment", { restartPolicy: "" }, undefined],
    ["Deployment", { restartPolicy: "always" }, /restartPolicy must be one of Always, OnFailure, Never, got "always"$/],
    ["Deployment", { restartPolicy: "Never" }, /restartPolicy must be Always in a Deployment, got "Never"$/],
    ["DaemonSet", { restartPolicy: "OnFailure" }, /restartPolicy must be Always in a DaemonSet, got "OnFailure"$/],
    ["Job", { restartPolicy: "OnFailure" }, undefined],
    ["Job", { restartPolicy: "Always" }, /restartPolicy must be OnFailure or Never in a Job, got "Always"$/],
    ["CronJob", { restartPolicy: "Sometimes" }, /restartPolicy must be one of/],
    ["Rollout", { restartPolicy: "Never" }, undefined],
    [
      "Deployment",
      { initContainers: [{ ...CONTAINER, restartPolicy: "Allways" }] },
      /initContainers\[0\]\.restartPolicy must be one of Always, OnFailure, Never, got "Allways"$/,
    ],
    ["Deployment", { initContainers: [{ ...CONTAINER, restartPolicy: "Never" }] }, undefined],
  ];
  for (const [kind, pod, problem] of rows) {
    it(`${kind} ${JSON.stringify(pod).slice(0, 60)}`, () => {
      const found = problemsOf(object(kind, pod, kind === "Rollout" ? "argoproj.io/v1alpha1" : undefined));
      assert.equal(found.length, problem === undefined ? 0 : 1, found.join());
      if (problem !== undefined) assert.match(found[0] ?? "", problem);
    });
  }
});

describe("topology keys are labels that nodes have", () => {
  const term = (topologyKey?: string) => ({ topologyKey, labelSelector: { matchLabels: { app: "web" } } });
  const places: [what: string, pod: (key?: string) => object][] = [
    [
      "spread",
      (key) => ({ topologySpreadConstraints: [{ maxSkew: 1, whenUnsatisfiable: "DoNotSchedule", ...term(key) }] }),
    ],
    [
      "required anti-affinity",
      (key) => ({ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term(key)] } } }),
    ],
    [
      "preferred affinity",
      (key) => ({
        affinity: {
          podAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term(key) }],
          },
        },
      }),
    ],
  ];
  const given = new Set(["rack"]);
  const noted = (pod: object, nodeLabels?: ReadonlySet<string>) =>
    read([object("Deployment", pod)], nodeLabels).notes.filter((note) => note.includes("of a topologyKey"));

  for (const [what, pod] of places) {
    it(what, () => {
      for (const key of ["kubernetes.io/hostname", "topology.kubernetes.io/zone", "kubernetes.io/arch"]) {
        assert.deepEqual(noted(pod(key), given), [], key);
      }
      for (const nodeLabels of [undefined, given]) {
        assert.deepEqual(noted(pod("topology.kubernetes.io/zones"), nodeLabels), [
          "The label topology.kubernetes.io/zones of a topologyKey is not among those of the nodes that are given (did you mean topology.kubernetes.io/zone?): web.",
        ]);
      }
      for (const key of ["", undefined]) {
        const [problem] = problemsOf(object("Deployment", pod(key)));
        assert.match(problem ?? "", /topologyKey must be the key of a node's label, such as kubernetes\.io\/hostname$/);
      }
      assert.match(
        problemsOf(object("Deployment", pod("no key")))[0] ?? "",
        /has the key "no key", which is no Kubernetes name/,
      );
    });
  }

  it("of one's own are judged where the labels of the nodes are given", () => {
    const pod = places[0]![1];
    assert.deepEqual(noted(pod("rack"), given), []);
    assert.equal(noted(pod("racks"), given).length, 1);
    assert.deepEqual(noted(pod("racks")), []);
    for (const key of ["cloud.google.com/gke-nodepool", "node.kubernetes.io/x", "topology.k8s.aws/zone-id"]) {
      assert.deepEqual(noted(pod(key), given), [], key);
    }
  });

  it("are compared with the pools of a program", () => {
    const pool = (labels: object) => ({
      ...{ urn: urnOf("aws:eks/nodeGroup:NodeGroup", "p"), type: "aws:eks/nodeGroup:NodeGroup", name: "p" },
      ...{ props: { clusterName: "c", labels }, ignoreChanges: [], propertyDependencies: {} },
    });
    const { metadata, spec } = object("Deployment", places[0]![1]("rack"));
    const deployment = {
      ...{ urn: urnOf("kubernetes:apps/v1:Deployment", "web"), type: "kubernetes:apps/v1:Deployment", name: "web" },
      ...{ props: { metadata, spec }, ignoreChanges: [], propertyDependencies: {} },
    };
    const notes = (labels: object) =>
      observe([pool(labels), deployment]).workloads.notes.filter((note) => note.includes("of a topologyKey"));
    assert.deepEqual(notes({ rack: "1" }), []);
    assert.equal(notes({}).length, 1);
    assert.deepEqual(
      observe([deployment]).workloads.notes.filter((note) => note.includes("of a topologyKey")),
      [],
    );
  });
});

describe("a RuntimeClass", () => {
  const kata = {
    ...{ apiVersion: "node.k8s.io/v1", kind: "RuntimeClass", metadata: { name: "kata" }, handler: "kata" },
    overhead: { podFixed: { cpu: "250m", memory: "128Mi" } },
  };
  const web = object("Deployment", { runtimeClassName: "kata" });

  it("adds its overhead to each pod", () => {
    const { workloads, notes } = read([kata, web]);
    assert.deepEqual([workloads[0]?.cpu, workloads[0]?.memoryGiB, notes], [1.25, 1.125, []]);
  });

  it("that is not given is named, as what may ask for more", () => {
    const { workloads, uncounted, problems } = read([web]);
    assert.deepEqual([workloads[0]?.cpu, problems], [1, []]);
    assert.deepEqual(uncounted, [
      "Overhead of RuntimeClass kata, which is not among what is given, is not counted; a site without it refuses the pods: web.",
    ]);
  });
});
