import { parseDocument } from "yaml";
import type { Properties } from "../../engine/provider";
import { at, isObject, text } from "../wire";

/** A kubeconfig's text, YAML or JSON, as an object; undefined when it cannot be read. */
export function readKubeconfig(file: string): Properties | undefined {
  const document = parseDocument(file);
  const config: unknown = document.errors.length === 0 ? document.toJS({ maxAliasCount: 100 }) : undefined;
  return isObject(config) ? config : undefined;
}

/** Where a kubeconfig leads. */
export interface Target {
  /** The cluster: its `server`, its `certificate-authority-data`. */
  readonly cluster: Properties;
  /** Of objects that name none; undefined when the context has none either. */
  readonly namespace: string | undefined;
}

/**
 * Where a provider's kubeconfig leads; undefined when that is nowhere, or the kubeconfig a file, which is not read.
 * @param config the provider's inputs: `context` is used in place of `current-context`, `cluster` in place of the context's.
 */
export function targetOf(config: Properties): Target | undefined {
  const { contexts, clusters, "current-context": current } = readKubeconfig(given(config, "kubeconfig") ?? "") ?? {};
  const named = (list: unknown, name: unknown) =>
    Array.isArray(list) ? list.find((item) => at(item, "name") === name) : undefined;
  const context = at(named(contexts, given(config, "context") ?? current), "context");
  if (context === undefined) return undefined;
  const cluster = at(named(clusters, given(config, "cluster") ?? at(context, "cluster")), "cluster");
  return isObject(cluster) ? { cluster, namespace: given(context, "namespace") } : undefined;
}

/** A text that says something: an empty one counts as left out. */
export function given(of: unknown, name: string): string | undefined {
  return text(of, name) || undefined;
}
