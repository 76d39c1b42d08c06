import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { demandFromManifests, demandFromObjects, ManifestError } from "../../../lib/plan/demand";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import { siteObjects } from "../../../lib/plan/workloads";
import { aksSite, eksSite, gkeSite } from "../../support/specs";

const SITES = [eksSite("frankfurt", 1), gkeSite("belgium", 2), aksSite("amsterdam", 3)];

interface Change {
  readonly kind?: string;
  readonly metadata?: object;
  readonly spec?: object;
  readonly pod?: object;
  readonly container?: object;
}

function object(name: string, { kind = "Deployment", metadata, spec, pod, container }: Change = {}) {
  const main = { name: "main", resources: { requests: { cpu: "100m", memory: "64Mi" } }, ...container };
  return {
    apiVersion: kind === "Job" ? "batch/v1" : "apps/v1",
    kind,
    metadata: { name, ...metadata },
    spec: { ...spec, template: { metadata: { labels: { app: name } }, spec: { containers: [main], ...pod } } },
  };
}

const sources = (...objects: object[]) => objects.map((one, i) => ({ name: `${i}.json`, text: JSON.stringify(one) }));
const notesOf = (...objects: object[]) => demandFromManifests(sources(...objects)).notes;

describe("a chart's hooks among manifests", () => {
  const hook = (name: string, of: string) =>
    object(name, { kind: "Job", metadata: { annotations: { "helm.sh/hook": of } } });
  const all = [
    object("web"),
    hook("migrate", "pre-install, pre-upgrade"),
    hook("both", "post-delete,post-install"),
    hook("cleanup", "pre-delete"),
    hook("undo", "post-rollback"),
    hook("check", "test"),
  ];
  const kept = ["web", "migrate", "both"];

  it("are counted and given to sites where an installation runs them, and are not where it does not", () => {
    const { workloads, notes } = demandFromManifests(sources(...all));
    assert.deepEqual(
      workloads.map(({ name }) => name),
      kept,
    );
    assert.match(notes.join("\n"), /applied with the rest, not before.*: Job migrate, Job both\./);
    assert.match(notes.join("\n"), /Helm alone runs these.*: Job cleanup, Job undo, Job check\./);
    const plan = fleetPlan({ sites: SITES, demand: { workloads } });
    for (const { objects } of siteObjects(plan, sources(...all)).sites) {
      const names = objects
        .filter(({ kind }) => kind === "Job" || kind === "Deployment")
        .map((one) => one.metadata.name);
      assert.deepEqual(names.sort(), [...kept].sort());
    }
  });

  it("all count in a program, which has made them", () => {
    const { workloads } = demandFromObjects(all.map((one) => ({ object: one, source: "program" })));
    assert.equal(workloads.length, all.length);
  });
});

describe("a LimitRange that does not allow what containers ask for", () => {
  const range = (limits: object) => ({
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: { name: "small" },
    spec: { limits: [{ type: "Container", ...limits }] },
  });
  const problemsOf = (limits: object, change: Change = {}) => {
    try {
      demandFromManifests(sources(range(limits), object("web", change)));
      return [];
    } catch (error) {
      assert.ok(error instanceof ManifestError);
      return error.problems.map(({ path, message }) => `${path.replace(/^.*\) /, "")} ${message}`);
    }
  };
  const rows: [what: string, limits: object, change: Change, expected: RegExp[]][] = [
    ["as much as is allowed", { max: { cpu: "0.1" }, min: { memory: "64Mi" } }, {}, []],
    ["too much", { max: { cpu: "50m" } }, {}, [/requests\.cpu is "100m", more than the "50m" that LimitRange small/]],
    ["too little", { min: { memory: "1Gi" } }, {}, [/requests\.memory is "64Mi", less than the "1Gi"/]],
    [
      "too high a limit",
      { max: { cpu: 1 } },
      { container: { resources: { limits: { cpu: 2 } } } },
      [/limits\.cpu is 2, more than the 1 that/],
    ],
    [
      "more than the limit that it gives",
      { default: { cpu: "50m" } },
      {},
      [/requests\.cpu is "100m", more than the limit of "50m" that LimitRange small gives/],
    ],
    [
      "more than the limit that it gives, with a limit of its own",
      { default: { cpu: "50m" } },
      { container: { resources: { requests: { cpu: "100m" }, limits: { cpu: 1 } } } },
      [],
    ],
    [
      "too much for a pod",
      { type: "Pod", max: { memory: "32Mi", cpu: 1 } },
      {},
      [/containers ask for more memory together than the "32Mi" that LimitRange small/],
    ],
    ["in another namespace", { max: { cpu: "50m" } }, { metadata: { namespace: "other" } }, []],
  ];
  for (const [what, limits, change, expected] of rows) {
    it(what, () => {
      const problems = problemsOf(limits, change);
      assert.equal(problems.length, expected.length, problems.join("\n"));
      for (const [index, pattern] of expected.entries()) assert.match(problems[index] ?? "", pattern);
    });
  }
});

