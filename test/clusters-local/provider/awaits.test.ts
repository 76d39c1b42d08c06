import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deployment } from "../../../rehearsal/clusters/provider/awaits/deployment";
import { ingress, service } from "../../../rehearsal/clusters/provider/awaits/network";
import { persistentVolumeClaim } from "../../../rehearsal/clusters/provider/awaits/others";
import { judgePod } from "../../../rehearsal/clusters/provider/awaits/pod";
import type { Rule, Sight } from "../../../rehearsal/clusters/provider/awaits/rule";
import { customRule } from "../../../rehearsal/clusters/provider/awaits/waitFor";
import { daemonSet, job, statefulSet } from "../../../rehearsal/clusters/provider/awaits/workloads";
import type { KubeObject } from "../../../rehearsal/clusters/provider/objects";

const object = (kind: string, rest: object, metadata: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name: "x", uid: `${kind}-uid`, generation: 2, ...metadata },
  ...rest,
});
const judge = (rule: Rule, live: KubeObject, related: KubeObject[] = [], more: Partial<Sight> = {}) =>
  rule.judge({
    live,
    before: undefined,
    related: (kind) => related.filter((each) => each.kind === kind),
    quietSeconds: 60,
    ...more,
  });
const yes = (type: string, more: object = {}) => ({ type, status: "True", ...more });
const no = (type: string, more: object = {}) => ({ type, status: "False", ...more });
const ownedBy = (owner: string) => ({ ownerReferences: [{ uid: `${owner}-uid` }] });
const revision = (number: string) => ({ annotations: { "deployment.kubernetes.io/revision": number } });

describe("a Deployment", () => {
  const rolled = {
    conditions: [yes("Available"), yes("Progressing", { reason: "NewReplicaSetAvailable" })],
    observedGeneration: 2,
  };
  const set = (number: string, readyReplicas: number) =>
    object(
      "ReplicaSet",
      { spec: { replicas: 2 }, status: { readyReplicas } },
      { ...revision(number), ...ownedBy("Deployment") },
    );
  const live = (status: object = rolled, number = "2") =>
    object("Deployment", { spec: { template: { a: 2 } }, status }, revision(number));

  it("is ready when it is available and its newest ReplicaSet is full", () => {
    assert.deepEqual(judge(deployment, live(), [set("2", 2)]), { isReady: true, problems: [] });
    assert.equal(judge(deployment, live(), [set("2", 1)]).isReady, false);
    assert.equal(judge(deployment, live(), [set("1", 2)]).isReady, false);
    assert.equal(judge(deployment, live({ ...rolled, observedGeneration: 1 }), [set("2", 2)]).isReady, false);
  });

  it("is not ready on the strength of the pods that it had before its template changed", () => {
    const before = object("Deployment", { spec: { template: { a: 1 } } }, revision("2"));
    assert.equal(judge(deployment, live(), [set("2", 2)], { before }).isReady, false);
    const scaled = object("Deployment", { spec: { template: { a: 2 } } }, revision("2"));
    assert.equal(judge(deployment, live(), [set("2", 2)], { before: scaled }).isReady, true);
  });

  it("says what is missing: conditions, replicas, volumes, and what its pods say", () => {
    const status = { observedGeneration: 2, conditions: [no("Available", { reason: "Few", message: "too few" })] };
    const waiting = { waiting: { reason: "ErrImagePull", message: "no such image" } };
    const pod = object(
      "Pod",
      {
        status: {
          conditions: [
            yes("PodScheduled"),
            yes("Initialized"),
            no("Ready", { reason: "ContainersNotReady", message: "c is not ready" }),
          ],
          containerStatuses: [{ name: "c", ready: false, state: waiting }],
        },
      },
      ownedBy("ReplicaSet"),
    );
    const found = judge(deployment, live(status, "1"), [set("1", 0), pod]);
    assert.deepEqual(found.problems, [
      "[Few] too few",
      "Minimum number of live Pods was not attained",
      "[Pod x]: c is not ready[ErrImagePull] no such image",
    ]);
    const claim = object("PersistentVolumeClaim", { status: { phase: "Pending" } });
    const volumes = [{ persistentVolumeClaim: { claimName: "x" } }];
    const bound = object("Deployment", { spec: { template: { spec: { volumes } } }, status: rolled }, revision("2"));
    assert.deepEqual(judge(deployment, bound, [set("2", 2), claim]).problems, [
      'Failed to bind PersistentVolumeClaim(s): "x"',
    ]);
  });
});

