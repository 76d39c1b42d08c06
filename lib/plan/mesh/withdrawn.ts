import { PEER_OBJECT_NAMES } from "./peers";

/** A change of one of a site's peer objects: keys to set, and those to take away. */
export interface PeerChange {
  readonly kind: "Secret" | "ConfigMap";
  readonly name: string;
  readonly change: Readonly<Record<string, string | null>>;
  /** What it does, in words. */
  readonly does: string;
}

/** The peer objects of a site as they are, in the texts that agents and mesh API read. Undefined: it is not there. */
export interface PeerTexts {
  readonly clusterMesh: Readonly<Record<string, string>> | undefined;
  readonly kvstoreMesh: Readonly<Record<string, string>> | undefined;
  readonly remoteUsers: Readonly<Record<string, string>> | undefined;
}

/**
 * What withdraws a peer from a site by hand, in the order in which it is to be done; nothing where it is withdrawn. First
 * agents let its backends go, then the mesh API stops asking for it, and at last it may not read here any more. The result
 * is what an update writes once the peer is declared lost, to the byte.
 */
export function withdrawalChanges(peer: string, texts: PeerTexts): PeerChange[] {
  const key = (part: "clusterMesh" | "kvstoreMesh", does: string): PeerChange[] =>
    Object.hasOwn(texts[part] ?? {}, peer)
      ? [{ kind: "Secret", name: PEER_OBJECT_NAMES[part], change: { [peer]: null }, does }]
      : [];
  return [
    ...key("clusterMesh", "its backends and nodes are let go by every agent"),
    ...key("kvstoreMesh", "its mesh API is asked no more"),
    ...userChange(peer, texts.remoteUsers?.[USERS]),
  ];
}

const USERS = "users.yaml";

/** The line of a peer, as `plan/mesh/peers` writes it. */
function userChange(peer: string, users: string | undefined): PeerChange[] {
  const kept = (users ?? "").split("\n").filter((line) => !line.startsWith(`- { name: remote-${peer},`));
  const text = kept.join("\n");
  if (users === undefined || text === users) return [];
  const name = PEER_OBJECT_NAMES.remoteUsers;
  return [{ kind: "ConfigMap", name, change: { [USERS]: text }, does: "it may not read this site's state any more" }];
}
