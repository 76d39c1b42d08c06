import assert from "node:assert/strict";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { createColors } from "picocolors";
import { openProgram, type ProgramRun } from "../../../rehearsal/commands/program";
import type { RunResult } from "../../../rehearsal/engine";
import { containsSecrets } from "../../../rehearsal/engine/values";
import { shellProgram, temporaryFolder } from "../../support/folders";
import { localTools } from "../../support/localTools";
import { writeProgram } from "../../support/multisite";

const SILENT = { out() {}, err() {}, progress() {}, done() {}, colors: createColors(false) };

/** A program beside the chart `shop`, on simulated clouds. */
async function rehearsed(t: TestContext, source: string, files: Record<string, string> = {}): Promise<ProgramRun> {
  const dir = temporaryFolder(t);
  writeProgram(dir, `const pulumi = require("@pulumi/pulumi"); const k8s = require("@pulumi/kubernetes");\n${source}`);
  cpSync(join(__dirname, "charts/shop"), join(dir, "shop"), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(dir, name, ".."), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  shellProgram(join(dir, "louder.sh"), "sed 's/name: web-kept/name: web-loud/'");
  const { signal } = new AbortController();
  const run = await openProgram(dir, { config: {}, stack: "rehearsal" }, SILENT, signal);
  t.after(() => run.session.close());
  return run;
}

const below = ({ resources }: RunResult, type: string) => {
  const parent = resources.find((one) => one.type === type)?.urn;
  return resources.filter((one) => one.parent === parent).map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);
};
const errors = ({ diagnostics }: RunResult) =>
  diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
const warnings = ({ diagnostics }: RunResult) =>
  diagnostics.filter(({ severity, urn }) => severity === "warning" && urn !== "").map(({ message }) => message);

const CHART = "kubernetes:helm.sh/v4:Chart";
const chart = (args: string) => `const chart = new k8s.helm.v4.Chart("web", { chart: "./shop", ${args} });`;
const ALL = [
  "CustomResourceDefinition web:baskets.shop.example.com",
  "ConfigMap web:default/web",
  "ConfigMap web:default/web-kept",
  "Secret web:default/web",
  "Deployment web:default/web",
];

