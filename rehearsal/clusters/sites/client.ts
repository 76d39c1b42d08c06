import { request } from "node:https";
import { isUntrusted } from "../provider/apiError";
import { kubeConfigOf, kubernetes, type V1DaemonSet, type V1Node } from "./kubernetes";
import { OVERHEAD_NAMESPACE } from "./overheadPods";
import { itemsOf } from "./strangeAnswer";

/** Milliseconds that an API server has to say whether it is ready. */
const ANSWER = 2000;

/** @throws Error that says why an API server does not say that it is ready, or is not the one that was started. */
export function checkReady(endpoint: string, caPem: string, token: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(
      `${endpoint}/readyz`,
      { ca: caPem, headers: { authorization: `Bearer ${token}` }, timeout: ANSWER, agent: false },
      (response) => {
        response.resume();
        if (response.statusCode === 200) resolve();
        else reject(new Error(`it answers ${response.statusCode}`));
      },
    );
    asked.on("timeout", () => asked.destroy(new Error("no answer in time")));
    asked.on("error", (error) => reject(isUntrusted(error) ? new Error(OTHER_AUTHORITY) : error));
    asked.end();
  });
}

const OTHER_AUTHORITY =
  "its certificate is by another authority than the site's: another program answers at its address";

/** What a site's own objects are put in place with. */
export interface SiteClient {
  /** Registers nodes. One that is there already stays as it is. */
  addNodes(nodes: readonly V1Node[]): Promise<void>;
  /** Whether pods can be made in a namespace, which is made if need be: its default service account is there. */
  hasAccount(namespace: string): Promise<boolean>;
  addDaemonSets(daemonSets: readonly V1DaemonSet[]): Promise<void>;
  /** Takes the leases of all nodes away, so that a new kwok need not wait until those of its predecessor have run out. */
  releaseNodes(): Promise<void>;
  /** Nodes that are not ready yet, or still carry the taint of one that is not. */
  unreadyNodes(): Promise<string[]>;
  /** DaemonSets of the overhead with the pods that do not run yet. */
  unreadyDaemonSets(): Promise<string[]>;
}

/** A client of one site, as its administrator. */
export async function siteClient(kubeconfig: string): Promise<SiteClient> {
  const { AppsV1Api, CoordinationV1Api, CoreV1Api } = await kubernetes();
  const config = await kubeConfigOf(kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  const apps = config.makeApiClient(AppsV1Api);
  const coordination = config.makeApiClient(CoordinationV1Api);
  return {
    addNodes: (nodes) => inParallel(nodes, (body) => once(core.createNode({ body }))),
    addDaemonSets: (daemonSets) =>
      inParallel(daemonSets, (body) =>
        once(apps.createNamespacedDaemonSet({ namespace: body.metadata?.namespace ?? OVERHEAD_NAMESPACE, body })),
      ),
    hasAccount: async (namespace) => {
      await once(core.createNamespace({ body: { metadata: { name: namespace } } }));
      const accounts = itemsOf(await core.listNamespacedServiceAccount({ namespace }));
      return accounts.some(({ metadata }) => metadata?.name === "default");
    },
    releaseNodes: async () => {
      await coordination.deleteCollectionNamespacedLease({ namespace: "kube-node-lease" });
    },
    unreadyNodes: async () =>
      itemsOf(await core.listNode())
        .filter(isUnready)
        .map(({ metadata }) => metadata?.name ?? ""),
    unreadyDaemonSets: async () => {
      const daemonSets = itemsOf(await apps.listNamespacedDaemonSet({ namespace: OVERHEAD_NAMESPACE }));
      return daemonSets.filter(isPartial).map(shortOf);
    },
  };
}

function isUnready({ status, spec }: V1Node): boolean {
  const ready = status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;
  return !ready || (spec?.taints ?? []).some(({ key }) => /^node\.kubernetes\.io\/(not-ready|unreachable)$/.test(key));
}

/** Also true of one that its controller has not looked at yet. */
function isPartial({ metadata, status }: V1DaemonSet): boolean {
  const isSeen = status?.observedGeneration !== undefined && status.observedGeneration >= (metadata?.generation ?? 1);
  return !isSeen || (status?.numberReady ?? 0) < (status?.desiredNumberScheduled ?? 0);
}

function shortOf({ metadata, status }: V1DaemonSet): string {
  return `${metadata?.name} (${status?.numberReady ?? 0} of ${status?.desiredNumberScheduled ?? 0})`;
}

/** Requests of one site at a time: enough to keep its API server busy. */
const AT_ONCE = 8;

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** A creation that may have happened before: an object that is there already is what was wanted. */
async function once(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 409) throw error;
  }
}
