import type { SiteNode } from "./node";

/** Peers by name, and whether each is ready. */
export type PeersSeen = Readonly<Record<string, boolean>>;

/** In the status of the agent. */
export async function agentPeers({ apis }: SiteNode): Promise<PeersSeen> {
  const { "cluster-mesh": mesh } = JSON.parse(await apis.agent("/v1/healthz")) as {
    "cluster-mesh"?: { clusters?: Peer[] };
  };
  return seen(mesh?.clusters);
}

/** In the status of the mesh API. */
export async function meshApiPeers({ apis }: SiteNode): Promise<PeersSeen> {
  return seen(JSON.parse(await apis.mesh("/v1/cluster")) as Peer[] | null);
}

interface Peer {
  readonly name: string;
  readonly ready?: boolean;
}

function seen(peers: readonly Peer[] | null | undefined): PeersSeen {
  return Object.fromEntries((peers ?? []).map(({ name, ready }) => [name, ready === true]));
}
