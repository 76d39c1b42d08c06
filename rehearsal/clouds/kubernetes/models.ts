import { chartName } from "../../clusters/helm/charts/wanted";
import type { CheckFailure, Properties } from "../../engine/provider";
import type { Making, Model, Subject, ValueRule } from "../model";
import { between, matches } from "../rules";
import { guid } from "../sdk/madeUp";
import { at, isObject, select, text } from "../wire";
import type { Thing } from "../world";
import { BUILT_IN_NAMESPACES, frozenFields, kindOf, NAMESPACE, namespaceOf, RELEASE } from "./kinds";
import { liveOutputs } from "./live";

const LABEL = matches(
  /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
  "1 to 63 lower-case letters, digits and hyphens that begin and end with a letter or digit",
);
const SUBDOMAIN = matches(
  /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  "at most 253 lower-case letters, digits, hyphens and dots that begin and end with a letter or digit",
);
const SEGMENT = matches(/^(?!\.{1,2}$)[^/%]+$/, "a name without / and %");
const QUANTITY: ValueRule = (value) =>
  typeof value === "number" || /^[+-]?(\d+|\d+\.\d*|\.\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/.test(String(value))
    ? undefined
    : `must be a quantity such as "500m" or "2Gi"; got ${JSON.stringify(value)}`;
const LABEL_VALUE: ValueRule = (value) =>
  /^(([A-Za-z0-9][-\w.]{0,61})?[A-Za-z0-9])?$/.test(String(value))
    ? undefined
    : `must be a label's value: at most 63 letters, digits and - _ . that begin and end with a letter or digit; got ${JSON.stringify(value)}`;

const POD = "spec.template.spec.";
const SELECTED = new Set(["Deployment", "DaemonSet", "StatefulSet", "ReplicaSet"]);

/** The meaning of any kind; the model of each is made once. */
const models = new Map<string, Model>();
export function kubernetesModel(type: string): Model {
  let model = models.get(type);
  if (model === undefined) {
    model = type === RELEASE ? RELEASE_MODEL : objectModel(type);
    models.set(type, model);
  }
  return model;
}

/** An object of the API server. */
function objectModel(type: string): Model {
  const kind = kindOf(type);
  const isPatch = type.endsWith("Patch");
  const name = /^(Cluster)?Role(Binding)?$/.test(kind)
    ? SEGMENT
    : kind === "Namespace" || kind === "Service"
      ? LABEL
      : SUBDOMAIN;
  return {
    scope: "account",
    ...(isPatch ? {} : frozenFields(kind)),
    values: {
      "metadata.name": name,
      "metadata.labels{*}": LABEL_VALUE,
      ...(SELECTED.has(kind)
        ? { "spec.replicas": between(0, 2_147_483_647), ...podValues(POD) }
        : kind === "Pod"
          ? podValues("spec.")
          : {}),
    },
    rules: [...(isPatch ? [namedPatch] : []), ...(SELECTED.has(kind) && !isPatch ? [selects] : [])],
    ...(isPatch
      ? {
          id: (it: Subject) =>
            `${namespaceOf(type, it.inputs, it.account) ?? ""}/${text(it.inputs, "metadata.name")}#${it.urn}`,
        }
      : {}),
    ...(isPatch ? {} : { soon: [namespaceExists], world: kind === "Namespace" ? [notBuiltIn] : [] }),
    ...(kind === "Namespace" ? { undeletable: immortal } : {}),
    handles: [],
    outputs: (it) => ({ metadata: metadata(it), ...(isPatch ? {} : liveOutputs(kind, it)) }),
  };
}

function podValues(at: string): { [path: string]: ValueRule } {
  const values: { [path: string]: ValueRule } = {};
  for (const list of ["containers", "initContainers"]) {
    for (const side of ["requests", "limits"]) values[`${at}${list}[*].resources.${side}{*}`] = QUANTITY;
  }
  return values;
}

/** What the API server adds to every object. */
function metadata(it: Making): Properties {
  const facts = {
    uid: guid(it.id, it.type, it.scope),
    resourceVersion: "1",
    generation: 1,
    creationTimestamp: "2026-01-01T00:00:00Z",
  };
  const namespace = namespaceOf(it.type, it.inputs, it.account);
  return namespace === undefined ? facts : { ...facts, namespace };
}

function namedPatch({ inputs }: Subject): CheckFailure | undefined {
  const isNamed = isObject(inputs.metadata) ? inputs.metadata.name !== undefined : typeof inputs.metadata === "string";
  return isNamed
    ? undefined
    : { property: "metadata.name", reason: "must be given: a patch changes an object that exists under a name" };
}

/** The pods that a controller makes must be those that it looks for. */
function selects({ inputs }: Subject): CheckFailure | undefined {
  const labels = at(inputs, "spec.template.metadata.labels");
  const wanted = at(inputs, "spec.selector.matchLabels");
  if (!isObject(wanted) || (labels !== undefined && !isObject(labels))) return undefined;
  const missing = Object.entries(wanted).find(
    ([key, value]) => labels?.[key] !== value && typeof labels?.[key] !== "object",
  );
  const reason = `must match the template's labels; ${missing?.[0]}=${missing?.[1]} is not among them`;
  return missing === undefined ? undefined : { property: "spec.selector.matchLabels", reason };
}

/** Every cluster comes with some namespaces, of which the world knows once the program has imported or read them. */
function notBuiltIn({ inputs, isImported, type, scope, world }: Making): string | undefined {
  const name = text(inputs, "metadata.name") ?? "";
  return BUILT_IN_NAMESPACES.has(name) && !isImported && world.get(type, scope, name) === undefined
    ? `namespaces "${name}" already exists; import it, or change it by a NamespacePatch`
    : undefined;
}

/** Source: the admission plugin NamespaceLifecycle of Kubernetes. */
function immortal({ id, type }: Thing): string | undefined {
  const isKept = type === NAMESPACE && ["default", "kube-system", "kube-public"].includes(id);
  return isKept
    ? `namespaces "${id}" is forbidden: this namespace may not be deleted; remove it from the state (retainOnDelete)`
    : undefined;
}

/** A namespace exists when it is built in, made by the program, or brought by a release. */
function namespaceExists(it: Making): string | undefined {
  const namespace = namespaceOf(it.type, it.inputs, it.account);
  if (namespace === undefined || BUILT_IN_NAMESPACES.has(namespace) || at(it.inputs, "createNamespace") === true)
    return undefined;
  if (it.world.get(NAMESPACE, it.scope, namespace) !== undefined) return undefined;
  // A patch of what is not there makes it.
  for (const { inputs } of it.world.all(`${NAMESPACE}Patch`, it.scope)) {
    if (text(inputs, "metadata.name") === namespace) return undefined;
  }
  for (const { inputs } of it.world.all(RELEASE, it.scope)) {
    // Charts make namespaces of their own too, as Cilium's makes cilium-secrets.
    const chart = text(inputs, "chart")?.split("/").at(-1) ?? "";
    const brings =
      (at(inputs, "createNamespace") === true && text(inputs, "namespace") === namespace) ||
      (chart !== "" && namespace.startsWith(chart));
    if (brings) return undefined;
  }
  return `namespaces "${namespace}" not found; make it first`;
}

/** A release of Helm, which comes up at once. */
const RELEASE_MODEL: Model = {
  scope: "account",
  immutable: ["name", "namespace"],
  values: {
    name: matches(
      /^(?=.{1,53}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
      "at most 53 lower-case letters, digits, hyphens and dots",
    ),
    namespace: LABEL,
    "repositoryOpts.repo": matches(/^(https?|oci):\/\//, "a URL"),
    timeout: between(0, 86_400, "seconds"),
  },
  world: [namespaceExists],
  handles: [],
  outputs: (it) => {
    const [name, namespace] = [text(it.inputs, "name"), namespaceOf(it.type, it.inputs, it.account)];
    const version = text(it.inputs, "version") ?? select(it.inputs, "version")[0]?.value ?? "";
    const status = {
      status: "deployed",
      name,
      namespace,
      revision: 1,
      chart: chartName({ chart: text(it.inputs, "chart") ?? "" }),
      version,
      appVersion: "",
    };
    return { name, namespace, status, resourceNames: {}, createNamespace: false, atomic: false, skipAwait: false };
  },
};