it("a RuntimeClass has its pods run where its runtime is", () => {
  const kata = {
    apiVersion: "node.k8s.io/v1",
    kind: "RuntimeClass",
    metadata: { name: "kata" },
    handler: "kata",
    scheduling: { nodeSelector: { runtime: "kata" }, tolerations: [{ key: "kata", operator: "Exists" }] },
  };
  const pod = { runtimeClassName: "kata", nodeSelector: { disk: "ssd" }, tolerations: [{ operator: "Exists" }] };
  const [web, db] = demandFromManifests(sources(kata, object("web", { pod }), object("db"))).workloads;
  assert.deepEqual(web?.nodeSelector, { disk: "ssd", runtime: "kata" });
  assert.deepEqual(web?.tolerations, [{ operator: "Exists" }, { key: "kata", operator: "Exists" }]);
  assert.deepEqual([db?.nodeSelector, db?.tolerations], [undefined, undefined]);
});

it("what is suspended is given to every site as it is, to be resumed there", () => {
  const template = { spec: { containers: [{ name: "main", resources: { requests: { cpu: "1", memory: "1Gi" } } }] } };
  const job = { parallelism: 4, template };
  const batch = (kind: string, spec: object) => ({ apiVersion: "batch/v1", kind, metadata: { name: "off" }, spec });
  for (const [suspended, path] of [
    [batch("Job", { ...job, suspend: true }), ["spec"]],
    [
      batch("CronJob", { schedule: "@daily", suspend: true, jobTemplate: { spec: job } }),
      ["spec", "jobTemplate", "spec"],
    ],
  ] as const) {
    const given = sources(object("web"), suspended);
    const { workloads } = demandFromManifests(given);
    for (const { objects } of siteObjects(fleetPlan({ sites: SITES, demand: { workloads } }), given).sites) {
      const found = objects.find(({ kind }) => kind === suspended.kind);
      assert.ok(found, suspended.kind);
      const { parallelism } = path.reduce<Record<string, unknown>>(
        (at, key) => at[key] as Record<string, unknown>,
        found,
      );
      assert.equal(parallelism, 4);
    }
  }
});

describe("what pods wait for and no plan judges", () => {
  const rows: [what: string, change: Change, expected: RegExp | undefined][] = [
    ["nothing", {}, undefined],
    ["a volume of the pods' own", { pod: { volumes: [{ name: "tmp", emptyDir: {} }] } }, undefined],
    [
      "a claim",
      { pod: { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] } },
      /volumes that pods claim.* is not judged: web\./,
    ],
    [
      "claims of each pod",
      { kind: "StatefulSet", spec: { volumeClaimTemplates: [{ metadata: { name: "data" } }] } },
      /volumes that pods claim.* is not judged: web\./,
    ],
    ["a gate", { pod: { schedulingGates: [{ name: "example.com/paid" }] } }, /scheduling gates.* is not judged: web\./],
    [
      "thousandths of a byte",
      { container: { resources: { requests: { cpu: "1", memory: "512m" } } } },
      /no whole bytes.*Mi may be meant: web\./,
    ],
  ];
  for (const [what, change, expected] of rows) {
    it(what, () => {
      const notes = notesOf(object("web", change));
      assert.equal(notes.length, expected === undefined ? 0 : 1, notes.join("\n"));
      if (expected !== undefined) assert.match(notes[0] ?? "", expected);
    });
  }
});

describe("pods that call each other by number", () => {
  const calling = (args: string[], name = "etcd") =>
    object(name, { kind: "StatefulSet", spec: { replicas: 3, serviceName: "peers" }, container: { args } });
  const peers = calling(["--initial-cluster=etcd-0=https://etcd-0.peers:2380,etcd-1=https://etcd-1.peers:2380"]);

  it("are named where they are divided", () => {
    assert.match(
      notesOf(peers).join("\n"),
      /^Pods that call each other by their numbers.*spread "everywhere".*: etcd\.$/,
    );
    for (const [one, what] of [
      [calling(["--listen=https://etcd.peers:2380"]), "its service"],
      [calling(["--listen=https://etcd-0.other:2380"]), "another's pods"],
      [calling(["--listen=https://my-etcd-0.peers:2380"]), "pods of a longer name"],
      [{ ...peers, kind: "Deployment" }, "no numbers"],
    ] as const) {
      assert.deepEqual(notesOf(one), [], what);
    }
  });

  it("are not where every site runs all of them", () => {
    const { workloads } = demandFromManifests(sources(peers));
    const of = (spread: "spread" | "everywhere" | "singleton") => {
      const demand = { workloads: workloads.map((one) => ({ ...one, spread })) };
      return siteObjects(fleetPlan({ sites: SITES, demand }), sources(peers)).notes.join("\n");
    };
    assert.match(of("spread"), /Pods that call each other/);
    assert.doesNotMatch(of("everywhere"), /call each other/);
    assert.doesNotMatch(of("singleton"), /call each other/);
  });
});

it("a name that is no text is one problem", () => {
  assert.throws(
    () => demandFromManifests(sources(object("x", { metadata: { name: 8 } }))),
    (error: unknown) => error instanceof ManifestError && error.problems.length === 1,
  );
});
