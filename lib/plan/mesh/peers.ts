import { MESH_API_PORT } from "../underlay/ports";
import type { CiliumMinor } from "../versions";
import { ciliumVersionAt, type MeshMember, type MeshPlan, peersOf } from "./meshPlan";

/**
 * The three objects in kube-system through which Cilium knows a site's peers, as texts by key. One key a peer in the
 * Secrets and one line in the ConfigMap, all watched: a site that comes or goes restarts nothing.
 * Formats: what the charts render for `clustermesh.config` with `authMode: cluster`.
 */
export interface PeerObjects {
  /** Secret `cilium-kvstoremesh`, read by the mesh API: where the peers' APIs are. */
  readonly kvstoreMesh: Readonly<Record<string, string>>;
  /** Secret `cilium-clustermesh`, read by agents and operator: which peers to follow in the site's own API. */
  readonly clusterMesh: Readonly<Record<string, string>>;
  /** ConfigMap `clustermesh-remote-users`: who may read this site's API, a user for each peer. */
  readonly remoteUsers: { readonly "users.yaml": string };
}

/** Names of the objects, which the chart mounts by them. */
export const PEER_OBJECT_NAMES: Readonly<Record<keyof PeerObjects, string>> = {
  kvstoreMesh: "cilium-kvstoremesh",
  clusterMesh: "cilium-clustermesh",
  remoteUsers: "clustermesh-remote-users",
};

/** Namespace of Cilium, of the objects above and of all that works on them. */
export const MESH_NAMESPACE = "kube-system";

/** ConfigMap in which a site's withdrawer writes down whom it has withdrawn, and since when. */
export const WITHDRAWN_RECORD = "multisite-withdrawn";

/** Domain of the names in server certificates. Nothing resolves it but the host aliases below. */
const MESH_DOMAIN = "mesh.cilium.io";

const FOLDER = "/var/lib/cilium/clustermesh";

/** How agents reach the site's own API, whichever peer's state they read there. */
const OWN_API = etcdClient(["clustermesh-apiserver.kube-system.svc"], "local");

/** The peer objects of one site. */
export function peerObjects(mesh: MeshPlan, site: string): PeerObjects {
  const version = ciliumVersionAt(mesh, site);
  return objectsOf(peersOf(mesh, site).map((peer) => entryOf(peer, version)));
}

/** The peer objects of all members, by site: each peer's text is made once and shared. */
export function allPeerObjects(mesh: MeshPlan): Map<string, PeerObjects> {
  const versions = [...new Set(mesh.members.map(({ name }) => ciliumVersionAt(mesh, name)))];
  const entries = new Map(versions.map((version) => [version, mesh.members.map((member) => entryOf(member, version))]));
  const seenBy = (site: string) => entries.get(ciliumVersionAt(mesh, site)) ?? [];
  return new Map(mesh.members.map(({ name }) => [name, objectsOf(seenBy(name).filter((one) => one.name !== name))]));
}

interface PeerEntry {
  readonly name: string;
  readonly remote: string;
  readonly user: string;
}

/** @param version of the site that looks for the peer */
function entryOf({ name, addresses }: MeshMember, version: CiliumMinor): PeerEntry {
  return {
    name,
    remote: REMOTE[version](name, addresses),
    user: `- { name: remote-${name}, role: remote }\n`,
  };
}

/**
 * Where a peer's API is. Cilium 1.20 reads addresses of names beside them. 1.19 does not, and its chart writes them into
 * the pods' hosts file, so that each site that joins restarts the mesh APIs of all others: there peers are looked for by
 * their addresses, which are planned and stand in the server's certificate.
 */
const REMOTE: Readonly<Record<CiliumMinor, (name: string, addresses: readonly string[]) => string>> = {
  "1.19": (_name, addresses) => etcdClient(addresses, "common"),
  "1.20": (name, addresses) => {
    const host = `${name}.${MESH_DOMAIN}`;
    const aliases = ["cilium-host-aliases:", `- hostname: ${host}`, "  ips:", ...addresses.map((ip) => `    - ${ip}`)];
    return `${etcdClient([host], "common")}${aliases.join("\n")}\n`;
  },
};

function objectsOf(peers: readonly PeerEntry[]): PeerObjects {
  const kvstoreMesh: Record<string, string> = {};
  const clusterMesh: Record<string, string> = {};
  let users = "";
  for (const { name, remote, user } of peers) {
    kvstoreMesh[name] = remote;
    clusterMesh[name] = OWN_API;
    users += user;
  }
  return { kvstoreMesh, clusterMesh, remoteUsers: { "users.yaml": `users:\n${users}` } };
}

/** Configuration of an etcd client with the certificates that the chart mounts under this prefix. */
function etcdClient(hosts: readonly string[], certificates: "local" | "common"): string {
  return [
    "endpoints:",
    ...hosts.map((host) => `- https://${host}:${MESH_API_PORT}`),
    `trusted-ca-file: ${FOLDER}/${certificates}-etcd-client-ca.crt`,
    `key-file: ${FOLDER}/${certificates}-etcd-client.key`,
    `cert-file: ${FOLDER}/${certificates}-etcd-client.crt`,
    "",
  ].join("\n");
}
