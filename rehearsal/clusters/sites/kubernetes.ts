import { Agent, type AgentOptions } from "node:https";
import { isDeepStrictEqual } from "node:util";

/**
 * The Kubernetes client. It is an ES module, which CommonJS can only load while it runs, and it takes a second: so it is
 * loaded when there is a cluster to talk to.
 */
export const kubernetes = () => import("@kubernetes/client-node");

/**
 * An empty configuration of clients whose requests share connections. The client's own opens one for every request, and the
 * handshake costs both sides more than most answers do.
 */
export async function sharingConfig(): Promise<InstanceType<Classes["KubeConfig"]>> {
  const { KubeConfig } = await kubernetes();
  sharing ??= class extends KubeConfig {
    #shared: Agent | undefined;

    override async applySecurityAuthentication(context: RequestContext): Promise<void> {
      await super.applySecurityAuthentication(context);
      const made = context.getAgent();
      // One by way of a proxy is left as it is.
      if (!(made instanceof Agent) || made.constructor !== Agent) return;
      if (this.#shared === undefined || !isSame(this.#shared.options, made.options)) this.#shared = kept(made.options);
      context.setAgent(this.#shared);
    }
  };
  return new sharing();
}

let sharing: Classes["KubeConfig"] | undefined;

/** Milliseconds after which a connection that nobody uses is closed: long before servers and balancers on the way do so. */
const IDLE = 10_000;

function kept(options: AgentOptions): Agent {
  return new Agent({ ...options, keepAlive: true, timeout: IDLE });
}

/** Credentials change while a program runs: who presents others may not use a connection that was opened with these. */
function isSame(some: AgentOptions, others: AgentOptions): boolean {
  return (["ca", "cert", "key", "pfx", "passphrase", "servername", "rejectUnauthorized"] as const).every((name) =>
    isDeepStrictEqual(some[name], others[name]),
  );
}

/** The configuration of a client, from the text of a kubeconfig. */
export async function kubeConfigOf(text: string): Promise<InstanceType<Classes["KubeConfig"]>> {
  const config = await sharingConfig();
  config.loadFromString(text);
  return config;
}

type Classes = Awaited<ReturnType<typeof kubernetes>>;

type RequestContext = Parameters<InstanceType<Classes["KubeConfig"]>["applySecurityAuthentication"]>[0];

export type CoreV1Api = InstanceType<Classes["CoreV1Api"]>;
export type V1DaemonSet = InstanceType<Classes["V1DaemonSet"]>;
export type V1Node = InstanceType<Classes["V1Node"]>;
export type V1Pod = InstanceType<Classes["V1Pod"]>;
export type V1PodSpec = InstanceType<Classes["V1PodSpec"]>;
export type V1Toleration = InstanceType<Classes["V1Toleration"]>;
