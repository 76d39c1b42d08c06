import assert from "node:assert/strict";
import { describe, it, type TestContext, test } from "node:test";
import { SdkPackage } from "../../../rehearsal/clouds/sdk/package";
import { completeInputs, readInputs, refusals } from "../../../rehearsal/clusters/helm/inputs";
import { kubernetesSource, RELEASE } from "../../../rehearsal/clusters/provider";
import { readKubeconfig } from "../../../rehearsal/clusters/provider/kubeconfig";
import { diffSettings, type Settings, settingsOf } from "../../../rehearsal/clusters/provider/settings";
import type { Properties } from "../../../rehearsal/engine/provider";
import { ROOT } from "../../rehearsal/clouds/support";

const sdk = SdkPackage.open("kubernetes", [ROOT])!;
const urn = "urn:pulumi:t::p::pulumi:providers:kubernetes::p";

/** Values as the SDK sends them: what is no text travels as JSON. */
const sent = (inputs: Properties): Properties =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );

/** Opens a provider, and gives what it refuses and what it says. */
async function opened(inputs: Properties): Promise<{ refused: string[]; said: string[] }> {
  const said: string[] = [];
  const source = kubernetesSource({ moduleRoots: [ROOT] });
  const provider = (await source.open("kubernetes", "", (severity, _urn, message) =>
    said.push(`${severity}: ${message}`),
  ))!;
  const news = sent(inputs);
  const { failures } = await provider.checkConfig({
    urn,
    type: "pulumi:providers:kubernetes",
    name: "p",
    news,
    olds: {},
    randomSeed: "",
  });
  if (failures.length === 0) await provider.configure({ urn, name: "p", inputs: { kubeconfig: "none", ...news } });
  await provider.close();
  return { refused: failures.map(({ property, reason }) => `${property}: ${reason}`), said };
}

function withVariable(t: TestContext, name: string, value: string): void {
  const before = process.env[name];
  process.env[name] = value;
  t.after(() => (before === undefined ? delete process.env[name] : Object.assign(process.env, { [name]: before })));
}

/** A kubeconfig of two contexts. */
const TWO = JSON.stringify({
  "current-context": "one",
  contexts: ["one", "two"].map((name) => ({ name, context: { cluster: name, user: "u", namespace: `of-${name}` } })),
  clusters: ["one", "two", "three"].map((name) => ({ name, cluster: { server: `https://${name}.example` } })),
  users: [{ name: "u", user: { token: "t" } }],
});
const led = async (inputs: Properties): Promise<string> => {
  const { config, namespace } = await readKubeconfig(TWO, settingsOf(inputs).selection);
  return `${config.getCurrentCluster()?.server} ${namespace}`;
};
const replaced = async (before: Properties, after: Properties) =>
  (
    await diffSettings({
      urn,
      type: "",
      name: "p",
      oldInputs: before,
      oldOutputs: before,
      news: after,
      ignoreChanges: [],
      id: "",
    })
  ).replaces;
const turnsOn = (property: string, setting: keyof Settings, variable: string) => async (t: TestContext) => {
  assert.deepEqual(
    [{}, { [property]: "false" }, { [property]: "true" }].map((each) => settingsOf(each)[setting]),
    [false, false, true],
  );
  withVariable(t, variable, "true");
  assert.deepEqual([settingsOf({})[setting], settingsOf({ [property]: "false" })[setting]], [true, false]);
};
const refuses = (inputs: Properties, message: RegExp, variable?: string) => async (t: TestContext) => {
  assert.match((await opened(inputs)).refused.join("\n"), message);
  if (variable === undefined) return;
  assert.deepEqual((await opened({})).refused, []);
  const [value] = Object.values(Object.values(inputs)[0] as object);
  withVariable(t, variable, String(value ?? Object.values(inputs)[0]));
  assert.match((await opened({})).refused.join("\n"), new RegExp(variable));
};
const tells = (inputs: Properties, message: RegExp) => async () => {
  assert.match((await opened(inputs)).said.join("\n"), message);
};

