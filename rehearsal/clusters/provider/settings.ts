import { fromJson } from "../../clouds/configuration";
import { isUnknown, own, plain, text } from "../../clouds/wire";
import type { DiffRequest, DiffResult, Properties } from "../../engine/provider";
import { sameValue } from "../../engine/values";
import { kubeconfigText, readKubeconfig, type Selection } from "./kubeconfig";
import { numberAt, textAt } from "./objects";

/** What a provider resource says about how objects are dealt with. */
export interface Settings {
  selection: Selection;
  isSecretMutable: boolean;
  isConfigMapMutable: boolean;
  /** Takes fields from other managers without asking. */
  isPatchForced: boolean;
  /** Creating an object that exists already changes it. */
  isUpserting: boolean;
  /** What lies in an unreachable cluster is left alone. */
  skipsUnreachable: boolean;
  /** What lies in an unreachable cluster is forgotten. */
  forgetsUnreachable: boolean;
  /** Seconds that an API server has for an answer. */
  timeoutSeconds: number;
  /** In what helm keeps its releases: `secret` or `configmap`. */
  helmDriver: string;
}

/** Seconds that the real provider's client waits for what it asks first. Source: client-go's discovery client. */
const TIMEOUT_SECONDS = 32;

/**
 * Switches of the provider with the environment variable that says the same: the property wins. Source: "Configuration" of
 * the Kubernetes provider in the Pulumi registry.
 */
const SWITCHES = {
  isSecretMutable: ["enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"],
  isConfigMapMutable: ["enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"],
  isPatchForced: ["enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE"],
  isUpserting: ["upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"],
  skipsUnreachable: ["skipUpdateUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE"],
  forgetsUnreachable: ["deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE"],
} as const;

/** How a switch is on, as property or as variable. */
export function isOn(value: unknown): boolean {
  return value === true || value === "true";
}

function timeoutOfEnvironment(): number {
  const seconds = Number(process.env.PULUMI_K8S_CLIENT_TIMEOUT ?? "");
  return Number.isInteger(seconds) && seconds > 0 ? seconds : TIMEOUT_SECONDS;
}

/** A provider's inputs, of which all are known, in one form. */
export function settingsOf(inputs: Properties): Settings {
  const config = plain(inputs) as Properties;
  const given = (name: string): { [name: string]: string } => {
    const value = text(config, name);
    return value === undefined || value === "" ? {} : { [name]: value };
  };
  const switches = Object.entries(SWITCHES).map(([name, [property, variable]]) => [
    name,
    isOn(own(config, property) ?? process.env[variable]),
  ]);
  return {
    ...(Object.fromEntries(switches) as { [name in keyof typeof SWITCHES]: boolean }),
    selection: { ...given("context"), ...given("cluster"), ...given("namespace") },
    timeoutSeconds: numberAt(fromJson(config.kubeClientSettings), "timeout") ?? timeoutOfEnvironment(),
    helmDriver:
      textAt(fromJson(config.helmReleaseSettings), "driver") || process.env.PULUMI_K8S_HELM_DRIVER || "secret",
  };
}

/**
 * Whether what one set of inputs has made can be managed with the other: by the cluster's identity where it is given, else
 * by the cluster that the kubeconfig leads to.
 */
export async function diffSettings({ oldInputs, news }: DiffRequest): Promise<DiffResult> {
  const [before, after] = [plain(oldInputs) as Properties, plain(news) as Properties];
  const diffs = Object.keys({ ...before, ...after }).filter((name) => !sameValue(before[name], after[name]));
  const result: DiffResult = {
    changes: diffs.length === 0 ? "none" : "some",
    replaces: [],
    deleteBeforeReplace: false,
    diffs,
  };
  const [old, fresh] = [before.clusterIdentifier ?? undefined, after.clusterIdentifier ?? undefined];
  if (old !== undefined && fresh !== undefined) {
    return old === fresh ? result : { ...result, replaces: ["clusterIdentifier"] };
  }
  const where = ["kubeconfig", "context", "cluster"];
  const unknown = where.find((name) => isUnknown(after[name]));
  if (unknown !== undefined) return { ...result, changes: "some", diffs: [unknown], replaces: [unknown] };
  const changed = diffs.filter((name) => where.includes(name));
  if (changed.length === 0) return result;
  const clusters = await Promise.all([before, after].map(activeCluster));
  const isAnother = clusters.every((cluster) => cluster !== undefined) && !sameValue(clusters[0], clusters[1]);
  return isAnother ? { ...result, replaces: changed } : result;
}

/** The cluster that a provider's inputs lead to; undefined when they lead nowhere. */
async function activeCluster(config: Properties): Promise<unknown> {
  const file = kubeconfigText(config);
  if (file === undefined) return undefined;
  try {
    const access = await readKubeconfig(file, settingsOf(config).selection);
    return access.config.getCurrentCluster() ?? undefined;
  } catch {
    return undefined;
  }
}
