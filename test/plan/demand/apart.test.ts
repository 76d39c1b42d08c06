import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type DemandFromManifests, demandFromManifests } from "../../../lib/plan/demand";

interface Pods {
  readonly name?: string;
  readonly namespace?: string;
  readonly kind?: string;
  readonly labels?: object;
  readonly spec?: object;
  readonly strategy?: object | undefined;
}

function object({
  name = "web",
  namespace = "shop",
  kind = "Deployment",
  labels = { app: name },
  spec = {},
  strategy,
}: Pods) {
  const containers = [{ name: "main", image: "none", resources: { requests: { cpu: "1", memory: "1Gi" } } }];
  const template = { metadata: { labels }, spec: { containers, ...spec } };
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name, namespace },
    spec: { selector: { matchLabels: labels }, template, strategy },
  };
}

function demandOf(...all: readonly Pods[]): DemandFromManifests {
  const items = all.map(object);
  return demandFromManifests([{ name: "a", text: JSON.stringify({ apiVersion: "v1", kind: "List", items }) }]);
}

function away(...terms: readonly object[]): { spec: object } {
  const required = terms.map((term) => ({ topologyKey: "kubernetes.io/hostname", ...term }));
  return { spec: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } } };
}

const OWN = { labelSelector: { matchLabels: { app: "web" } } };
const OTHER = { labelSelector: { matchExpressions: [{ key: "app", operator: "In", values: ["db"] }] } };
const DEPENDS =
  "Required pod anti-affinity that depends on more than hosts and labels of templates is not judged: shop/web.";

describe("required pod anti-affinity by host", () => {
  const rows: [what: string, term: object, found: { own: boolean; db: boolean; note?: string }][] = [
    ["its own labels", OWN, { own: true, db: false }],
    ["another's labels", OTHER, { own: false, db: true }],
    ["everybody's labels", { labelSelector: {} }, { own: true, db: true }],
    ["no selector", {}, { own: false, db: false }],
    [
      "labels of both",
      { labelSelector: { matchExpressions: [{ key: "app", operator: "Exists" }] } },
      { own: true, db: true },
    ],
    ["pods of another namespace", { ...OWN, namespaces: ["mail"] }, { own: false, db: false }],
    ["pods of its own namespace by name", { ...OWN, namespaces: ["mail", "shop"] }, { own: true, db: false }],
    ["pods of all namespaces", { ...OTHER, namespaceSelector: {} }, { own: false, db: true }],
    ["one revision only", { ...OWN, matchLabelKeys: ["pod-template-hash"] }, { own: true, db: false }],
    ["other revisions only", { ...OWN, mismatchLabelKeys: ["pod-template-hash"] }, { own: false, db: false }],
    ["pods of its tier", { labelSelector: {}, matchLabelKeys: ["app"] }, { own: true, db: false }],
    ["pods of other tiers", { labelSelector: {}, mismatchLabelKeys: ["app"] }, { own: false, db: true }],
    ["a label that it lacks", { ...OWN, matchLabelKeys: ["tier"] }, { own: true, db: false }],
    ["zones", { ...OWN, topologyKey: "topology.kubernetes.io/zone" }, { own: false, db: false, note: DEPENDS }],
    [
      "labels of namespaces",
      { ...OWN, namespaceSelector: { matchLabels: { team: "a" } } },
      { own: false, db: false, note: DEPENDS },
    ],
    [
      "labels that its controller gives",
      { labelSelector: { matchLabels: { "job-name": "web" } } },
      { own: false, db: false, note: DEPENDS },
    ],
  ];
  for (const [what, term, { own, db, note }] of rows) {
    it(`to ${what}`, () => {
      const { workloads, notes } = demandOf(away(term), { name: "db" });
      const [web, other] = workloads;
      assert.deepEqual({ own: web?.onePerNode ?? false, db: web?.apartFrom ?? [] }, { own, db: db ? ["db"] : [] });
      assert.ok(other?.onePerNode === undefined && other?.apartFrom === undefined);
      assert.deepEqual(
        notes.filter((one) => !one.includes("rolling update")),
        note === undefined ? [] : [note],
      );
    });
  }

  it("is said once of two workloads that both ask for it, and not judged to DaemonSets", () => {
    const db = { name: "db", ...away({ labelSelector: { matchLabels: { app: "web" } } }) };
    assert.deepEqual(
      demandOf(away(OTHER), db).workloads.map(({ apartFrom }) => apartFrom),
      [["db"], undefined],
    );
    const { workloads, notes } = demandOf(away(OTHER), { name: "db", kind: "DaemonSet" });
    assert.equal(workloads[0]?.apartFrom, undefined);
    assert.deepEqual(notes, ["Required pod anti-affinity between DaemonSets and other pods is not judged: web."]);
  });
});

