import type { Field } from "./fields";

/** Which object of a cluster a manifest describes. */
export interface Identity {
  /** API group, empty for the core group; `extensions` of old is `apps`. */
  readonly group: string;
  readonly kind: string;
  /** `default` where the manifest names none. */
  readonly namespace: string;
  readonly name: string;
  /** Which cluster, where there are several; else empty. */
  readonly cluster: string;
}

/** API group of an `apiVersion`: empty for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}

/**
 * Reads who an object is. An object without apiVersion, kind or name is a problem, as it is for the API server; one with
 * `generateName` goes by that.
 */
export function identityOf(object: Field, cluster = ""): Identity | undefined {
  const apiVersion = object.at("apiVersion").text();
  const kind = object.at("kind").text();
  if (!apiVersion || !kind) {
    object.problem(`is no Kubernetes object: ${!kind ? "kind" : "apiVersion"} is missing${hint(object)}`);
    return undefined;
  }
  const metadata = object.at("metadata");
  const name = metadata.at("name").text() || metadata.at("generateName").text()?.replace(/-$/, "");
  const group = groupOf(apiVersion);
  return {
    group: group === "extensions" ? "apps" : group,
    kind,
    namespace: metadata.at("namespace").text() || "default",
    name: name ?? "",
    cluster,
  };
}

/** A text that two objects share only if they are the same object. */
export function keyOf({ cluster, group, kind, namespace, name }: Identity): string {
  return JSON.stringify([cluster, group, kind, namespace, name]);
}

/** Whether an object has a name of its own, and not one that the API server makes. */
export function isNamed(object: Field): boolean {
  return !object.at("metadata", "name").absent;
}

function hint(object: Field): string {
  const keys = new Set(object.entries().map(([key]) => key));
  // The values of a chart have resources too: those of its containers.
  if (["resources", "bases", "patches"].some((key) => Array.isArray(object.at(key).value))) {
    return `; a kustomization has to be built first: "kubectl kustomize"`;
  }
  if (keys.has("version") && keys.has("name")) return `; a Helm chart has to be rendered first: "helm template"`;
  return "";
}
