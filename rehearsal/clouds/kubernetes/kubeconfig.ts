import { parseDocument } from "yaml";
import type { Properties } from "../../engine/provider";
import { at, isObject } from "../wire";

/** A kubeconfig's text, YAML or JSON, as an object; undefined when it cannot be read. */
export function readKubeconfig(file: string): Properties | undefined {
  const document = parseDocument(file);
  const config: unknown = document.errors.length === 0 ? document.toJS({ maxAliasCount: 100 }) : undefined;
  return isObject(config) ? config : undefined;
}

/**
 * The cluster that a kubeconfig leads to: its `server`, its `certificate-authority-data`.
 * @param context the one to use in place of `current-context`.
 */
export function clusterOf(file: string, context: string | undefined): Properties | undefined {
  const config = readKubeconfig(file);
  if (config === undefined) return undefined;
  const named = (list: unknown, name: unknown) =>
    Array.isArray(list) ? list.find((item) => at(item, "name") === name) : undefined;
  const chosen = named(config.contexts, context ?? config["current-context"]);
  const cluster = at(named(config.clusters, at(chosen, "context.cluster")), "cluster");
  return isObject(cluster) ? cluster : undefined;
}
