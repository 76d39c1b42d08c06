import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Kept } from "../../rehearsal/clusters/keeper";
import { objectsOf, render } from "../mesh/charts";
import { type Container, containerOf, type Objects, writeVolumes } from "./containers";
import { type Kubernetes, nodeStatus, podStatus, startKubernetes, until } from "./kubernetes";
import type { Lab } from "./lab";
import { type SiteNode, startNode } from "./node";
import { CONFIG_OVERRIDES } from "./overrides";
import type { RehearsedSite } from "./rehearsed";

/** A site that runs: a control plane, Cilium and its mesh API in a node of its own. */
export interface RealSite {
  readonly name: string;
  readonly node: SiteNode;
  readonly kubernetes: Kubernetes;
  /** Programs of the mesh and of the datapath, by name. */
  readonly programs: ReadonlyMap<string, Kept>;
  /** Peers that Cilium's agent follows, by name, and whether they are ready. */
  peers(): Promise<Readonly<Record<string, boolean>>>;
  /** Writes what a later rehearsal gives this site: peers and certificates. Nothing is restarted. */
  update(rehearsed: RehearsedSite): Promise<void>;
}

/** Workloads of the chart that run here. Each container has a /run/cilium of its own, as a pod has. */
const MESH_API = ["Deployment", "clustermesh-apiserver"] as const;

export async function startRealSite(lab: Lab, rehearsed: RehearsedSite): Promise<RealSite> {
  const node = await startNode(lab, rehearsed.plan);
  const kubernetes = await startKubernetes(lab, node);
  let objects = await objectsFor(rehearsed);
  const { name } = rehearsed.plan;
  await registerNode(node, kubernetes, rehearsed);
  await kubernetes.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "cilium-secrets" } });
  await kubernetes.apply(...rehearsed.objects, ...objects.rendered);
  const config = join(node.folder, "cilium-config");
  writeConfig(config, objects);
  const write = () => writeAll(objects, node.folder);
  const programs = await startPrograms(node, kubernetes, objects, config, write());
  return {
    name,
    node,
    kubernetes,
    programs,
    peers: async () => followed(await node.exec(["cilium-dbg", "status", "-o", "json"], { timeoutSeconds: 10 })),
    async update(next) {
      objects = { ...objects, texts: new Map([...objects.texts, ...next.texts]) };
      write();
      await kubernetes.apply(...next.objects);
    },
  };
}

async function objectsFor(rehearsed: RehearsedSite): Promise<Objects> {
  const rendered = objectsOf(await render("1.19", rehearsed.values));
  const maps = rendered.filter(({ kind }) => kind === "ConfigMap");
  const texts = maps.map(
    (one) => [`ConfigMap/${one.metadata.name}`, (one.data ?? {}) as Record<string, string>] as const,
  );
  return { rendered, texts: new Map([...texts, ...rehearsed.texts]) };
}

function writeAll(objects: Objects, folder: string): Map<string, string> {
  const workloads = [MESH_API, ["DaemonSet", "cilium"], ["Deployment", "cilium-operator"]] as const;
  return new Map(
    workloads.flatMap(([kind, workload]) =>
      [...writeVolumes(objects, kind, workload, folder)].map(([volume, at]) => [`${workload}/${volume}`, at] as const),
    ),
  );
}

/** The flags of agent and operator, as files: what the chart renders, with what a namespace needs changed. */
function writeConfig(folder: string, { texts }: Objects): void {
  mkdirSync(folder, { recursive: true });
  const all = { ...texts.get("ConfigMap/cilium-config"), ...CONFIG_OVERRIDES };
  for (const [name, value] of Object.entries(all)) if (value !== undefined) writeFileSync(join(folder, name), value);
}

async function registerNode(node: SiteNode, kubernetes: Kubernetes, { plan }: RehearsedSite): Promise<void> {
  const [network] = plan.addresses.podCidr.split("/");
  // On GKE the node has its part of the secondary range from the cloud.
  const podCIDR = `${network}/${plan.addresses.podPrefixPerNode}`;
  const spec = plan.kind === "gke" ? { podCIDR, podCIDRs: [podCIDR] } : {};
  const labels = { "kubernetes.io/hostname": node.name, "kubernetes.io/os": "linux" };
  await kubernetes.apply({ apiVersion: "v1", kind: "Node", metadata: { name: node.name, labels }, spec });
  await kubernetes.status("node", node.name, "default", nodeStatus(node.address, node.name));
}

