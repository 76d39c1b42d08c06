import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { demandFromManifests, ManifestError } from "../../../lib/plan/demand";

const REQUESTS = { requests: { cpu: "1", memory: "1Gi" } };

interface Change {
  readonly [key: string]: unknown;
  readonly metadata?: object;
  readonly selector?: unknown;
  readonly labels?: object;
  readonly containers?: readonly object[];
  /** More of the pods' spec. */
  readonly pod?: object;
}

function object({
  metadata,
  selector,
  labels = { app: "web" },
  containers = [{ name: "main" }],
  pod,
  ...rest
}: Change) {
  const template = {
    metadata: { labels },
    spec: { ...pod, containers: containers.map((one) => ({ resources: REQUESTS, ...one })) },
  };
  const spec = { selector, template, jobTemplate: { spec: { template } } };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", ...metadata }, spec, ...rest };
}

function problemsOf(change: Change): string[] {
  try {
    demandFromManifests([{ name: "a", text: JSON.stringify(object(change)) }]);
    return [];
  } catch (error) {
    assert.ok(error instanceof ManifestError);
    return error.problems.map(({ path, message }) => `${path.replace(/^.*\) /, "")} ${message}`);
  }
}

describe("what an API server refuses is reported, though it could be counted", () => {
  const long = (length: number) => "a".repeat(length);
  const rows: [what: string, change: Change, problems: RegExp[]][] = [
    ["nothing", { selector: { matchLabels: { app: "web" } } }, []],
    ["a name of several parts", { metadata: { name: "web.v2-1" } }, []],
    ["a name that the API server completes", { metadata: { name: undefined, generateName: "web-" } }, []],
    ["a selector that old versions made", { selector: undefined }, []],
    ["the old group of other kinds", { apiVersion: "extensions/v1beta1", kind: "Deployment" }, []],
    ["a name", { metadata: { name: "Web_App" } }, [/metadata\.name must be of a-z, 0-9, "-" and "\.".*got "Web_App"/]],
    ["a namespace", { metadata: { namespace: "a.b" } }, [/metadata\.namespace must be of a-z/]],
    ["a name of endless length", { metadata: { name: `${long(100_000)}!` } }, [/metadata\.name is longer than 253/]],
    ["a CronJob's name", { apiVersion: "batch/v1", kind: "CronJob", metadata: { name: long(53) } }, [/at most 52/]],
    ["a Job's name", { apiVersion: "batch/v1", kind: "Job", metadata: { name: long(64) } }, [/at most 63/]],
    ["a container's name", { containers: [{ name: "Main" }] }, [/containers\[0\]\.name must be of a-z/]],
    [
      "two containers of a name",
      { containers: [{ name: "a" }, { name: "a" }] },
      [/containers\[1\]\.name is "a", which/],
    ],
    [
      "a kind",
      { kind: "Deploymnet" },
      [/kind is "Deploymnet", which the group apps does not have\. Did you mean "Deployment"\?/],
    ],
    [
      "a selector of others",
      { selector: { matchLabels: { app: "db" } } },
      [/spec\.selector does not select the labels/],
    ],
    [
      "a selector by expressions",
      { selector: { matchExpressions: [{ key: "app", operator: "NotIn", values: ["web"] }] } },
      [/spec\.selector does not select/],
    ],
    ["an empty selector", { selector: {} }, [/spec\.selector is empty/]],
    ["a kind of the core group", { apiVersion: "v1" }, [/apiVersion is "v1", which has no Deployment: write apps\/v1/]],
    [
      "a group that nobody has",
      { apiVersion: "app/v1" },
      [/apiVersion is "app\/v1", which has no Dep.*write apps\/v1/],
    ],
    ["a custom kind without a domain", { apiVersion: "a/v1", kind: "Roll" }, [/group is a domain, as example\.com/]],
    [
      "a kustomization",
      { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization" },
      [/is no object of a cluster: a kustomization has to be built first, "kubectl kustomize"/],
    ],
    ["a custom kind", { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" }, []],
    [
      "a request beyond its limit",
      { containers: [{ name: "a", resources: { requests: { cpu: "2" }, limits: { cpu: "1500m", memory: "1Gi" } } }] },
      [/requests\.cpu is "2", more than its limit of "1500m"/],
    ],
    [
      "a request that is its limit, otherwise written",
      { containers: [{ name: "a", resources: { requests: { cpu: "1" }, limits: { cpu: "1000m" } } }] },
      [],
    ],
    [
      "devices that are asked for without a limit, or with another",
      {
        containers: [
          { name: "a", resources: { requests: { "nvidia.com/gpu": 1 } } },
          { name: "b", resources: { requests: { "nvidia.com/gpu": 1 }, limits: { "nvidia.com/gpu": 2 } } },
          { name: "c", resources: { limits: { "nvidia.com/gpu": 2 } } },
        ],
      },
      [/gpu"\] is 1 and it has no limit/, /gpu"\] is 1 and its limit is 2/],
    ],
    [
      "a whole pod that asks for less than what its containers do when they start",
      {
        pod: {
          resources: { requests: { cpu: "1200m", memory: "100Mi" }, limits: { cpu: 2 } },
          initContainers: [{ name: "i", resources: { requests: { cpu: "1700m", memory: "64Mi" } } }],
        },
        containers: [{ name: "a", resources: { requests: { cpu: "700m", memory: "64Mi" } } }],
      },
      [/spec\.resources\.requests\.cpu is "1200m", less than its containers ask for together/],
    ],
    [
      "a whole pod that asks for what its containers do, or that leaves it to its limits",
      {
        pod: { resources: { requests: { cpu: "0.7" }, limits: { cpu: 2, memory: "100Mi" } } },
        containers: [{ name: "a", resources: { limits: { cpu: "700m" }, requests: { memory: "64Mi" } } }],
      },
      [],
    ],
    [
      "a whole pod beyond its own limit",
      { pod: { resources: { requests: { cpu: 3 }, limits: { cpu: 2 } } } },
      [/spec\.resources\.requests\.cpu is 3, more than its limit of 2/],
    ],
    [
      "all of it at once",
      { metadata: { name: "A" }, containers: [{ name: "B" }], selector: { matchLabels: { c: "d" } } },
      [/metadata\.name/, /containers\[0\]/, /spec\.selector/],
    ],
  ];
  for (const [what, change, expected] of rows) {
    it(what, () => {
      const problems = problemsOf(change);
      assert.equal(problems.length, expected.length, problems.join("\n"));
      for (const [index, pattern] of expected.entries()) assert.match(problems[index] ?? "", pattern);
    });
  }
});
