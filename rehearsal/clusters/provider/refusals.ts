import { fromJson } from "../../clouds/configuration";
import { isObject, isUnknown, own, plain } from "../../clouds/wire";
import type { CheckFailure, Properties } from "../../engine/provider";
import { isOn } from "./settings";

/** What no rehearsal does: the property that asks for it, or in its place the environment variable. */
interface Refused {
  readonly path: readonly [property: string, field?: string];
  readonly variable?: string;
  readonly what: string;
  /** Whether a value asks for it. */
  readonly asks: (value: unknown) => boolean;
}

const isGiven = (value: unknown): boolean => value !== "";
const HELMS_OWN = "helm's own plugins, repositories and credentials, which decide nothing in a rehearsal";

const RENDERING: readonly Refused[] = [
  { path: ["renderYamlToDirectory"], what: "rendering to a folder", asks: isGiven },
  { path: ["alwaysRender"], what: "rendering to a folder", asks: isOn },
];

/** Sources: `ProviderArgs` of @pulumi/kubernetes 4.34; pulumi-kubernetes provider/pkg/provider/provider.go `Configure`. */
const REFUSED: readonly Refused[] = [
  {
    path: ["enableServerSideApply"],
    variable: "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY",
    what: "client-side apply",
    asks: (value) => !isOn(value),
  },
  ...RENDERING,
  {
    path: ["helmReleaseSettings", "driver"],
    variable: "PULUMI_K8S_HELM_DRIVER",
    what: "releases that are not kept in their cluster (allowed are secret and configmap)",
    asks: (value) => !/^(secrets?|configmaps?)?$/.test(String(value)),
  },
  ...(
    [
      ["pluginsPath", "PLUGINS_PATH"],
      ["registryConfigPath", "REGISTRY_CONFIG_PATH"],
      ["repositoryCache", "REPOSITORY_CACHE"],
      ["repositoryConfigPath", "REPOSITORY_CONFIG_PATH"],
    ] as const
  ).map(
    ([field, variable]): Refused => ({
      path: ["helmReleaseSettings", field],
      variable: `PULUMI_K8S_HELM_${variable}`,
      what: HELMS_OWN,
      asks: isGiven,
    }),
  ),
];

/** The real provider's switch for waiting on objects of every kind. Source: metadata/overrides.go. */
const AWAIT_ALL = "PULUMI_K8S_AWAIT_ALL";

/** What a provider's inputs, or the environment, ask for that no rehearsal does. */
export function checkSettings(inputs: Properties): CheckFailure[] {
  const failures = refused(inputs, REFUSED);
  if (process.env[AWAIT_ALL] === "true") {
    const reason = `cannot rehearse: waiting for objects of every kind, which ${AWAIT_ALL} asks for; leave it out, or wait for single objects by the annotation pulumi.com/waitFor`;
    failures.push({ property: "", reason });
  }
  return failures;
}

/** Of these, what simulated clusters do not do either. */
export function checkRendering(inputs: Properties): CheckFailure[] {
  return refused(inputs, RENDERING);
}

function refused(inputs: Properties, what: readonly Refused[]): CheckFailure[] {
  const config = plain(inputs) as Properties;
  return what.flatMap(({ path, variable, what, asks }) => {
    const given = valueAt(config, path);
    const value = given ?? (variable === undefined ? undefined : process.env[variable]);
    if (value === undefined || isUnknown(value) || !asks(value)) return [];
    const asking = given === undefined ? variable : path.join(".");
    return [{ property: path[0], reason: `cannot rehearse: ${what}, which ${asking} asks for; leave it out` }];
  });
}

function valueAt(config: Properties, [property, field]: Refused["path"]): unknown {
  const value = own(config, property) ?? undefined;
  if (field === undefined || value === undefined) return value;
  const inner = fromJson(value);
  return isObject(inner) ? (own(inner, field) ?? undefined) : undefined;
}

/** What is given and changes nothing in a rehearsal, to be told. */
export function withoutEffect(inputs: Properties): string[] {
  const client = fromJson(own(plain(inputs) as Properties, "kubeClientSettings"));
  if (!isObject(client)) return [];
  const given = ["burst", "qps"].filter((name) => client[name] !== undefined && client[name] !== null);
  return given.map((name) => `kubeClientSettings.${name} has no effect in a rehearsal: its requests are not throttled`);
}
