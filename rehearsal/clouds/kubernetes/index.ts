import { createHash } from "node:crypto";
import type { NamedChart } from "../../clusters/helm/charts/wanted";
import { constructComponent } from "../../clusters/provider/components";
import { replacingFields } from "../../clusters/provider/immutable";
import { FUNCTIONS, invokeFunction } from "../../clusters/provider/invokes";
import { isPatch, kindOfToken, parseId, tokenOf } from "../../clusters/provider/objects";
import { checkRendering } from "../../clusters/provider/refusals";
import { settingsOf } from "../../clusters/provider/settings";
import type { Templates } from "../../clusters/provider/templates";
import type { CheckFailure, Properties } from "../../engine/provider";
import type { Account, Cloud, Model, Surroundings } from "../model";
import type { ResourceSchema } from "../sdk/package";
import { isUnknown, own, same, text } from "../wire";
import { simulatedCapabilities } from "./capabilities";
import { DEFINITION, inNamespace, isNamespaced, namespaceOf, RELEASE } from "./kinds";
import { given, readKubeconfig, targetOf } from "./kubeconfig";
import { kubernetesModel } from "./models";
import { spelled } from "./spelling";

/** A cluster, as `@pulumi/kubernetes` meets it: any kind, built in or custom. */
export const kubernetes: Cloud = {
  name: "kubernetes",
  title: "the cluster",
  fills: false,
  dryRuns: true,
  replaces: ["kubeconfig", "cluster", "context", "clusterIdentifier"],
  moves,
  accepts: ({ outputs }) => [
    "__fieldManager",
    "__initialApiVersion",
    // Tools write it into manifests, and the API server leaves it out.
    ...(outputs.has("status") ? ["status"] : []),
  ],
  model: (type): Model | undefined => kubernetesModel(type),
  function: () => undefined,
  account,
  checkConfig,
  checkFiles: (type, inputs, { templates }) => (type === RELEASE ? missingChart(inputs, templates) : []),
  region: () => undefined,
  filled: (request, surroundings) =>
    request.type === RELEASE ? withVersion(request.news, surroundings) : inNamespace(request, surroundings),
  autoname: ({ token, inputs }) => {
    if (token === RELEASE) return { property: "name", separator: "-", digits: 8, maxLength: 53 };
    const metadata = inputs.get("metadata")?.type;
    const isObject = metadata?.kind === "any" || (metadata?.kind === "ref" && metadata.name === "meta.v1.ObjectMeta");
    if (!isObject || /(Patch|List)$/.test(token)) return undefined;
    return { property: "name", inside: "metadata", separator: "-", digits: 8, maxLength: 253 };
  },
  immutable: ({ token }, { config }, { immutable }) => [
    "apiVersion",
    "kind",
    ...replacingFields(token, { ...kindOfToken(token), metadata: {}, immutable }, settingsOf(config)),
  ],
  known: ({ type, inputs, account }, schema) => {
    const namespace = namespaceOf(type, inputs, account);
    return namespace === undefined || !schema.inputs.has("metadata") ? {} : { metadata: { namespace } };
  },
  id: ({ type, inputs, name, account }) => {
    const own = text(inputs, "metadata.name") ?? text(inputs, "name") ?? name;
    const namespace = namespaceOf(type, inputs, account);
    return namespace === undefined ? own : `${namespace}/${own}`;
  },
  identified,
  text: () => () => undefined,
  spelled,
  invoke: (request, { sdk, templates, things }) =>
    FUNCTIONS.has(request.token)
      ? invokeFunction(request, {
          templates,
          capabilities: async () => simulatedCapabilities(sdk, things(DEFINITION)),
          isNamespaced: async (object) => isNamespaced(tokenOf(object), things(DEFINITION)),
        })
      : undefined,
  construct: (request, { sdk, account, templates, things }) =>
    constructComponent(request, {
      version: sdk.version,
      defaultNamespace: account.facts.namespace ?? "default",
      isNamespaced: async (type) => isNamespaced(type, things(DEFINITION)),
      templates,
      capabilities: async () => simulatedCapabilities(sdk, things(DEFINITION)),
    }),
  custom,
};

/** What a program looks up is known by kind, name and namespace. */
function identified(type: string, id: string): Properties | undefined {
  const { namespace, name } = parseId(id);
  const place = namespace === "" ? {} : { namespace };
  if (type === RELEASE) return { name, ...place };
  const kind = kindOfToken(type);
  return isPatch(type, kind) ? undefined : { ...kind, metadata: { name, ...place } };
}

