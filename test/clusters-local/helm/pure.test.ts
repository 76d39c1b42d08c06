import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { CHARTS } from "../../../lib/plan/versions";
import { plain, UNKNOWN } from "../../../rehearsal/clouds/wire";
import { givenChart } from "../../../rehearsal/clusters/helm/charts/given";
import { localChart } from "../../../rehearsal/clusters/helm/charts/local";
import { pinnedChart } from "../../../rehearsal/clusters/helm/charts/module";
import { MODULE_SUMS } from "../../../rehearsal/clusters/helm/charts/sums";
import type { WantedChart } from "../../../rehearsal/clusters/helm/charts/wanted";
import { diffRelease } from "../../../rehearsal/clusters/helm/difference";
import { explained } from "../../../rehearsal/clusters/helm/explain";
import { completeInputs, readInputs, refusals } from "../../../rehearsal/clusters/helm/inputs";
import { resourceNames } from "../../../rehearsal/clusters/helm/live";
import { plannedOutputs, releaseOutputs } from "../../../rehearsal/clusters/helm/outputs";
import { HelmSession } from "../../../rehearsal/clusters/helm/session";
import { givenValues, markSecrets, mergeValues } from "../../../rehearsal/clusters/helm/values";
import { RELEASE } from "../../../rehearsal/clusters/provider";
import type { Properties } from "../../../rehearsal/engine/provider";
import { containsSecrets, makeSecret, signatureKey } from "../../../rehearsal/engine/values";
import { shellProgram, temporaryFolder } from "../../support/folders";

const request = (news: Properties, olds: Properties = {}) => ({
  urn: `urn:pulumi:dev::case::${RELEASE}::web`,
  type: RELEASE,
  name: "web",
  news,
  olds,
  randomSeed: "seed",
});
const complete = (news: Properties, olds: Properties = {}) =>
  completeInputs(request(news, olds), news.values ?? {}, "shop");
const asset = (text: string) => ({ [signatureKey]: "c44067f5952c0a294b673a41bacd8c17", text });
const wanted = (chart: string, change: Partial<WantedChart> & { repo?: string } = {}): WantedChart => ({
  chart,
  version: "",
  devel: false,
  repository: { repo: change.repo ?? "", username: "", password: "", caFile: "", certFile: "", keyFile: "" },
  ...change,
});

/** Values as charts take them: maps of maps, lists, texts, numbers, truths and nulls. */
const { values } = fc.letrec((tie) => ({
  values: fc.dictionary(fc.constantFrom("a", "b", "image", "__proto__"), tie("value"), {
    maxKeys: 3,
    noNullPrototype: true,
  }),
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, 0, "", "x"),
    fc.array(fc.integer(), { maxLength: 2 }),
    tie("values"),
  ),
})) as { values: fc.Arbitrary<Properties> };

test("a release gets a namespace, a time to wait and a name that stays", () => {
  const made = complete({ chart: "./web" });
  assert.match(String(made.name), /^web-[0-9a-f]{8}$/);
  assert.deepEqual([made.namespace, made.timeout, made.skipAwait, made.values], ["shop", 300, false, {}]);
  assert.equal(complete({ chart: "./web" }).name, made.name);
  assert.equal(complete({ chart: "./web" }, { name: "web-00000000" }).name, "web-00000000");
  assert.equal(complete({ chart: "./web", name: "mine" }, made).name, "mine");
  assert.equal(complete({ chart: "./web", name: UNKNOWN }).name, UNKNOWN);
  assert.equal(complete({ chart: "./web", skipAwait: true }).timeout, 0);
  assert.equal(readInputs(complete({ chart: "./web", skipAwait: true })).timeoutSeconds, 300);
});

test("what a rehearsal does not do is refused by name, and wrong types are told", () => {
  const bad = complete({ chart: "./web", postrender: "./p", verify: true, lint: true, timeout: "5m", atomic: "yes" });
  assert.deepEqual(
    refusals(bad)
      .map(({ property }) => property)
      .sort(),
    ["atomic", "lint", "postrender", "timeout", "verify"],
  );
  assert.deepEqual(refusals(complete({ chart: "./web", timeout: UNKNOWN, name: makeSecret("x") })), []);
});

test("of values that meet, maps are merged and the later one wins", () => {
  fc.assert(
    fc.property(values, values, (a, b) => {
      assert.deepEqual(mergeValues(a, a), a);
      assert.deepEqual(mergeValues({}, a), a);
      assert.deepEqual(mergeValues(mergeValues(a, b), b), mergeValues(a, b));
      for (const [name, value] of Object.entries(b)) {
        const merged = (mergeValues(a, b) as Properties)[name];
        assert.deepEqual(mergeValues(merged, value), merged);
      }
    }),
  );
});