/** Every input of the provider, and what becomes of it. */
const PROPERTIES: { readonly [property: string]: (t: TestContext) => Promise<void> } = {
  alwaysRender: refuses({ alwaysRender: true }, /alwaysRender: cannot rehearse: rendering to a folder/),
  cluster: async () => assert.equal(await led({ cluster: "three" }), "https://three.example of-one"),
  clusterIdentifier: async () => {
    assert.deepEqual(await replaced({ clusterIdentifier: "a" }, { clusterIdentifier: "b" }), ["clusterIdentifier"]);
    assert.deepEqual(await replaced({ clusterIdentifier: "a", kubeconfig: TWO }, { clusterIdentifier: "a" }), []);
  },
  context: async () => assert.equal(await led({ context: "two" }), "https://two.example of-two"),
  deleteUnreachable: turnsOn("deleteUnreachable", "forgetsUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE"),
  enableConfigMapMutable: turnsOn(
    "enableConfigMapMutable",
    "isConfigMapMutable",
    "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE",
  ),
  enablePatchForce: turnsOn("enablePatchForce", "isPatchForced", "PULUMI_K8S_ENABLE_PATCH_FORCE"),
  enableSecretMutable: turnsOn("enableSecretMutable", "isSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
  enableServerSideApply: refuses(
    { enableServerSideApply: false },
    /enableServerSideApply: cannot rehearse: client-side apply/,
    "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY",
  ),
  "helmReleaseSettings.driver": async (t) => {
    await refuses(
      { helmReleaseSettings: { driver: "sql" } },
      /not kept in their cluster.*helmReleaseSettings\.driver/,
      "PULUMI_K8S_HELM_DRIVER",
    )(t);
    assert.equal(settingsOf(sent({ helmReleaseSettings: { driver: "configmap" } })).helmDriver, "configmap");
  },
  "helmReleaseSettings.pluginsPath": refuses(
    { helmReleaseSettings: { pluginsPath: "/p" } },
    /helmReleaseSettings\.pluginsPath asks/,
    "PULUMI_K8S_HELM_PLUGINS_PATH",
  ),
  "helmReleaseSettings.registryConfigPath": refuses(
    { helmReleaseSettings: { registryConfigPath: "/p" } },
    /registryConfigPath asks/,
    "PULUMI_K8S_HELM_REGISTRY_CONFIG_PATH",
  ),
  "helmReleaseSettings.repositoryCache": refuses(
    { helmReleaseSettings: { repositoryCache: "/p" } },
    /repositoryCache asks/,
    "PULUMI_K8S_HELM_REPOSITORY_CACHE",
  ),
  "helmReleaseSettings.repositoryConfigPath": refuses(
    { helmReleaseSettings: { repositoryConfigPath: "/p" } },
    /repositoryConfigPath asks/,
    "PULUMI_K8S_HELM_REPOSITORY_CONFIG_PATH",
  ),
  "kubeClientSettings.burst": tells(
    { kubeClientSettings: { burst: 5 } },
    /info: kubeClientSettings\.burst has no effect/,
  ),
  "kubeClientSettings.qps": tells({ kubeClientSettings: { qps: 0.5 } }, /info: kubeClientSettings\.qps has no effect/),
  "kubeClientSettings.timeout": async (t) => {
    assert.equal(settingsOf(sent({ kubeClientSettings: { timeout: 7 } })).timeoutSeconds, 7);
    withVariable(t, "PULUMI_K8S_CLIENT_TIMEOUT", "9");
    assert.equal(settingsOf({}).timeoutSeconds, 9);
  },
  kubeconfig: async () => assert.equal(await led({}), "https://one.example of-one"),
  namespace: async () => assert.equal(await led({ namespace: "mine" }), "https://one.example mine"),
  renderYamlToDirectory: refuses({ renderYamlToDirectory: "out" }, /renderYamlToDirectory: cannot rehearse: rendering/),
  skipUpdateUnreachable: turnsOn("skipUpdateUnreachable", "skipsUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE"),
  // Such warnings are not given here, so that there is nothing to suppress; neither changes what is done.
  suppressDeprecationWarnings: async () =>
    assert.deepEqual(await opened({ suppressDeprecationWarnings: true }), await opened({})),
  suppressHelmHookWarnings: async () =>
    assert.deepEqual(await opened({ suppressHelmHookWarnings: true }), await opened({})),
  upsertExistingObjects: turnsOn("upsertExistingObjects", "isUpserting", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"),
};

describe("inputs of the provider", () => {
  it("are all in the table, those of the SDK that is installed", () => {
    const known = [...sdk.provider()].flatMap(([name, { type }]) => {
      const shape =
        type.kind === "ref" && type.space !== "enums" ? sdk.declarations.shape(type.space, type.name) : undefined;
      return shape === undefined ? [name] : [...shape.keys()].map((field) => `${name}.${field}`);
    });
    assert.deepEqual(known.sort(), Object.keys(PROPERTIES).sort());
  });
  for (const [name, proves] of Object.entries(PROPERTIES)) it(name, proves);
  it("that only the stack's configuration knows are refused", async () => {
    for (const name of ["strictMode", "rejectUnknownResources"]) {
      assert.match((await opened({ [name]: true })).refused.join("\n"), new RegExp(name));
    }
  });
  it("and the variable that has objects of every kind waited for", async (t) => {
    withVariable(t, "PULUMI_K8S_AWAIT_ALL", "true");
    assert.match((await opened({})).refused.join("\n"), /every kind, which PULUMI_K8S_AWAIT_ALL asks for/);
  });
});

test("a kubeconfig that cannot be used says which part of it is missing", async () => {
  for (const [inputs, message] of [
    [{ context: "four" }, /^unable to load .*: context "four" does not exist; there are one, two$/],
    [{ cluster: "four" }, /^unable to load .*: cluster "four" does not exist; there are one, two, three$/],
  ] as const) {
    await assert.rejects(led(inputs), ({ message: said }: Error) => message.test(said));
  }
  await assert.rejects(readKubeconfig("{", {}), /^Error: failed to parse .*- it is neither a file nor the text/);
});

test("every input of a release is read, refused, or known to be none", () => {
  const base = { chart: "./web", name: "web", namespace: "shop", values: {} };
  const request = (news: Properties) => ({ urn, type: RELEASE, name: "web", news, olds: {}, randomSeed: "" });
  const of = (news: Properties) => completeInputs(request(news), news.values, "shop");
  const given: Properties = {
    maxHistory: 3,
    timeout: 7,
    values: { a: 1 },
    repositoryOpts: { repo: "https://charts.example" },
  };
  /** Outputs of the real provider, a constant of the SDK, and files that are read before (values.ts). */
  const none = ["compat", "manifest", "resourceNames", "valueYamlFiles"];
  for (const [name, { type }] of sdk.resource(RELEASE)!.inputs) {
    if (none.includes(name)) continue;
    const value = given[name] ?? (type.kind === "boolean" ? true : "other");
    const inputs = of({ ...base, [name]: value });
    const isRefused = refusals(inputs).some(({ property }) => property === name);
    if (!isRefused) assert.notDeepEqual(readInputs(inputs), readInputs(of(base)), name);
  }
});