/** A kind whose group no SDK has is a custom resource; a kind that a known group does not have is a mistake. */
function custom(token: string, hasModule: (module: string) => boolean): ResourceSchema | undefined {
  const match = /^kubernetes:([a-z0-9.-]+\.[a-z0-9-]+\/v\d\w*):([A-Z]\w*)$/.exec(token);
  if (match === null || hasModule(match[1]!)) return undefined;
  const names = ["apiVersion", "kind", "metadata", "spec", "data", "status", "others"];
  const any = { type: { kind: "any" as const }, optional: true };
  const shape = new Map(names.map((name) => [name, any]));
  return { token, inputs: openShape(shape), outputs: openShape(shape), secretOutputs: new Set() };
}

/** A shape that takes properties of every name: a custom resource's fields are known to its definition only. */
function openShape<T>(shape: Map<string, T>): Map<string, T> {
  const any = shape.values().next().value as T;
  return new (class extends Map<string, T> {
    override get(): T {
      return any;
    }
    override has(): boolean {
      return true;
    }
  })(shape);
}

/** Inputs that say which cluster of which kubeconfig. */
const PLACE = ["kubeconfig", "context", "cluster"];

/**
 * Which cluster: its identity if given, else the server's address. Where only the machine's own kubeconfig could say that,
 * which is not read, each context and cluster of a file is one by itself. Unknown while one of these is.
 */
function account(config: Properties): Account {
  const target = targetOf(config);
  const place = text(target?.cluster, "server") ?? JSON.stringify(PLACE.map((name) => given(config, name)));
  const isUnknownPlace = PLACE.some((name) => isUnknown(own(config, name)));
  const digest = createHash("sha256").update(place).digest("hex").slice(0, 12);
  const owner = given(config, "clusterIdentifier") ?? (isUnknownPlace ? undefined : digest);
  const namespace = given(config, "namespace") ?? target?.namespace ?? "default";
  return { owner, region: undefined, facts: { namespace, server: place }, config };
}

/**
 * By identity where both are given, else by the clusters that the kubeconfigs lead to: of one that leads to none, such as the
 * machine's own, nothing is known. Source: `DiffConfig` of pulumi-kubernetes.
 */
function moves(before: Properties, after: Properties): boolean {
  const [old, now] = [before, after].map((config) => given(config, "clusterIdentifier"));
  if (old !== undefined && now !== undefined) return old !== now;
  const [from, to] = [before, after].map((config) => targetOf(config)?.cluster);
  return from !== undefined && to !== undefined && !same(from, to);
}

/** The chart that a release names; undefined while it is not known. */
function namedChart(inputs: Properties): NamedChart | undefined {
  const chart = text(inputs, "chart");
  if (chart === undefined || isUnknown(inputs.repositoryOpts)) return undefined;
  return { chart, repository: { repo: text(inputs, "repositoryOpts.repo") ?? "" } };
}

/** The inputs of a release with the version that its chart has, where that is a folder: what is asked for decides nothing then. */
function withVersion(inputs: Properties, { templates }: Surroundings): Properties {
  const named = namedChart(inputs);
  const version = named && templates?.localVersion(named);
  return version === undefined ? inputs : { ...inputs, version };
}

/** A release whose chart is a path that leads to none, in the real provider's words. */
function missingChart(inputs: Properties, templates: Templates | undefined): CheckFailure[] {
  const named = namedChart(inputs);
  const why = named && templates?.missingChart(named);
  if (why === undefined) return [];
  return [{ property: "chart", reason: `${why}; check the chart name and repository configuration.` }];
}

function checkConfig(config: Properties): CheckFailure[] {
  const file = text(config, "kubeconfig");
  const looksLikePath = file !== undefined && !file.includes("\n") && !file.trimStart().startsWith("{");
  return [...checkRendering(config), ...(file === undefined || looksLikePath ? [] : checkKubeconfig(file, config))];
}

function checkKubeconfig(file: string, config: Properties): CheckFailure[] {
  if (readKubeconfig(file) === undefined)
    return [{ property: "kubeconfig", reason: "must be the text of a kubeconfig, in YAML or JSON; it cannot be read" }];
  if (text(targetOf(config)?.cluster, "server") !== undefined) return [];
  const reason =
    "must name a context that exists, with a cluster that has a server; see current-context, contexts and clusters";
  return [{ property: "kubeconfig", reason }];
}