test("files of values come under the program's own values; a null stays, and what is secret stays secret", () => {
  const news = {
    valueYamlFiles: [asset("image: { tag: 1, pull: Always }\nreplicas: 2"), asset("image: { tag: 2 }")],
    values: { image: { pull: null }, password: makeSecret("p") },
  };
  const read = givenValues(news, "/");
  assert.deepEqual(plain(read), { image: { tag: 2, pull: null }, replicas: 2, password: "p" });
  assert.ok(containsSecrets(read));
  const hidden = givenValues({ ...news, valueYamlFiles: makeSecret(news.valueYamlFiles), values: { a: 1 } }, "/");
  assert.deepEqual(hidden, makeSecret({ image: { tag: 2, pull: "Always" }, replicas: 2, a: 1 }));
  assert.throws(() => givenValues({ valueYamlFiles: ["values.yaml"] }, "/"), /it takes files and texts/);
  assert.deepEqual(markSecrets({ a: "p", b: "q" }, { a: makeSecret("old") }), { a: makeSecret("p"), b: "q" });
});

const live = (given: Properties, change = {}) => ({
  name: "web",
  namespace: "shop",
  revision: 1,
  status: "deployed",
  chart: "web",
  chartVersion: "1.0.0",
  appVersion: "7",
  values: plain(given) as Properties,
  resourceNames: {},
  ...change,
});
const diffOf = (before: Properties, now: Properties, liveValues = (before.values ?? {}) as Properties) => {
  const oldInputs = { ...complete({ name: "web", version: "1.0.0", ...before }) };
  const news = complete({ name: "web", version: "1.0.0", ...now }, oldInputs);
  const oldOutputs = releaseOutputs(oldInputs, live(liveValues));
  return diffRelease({ ...request({}), id: "shop/web", oldInputs, oldOutputs, news, ignoreChanges: [] });
};

test("a release that was made as asked has no difference, whatever its values", () => {
  fc.assert(
    fc.property(values, (given) => {
      assert.equal(diffOf({ values: given }, { values: given }).changes, "none");
      const hidden = { values: { all: makeSecret(given) } };
      assert.equal(diffOf(hidden, hidden).changes, "none");
    }),
  );
});

const DIFFERENCES: readonly [string, Properties, Properties, readonly string[], readonly string[], Properties?][] = [
  ["a value", { values: { a: { b: 1 } } }, { values: { a: { b: 2 } } }, ["values.a.b"], []],
  ["a value less", { values: { a: 1, b: 2 } }, { values: { a: 1 } }, ["values.b"], []],
  ["a default taken away", { values: {} }, { values: { a: null } }, ["values.a"], []],
  ["a list", { values: { l: [1, 2] } }, { values: { l: [1] } }, ["values.l"], []],
  ["the version", { version: "1.0.0" }, { version: "1.1.0" }, ["version"], []],
  ["the name", {}, { name: "other" }, ["name"], ["name"]],
  ["the namespace", {}, { namespace: "other" }, ["namespace"], ["namespace"]],
  ["a secret", { values: { p: makeSecret("a") } }, { values: { p: makeSecret("b") } }, ["values.p"], []],
  ["a value that becomes secret only", { values: { p: "a" } }, { values: { p: makeSecret("a") } }, [], []],
  ["what somebody else changed", { values: { a: 1 } }, { values: { a: 1 } }, ["values.a"], [], { a: 3 }],
  ["what somebody else added", { values: { a: 1 } }, { values: { a: 1 } }, [], [], { a: 1, b: 2 }],
  ["what is unknown", { values: { a: 1 } }, { values: { a: UNKNOWN } }, ["values.a"], []],
];
for (const [what, before, now, paths, replaces, changed] of DIFFERENCES) {
  test(`difference: ${what}`, () => {
    const diff = diffOf(before, now, changed);
    assert.deepEqual(Object.keys(diff.detailedDiff ?? {}), paths);
    assert.deepEqual(diff.replaces, replaces);
    assert.equal(diff.changes, paths.length === 0 ? "none" : "some");
  });
}

test("a preview knows the inputs, and that the rest comes", () => {
  const inputs = complete({ chart: "./web", values: { p: makeSecret("hush") } });
  const { status, resourceNames: names, __inputs, ...known } = plannedOutputs(inputs);
  assert.deepEqual([status, names], [UNKNOWN, UNKNOWN]);
  assert.deepEqual(known, inputs);
  assert.deepEqual(__inputs, makeSecret(inputs));
});

test("objects of a manifest are named by kind", () => {
  const manifest = [
    "---\n# Source: web/templates/a.yaml\napiVersion: v1\nkind: Service\nmetadata: { name: b, namespace: shop }",
    "apiVersion: v1\nkind: Service\nmetadata: { name: a }",
    "# nothing",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }",
  ].join("\n---\n");
  assert.deepEqual(resourceNames(manifest), {
    "Deployment.apps/apps/v1": ["web"],
    "Service/v1": ["a", "shop/b"],
  });
});

