import { get } from "node:http";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { PeerApi } from "./site";

/** What the site proves itself with towards its peers, in PEM. */
export interface Credentials {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Cilium's port for probes between nodes. */
const HEALTH_PORT = 4240;

/** Whether a peer's mesh API completes a handshake in which both sides prove themselves, at any of its addresses. */
export async function apiAnswers({ host, port, addresses }: PeerApi, own: Credentials, ms: number): Promise<boolean> {
  // Of an address the certificate is checked by itself, of a name by the name.
  const servername = isIP(host) === 0 ? { servername: host } : {};
  const asked = addresses.map((address) =>
    opens(connectTls({ host: address, port, ...own, ...servername }), "secureConnect", ms),
  );
  return (await Promise.all(asked)).includes(true);
}

/** Whether any of these nodes answers: one that refuses a connection is there as well. Undefined without any. */
export async function nodesAnswer(addresses: readonly string[], ms: number): Promise<boolean | undefined> {
  if (addresses.length === 0) return undefined;
  const asked = addresses.map((host) =>
    opens(connectTcp({ host, port: HEALTH_PORT }), "connect", ms, ({ code }) => code === "ECONNREFUSED"),
  );
  return (await Promise.all(asked)).includes(true);
}

/** Whether a connection opens in time, or fails in a way that is an answer, too; closes it. */
function opens(
  socket: Socket,
  event: "connect" | "secureConnect",
  ms: number,
  isAnswer: (error: NodeJS.ErrnoException) => boolean = () => false,
): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (answer: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(false), ms);
    socket.on(event, () => end(true));
    socket.on("error", (error) => end(isAnswer(error)));
  });
}

interface NodeElement {
  readonly name?: string;
  readonly "primary-address"?: { readonly ipv4?: { readonly ip?: string } };
}

/** The nodes of all sites by site, as the agent of this node knows them. Throws where it does not answer. */
export function knownNodes(socketPath: string, ms: number): Promise<Map<string, string[]>> {
  return new Promise((resolve, reject) => {
    const asked = get({ socketPath, path: "/v1/cluster/nodes", timeout: ms }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        try {
          const read = JSON.parse(Buffer.concat(parts).toString()) as { readonly "nodes-added"?: NodeElement[] };
          resolve(bySite(read["nodes-added"] ?? []));
        } catch (error) {
          reject(error);
        }
      });
    });
    asked.on("timeout", () => asked.destroy(new Error("the agent of this node does not answer")));
    asked.on("error", reject);
  });
}

function bySite(nodes: readonly NodeElement[]): Map<string, string[]> {
  const all = new Map<string, string[]>();
  for (const { name = "", "primary-address": primary } of nodes) {
    const [site = ""] = name.split("/");
    const address = primary?.ipv4?.ip ?? "";
    if (name.includes("/") && address !== "") all.set(site, [...(all.get(site) ?? []), address]);
  }
  return all;
}
