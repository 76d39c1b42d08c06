import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { boundedAccess, type SiteAccess } from "../clusters/sites/bounded";
import { kubernetes } from "../clusters/sites/kubernetes";
import { itemsOf } from "../clusters/sites/strangeAnswer";
import { heldBy, isReady, orNone, type SiteReader, stays } from "../trust/reader";

const namespace = "kube-system";

/** An agent's pod. */
export interface AgentPod {
  readonly name: string;
  readonly isReady: boolean;
  /** Tag of its image, such as `v1.19.5`. */
  readonly tag: string | undefined;
}

/** The mesh API of a site, as its Deployment and Service are. */
export interface ApiSeen {
  readonly ready: number;
  readonly wanted: number;
  readonly addresses: readonly string[];
}

/** What `multisite mesh status` asks a site. */
export interface MeshReader extends Pick<SiteReader, "held"> {
  agents(): Promise<AgentPod[]>;
  /** Undefined: it has none. */
  api(): Promise<ApiSeen | undefined>;
  /** Texts of a peer object by peer: they hold addresses and names of files, no secret. Undefined: it is not there. */
  peerEntries(name: string): Promise<Readonly<Record<string, string>> | undefined>;
  /** What a command in an agent's container wrote. Throws Error when it fails. */
  exec(pod: string, command: readonly string[]): Promise<string>;
}

/**
 * A reader of the site of a kubeconfig.
 * @param seconds after which a request is given up
 * @throws UserError when the site's access cannot be opened.
 */
export async function meshReaderOf(site: string, access: SiteAccess, seconds: number): Promise<MeshReader> {
  const { AppsV1Api, CoreV1Api, Exec } = await kubernetes();
  const config = await boundedAccess(site, access, seconds);
  const core = config.makeApiClient(CoreV1Api);
  const apps = config.makeApiClient(AppsV1Api);
  return {
    held: heldBy(core),
    async agents() {
      const pods = itemsOf(await core.listNamespacedPod({ namespace, labelSelector: "k8s-app=cilium" }));
      return pods.filter(stays).map(({ metadata, spec, status }) => ({
        name: metadata?.name ?? "",
        isReady: isReady(status),
        tag: /:([^:@/]+)(@|$)/.exec(spec?.containers.find(({ name }) => name === AGENT)?.image ?? "")?.[1],
      }));
    },
    async api() {
      const name = "clustermesh-apiserver";
      const [deployment, service] = await Promise.all([
        orNone(apps.readNamespacedDeployment({ namespace, name })),
        orNone(core.readNamespacedService({ namespace, name })),
      ]);
      if (deployment === undefined) return undefined;
      const ingress = service?.status?.loadBalancer?.ingress ?? [];
      return {
        ready: deployment.status?.readyReplicas ?? 0,
        wanted: deployment.spec?.replicas ?? 1,
        addresses: ingress.flatMap(({ ip }) => ip ?? []),
      };
    },
    async peerEntries(name) {
      const found = await orNone(core.readNamespacedSecret({ namespace, name }));
      const entries = Object.entries(found?.data ?? {});
      return found && Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, "base64").toString()]));
    },
    exec: (pod, command) => run(new Exec(withHandshakeLimit(config, seconds)), pod, command, seconds),
  };
}

const AGENT = "cilium-agent";

type Module = Awaited<ReturnType<typeof kubernetes>>;
type KubeConfig = InstanceType<Module["KubeConfig"]>;

/** The client's WebSockets take their options from here. A handshake that hangs would keep the process alive. */
function withHandshakeLimit(config: KubeConfig, seconds: number): KubeConfig {
  const limited: KubeConfig = Object.create(config);
  limited.applyToHTTPSOptions = async (options) => {
    await config.applyToHTTPSOptions(options);
    Object.assign(options, { handshakeTimeout: seconds * 1000 });
  };
  return limited;
}

/** Longer than any probe of paths takes, and not for ever. */
const PROBING_SECONDS = 60;

async function run(
  client: InstanceType<Module["Exec"]>,
  pod: string,
  command: readonly string[],
  seconds: number,
): Promise<string> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  let timer: NodeJS.Timeout | undefined;
  let end: (() => void) | undefined;
  let hasEnded = false;
  const ended = new Promise<string>((resolve, reject) => {
    const limit = seconds + (command[0] === "perl" ? PROBING_SECONDS : 0);
    timer = setTimeout(() => reject(new Error(`no answer within ${limit} s`)), limit * 1000);
    const written = Promise.all([text(out), text(err)]);
    client
      .exec(namespace, pod, AGENT, [...command], out, err, null, false, (status) => {
        hasEnded = true;
        void written.then(([told, complaint]) => {
          if (status.status === "Success") resolve(told);
          else reject(new Error(lastLine(complaint) || status.message || "the command failed"));
        });
      })
      .then((socket) => {
        end = () => socket.terminate();
        socket.on("close", () => {
          if (!hasEnded) reject(new Error("the connection was closed before the command had ended"));
        });
      })
      .catch((error: unknown) => reject(refusal(error)));
  });
  try {
    return await ended;
  } finally {
    clearTimeout(timer);
    end?.();
  }
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

/** A refused WebSocket tells the status in words only. */
function refusal(error: unknown): Error {
  const { message = "" } = error as { message?: string };
  const code = /Unexpected server response: (\d+)/.exec(message)?.[1];
  return Object.assign(new Error(message || "no answer"), code === undefined ? {} : { code: Number(code) });
}