describe("other workloads", () => {
  const full = {
    observedGeneration: 2,
    replicas: 2,
    readyReplicas: 2,
    currentReplicas: 2,
    currentRevision: "a",
    updateRevision: "a",
  };
  const sets: [what: string, spec: object, status: object, isReady: boolean][] = [
    ["all of one revision", {}, full, true],
    ["not seen yet", {}, { ...full, observedGeneration: 1 }, false],
    ["one not ready", {}, { ...full, readyReplicas: 1 }, false],
    ["half rolled out", {}, { ...full, updateRevision: "b" }, false],
    ["half rolled out, on deletion", { updateStrategy: { type: "OnDelete" } }, { ...full, updateRevision: "b" }, true],
    ["none wanted", { replicas: 0 }, { ...full, replicas: 0, readyReplicas: 0, currentReplicas: 0 }, true],
  ];
  for (const [what, spec, status, isReady] of sets) {
    it(`a StatefulSet, ${what}`, () => {
      const live = object("StatefulSet", { spec: { replicas: 2, ...spec }, status });
      const found = judge(statefulSet, live);
      assert.equal(found.isReady, isReady);
      assert.equal(found.problems.length > 0, !isReady && status !== undefined && what !== "not seen yet");
    });
  }

  it("a DaemonSet is ready when every node has its pod, also when there are none", () => {
    const all = (desired: number, available: number) => ({
      observedGeneration: 2,
      desiredNumberScheduled: desired,
      currentNumberScheduled: desired,
      updatedNumberScheduled: desired,
      numberReady: available,
      numberAvailable: available,
    });
    assert.equal(judge(daemonSet, object("DaemonSet", { status: all(3, 3) })).isReady, true);
    assert.equal(judge(daemonSet, object("DaemonSet", { status: all(0, 0) })).isReady, true);
    assert.deepEqual(judge(daemonSet, object("DaemonSet", { status: all(3, 2) })).problems, [
      "Available: 2/3",
      "Ready: 2/3",
    ]);
    assert.equal(judge(daemonSet, object("DaemonSet", { status: {} })).isReady, false);
  });

  it("a Job is ready when it is complete, and hopeless once it failed", () => {
    assert.equal(judge(job, object("Job", { status: { conditions: [yes("Complete")] } })).isReady, true);
    const failed = judge(
      job,
      object("Job", { status: { conditions: [yes("Failed", { reason: "BackoffLimitExceeded", message: "m" })] } }),
    );
    assert.deepEqual([failed.isHopeless, failed.problems], [true, ["[BackoffLimitExceeded] m"]]);
    assert.equal(judge(job, object("Job", { status: { active: 1 } })).isHopeless, false);
  });

  it("a Pod says why it is not scheduled", () => {
    const message = "0/3 nodes are available: 3 Insufficient cpu.";
    const pod = object("Pod", { status: { conditions: [no("PodScheduled", { reason: "Unschedulable", message })] } });
    assert.deepEqual(judgePod(pod).warnings, [`[Pod x]: ${message}`]);
  });
});

