import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { CERT_MANAGER, CILIUM, TRUST_MANAGER } from "../../../lib/plan/versions";
import { type Invoking, invokeFunction } from "../../../rehearsal/clusters/provider/invokes";
import { type KubeObject, listAt } from "../../../rehearsal/clusters/provider/objects";
import { templates } from "../../../rehearsal/clusters/templates";
import type { Properties } from "../../../rehearsal/engine/provider";
import { makeSecret } from "../../../rehearsal/engine/values";
import { temporaryFolder } from "../../support/folders";
import { localTools } from "../../support/localTools";

const CLUSTER_WIDE = new Set(["CustomResourceDefinition", "Namespace"]);
const invoking = (change: Partial<Invoking> = {}): Invoking => ({
  isNamespaced: async ({ kind }) => !CLUSTER_WIDE.has(kind),
  capabilities: async () => undefined,
  templates: templates({ directory: __dirname }),
  ...change,
});

async function objectsOf(token: string, args: Properties, change?: Partial<Invoking>): Promise<KubeObject[]> {
  const { result, failures } = await invokeFunction({ token, args, preview: false }, invoking(change));
  assert.deepEqual(failures, []);
  return result.result as KubeObject[];
}

/** What `helm.v3.Chart` sends for a release `web`. */
const chart = (options: Properties, change?: Partial<Invoking>) =>
  objectsOf("kubernetes:helm:template", { jsonOpts: JSON.stringify({ release_name: "web", ...options }) }, change);
const shop = (options: Properties = {}, change?: Partial<Invoking>) =>
  chart({ path: "charts/shop", ...options, values: { url: "u", ...(options.values as Properties) } }, change);
const names = (objects: readonly KubeObject[]) => objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);

const OBJECTS = [
  "CustomResourceDefinition baskets.shop.example.com",
  "Secret web",
  "ConfigMap web",
  "ConfigMap web-kept",
];
const REST = ["Deployment web", "ConfigMap web-migration"];

