import type { ApiServer } from "../../lib/mesh/withdrawer/program/api";
import { changeData, type DataObject } from "../../lib/mesh/withdrawer/program/data";
import { refresh } from "../../lib/mesh/withdrawer/program/site";
import { MESH_NAMESPACE, PEER_OBJECT_NAMES, type PeerChange, withdrawalChanges } from "../../lib/plan/mesh";
import { reasonOf } from "../clusters/sites/bounded";

/** What withdrawing a peer from one site does or has done. */
export interface SiteWithdrawal {
  readonly name: string;
  /** Why the site could not be asked or changed. */
  readonly reason?: string;
  /** What is to be changed, or was; nothing where the peer is withdrawn already. */
  readonly changes: readonly PeerChange[];
  /** Pods that could not be told to refresh: they do by themselves within two minutes. */
  readonly unrefreshed?: number;
}

/** What the user of a kubeconfig must be allowed. */
const NEEDED = "and patch the Secrets, ConfigMaps and pods of Cilium";

/** Withdraws a peer from a site, or only tells what that would do. Done again, it does what is left of it. */
export async function withdrawFrom(
  name: string,
  peer: string,
  api: () => Promise<ApiServer>,
  isTaken: boolean,
): Promise<SiteWithdrawal> {
  let changes: PeerChange[] = [];
  try {
    const site = await api();
    changes = withdrawalChanges(peer, {
      clusterMesh: await texts(site, "Secret", PEER_OBJECT_NAMES.clusterMesh),
      kvstoreMesh: await texts(site, "Secret", PEER_OBJECT_NAMES.kvstoreMesh),
      remoteUsers: await texts(site, "ConfigMap", PEER_OBJECT_NAMES.remoteUsers),
    });
    if (!isTaken || changes.length === 0) return { name, changes };
    for (const { kind, name: object, change } of changes) await changeData(site, pathOf(kind, object), kind, change);
    return { name, changes, unrefreshed: await refresh(site) };
  } catch (error) {
    return { name, changes, reason: reasonOf(error, NEEDED) };
  }
}

function pathOf(kind: "Secret" | "ConfigMap", name: string): string {
  return `/api/v1/namespaces/${MESH_NAMESPACE}/${kind === "Secret" ? "secrets" : "configmaps"}/${name}`;
}

/** Peer objects hold addresses and names, no secret. */
async function texts(
  api: ApiServer,
  kind: "Secret" | "ConfigMap",
  name: string,
): Promise<Record<string, string> | undefined> {
  try {
    const { data = {} } = await api.get<DataObject>(pathOf(kind, name));
    const text = (value: string) => (kind === "Secret" ? Buffer.from(value, "base64").toString() : value);
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, text(value)]));
  } catch (error) {
    if ((error as { code?: unknown }).code === 404) return undefined;
    throw error;
  }
}
