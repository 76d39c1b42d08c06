import { existsSync } from "node:fs";
import { request as plainRequest } from "node:http";
import { type RequestOptions, request as tlsRequest } from "node:https";
import { join } from "node:path";
import type { SiteNode } from "./node";
import { until } from "./run";

/** What a request says beside its path. */
export interface Call {
  /** @default "GET" */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** Programs of a node that are asked over HTTP from outside its namespaces. */
export interface NodeApis {
  /** Asks the API server. @throws Error with what it said, where that is no success. */
  server(path: string, call?: Call): Promise<string>;
  /** Asks the mesh API about its links. */
  mesh(path: string): Promise<string>;
  /** Asks Cilium's agent. */
  agent(path: string): Promise<string>;
}

/** Ports on the node's loopback, by the names of the sockets that lead to them. */
const PORTS = { server: 6443, mesh: 9889 } as const;

/**
 * Starts who passes connections on: a program of ours for each question would cost the machine more than what is asked for.
 * What lies behind may come later, and go.
 */
export async function startApis(node: Pick<SiteNode, "name" | "folder" | "root" | "start">): Promise<NodeApis> {
  const socketOf = (name: string) => join(node.folder, `${name}.sock`);
  const ways = Object.entries(PORTS).flatMap(([name, port]) => [socketOf(name), String(port)]);
  await node.start("relay", [process.execPath, "-e", RELAY, ...ways]);
  await until(`the relay of ${node.name} listens`, 120, () =>
    Object.keys(PORTS).every((name) => existsSync(socketOf(name))),
  );
  return {
    server: (path, call) =>
      asked(
        tlsRequest,
        { path, socketPath: socketOf("server"), rejectUnauthorized: false, servername: "localhost" },
        call,
      ),
    mesh: (path) => asked(plainRequest, { path, socketPath: socketOf("mesh") }),
    agent: (path) => asked(plainRequest, { path, socketPath: join(node.root, "run/cilium/cilium.sock") }),
  };
}

const RELAY = `
const net = require("node:net");
const ways = process.argv.slice(1);
for (let at = 0; at < ways.length; at += 2) {
  net.createServer((near) => {
    const far = net.connect(Number(ways[at + 1]), "127.0.0.1");
    near.pipe(far).pipe(near);
    near.on("error", () => far.destroy());
    far.on("error", () => near.destroy());
  }).listen(ways[at]);
}`;

/** Milliseconds after which nobody answers: a machine with many sites on it is slow, and everybody who asks asks again. */
const TIMEOUT_MS = 60_000;

function asked(
  request: typeof tlsRequest,
  options: RequestOptions,
  { method, headers, body }: Call = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, method, headers, agent: false, timeout: TIMEOUT_MS }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
      });
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode = 0 } = response;
        if (statusCode >= 200 && statusCode <= 299) resolve(text);
        else reject(new Error(`${method ?? "GET"} ${options.path}: ${statusCode} ${text.slice(0, 1500)}`));
      });
    });
    sent.on("timeout", () => sent.destroy(new Error(`${options.path}: no answer within ${TIMEOUT_MS} ms`)));
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