describe("what leads to workloads", () => {
  const endpoints = (subset: object) => object("Endpoints", { subsets: [subset] });
  const spec = { selector: { app: "x" }, clusterIP: "10.0.0.1" };
  const services: [what: string, spec: object, related: KubeObject[], more: Partial<Sight>, isReady: boolean][] = [
    ["with ready pods", spec, [endpoints({ addresses: [{}] })], {}, true],
    ["with a pod that is not ready", spec, [endpoints({ addresses: [{}], notReadyAddresses: [{}] })], {}, false],
    ["without pods", spec, [endpoints({})], {}, true],
    ["whose endpoints have just changed", spec, [endpoints({})], { quietSeconds: 0 }, false],
    ["whose endpoints are not there yet", spec, [], {}, false],
    ["without selector", { clusterIP: "10.0.0.1" }, [], { quietSeconds: 0 }, true],
    ["without address", { ...spec, clusterIP: "None" }, [], { quietSeconds: 0 }, true],
    ["of another name", { ...spec, type: "ExternalName" }, [], { quietSeconds: 0 }, true],
    [
      "whose load balancer has no address",
      { ...spec, type: "LoadBalancer" },
      [endpoints({ addresses: [{}] })],
      {},
      false,
    ],
  ];
  for (const [what, given, related, more, isReady] of services) {
    it(`a Service ${what}`, () =>
      assert.equal(judge(service, object("Service", { spec: given }), related, more).isReady, isReady));
  }

  it("a Service says that it has no address, in the words of the real provider", () => {
    const { problems } = judge(service, object("Service", { spec: { type: "LoadBalancer" } }));
    assert.deepEqual(problems, ["Service was not allocated an IP address; does your cloud provider support this?"]);
  });

  it("an Ingress waits for its address and for what it leads to", () => {
    const rules = [{ host: "h", http: { paths: [{ path: "/p", backend: { service: { name: "x" } } }] } }];
    const status = { loadBalancer: { ingress: [{ ip: "10.0.0.9" }] } };
    const live = object("Ingress", { spec: { rules }, status });
    assert.equal(judge(ingress, live, [endpoints({})], { quietSeconds: 0 }).isReady, true);
    const lost = judge(ingress, live, [], { quietSeconds: 0 });
    assert.deepEqual(
      [lost.isReady, lost.problems],
      [false, ["Ingress has at least one rule with an unavailable target endpoint."]],
    );
    const unserved = judge(ingress, object("Ingress", { spec: {} }));
    assert.equal(unserved.isReady, false);
    assert.match(
      unserved.problems.join(),
      /Ingress .status.loadBalancer field was not updated with a hostname\/IP address/,
    );
  });

  it("a claim whose class waits for its first pod is ready while it is pending", () => {
    const claim = (phase: string) =>
      object("PersistentVolumeClaim", { spec: { storageClassName: "x" }, status: { phase } });
    const lazy = object("StorageClass", { volumeBindingMode: "WaitForFirstConsumer" });
    assert.equal(judge(persistentVolumeClaim, claim("Pending"), [lazy]).isReady, true);
    assert.equal(judge(persistentVolumeClaim, claim("Pending")).isReady, false);
    assert.equal(judge(persistentVolumeClaim, claim("Bound")).isReady, true);
  });
});

describe("what pulumi.com/waitFor asks for", () => {
  const waiting = (waitFor: string, status: object) =>
    object("Site", { status }, { annotations: { "pulumi.com/waitFor": waitFor } });
  const table: [waitFor: string, status: object, isReady: boolean][] = [
    ["condition=Ready", { conditions: [yes("Ready")] }, true],
    ["condition=ready=false", { conditions: [no("Ready")] }, true],
    ["condition=Ready", { conditions: [yes("Ready", { observedGeneration: 1 })] }, false],
    ["condition=Ready", {}, false],
    ["jsonpath={.status.phase}", { phase: "any" }, true],
    ["jsonpath={.status.phase}=Running", { phase: "Pending" }, false],
    ["jsonpath={.status.phase}=Running", { phase: "Running" }, true],
    [
      'jsonpath={.status.list[?(@.type=="a")].n}=3',
      {
        list: [
          { type: "b", n: 1 },
          { type: "a", n: 3 },
        ],
      },
      true,
    ],
    ["jsonpath={.status.phase}=Running", { phase: "Running", observedGeneration: 1 }, false],
    ['["condition=A","condition=B"]', { conditions: [yes("A"), no("B")] }, false],
    ['["condition=A","condition=B"]', { conditions: [yes("A"), yes("B")] }, true],
  ];
  for (const [waitFor, status, isReady] of table) {
    it(`${waitFor} of ${JSON.stringify(status)}`, () => {
      const live = waiting(waitFor, status);
      const found = judge(customRule(live)!, live);
      assert.equal(found.isReady, isReady, found.problems.join());
      assert.equal(found.problems.length === 0, isReady);
    });
  }

  it("is refused when it cannot be read", () => {
    assert.throws(() => customRule(waiting("Ready", {})), /expected a "jsonpath=" or "condition=" prefix, got "Ready"/);
    assert.throws(() => customRule(waiting("jsonpath=.status", {})), /format should be \{.path\}=value or \{.path\}/);
    assert.throws(() => customRule(waiting("[]", {})), /at least one condition must be specified/);
  });
});
