import type { ApiServer } from "./api";
import { changeData } from "./data";

const CORE = "/api/v1/namespaces/kube-system";

/** Objects of the site. The first two are the fleet's own; only what agents follow is ever changed, and only by one key. */
const KNOWN = `${CORE}/secrets/cilium-kvstoremesh`;
const FOLLOWED = `${CORE}/secrets/cilium-clustermesh`;
const WITHDRAWN = `${CORE}/configmaps/multisite-withdrawn`;

/** Pods that mount whom they follow. */
const FOLLOWERS = ["k8s-app=cilium", "io.cilium/app=operator"];

/** The annotation of a pod by which its kubelet is told to look at its volumes. */
const REFRESHED = "multisite/peers-refreshed";

/** Where a peer's mesh API is. */
export interface PeerApi {
  /** The name that its certificate has, or its address. */
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly string[];
}

/** What is kept of a peer while it is withdrawn. */
export interface Withdrawal {
  readonly since: string;
  /** Nodes of the peer: agents forget them with it. */
  readonly nodes: readonly string[];
  /** Its entry in what agents follow, in base64. It names addresses and files, and holds no secret. */
  readonly entry: string;
}

/** The peers of the site. */
export interface SitePeers {
  /** Those that the fleet's program has declared. */
  readonly declared: ReadonlyMap<string, PeerApi>;
  /** Entries of those that agents follow, in base64. */
  readonly followed: Readonly<Record<string, string>>;
  readonly withdrawn: Readonly<Record<string, Withdrawal>>;
}

interface Data {
  readonly data?: Readonly<Record<string, string>>;
}

export async function readPeers(api: ApiServer): Promise<SitePeers> {
  const [known, followed, withdrawn] = await Promise.all([
    api.get<Data>(KNOWN),
    api.get<Data>(FOLLOWED),
    api.get<Data>(WITHDRAWN),
  ]);
  const entries = Object.entries(known.data ?? {}).map(
    ([name, entry]) => [name, peerApi(Buffer.from(entry, "base64").toString())] as const,
  );
  const gone = Object.entries(withdrawn.data ?? {}).map(([name, text]) => [name, JSON.parse(text)] as const);
  return { declared: new Map(entries), followed: followed.data ?? {}, withdrawn: Object.fromEntries(gone) };
}

/** Reads an entry that this library wrote (plan/mesh/peers): endpoints by address, or by a name with its addresses. */
export function peerApi(entry: string): PeerApi {
  const urls = [...entry.matchAll(/^- (https:\/\/\S+)$/gm)].map(([, url]) => new URL(url!));
  const aliases = [...entry.matchAll(/^ +- ([\d.]+)$/gm)].map(([, address]) => address!);
  const [first] = urls;
  const addresses = aliases.length > 0 ? aliases : urls.map(({ hostname }) => hostname);
  return { host: first?.hostname ?? "", port: Number(first?.port ?? 2379), addresses };
}

/** Withdraws a peer. What is written first lets whoever comes after a crash finish it. */
export async function withdraw(api: ApiServer, peer: string, withdrawal: Withdrawal): Promise<void> {
  await api.merge(WITHDRAWN, { data: { [peer]: JSON.stringify(withdrawal) } });
  await unfollow(api, peer);
}

/** Has agents follow a peer no longer. */
export async function unfollow(api: ApiServer, peer: string): Promise<void> {
  await changeData(api, FOLLOWED, "Secret", { [peer]: null });
}

export async function takeBack(api: ApiServer, peer: string, { entry }: Withdrawal): Promise<void> {
  await changeData(api, FOLLOWED, "Secret", { [peer]: entry });
  await forget(api, peer);
}

/** Forgets the withdrawal of a peer that the site is no longer to have. */
export async function forget(api: ApiServer, peer: string): Promise<void> {
  await api.merge(WITHDRAWN, { data: { [peer]: null } });
}

interface Pods {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

/** Pods that are told at a time: each is one request to the API server. */
const AT_A_TIME = 16;

/**
 * Has the kubelets bring the change into the pods' volumes now, not within a minute and more: a changed annotation does
 * (Kubernetes, "Configure a Pod to Use a ConfigMap", Mounted ConfigMaps are updated automatically). Nothing restarts.
 * @returns pods that could not be told: theirs do it by themselves in time.
 */
export async function refresh(api: ApiServer): Promise<number> {
  const lists = FOLLOWERS.map((labels) =>
    api.get<Pods>(`${CORE}/pods?labelSelector=${encodeURIComponent(labels)}&resourceVersion=0`),
  );
  const waiting = (await Promise.all(lists)).flatMap(({ items }) => items.map(({ metadata }) => metadata.name));
  const now = new Date().toISOString();
  let failed = 0;
  const worker = async () => {
    for (let pod = waiting.shift(); pod !== undefined; pod = waiting.shift()) {
      await api
        .merge(`${CORE}/pods/${pod}`, { metadata: { annotations: { [REFRESHED]: now } } })
        .catch(() => (failed += 1));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return failed;
}
