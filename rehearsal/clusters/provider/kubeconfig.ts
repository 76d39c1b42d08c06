import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Properties } from "../../engine/provider";
import { sharingConfig } from "../sites/kubernetes";
import type { KubeConfig } from "./connection";

/** Which part of a kubeconfig is used. */
export interface Selection {
  context?: string;
  cluster?: string;
  namespace?: string;
}

/** A kubeconfig, and the part of it that is used. */
export interface Access {
  config: KubeConfig;
  /** The same as text, with all files in it, whose current context is the one to use. Secret. */
  text: string;
  /** Namespace of objects that name none. */
  namespace: string;
}

/** A kubeconfig that can be read and has no such part; the first half is the real provider's words. */
function unknown(what: string, name: string | undefined, there: readonly { readonly name: string }[]): Error {
  const names = there.map((one) => one.name).join(", ") || "none";
  const missing = `${what} ${JSON.stringify(name ?? "")} does not exist; there are ${names}`;
  return new Error(`unable to load Kubernetes client configuration from kubeconfig file: ${missing}`);
}

/**
 * Reads a kubeconfig as the real provider does: a path if there is such a file, else the text itself; without one, what
 * kubectl would use.
 * @throws Error that says why it cannot be used; never with its content.
 */
export async function readKubeconfig(given: string | undefined, selection: Selection): Promise<Access> {
  const config = await sharingConfig();
  if (given === undefined || given === "") config.loadFromDefault();
  else {
    const file = fileOf(given);
    try {
      if (file === undefined) config.loadFromString(given);
      else config.loadFromFile(file);
    } catch {
      const why =
        file === undefined ? "it is neither a file nor the text of a kubeconfig" : `the file ${file} is no kubeconfig`;
      throw new Error(`failed to parse kubeconfig data in \`kubernetes:config:kubeconfig\`- ${why}`);
    }
  }
  if (selection.context !== undefined) config.setCurrentContext(selection.context);
  const context = config.getContextObject(config.getCurrentContext());
  if (context === null) throw unknown("context", config.getCurrentContext(), config.getContexts());
  const chosen = { ...context, cluster: selection.cluster ?? context.cluster };
  if (config.getCluster(chosen.cluster) === null) throw unknown("cluster", chosen.cluster, config.getClusters());
  config.loadFromOptions({
    clusters: config.getClusters(),
    users: config.getUsers(),
    contexts: [...config.getContexts().filter(({ name }) => name !== chosen.name), chosen],
    currentContext: chosen.name,
  });
  return { config, text: config.exportConfig(), namespace: selection.namespace ?? context.namespace ?? "default" };
}

/**
 * Has npx, where that is the command which gets credentials, look for its programs in a folder and above: the engine runs plugins
 * in the program's, wherever it was started itself.
 */
export function askInFolder(config: KubeConfig, folder: string): void {
  const exec = config.getCurrentUser()?.exec;
  if (exec?.command === "npx") exec.args = ["--prefix", resolve(folder), ...(exec.args ?? [])];
}

/** The file that a kubeconfig is, if it is one and not the text itself. */
function fileOf(given: string): string | undefined {
  if (given.includes("\n") || given.trimStart().startsWith("{")) return undefined;
  const path = given === "~" ? homedir() : given.startsWith("~/") ? join(homedir(), given.slice(2)) : given;
  return existsSync(path) && statSync(path).isFile() ? path : undefined;
}

/** A provider's kubeconfig as text: some SDKs pass it as an object. */
export function kubeconfigText(config: Properties): string | undefined {
  const value = config.kubeconfig;
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}
