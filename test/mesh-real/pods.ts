import { setTimeout as sleep } from "node:timers/promises";
import type { Kept } from "../../rehearsal/clusters/keeper";
import { podStatus } from "./kubernetes";
import type { RealSite } from "./site";

/** A pod that a kubelet would run: a network namespace, connected by Cilium's CNI plugin. */
export interface RealPod {
  readonly name: string;
  readonly address: string;
  /** Runs a program in the pod's network. */
  exec(command: readonly string[], timeoutSeconds?: number): Promise<string>;
  setReady(isReady: boolean): Promise<void>;
  /** Ends its program, as when it crashes. */
  crash(): Promise<void>;
}

/** Starts a pod. With `answer` it serves that text over HTTP on port 8080. */
export async function startPod(site: RealSite, name: string, labels: object, answer?: string): Promise<RealPod> {
  const { node, kubernetes } = site;
  const containers = [{ name: "main", image: "none" }];
  const spec = { nodeName: node.name, terminationGracePeriodSeconds: 0, containers };
  await kubernetes.apply({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "default", labels }, spec });
  const uid = await kubernetes.kubectl(["get", "pod", name, "-o", "jsonpath={.metadata.uid}"]);
  await node.exec(["ip", "netns", "add", name]);
  const address = await connect(site, name, uid);
  const within = (command: readonly string[]) => ["nsenter", `--net=/run/netns/${name}`, "--", ...command];
  let program: Kept | undefined;
  if (answer !== undefined) program = await node.start(`pod-${name}`, within([process.execPath, "-e", SERVER, answer]));
  const setReady = (isReady: boolean) =>
    kubernetes.status("pod", name, "default", podStatus(address, node.address, isReady));
  if (answer !== undefined) await sleep(300);
  await setReady(true);
  return {
    name,
    address,
    setReady,
    exec: (command, timeoutSeconds) => node.exec(within(command), { ...(timeoutSeconds && { timeoutSeconds }) }),
    async crash() {
      program?.kill();
      await program?.exited;
    },
  };
}

async function connect({ node }: RealSite, name: string, uid: string): Promise<string> {
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
    CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=${name};K8S_POD_UID=${uid}`,
  };
  const result = JSON.parse(await node.exec(["cilium-cni"], { input, env, timeoutSeconds: 180 })) as {
    ips: { address: string }[];
  };
  return result.ips[0]!.address.split("/")[0]!;
}

const SERVER = `
require("node:http").createServer((_, response) => {
  response.setHeader("connection", "close");
  response.end(process.argv[1]);
}).listen(8080, "0.0.0.0");`;

/** One request, and what answered: the text, or a word for why nothing did. */
export async function ask(pod: RealPod, address: string, port: number): Promise<string> {
  return (await pod.exec([process.execPath, "-e", ASK, address, String(port), "1"], 20)).trim();
}

/** Requests one after the other, for some seconds. */
export async function askFor(pod: RealPod, address: string, port: number, seconds: number): Promise<Answer[]> {
  const out = await pod.exec([process.execPath, "-e", ASK, address, String(port), "0", String(seconds)], seconds + 20);
  return out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Answer);
}

/** A request: when it ended, by the clock of the machine in milliseconds, and what answered. */
export interface Answer {
  readonly at: number;
  readonly answer: string | null;
}

const ASK = `
const http = require("node:http");
const [address, port, once, seconds] = process.argv.slice(1);
const ask = () => new Promise((resolve) => {
  const asked = http.get({ host: address, port, timeout: 500, agent: false }, (response) => {
    let text = "";
    response.on("data", (part) => { text += part; });
    response.on("end", () => resolve(text));
    response.on("error", () => resolve(null));
  });
  asked.on("timeout", () => asked.destroy());
  asked.on("error", () => resolve(null));
});
(async () => {
  if (once === "1") return console.log((await ask()) ?? "no answer");
  const end = Date.now() + Number(seconds) * 1000;
  while (Date.now() < end) {
    const answer = await ask();
    console.log(JSON.stringify({ at: Date.now(), answer }));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
})();`;
