import { boundedAccess, type SiteAccess } from "../clusters/sites/bounded";
import { type CoreV1Api, kubernetes, type V1Pod } from "../clusters/sites/kubernetes";
import { itemsOf } from "../clusters/sites/strangeAnswer";

/** A ConfigMap or Secret as a site has it; texts are decoded. */
export interface Held {
  readonly namespace: string;
  readonly name: string;
  readonly data: { readonly [key: string]: string };
  /** When its data was last written, ISO 8601; undefined when its history is not kept. */
  readonly writtenAt: string | undefined;
}

/** A workload and its pods. */
export interface Rolled {
  readonly desired: number;
  readonly pods: readonly {
    readonly name: string;
    readonly annotations: { readonly [name: string]: string };
    readonly ready: boolean;
    readonly startedAt: string | undefined;
  }[];
}

/** What `multisite trust status` asks a site. Undefined: there is none. */
export interface SiteReader {
  held(kind: "ConfigMap" | "Secret", namespace: string, name: string): Promise<Held | undefined>;
  labelled(kind: "ConfigMap" | "Secret", selector: string): Promise<Held[]>;
  rolled(kind: string, namespace: string, name: string): Promise<Rolled | undefined>;
}

interface Meta {
  namespace?: string;
  name?: string;
  managedFields?: { fieldsV1?: object; time?: Date }[];
}

interface Workload {
  spec?: { replicas?: number; selector?: { matchLabels?: { [name: string]: string } } };
  status?: object;
}

/** Pods that a DaemonSet is to have: one for each node that takes it. */
function scheduled(status: object = {}): number | undefined {
  return (status as { desiredNumberScheduled?: number }).desiredNumberScheduled;
}

/** Of a Secret only what is public leaves the client: certificates, never `tls.key`. */
const PUBLIC_KEYS = /^(?!.*key).*\.(crt|pem)$/;

/**
 * A reader of the site of a kubeconfig.
 * @param seconds after which a request is given up: one that hangs would keep the process alive
 * @throws UserError when the file cannot be read or is no kubeconfig.
 */
export async function readerOf(site: string, access: SiteAccess, seconds: number): Promise<SiteReader> {
  const { AppsV1Api, CoreV1Api } = await kubernetes();
  const config = await boundedAccess(site, access, seconds);
  const core = config.makeApiClient(CoreV1Api);
  const apps = config.makeApiClient(AppsV1Api);
  const workload: { [kind: string]: (at: { namespace: string; name: string }) => Promise<Workload> } = {
    DaemonSet: (at) => apps.readNamespacedDaemonSet(at),
    Deployment: (at) => apps.readNamespacedDeployment(at),
    StatefulSet: (at) => apps.readNamespacedStatefulSet(at),
  };
  return {
    held: heldBy(core),
    async labelled(kind, labelSelector) {
      if (kind === "ConfigMap") {
        const maps = itemsOf(await core.listConfigMapForAllNamespaces({ labelSelector }));
        return maps.map(({ metadata, data }) => ({ ...place(metadata), data: data ?? {} }));
      }
      const secrets = itemsOf(await core.listSecretForAllNamespaces({ labelSelector }));
      return secrets.map(({ metadata, data }) => ({ ...place(metadata), data: decoded(data) }));
    },
    async rolled(kind, namespace, name) {
      const found = await orNone(workload[kind]?.({ namespace, name }) ?? Promise.resolve(undefined));
      if (found === undefined) return undefined;
      const labels = Object.entries(found.spec?.selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
      const pods = itemsOf(await core.listNamespacedPod({ namespace, labelSelector: labels.join(",") }));
      return {
        desired: scheduled(found.status) ?? found.spec?.replicas ?? 1,
        pods: pods.filter(stays).map(({ metadata, status }) => ({
          name: metadata?.name ?? "",
          annotations: metadata?.annotations ?? {},
          ready: isReady(status),
          // Containers restart within a pod: what counts is when the youngest read its files last, so the oldest of them.
          startedAt: (status?.containerStatuses ?? [])
            .flatMap(({ state }) => state?.running?.startedAt?.toISOString() ?? [])
            .sort()[0],
        })),
      };
    },
  };
}

/** Reads an object by a client. */
export function heldBy(core: CoreV1Api): SiteReader["held"] {
  return async (kind, namespace, name) => {
    if (kind === "ConfigMap") {
      const found = await orNone(core.readNamespacedConfigMap({ namespace, name }));
      return found && { ...place(found.metadata), data: found.data ?? {} };
    }
    const found = await orNone(core.readNamespacedSecret({ namespace, name }));
    return found && { ...place(found.metadata), data: decoded(found.data) };
  };
}

/** Whether a pod is not being taken away. */
export function stays({ metadata }: V1Pod): boolean {
  return metadata?.deletionTimestamp === undefined;
}

export function isReady(status: V1Pod["status"]): boolean {
  return (status?.conditions ?? []).some(({ type, status: is }) => type === "Ready" && is === "True");
}

function place(metadata: Meta | undefined): Pick<Held, "namespace" | "name" | "writtenAt"> {
  const times = (metadata?.managedFields ?? []).flatMap(({ fieldsV1, time }) =>
    time !== undefined && Object.hasOwn(fieldsV1 ?? {}, "f:data") ? [new Date(time).toISOString()] : [],
  );
  return {
    namespace: metadata?.namespace ?? "",
    name: metadata?.name ?? "",
    writtenAt: times.sort().at(-1),
  };
}

function decoded(data: { [key: string]: string } = {}): { [key: string]: string } {
  const shown = Object.entries(data).filter(([key]) => PUBLIC_KEYS.test(key));
  return Object.fromEntries(shown.map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]));
}

export async function orNone<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if ((error as { code?: unknown }).code === 404) return undefined;
    throw error;
  }
}