describe("a rolling update of pods that share no node", () => {
  const rows: [what: string, strategy: object | undefined, spec: object, isNoted: boolean][] = [
    ["by default", undefined, away(OWN).spec, true],
    ["that stops none", { rollingUpdate: { maxUnavailable: 0 } }, away(OWN).spec, true],
    ["that stops one first", { rollingUpdate: { maxUnavailable: 1 } }, away(OWN).spec, false],
    ["that stops all", { type: "Recreate" }, away(OWN).spec, false],
    ["apart within a revision only", undefined, away({ ...OWN, matchLabelKeys: ["pod-template-hash"] }).spec, false],
    [
      "with a host port",
      undefined,
      { hostNetwork: true, containers: [{ name: "a", ports: [{ containerPort: 1 }] }] },
      true,
    ],
    ["apart from others only", undefined, away(OTHER).spec, false],
  ];
  for (const [what, strategy, spec, isNoted] of rows) {
    it(`${what} ${isNoted ? "needs" : "needs no"} node more`, () => {
      const { notes } = demandOf(
        { spec, strategy },
        { name: "sets", kind: "StatefulSet", ...away({ labelSelector: {} }) },
      );
      assert.equal(notes.filter((note) => /rolling update .*: shop\/web\.$/.test(note)).length, isNoted ? 1 : 0);
    });
  }
});

describe("topology spread that must hold", () => {
  const HARD = { topologyKey: "kubernetes.io/hostname", maxSkew: 1, whenUnsatisfiable: "DoNotSchedule", ...OWN };
  const all = { labelSelector: { matchExpressions: [{ key: "app", operator: "Exists" }] } };
  const rows: [what: string, constraints: object[], found: object | undefined, isNoted?: boolean][] = [
    ["none", [], undefined],
    ["a preference", [{ ...HARD, whenUnsatisfiable: "ScheduleAnyway" }], undefined],
    ["over hosts", [HARD], { maxSkew: 1 }],
    ["of one revision", [{ ...HARD, matchLabelKeys: ["pod-template-hash"] }], { maxSkew: 1 }],
    [
      "with policies",
      [{ ...HARD, maxSkew: 2, minDomains: 3, nodeTaintsPolicy: "Honor", nodeAffinityPolicy: "Honor" }],
      { maxSkew: 2, minDomains: 3, nodeTaintsPolicy: "Honor" },
    ],
    ["over zones", [{ ...HARD, topologyKey: "topology.kubernetes.io/zone" }], undefined, true],
    ["over hosts and zones", [HARD, { ...HARD, topologyKey: "topology.kubernetes.io/zone" }], { maxSkew: 1 }, true],
    ["over all nodes", [{ ...HARD, nodeAffinityPolicy: "Ignore" }], undefined, true],
    ["with others", [{ ...HARD, ...all }], undefined, true],
    ["without a selector", [{ ...HARD, labelSelector: undefined }], undefined, true],
  ];
  for (const [what, topologySpreadConstraints, found, isNoted = false] of rows) {
    it(what, () => {
      const { workloads, notes } = demandOf({ spec: { topologySpreadConstraints } }, { name: "db" });
      assert.deepEqual(workloads[0]?.nodeSpread, found);
      assert.ok(
        isNoted ? /Topology spread that must hold .* is not judged: .*web/.test(notes.join()) : notes.length === 0,
      );
    });
  }
});

describe("host ports", () => {
  const ports = (...all: readonly object[]) => ({ containers: [{ name: "main", ports: all }] });
  const rows: [what: string, spec: object, found: object[] | undefined][] = [
    ["none", ports({ containerPort: 80 }), undefined],
    ["one", ports({ containerPort: 8080, hostPort: 80 }), [{ port: 80 }]],
    ["0 is none", ports({ containerPort: 8080, hostPort: 0 }), undefined],
    ["all ports on the host's network", { hostNetwork: true, ...ports({ containerPort: 8080 }) }, [{ port: 8080 }]],
    [
      "protocol and address",
      ports(
        { containerPort: 53, hostPort: 53, protocol: "UDP", hostIP: "10.0.0.1" },
        { containerPort: 53, hostPort: 53, hostIP: "0.0.0.0" },
      ),
      [{ port: 53, protocol: "UDP", hostIP: "10.0.0.1" }, { port: 53 }],
    ],
    [
      "of sidecars, and not of init containers that end",
      {
        initContainers: [
          { name: "proxy", restartPolicy: "Always", ports: [{ containerPort: 1, hostPort: 15001 }] },
          { name: "setup", ports: [{ containerPort: 1, hostPort: 15002 }] },
        ],
      },
      [{ port: 15001 }],
    ],
  ];
  for (const [what, spec, found] of rows) {
    it(what, () => {
      const { workloads, daemonSets } = demandOf({ spec }, { name: "agent", kind: "DaemonSet", spec });
      assert.deepEqual(workloads[0]?.hostPorts, found);
      assert.deepEqual(daemonSets[0]?.hostPorts, found);
    });
  }

  it("that the API server refuses are named, all at once", () => {
    const spec = ports({ containerPort: 1, hostPort: 70_000 }, { containerPort: 1, hostPort: 1, protocol: "HTTP" });
    assert.throws(
      () => demandOf({ spec }),
      /ports\[0\]\.hostPort: must be a port, 1 to 65535, got 70000[\s\S]*ports\[1\]\.protocol: must be one of TCP, UDP, SCTP, got "HTTP"/,
    );
  });
});
