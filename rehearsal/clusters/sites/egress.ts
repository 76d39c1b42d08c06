import { createServer, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import ipaddr from "ipaddr.js";
import type { SitePlan } from "../../../lib/plan/plan";

/** Where something really listens. */
export interface Listener {
  readonly host: string;
  readonly port: number;
}

/** What an API server wants to reach within its cluster. */
export interface ClusterAddress {
  readonly site: string;
  /** Address of a pod or a node. */
  readonly host: string;
  readonly port: number;
}

/**
 * Says where the program behind a pod listens, or that there is none. The pods of a rehearsal run nothing, so a webhook
 * or an aggregated API answers only where the caller has something in its place.
 */
export type Reach = (to: ClusterAddress) => Listener | undefined;

/** Why an API server does not reach an address; undefined when the site's cloud would let it. */
export function unreachable(site: SitePlan, host: string): string | undefined {
  if (site.kind !== "eks" || !isIn(host, site.addresses.podCidr)) return undefined;
  return "the control plane of EKS cannot reach overlay pods: run it on the host network";
}

function isIn(host: string, cidr: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(host) && ipaddr.IPv4.parse(host).match(ipaddr.IPv4.parseCIDR(cidr));
}

/** The proxy of a site's API server. */
export interface Egress {
  close(): Promise<void>;
}

/**
 * Stands between a site's API server and its cluster, as an HTTP CONNECT proxy on a socket: refuses what the cloud would
 * not reach, hands on what `reach` knows, and lets nothing else out. The reason is in the status line, which the API
 * server repeats in its error.
 */
export async function startEgress(site: SitePlan, socketPath: string, reach: Reach = () => undefined): Promise<Egress> {
  const open = new Set<Socket>();
  const server: Server = createServer((_request, response) => response.writeHead(405).end());
  server.on("connection", (socket) => track(open, socket));
  server.on("connect", (request, socket) => {
    const { hostname: host, port } = new URL(`http://${request.url ?? ""}`);
    const refusal = unreachable(site, host);
    const listener = refusal === undefined ? reach({ site: site.name, host, port: Number(port || 80) }) : undefined;
    if (listener === undefined) refuse(socket as Socket, refusal ?? "no program runs behind the pods of a rehearsal");
    else join(socket as Socket, listener, open);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socketPath, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function refuse(socket: Socket, reason: string): void {
  socket.end(`HTTP/1.1 502 ${reason}\r\nContent-Length: 0\r\n\r\n`);
}

function join(socket: Socket, { host, port }: Listener, open: Set<Socket>): void {
  const target = connect(port, host);
  const failed = (error: Error) => refuse(socket, error.message);
  track(open, target);
  target.once("error", failed);
  target.once("connect", () => {
    target.off("error", failed);
    socket.write("HTTP/1.1 200 Connected\r\n\r\n");
    target.pipe(socket).pipe(target);
    target.once("close", () => socket.destroy());
  });
  socket.once("close", () => target.destroy());
}

function track(open: Set<Socket>, socket: Socket): void {
  open.add(socket);
  socket.on("error", () => socket.destroy());
  socket.on("close", () => open.delete(socket));
}
