import type { ClientRequest } from "node:http";
import { Agent, type AgentOptions } from "node:https";
import { isDeepStrictEqual } from "node:util";
import { StrangeAnswer } from "./strangeAnswer";

/**
 * The Kubernetes client. It is an ES module, which CommonJS can only load while it runs, and it takes a second: so it is
 * loaded when there is a cluster to talk to.
 */
export const kubernetes = () => import("@kubernetes/client-node");

/** Seconds after which an API server gives up a request that is no watch (its `--request-timeout`): then so do we. */
const PATIENCE_SECONDS = 60;

/**
 * An empty configuration of clients whose requests share connections, and end. The client's own opens a connection for every
 * request, and the handshake costs both sides more than most answers do; and it waits for ever for a server that neither
 * answers nor goes.
 * @param patienceSeconds that an answer may take, where a request has no signal of its own.
 */
export async function sharingConfig(patienceSeconds = PATIENCE_SECONDS): Promise<InstanceType<Classes["KubeConfig"]>> {
  const { createConfiguration, KubeConfig, ServerConfiguration } = await kubernetes();
  sharing ??= class extends KubeConfig {
    #shared: Agent | undefined;

    constructor(private readonly patienceSeconds: number) {
      super();
    }

    override async applySecurityAuthentication(context: RequestContext): Promise<void> {
      await super.applySecurityAuthentication(context);
      if (context.getSignal() === undefined) context.setSignal(AbortSignal.timeout(this.patienceSeconds * 1000));
      const made = context.getAgent();
      // One by way of a proxy is left as it is.
      if (!(made instanceof Agent) || made.constructor !== Agent) return;
      if (this.#shared === undefined || !isSame(this.#shared.options, made.options))
        this.#shared = new KeepingAgent(made.options);
      context.setAgent(this.#shared);
    }

    override makeApiClient<T extends ApiType>(client: ApiConstructor<T>): T {
      const cluster = this.getCurrentCluster();
      if (cluster === null) return super.makeApiClient(client);
      const baseServer = new ServerConfiguration(cluster.server, {});
      return new client(
        createConfiguration({ baseServer, authMethods: { default: this }, promiseMiddleware: [ONLY_JSON] }),
      );
    }
  };
  return new sharing(patienceSeconds);
}

let sharing: (new (patienceSeconds: number) => InstanceType<Classes["KubeConfig"]>) | undefined;

/** Refuses what is no JSON in an answer of success: the client makes an object without members of any text. */
const ONLY_JSON: Middleware = {
  pre: async (context) => context,
  async post(answer) {
    const type = answer.headers["content-type"] ?? "";
    if (answer.httpStatusCode < 300 && /^text\//.test(type))
      throw new StrangeAnswer(type.replace(/;.*/, ""), await answer.body.text());
    return answer;
  },
};

/** Milliseconds after which a connection that nobody uses is closed: long before servers and balancers on the way do so. */
const IDLE = 10_000;

/** What Node.js calls on an agent for each request; its types leave it out. */
const { addRequest } = Agent.prototype as unknown as { addRequest(request: ClientRequest, ...rest: unknown[]): void };

/**
 * Keeps connections for the next request. Its requests fail when their answer breaks off, as that of a site does that is
 * lost in the middle of it. The client listens for failures on the request alone, where Node.js tells of none once the
 * answer has begun: it would wait for ever.
 */
class KeepingAgent extends Agent {
  constructor(options: AgentOptions) {
    super({ ...options, keepAlive: true, timeout: IDLE });
  }

  addRequest(request: ClientRequest, ...rest: unknown[]): void {
    request.once("response", (answer) => answer.once("error", (error) => request.emit("error", error)));
    addRequest.call(this, request, ...rest);
  }
}

/** Credentials change while a program runs: who presents others may not use a connection that was opened with these. */
function isSame(some: AgentOptions, others: AgentOptions): boolean {
  return (["ca", "cert", "key", "pfx", "passphrase", "servername", "rejectUnauthorized"] as const).every((name) =>
    isDeepStrictEqual(some[name], others[name]),
  );
}

/** {@link sharingConfig}, from the text of a kubeconfig. */
export async function kubeConfigOf(
  text: string,
  patienceSeconds?: number,
): Promise<InstanceType<Classes["KubeConfig"]>> {
  const config = await sharingConfig(patienceSeconds);
  config.loadFromString(text);
  return config;
}

type Classes = Awaited<ReturnType<typeof kubernetes>>;

type Middleware = import("@kubernetes/client-node").Middleware;
type ApiType = import("@kubernetes/client-node").ApiType;
type ApiConstructor<T extends ApiType> = import("@kubernetes/client-node").ApiConstructor<T>;

type RequestContext = Parameters<InstanceType<Classes["KubeConfig"]>["applySecurityAuthentication"]>[0];

export type CoreV1Api = InstanceType<Classes["CoreV1Api"]>;
export type V1DaemonSet = InstanceType<Classes["V1DaemonSet"]>;
export type V1Node = InstanceType<Classes["V1Node"]>;
export type CoreV1Event = InstanceType<Classes["CoreV1Event"]>;
export type V1Pod = InstanceType<Classes["V1Pod"]>;
export type V1PodSpec = InstanceType<Classes["V1PodSpec"]>;
export type V1Toleration = InstanceType<Classes["V1Toleration"]>;
