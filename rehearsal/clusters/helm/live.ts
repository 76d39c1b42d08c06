import { parseAllDocuments } from "yaml";
import { isObject, own } from "../../clouds/wire";
import type { Properties } from "../../engine/provider";
import type { HelmSession } from "./session";

/** A release as its cluster has it. */
export interface LiveRelease {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  /** Such as `deployed` or `failed`. */
  readonly status: string;
  /** The chart's name. */
  readonly chart: string;
  readonly chartVersion: string;
  readonly appVersion: string;
  /** What the chart was given, without its own defaults. Secret. */
  readonly values: Properties;
  /** Names of its objects by kind: `{ "Deployment.apps/apps/v1": ["shop/web"] }`. */
  readonly resourceNames: Readonly<Record<string, readonly string[]>>;
}

/**
 * Asks a cluster for the newest revision of a release.
 * @param access arguments that say where.
 * @throws HelmError, also when there is none.
 */
export async function readLive(helm: HelmSession, name: string, access: readonly string[]): Promise<LiveRelease> {
  const read = async (...args: string[]) =>
    JSON.parse(await helm.run([...args, name, ...access, "-o", "json"])) as unknown;
  const status = (await read("status")) as {
    name: string;
    namespace: string;
    version: number;
    info: { status: string };
    config?: Properties;
    manifest?: string;
  };
  const { chart, version, appVersion } = (await read("get", "metadata")) as {
    chart: string;
    version: string;
    appVersion?: string;
  };
  return {
    name: status.name,
    namespace: status.namespace,
    revision: status.version,
    status: status.info.status,
    chart,
    chartVersion: version,
    appVersion: appVersion ?? "",
    values: status.config ?? {},
    resourceNames: resourceNames(status.manifest ?? ""),
  };
}

/** The objects of a manifest, by `<kind>.<group>/<apiVersion>`, sorted. */
export function resourceNames(manifest: string): Record<string, string[]> {
  const names = new Map<string, Set<string>>();
  for (const document of parseAllDocuments(manifest, { uniqueKeys: false })) {
    const object: unknown = document.toJS({ maxAliasCount: 100 });
    if (!isObject(object)) continue;
    const { apiVersion, kind } = object;
    if (typeof apiVersion !== "string" || typeof kind !== "string") continue;
    const [group] = apiVersion.includes("/") ? apiVersion.split("/") : [""];
    const key = `${group === "" ? kind : `${kind}.${group}`}/${apiVersion}`;
    const metadata = own(object, "metadata");
    const { name, namespace } = (isObject(metadata) ? metadata : {}) as { name?: unknown; namespace?: unknown };
    const full = namespace === undefined || namespace === "" ? String(name) : `${String(namespace)}/${String(name)}`;
    names.set(key, (names.get(key) ?? new Set()).add(full));
  }
  const sorted = [...names].map(([key, set]): [string, string[]] => [key, [...set].sort()]);
  return Object.fromEntries(sorted.sort(([a], [b]) => (a < b ? -1 : 1)));
}
