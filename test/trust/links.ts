import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type TLSSocket } from "node:tls";
import type { Identity } from "./certificates";

/** A site as its peers meet it: a server and a client that show one certificate and trust one bundle. */
export class TlsSite {
  readonly name: string;
  /** What its pods have read. */
  bundle: string;
  identity: Identity;
  /** Why the last client was refused. */
  refusal = "";
  readonly #server: Server;
  readonly #serverName: string;

  /** @param serverName name that clients look for in its certificate */
  constructor(name: string, bundle: string, identity: Identity, serverName = `${name}.mesh.cilium.io`) {
    this.#serverName = serverName;
    this.name = name;
    this.bundle = bundle;
    this.identity = identity;
    // A session that is resumed would verify nobody.
    this.#server = createServer({ ...this.#context(), requestCert: true, rejectUnauthorized: true, sessionTimeout: 0 });
    // With TLS 1.3 a client learns that it was refused only when it reads.
    this.#server.on("secureConnection", (socket: TLSSocket) => socket.on("error", () => {}).end("welcome"));
    this.#server.on("tlsClientError", (error) => {
      this.refusal = error.message;
    });
  }

  #context() {
    return { ca: this.bundle, key: this.identity.keyPem, cert: this.identity.chainPem };
  }

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Pods are rolled, or read a key pair anew. */
  take(bundle: string, identity: Identity): void {
    this.bundle = bundle;
    this.identity = identity;
    this.#server.setSecureContext(this.#context());
  }

  /** Connects to another site; resolves to why it did not work, or undefined. */
  reach(other: TlsSite): Promise<string | undefined> {
    return new Promise((resolve) => {
      let said = "";
      const servername = other.#serverName;
      const socket = connect({ host: "127.0.0.1", port: other.port, servername, ...this.#context() });
      socket.setTimeout(20_000, () => socket.destroy(new Error("no answer within 20 s")));
      socket.on("data", (chunk) => {
        said += chunk;
      });
      socket.on("error", (error) => resolve(`${this.name} to ${other.name}: ${error.message}`));
      socket.on("close", () =>
        resolve(said === "welcome" ? undefined : `${this.name} to ${other.name}: closed; ${other.refusal}`),
      );
    });
  }

  close(): void {
    this.#server.close();
  }
}

/** Whether one site reaches another, both there for this only; resolves to why not, or undefined. */
export async function reachOnce(from: TlsSite, to: TlsSite): Promise<string | undefined> {
  try {
    await to.listen();
    return await from.reach(to);
  } finally {
    to.close();
    from.close();
  }
}

/** Links that do not work, over all ordered pairs. */
export async function brokenLinks(sites: readonly TlsSite[]): Promise<string[]> {
  const all = sites.flatMap((from) => sites.filter((to) => to !== from).map((to) => from.reach(to)));
  return (await Promise.all(all)).filter((problem) => problem !== undefined);
}

/** Makes connections between all pairs, one after another on each, until it is stopped. */
export function load(sites: readonly TlsSite[]): {
  /** Connections so far of the pair that has made the fewest. */
  rounds(): number;
  stop(): Promise<string[]>;
} {
  let isOn = true;
  const made: number[] = [];
  const lost: string[] = [];
  const pair = async (from: TlsSite, to: TlsSite) => {
    const index = made.push(0) - 1;
    while (isOn) {
      const problem = await from.reach(to);
      made[index]!++;
      if (problem !== undefined) lost.push(problem);
    }
  };
  const running = sites.flatMap((from) => sites.filter((to) => to !== from).map((to) => pair(from, to)));
  return {
    rounds: () => Math.min(...made),
    async stop() {
      isOn = false;
      await Promise.all(running);
      return lost;
    },
  };
}
