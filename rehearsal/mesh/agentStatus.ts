import type { PeerNode } from "./pathMtu";

/** What an agent says of itself: `cilium-dbg status -o json` (Cilium, api/v1/models). */
export interface AgentStatus {
  /** Such as `1.19.5`; undefined while the agent starts. */
  readonly version: string | undefined;
  /** Peers that it follows, by name, and whether each is ready. */
  readonly peers: Readonly<Record<string, boolean>>;
}

/** Reads an agent's status. Throws SyntaxError for what is none. */
export function readStatus(output: string): AgentStatus {
  const read = JSON.parse(output) as {
    readonly cilium?: { readonly msg?: string };
    readonly "cluster-mesh"?: { readonly clusters?: readonly { readonly name?: string; readonly ready?: boolean }[] };
  };
  const clusters = read["cluster-mesh"]?.clusters ?? [];
  return {
    version: /\b\d+\.\d+\.\d+[-\w.]*/.exec(read.cilium?.msg ?? "")?.[0],
    peers: Object.fromEntries(clusters.map(({ name = "", ready }) => [name, ready === true])),
  };
}

/** Nodes of each of these peers, at most so many, as an agent knows them: `cilium-dbg node list -o json`. */
export function readNodes(output: string, peers: readonly string[], atMost: number): PeerNode[] {
  const read = JSON.parse(output) as readonly {
    readonly name?: string;
    readonly "primary-address"?: { readonly ipv4?: { readonly ip?: string } };
  }[];
  const all = read.flatMap((node) => {
    const [cluster = "", ...rest] = (node.name ?? "").split("/");
    const address = node["primary-address"]?.ipv4?.ip;
    return address === undefined || address === "" || rest.length === 0 ? [] : [{ peer: cluster, address }];
  });
  return peers.flatMap((peer) => all.filter((one) => one.peer === peer).slice(0, atMost));
}