describe("helm.v4.Chart and kustomize.v2.Directory", { concurrency: 2 }, async () => {
  const tools = await localTools();
  const skip = typeof tools === "string" ? tools : false;

  for (const [what, args, expected] of [
    ["without its hooks", `values: { url: "u" }`, ALL],
    ["without its definitions", `values: { url: "u" }, skipCrds: true`, ALL.slice(1)],
    [
      "under another prefix",
      `values: { url: "u" }, skipCrds: true, resourcePrefix: "x"`,
      ALL.slice(1).map((name) => name.replace("web:", "x:")),
    ],
    [
      "as another release, with values of files under those of the program",
      `name: "shop", skipCrds: true, values: { cache: { enabled: true } },
       valueYamlFiles: [new pulumi.asset.FileAsset("shop/values.yaml"), new pulumi.asset.StringAsset("url: u\\ncache: { enabled: false }")]`,
      ["ConfigMap web:default/shop", "ConfigMap web:default/shop-cache", "ConfigMap web:default/shop-kept"].concat(
        "Secret web:default/shop",
        "Deployment web:default/shop",
      ),
    ],
    [
      "as the program's own post-renderer leaves it",
      `values: { url: "u" }, skipCrds: true, postRenderer: { command: "./louder.sh" }`,
      ALL.slice(1).map((name) => name.replace("web-kept", "web-loud")),
    ],
  ] as const) {
    it(`a chart's objects are its children, ${what}`, { skip }, async (t) => {
      const { session } = await rehearsed(t, `${chart(args)} exports.count = chart.resources.length;`);
      const up = await session.up();
      assert.deepEqual(errors(up), []);
      assert.deepEqual(below(up, CHART).sort(), [...expected].sort());
      // A chart that brings a definition finds it in the cluster when it is rendered again.
      const changed = (await session.up()).steps.filter(({ op }) => op !== "same").map(({ name }) => name);
      assert.deepEqual([...new Set(changed)], args.includes("skipCrds") ? [] : ["web:default/web"]);
    });
  }

  it("keeps what the chart wants kept, and what is secret secret", { skip }, async (t) => {
    const values = `values: { url: pulumi.secret("open-sesame-8"), password: new pulumi.asset.StringAsset("p") }`;
    const { session } = await rehearsed(t, chart(`${values}, includeHooks: true`));
    const up = await session.up();
    assert.deepEqual(errors(up), []);
    assert.deepEqual(warnings(up), [
      "includeHooks is only supported when the provider is configured with renderYamlToDirectory; Helm hooks will be ignored.",
    ]);
    const states = session.deployment().deployment.resources ?? [];
    const kept = states.filter(({ retainOnDelete }) => retainOnDelete).map(({ urn }) => urn.split("::").at(-1));
    assert.deepEqual(kept, ["web:default/web-kept"]);
    assert.ok(!JSON.stringify(states).includes("open-sesame-8"));
    const secret = up.resources.filter(({ inputs }) => containsSecrets(inputs.data ?? inputs.stringData));
    assert.deepEqual(secret.map(({ type }) => type.split(":").at(-1)).sort(), ["ConfigMap", "Secret"]);
  });

  it("tells a chart what a simulated cluster serves: Kubernetes' own kinds, and those that the program defines", {
    skip,
  }, async (t) => {
    const { session } = await rehearsed(
      t,
      `const first = new k8s.helm.v3.Chart("first", { path: "./shop", namespace: "default", values: { url: "u" } });
       new k8s.helm.v4.Chart("web", { chart: "./shop", skipCrds: true, values: { url: "u" } }, { dependsOn: first.ready });`,
    );
    const up = await session.up();
    assert.deepEqual(errors(up), []);
    const told = (name: string) =>
      up.resources.find((one) => one.name === name)?.inputs.data as { [name: string]: string };
    const [before, after] = [told("default/first"), told("web:default/web")];
    assert.deepEqual([before.leases, before.baskets, before.seen], ["true", "false", "nothing"]);
    assert.deepEqual([after.leases, after.baskets, after.seen], ["true", "true", "nothing"]);
  });

  it("waits with its children until its values are known", { skip }, async (t) => {
    const source = `const map = new k8s.core.v1.ConfigMap("first", {});\n${chart("values: { url: map.id }")}`;
    const { session } = await rehearsed(t, source);
    const preview = await session.preview();
    assert.deepEqual(errors(preview), []);
    assert.deepEqual(warnings(preview), ["Input properties have unknown values. Preview is incomplete."]);
    assert.deepEqual(below(preview, CHART), []);
    assert.equal(below(await session.up(), CHART).length, ALL.length);
  });

  for (const [what, args, expected] of [
    [
      "a value that is required",
      "",
      /chart \.\/shop: execution error at \(shop\/templates\/objects.yaml:6:10\): url is needed/,
    ],
    ["a value of the wrong kind", `values: { replicas: 0 }`, /at '\/replicas': minimum: got 0, want 1/],
    ["signatures", "verify: true", /cannot rehearse: verify: provenance files are not verified/],
    [
      "a folder of files among the values",
      `values: { url: new pulumi.asset.FileArchive("shop") }`,
      /Archive values are not supported/,
    ],
  ] as const) {
    it(`refuses ${what}, in words of helm or its own`, { skip }, async (t) => {
      const { session } = await rehearsed(t, chart(args));
      assert.match(errors(await session.preview()).join("\n"), expected);
    });
  }

  it("a chart's missing dependencies are named, and fetched when it is asked for", { skip }, async (t) => {
    const files = {
      "parent/Chart.yaml":
        "apiVersion: v2\nname: parent\nversion: 1.0.0\ndependencies: [{ name: cache, version: 0.2.0, repository: 'file://../shop/charts/cache' }]\n",
    };
    const source = (args: string) => `new k8s.helm.v4.Chart("web", { chart: "./parent", ${args} });`;
    const without = await rehearsed(t, source(""), files);
    assert.match(errors(await without.session.preview()).join("\n"), /missing in charts\/ directory: cache/);
    const updated = await rehearsed(t, source("dependencyUpdate: true"), files);
    assert.deepEqual(below(await updated.session.up(), CHART), ["ConfigMap web:default/web-cache"]);
  });

  it("a kustomization's objects are its children, from wherever its files lie, charts in it rendered", {
    skip,
  }, async (t) => {
    const { session } = await rehearsed(
      t,
      `new k8s.kustomize.v2.Directory("built", { directory: "built", namespace: "default", skipAwait: true });`,
      {
        "built/kustomization.yaml":
          "configMapGenerator: [{ name: made, files: [../outside.txt], options: { disableNameSuffixHash: true } }]\n" +
          "helmGlobals: { chartHome: ../shop/charts }\nhelmCharts: [{ name: cache, releaseName: inner }]\n",
        "outside.txt": "a",
      },
    );
    const up = await session.up();
    assert.deepEqual(errors(up), []);
    assert.deepEqual(below(up, "kubernetes:kustomize/v2:Directory").sort(), [
      "ConfigMap built:default/inner-cache",
      "ConfigMap built:default/made",
    ]);
  });
});
