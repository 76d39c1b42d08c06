import { get } from "node:http";
import { join } from "node:path";
import type { SiteNode } from "./node";

/** Peers by name, and whether each is ready. */
export type PeersSeen = Readonly<Record<string, boolean>>;

/** In the status of the agent, asked at its own socket. */
export async function agentPeers({ root }: SiteNode): Promise<PeersSeen> {
  const text = await asked(join(root, "run/cilium/cilium.sock"), "/v1/healthz");
  const { "cluster-mesh": mesh } = JSON.parse(text) as { "cluster-mesh"?: { clusters?: Peer[] } };
  return seen(mesh?.clusters);
}

/** In the status of the mesh API. */
export async function meshApiPeers(node: SiteNode): Promise<PeersSeen> {
  const text = await node.exec(["clustermesh-apiserver", "kvstoremesh-dbg", "status", "-o", "json"]);
  return seen(JSON.parse(text) as Peer[] | null);
}

interface Peer {
  readonly name: string;
  readonly ready?: boolean;
}

function seen(peers: readonly Peer[] | null | undefined): PeersSeen {
  return Object.fromEntries((peers ?? []).map(({ name, ready }) => [name, ready === true]));
}

function asked(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get({ socketPath, path, timeout: 10_000, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => resolve(text));
      response.on("error", reject);
    });
    request.on("timeout", () => request.destroy(new Error("the agent does not answer")));
    request.on("error", reject);
  });
}