describe("charts that are rendered", { concurrency: 2 }, async () => {
  const tools = await localTools();
  const skip = typeof tools === "string" ? tools : false;

  for (const [what, options, expected] of [
    ["definitions and hooks, without tests", {}, [...OBJECTS, ...REST]],
    ["tests too", { include_test_hook_resources: true }, [...OBJECTS, ...REST, "Pod web-test"]],
    ["no definitions", { skip_crd_rendering: true }, [...OBJECTS.slice(1), ...REST]],
    [
      "a chart inside that a condition brings",
      { values: { cache: { enabled: true } } },
      [...OBJECTS.slice(0, 2), "ConfigMap web-cache", ...OBJECTS.slice(2), ...REST],
    ],
  ] as [string, Properties, string[]][]) {
    it(`has ${what}`, { skip }, async () => {
      assert.deepEqual(names(await shop(options)), expected);
    });
  }

  it("places what lies in namespaces where the program says so, and leaves the rest to each object", {
    skip,
  }, async () => {
    const placed = (objects: readonly KubeObject[]) => objects.map(({ metadata }) => metadata.namespace);
    assert.deepEqual(placed(await shop({ namespace: "market" })), [undefined, ...Array(5).fill("market")]);
    assert.deepEqual(placed(await shop()), [undefined, undefined, undefined, undefined, "default", undefined]);
  });

  it("reads numbers as the API server does", { skip }, async () => {
    const deployment = (await shop()).find(({ kind }) => kind === "Deployment");
    const [volume] = listAt(deployment, "spec", "template", "spec", "volumes");
    assert.deepEqual(volume, { name: "secret", secret: { secretName: "web", defaultMode: 0o400 } });
  });

  it("tells charts of the cluster, unless the program tells them otherwise, and looks nothing up", {
    skip,
  }, async () => {
    const cluster = { kubeVersion: "v1.34.2", apiVersions: ["coordination.k8s.io/v1/Lease"] };
    const capabilities = async () => cluster;
    const seen = { url: "u", seen: "nothing" };
    const asked = async (options: Properties) =>
      (await shop({ skip_crd_rendering: true, ...options }, { capabilities }))[1]?.data;
    assert.deepEqual(await asked({}), { ...seen, kubernetes: "v1.34.2", leases: "true", baskets: "false" });
    assert.deepEqual(await asked({ kube_version: "1.33", api_versions: ["shop.example.com/v1/Basket"] }), {
      ...seen,
      kubernetes: "v1.33",
      leases: "false",
      baskets: "true",
    });
  });

  for (const [what, options, expected] of [
    [
      "a value that a template requires",
      { path: "charts/shop" },
      /^failed to generate YAML for specified Helm chart: chart \.\/charts\/shop: execution error at \(shop\/templates\/objects\.yaml:6:10\): url is needed$/,
    ],
    [
      "a value that the schema refuses",
      { path: "charts/shop", values: { replicas: 0, url: "u" } },
      /chart \.\/charts\/shop: values don't meet the specifications of the schema\(s\).*shop:\n- at '\/replicas': minimum: got 0, want 1$/s,
    ],
    [
      "a cluster that is too old",
      { path: "charts/shop", kube_version: "1.29" },
      /chart requires kubeVersion: >= 1\.30\.0-0 which is incompatible with Kubernetes v1\.29$/,
    ],
    [
      "a folder that is not there",
      { path: "charts/none" },
      /chart \.\/charts\/none: path "\.\/charts\/none" not found$/,
    ],
    [
      "a folder in place of a chart's name",
      { chart: "./charts/shop" },
      /"\.\/charts\/shop" is no chart of a repository: give a folder as 'path', in place of 'chart'$/,
    ],
    [
      "a chart of no repository",
      { chart: "shop" },
      /failed to pull chart: non-absolute URLs should be in form of repo_name\/path_to_chart, got: shop\. Give 'fetchOpts\.repo'/,
    ],
    [
      "a URL for a repository's name",
      { chart: "shop", repo: "https://charts.example" },
      /'repo' option specifies the name of the Helm Chart repo, not the URL/,
    ],
    [
      "a repository of the user's own helm",
      { chart: "shop", repo: "mine" },
      /mine\/shop is in no repository that is known here/,
    ],
    [
      "signatures",
      { chart: "shop", fetch_opts: { repo: "https://charts.example", verify: true } },
      /cannot rehearse: fetchOpts\.verify/,
    ],
  ] as [string, Properties, RegExp][]) {
    it(`refuses ${what}`, { skip }, async () => {
      await assert.rejects(chart(options), ({ message }: Error) => {
        assert.match(message, expected);
        return true;
      });
    });
  }

  it("hides values that are secret from what a template says", { skip }, async (t) => {
    const path = temporaryFolder(t);
    mkdirSync(join(path, "templates"));
    writeFileSync(join(path, "Chart.yaml"), "apiVersion: v2\nname: strict\nversion: 1.0.0\n");
    writeFileSync(join(path, "templates", "fails.yaml"), `{{ fail (printf "%s is too short" .Values.password) }}`);
    const jsonOpts = JSON.stringify({ path, release_name: "web", values: { password: "open-sesame-7" } });
    await assert.rejects(
      objectsOf("kubernetes:helm:template", { jsonOpts: makeSecret(jsonOpts) }),
      ({ message }: Error) => {
        assert.match(message, /strict\/templates\/fails\.yaml:1:3.*: \[secret\] is too short$/);
        return true;
      },
    );
  });

  for (const [{ chart: name, version, repository: repo }, values, kind] of [
    [CERT_MANAGER, { crds: { enabled: true } }, "Job cert-manager-startupapicheck"],
    [TRUST_MANAGER, {}, "Deployment trust-manager"],
    [CILIUM, {}, "DaemonSet cilium"],
  ] as const) {
    it(`renders ${name} as its project has it`, { skip }, async () => {
      const options = { chart: name, version, fetch_opts: { repo }, namespace: "system", values, release_name: name };
      const objects = await chart(options);
      assert.ok(names(objects).includes(kind), names(objects).join("\n"));
      const inside = objects.filter(({ kind }) => ["Deployment", "Service"].includes(kind));
      assert.deepEqual(new Set(inside.map(({ metadata }) => metadata.namespace)), new Set(["system"]));
    });
  }
});