test("what helm says comes with the way out, and an unreachable cluster in the real provider's words", () => {
  const inputs = readInputs(complete({ name: "web" }));
  const busy = explained("another operation (install/upgrade/rollback) is in progress", inputs, "update");
  assert.match(busy, /^another operation .*helm rollback web -n shop.*helm uninstall web -n shop/);
  const taken = explained("cannot re-use a name that is still in use", inputs, "create");
  assert.match(taken, /helm uninstall web -n shop.*pulumi import .* shop\/web/);
  const get =
    'Kubernetes cluster unreachable: Get "https://127.0.0.1:9/version": dial tcp 127.0.0.1:9: connect: connection refused';
  assert.equal(
    explained(get, inputs, "create"),
    'can\'t create Helm Release with unreachable cluster: unable to load schema information from the API server: Get "https://127.0.0.1:9/openapi/v2?timeout=32s": dial tcp 127.0.0.1:9: connect: connection refused',
  );
  assert.match(
    explained("uninstall: Release not loaded: web: release: not found", inputs, "delete"),
    /refresh the state/,
  );
  assert.equal(explained("execution error", inputs, "create"), "execution error");
});

test("an object that an API server refuses is not shown: a Secret's would be in base64", async (t) => {
  const directory = temporaryFolder(t);
  const said = [
    "level=WARN msg=first",
    String.raw`Error: UPGRADE FAILED: cannot patch "web" with kind Secret:  "" is invalid: patch: Invalid value: "{\"data\":{\"pw\":\"aHVudGVy\",\"of\":\"a \\\"b\\\"\"}}": illegal base64 data at input byte 0`,
  ];
  writeFileSync(join(directory, "said"), said.join("\n"));
  const program = shellProgram(join(directory, "helm"), `cat ${join(directory, "said")} >&2\nexit 1`);
  await assert.rejects(
    HelmSession.during({ program, directory }, (helm) => helm.run(["upgrade"])),
    { message: 'cannot patch "web" with kind Secret:  "" is invalid: patch: illegal base64 data at input byte 0' },
  );
});

test("a path is a chart before any repository is, as for the real provider", (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "web"));
  writeFileSync(join(folder, "web", "Chart.yaml"), "name: web");
  mkdirSync(join(folder, "none"));
  writeFileSync(join(folder, "web-1.0.0.tgz"), "");
  assert.equal(localChart(wanted("./web"), folder), join(folder, "web"));
  assert.equal(localChart(wanted(join(folder, "web-1.0.0.tgz")), "/"), join(folder, "web-1.0.0.tgz"));
  assert.equal(localChart(wanted("web"), folder), join(folder, "web"));
  assert.equal(localChart(wanted("web", { repo: "https://charts.example" }), folder), undefined);
  assert.equal(localChart(wanted("oci://charts.example/web"), folder), undefined);
  assert.throws(() => localChart(wanted("./none"), folder), /^Error: path ".\/none" not found$/);
});

test("the folder of MULTISITE_CHARTS holds archives and unpacked charts by name and version", (t) => {
  const folder = temporaryFolder(t);
  for (const name of ["web-1.0.0.tgz", "web-1.1.0.tgz", "web-extra-1.0.0.tgz"]) writeFileSync(join(folder, name), "");
  mkdirSync(join(folder, "db-v2.0.0"));
  writeFileSync(join(folder, "db-v2.0.0", "Chart.yaml"), "name: db");
  const find = (chart: string, version = "") => givenChart(wanted(chart, { version }), { MULTISITE_CHARTS: folder });
  assert.equal(find("web", "1.0.0"), join(folder, "web-1.0.0.tgz"));
  assert.equal(find("oci://charts.example/web", "1.1.0"), join(folder, "web-1.1.0.tgz"));
  assert.equal(find("db", "2.0.0"), join(folder, "db-v2.0.0"));
  assert.equal(find("db"), join(folder, "db-v2.0.0"));
  assert.equal(find("web", "3.0.0"), undefined);
  assert.throws(() => find("web"), /several web: give the release an exact version/);
  assert.throws(() => givenChart(wanted("web"), { MULTISITE_CHARTS: join(folder, "no") }), /which is no folder/);
  assert.equal(givenChart(wanted("web"), {}), undefined);
});

test("every chart of ours is known by name, version and repository, and its Go module's content is pinned", () => {
  for (const one of CHARTS) {
    const asked = wanted(one.chart, { version: one.version, repo: one.repository });
    assert.equal(pinnedChart(asked), one);
    assert.equal(pinnedChart({ ...asked, version: "99.0.0" }), undefined);
    assert.equal(pinnedChart(wanted(one.chart, { version: one.version, repo: "https://other.example" })), undefined);
    assert.match(MODULE_SUMS[`${one.offline.goModule} ${one.offline.version}`] ?? "", /^h1:[\w+/]{43}=$/);
    assert.match(one.date, /^\d{4}-\d\d-\d\d$/);
  }
});