async function startPrograms(
  node: SiteNode,
  kubernetes: Kubernetes,
  objects: Objects,
  config: string,
  volumes: ReadonlyMap<string, string>,
): Promise<Map<string, Kept>> {
  const programs = new Map<string, Kept>();
  const container = (workload: readonly [string, string], name: string) => {
    const own = [...volumes]
      .filter(([key]) => key.startsWith(`${workload[1]}/`))
      .map(([key, at]) => [key.split("/")[1]!, at] as const);
    return containerOf(objects, [...workload, name], new Map(own), config);
  };
  const environment = { K8S_NODE_NAME: node.name, CILIUM_K8S_NAMESPACE: "kube-system", ...BACKOFF };
  const start = async (name: string, one: Container, more: readonly string[]) => {
    const { KUBERNETES_SERVICE_HOST: _host, KUBERNETES_SERVICE_PORT: _port, ...env } = one.env;
    programs.set(name, await node.start(name, isolated(one, more, name === "agent"), { ...environment, ...env }));
  };
  await node.exec(["sh", "-ec", "mkdir -m 700 -p /run/etcd"]);
  const init = container(MESH_API, "etcd-init");
  await node.exec(init.command, { env: init.env, timeoutSeconds: 60 });
  await start("mesh-etcd", container(MESH_API, "etcd"), []);
  const mesh = [`--k8s-kubeconfig-path=${await kubernetes.kubeconfigOf("clustermesh-apiserver")}`];
  await start("mesh-apiserver", container(MESH_API, "apiserver"), mesh);
  await start("mesh-kvstoremesh", container(MESH_API, "kvstoremesh"), []);
  await announceMeshApi(node, kubernetes);
  const operator = [
    `--k8s-kubeconfig-path=${await kubernetes.kubeconfigOf("cilium-operator")}`,
    "--operator-prometheus-serve-addr=127.0.0.1:19963",
  ];
  await start("operator", container(["Deployment", "cilium-operator"], "cilium-operator"), operator);
  const agent = [`--k8s-kubeconfig-path=${await kubernetes.kubeconfigOf("cilium")}`];
  await start("agent", container(["DaemonSet", "cilium"], "cilium-agent"), agent);
  return programs;
}

const BACKOFF = { KUBE_CLIENT_BACKOFF_BASE: "1", KUBE_CLIENT_BACKOFF_DURATION: "120" };

/** A mount namespace with the container's volumes; the agent's are the node's, whose file systems it works on. */
function isolated({ command, mounts }: Container, more: readonly string[], isAgent: boolean): string[] {
  // Flags are read from a folder of ours: below /tmp the mount's place would stay on the machine.
  const places = [...mounts].filter(([path]) => path.startsWith("/var/lib/"));
  const binds = places.map(([path, folder]) => `mkdir -p ${path} && mount --bind ${folder} ${path}`);
  const script = [...(isAgent ? [] : ["mount -t tmpfs tmpfs /run/cilium"]), ...binds, 'exec "$@"'].join("\n");
  return [...(isAgent ? [] : ["unshare", "-m"]), "sh", "-ec", script, "sh", ...command, ...more];
}

/** Agents wait for an endpoint of the mesh API's Service, which a kubelet would make by running its pod. */
async function announceMeshApi(node: SiteNode, kubernetes: Kubernetes): Promise<void> {
  const name = "clustermesh-apiserver-0";
  const labels = {
    "k8s-app": "clustermesh-apiserver",
    "app.kubernetes.io/name": "clustermesh-apiserver",
    "app.kubernetes.io/part-of": "cilium",
  };
  const containers = [{ name: "etcd", image: "none", ports: [{ containerPort: 2379 }] }];
  const spec = { nodeName: node.name, hostNetwork: true, containers };
  await kubernetes.apply({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "kube-system", labels }, spec });
  await kubernetes.status("pod", name, "kube-system", podStatus(node.address, node.address));
}

/** Peers in the agent's status, and whether each is ready. */
function followed(status: string): Record<string, boolean> {
  const read = parse(status) as { "cluster-mesh"?: { clusters?: { name: string; ready?: boolean }[] } };
  return Object.fromEntries((read["cluster-mesh"]?.clusters ?? []).map(({ name, ready }) => [name, ready === true]));
}

/** Waits until every site follows exactly all others. */
export async function allPeersReady(sites: readonly RealSite[], seconds: number): Promise<void> {
  await Promise.all(
    sites.map((site) => {
      const others = sites.map(({ name }) => name).filter((name) => name !== site.name);
      return until(`${site.name} follows ${others.join(", ")}`, seconds, async () => {
        const peers = await site.peers();
        const ready = Object.keys(peers).filter((name) => peers[name]);
        if (ready.length === others.length && others.every((name) => ready.includes(name))) return true;
        throw new Error(`it follows ${ready.join(", ") || "nobody"} of ${Object.keys(peers).join(", ") || "nobody"}`);
      });
    }),
  );
}
