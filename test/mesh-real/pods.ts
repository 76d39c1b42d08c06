import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Kept } from "../../rehearsal/clusters/keeper";
import { podStatus } from "./kubernetes";
import { type RunOptions, until } from "./run";
import type { RealSite } from "./site";

/** A pod that a kubelet would run: a network namespace, connected by Cilium's CNI plugin. */
export interface RealPod {
  readonly name: string;
  readonly address: string;
  /** Runs a program in the pod to its end. */
  exec(command: readonly string[], options?: RunOptions): Promise<string>;
  /** Starts a program in the pod. */
  start(name: string, command: readonly string[]): Promise<Running>;
  setReady(isReady: boolean): Promise<void>;
}

/** A program that runs in a pod. */
export interface Running extends Kept {
  /** What it has written so far. */
  output(): string;
}

/** What a pod is made of. */
export interface PodArgs {
  readonly name: string;
  /** @default "default" */
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Lines of its /etc/hosts, in the place of a DNS service. @default the node's */
  readonly hosts?: string;
  /** Ports that its Services know by name. @default none */
  readonly ports?: readonly object[];
  /** Folders that are mounted below /run, by their paths there. @default none */
  readonly mounts?: ReadonlyMap<string, string>;
}

/** Starts a pod. It is not ready yet. */
export async function startPod(site: RealSite, args: PodArgs): Promise<RealPod> {
  const { name, namespace = "default", labels, ports = [] } = args;
  const { node, kubernetes } = site;
  const containers = [{ name: "main", image: "none", ports }];
  const spec = { nodeName: node.name, terminationGracePeriodSeconds: 0, containers };
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name, namespace, labels }, spec };
  await kubernetes.apply(pod);
  const { metadata } = await kubernetes.read<{ metadata: { uid: string } }>(pod);
  await node.exec(["sh", "-ec", `ip netns add ${name} && ip -n ${name} link set lo up`]);
  const address = await connect(site, namespace, name, metadata.uid);
  const entering = ["nsenter", `--net=/run/netns/${name}`, "--", "unshare", "-m"];
  const script = `${mounted(args)}exec "$@"`;
  const within = (command: readonly string[]) => [...entering, "sh", "-ec", script, "sh", ...command];
  const setReady = (isReady: boolean) => kubernetes.status(pod, podStatus(address, node.address, isReady));
  await setReady(false);
  return {
    name,
    address,
    setReady,
    exec: (command, options) => node.exec(within(command), options),
    async start(program, command) {
      const kept = await node.start(program, within(command));
      return { ...kept, output: () => readFileSync(join(node.folder, "log", `${program}.log`), "utf8") };
    },
  };
}

/** A pod that serves a text over HTTP on port 8080. */
export interface WebPod extends RealPod {
  /** Its program ends, and nobody has noticed yet. */
  crash(): Promise<void>;
  /** Its program runs again, and it is ready. */
  recover(): Promise<void>;
}

/** Starts a pod that serves a text, and waits until it is ready. */
export async function startWeb(site: RealSite, args: PodArgs, answer: string): Promise<WebPod> {
  const pod = await startPod(site, args);
  let server: Running | undefined;
  const recover = async () => {
    const before = server?.output().length ?? 0;
    server = await pod.start(`pod-${args.name}`, [process.execPath, "-e", SERVER, answer]);
    await until(`${args.name} of ${site.name} listens`, 120, () =>
      server!.output().slice(before).includes("listening"),
    );
    await pod.setReady(true);
  };
  await recover();
  return {
    ...pod,
    recover,
    async crash() {
      server?.kill();
      await server?.exited;
    },
  };
}

/** In a mount namespace of its own, of which only /run is changed, which is the node's and in memory. */
function mounted({ name, hosts, mounts = new Map() }: PodArgs): string {
  const own = `/run/hosts-${name}`;
  const lines = [...mounts].map(([path, folder]) => `mkdir -p ${path} && mount --bind ${folder} ${path}\n`);
  if (hosts !== undefined) lines.push(`printf '%s' '${hosts}' > ${own} && mount --bind ${own} /etc/hosts\n`);
  return lines.join("");
}

async function connect({ node }: RealSite, namespace: string, name: string, uid: string): Promise<string> {
  const input = JSON.stringify({
    cniVersion: "1.0.0",
    name: "cilium",
    type: "cilium-cni",
    "log-file": "/run/cilium-cni.log",
  });
  const env = {
    CNI_COMMAND: "ADD",
    CNI_CONTAINERID: `container-${name}`,
    CNI_NETNS: `/run/netns/${name}`,
    CNI_IFNAME: "eth0",
    CNI_PATH: "/usr/bin",
    CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=${namespace};K8S_POD_NAME=${name};K8S_POD_UID=${uid}`,
  };
  const result = JSON.parse(await node.exec(["cilium-cni"], { input, env, timeoutSeconds: 240 })) as {
    ips: { address: string }[];
  };
  return result.ips[0]!.address.split("/")[0]!;
}

const SERVER = `
require("node:http").createServer((_, response) => {
  response.setHeader("connection", "close");
  response.end(process.argv[1]);
}).listen(8080, "0.0.0.0", () => console.log("listening"));`;
