import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Kept } from "../../rehearsal/clusters/keeper";
import { type Container, containerOf, type Objects, replace, writeVolumes } from "./containers";
import { type Kubernetes, podStatus } from "./kubernetes";
import type { SiteNode } from "./node";
import { CONFIG_OVERRIDES } from "./overrides";

/** Where the programs of a site run, and what they are given. */
export interface SitePlace {
  readonly node: SiteNode;
  readonly kubernetes: Kubernetes;
  /** What a kubelet reads. */
  objects: Objects;
  /** Programs that run, by name. */
  readonly programs: Map<string, Kept>;
}

type Workload = readonly [kind: string, name: string];

/** Workloads of the chart that run here. */
const MESH_API: Workload = ["Deployment", "clustermesh-apiserver"];
const OPERATOR: Workload = ["Deployment", "cilium-operator"];
const AGENT: Workload = ["DaemonSet", "cilium"];

/** Writes all that a kubelet mounts, and the flags of agent and operator as files. Who reads them sees it, and restarts not. */
export function writeAll({ node, objects }: SitePlace): void {
  for (const [kind, workload] of [MESH_API, OPERATOR, AGENT]) writeVolumes(objects, kind, workload, node.folder);
  const config = configFolder(node);
  mkdirSync(config, { recursive: true });
  const all = { ...objects.texts.get("ConfigMap/cilium-config"), ...CONFIG_OVERRIDES };
  for (const [name, value] of Object.entries(all)) if (value !== undefined) replace(join(config, name), value);
}

/** Programs of the mesh API's pod, in the order in which they end. */
export const MESH_API_PROGRAMS = ["mesh-kvstoremesh", "mesh-apiserver", "mesh-etcd"];

/** The pod of the mesh API, with its four containers. */
export async function startMeshApi(place: SitePlace): Promise<void> {
  const { node, kubernetes } = place;
  const uid = randomUUID();
  // As for a new pod: its store is empty.
  await node.exec(["sh", "-ec", "rm -rf /run/etcd && mkdir -m 700 -p /run/etcd"]);
  const init = container(place, MESH_API, "etcd-init", uid);
  await node.exec(init.command, { env: init.env });
  await start(place, "mesh-etcd", container(place, MESH_API, "etcd", uid), []);
  await start(place, "mesh-kvstoremesh", container(place, MESH_API, "kvstoremesh"), []);
  await announceMeshApi(place);
  const own = [`--k8s-kubeconfig-path=${await kubernetes.kubeconfigOf("clustermesh-apiserver")}`];
  await start(place, "mesh-apiserver", container(place, MESH_API, "apiserver"), own);
}

export async function startOperator(place: SitePlace): Promise<void> {
  const own = [
    `--k8s-kubeconfig-path=${await place.kubernetes.kubeconfigOf("cilium-operator")}`,
    "--operator-prometheus-serve-addr=127.0.0.1:19963",
  ];
  await start(place, "operator", container(place, OPERATOR, "cilium-operator"), own);
}

export async function startAgent(place: SitePlace): Promise<void> {
  const own = [`--k8s-kubeconfig-path=${await place.kubernetes.kubeconfigOf("cilium")}`];
  await start(place, "agent", container(place, AGENT, "cilium-agent"), own);
}

/** Ends programs, as when their pods are replaced. */
export async function stop({ programs }: SitePlace, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const program = programs.get(name);
    program?.kill();
    await program?.exited;
    programs.delete(name);
  }
}

function configFolder({ folder }: SiteNode): string {
  return join(folder, "cilium-config");
}

function container({ node, objects }: SitePlace, [kind, workload]: Workload, name: string, uid = ""): Container {
  const volumes = writeVolumes(objects, kind, workload, node.folder);
  return containerOf(objects, [kind, workload, name], volumes, { config: configFolder(node), uid });
}

const BACKOFF = { KUBE_CLIENT_BACKOFF_BASE: "1", KUBE_CLIENT_BACKOFF_DURATION: "120" };

async function start(
  { node, programs }: SitePlace,
  name: string,
  one: Container,
  more: readonly string[],
): Promise<void> {
  const { KUBERNETES_SERVICE_HOST: _host, KUBERNETES_SERVICE_PORT: _port, ...env } = one.env;
  const environment = { K8S_NODE_NAME: node.name, CILIUM_K8S_NAMESPACE: "kube-system", ...BACKOFF, ...env };
  programs.set(name, await node.start(name, isolated(one, more, name === "agent"), environment));
}

/**
 * A mount namespace with the container's volumes and a /run/cilium of its own, as a pod has; the agent's are the node's,
 * whose file systems it works on: an agent that comes after another finds its volumes there.
 */
function isolated({ command, mounts }: Container, more: readonly string[], isAgent: boolean): string[] {
  // Flags are read from a folder of ours: below /tmp the mount's place would stay on the machine.
  const places = [...mounts].filter(([path]) => path.startsWith("/var/lib/"));
  const binds = places.map(([path, folder]) => {
    const bind = `mkdir -p ${path} && mount --bind ${folder} ${path}`;
    return isAgent ? `mountpoint -q ${path} || { ${bind}; }` : bind;
  });
  const script = [...(isAgent ? [] : ["mount -t tmpfs tmpfs /run/cilium"]), ...binds, 'exec "$@"'].join("\n");
  return [...(isAgent ? [] : ["unshare", "-m"]), "sh", "-ec", script, "sh", ...command, ...more];
}

/** Agents wait for an endpoint of the mesh API's Service, which a kubelet would make by running its pod. */
async function announceMeshApi({ node, kubernetes }: SitePlace): Promise<void> {
  const name = "clustermesh-apiserver-0";
  const labels = {
    "k8s-app": "clustermesh-apiserver",
    "app.kubernetes.io/name": "clustermesh-apiserver",
    "app.kubernetes.io/part-of": "cilium",
  };
  const containers = [{ name: "etcd", image: "none", ports: [{ containerPort: 2379 }] }];
  const spec = { nodeName: node.name, hostNetwork: true, containers };
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "kube-system", labels }, spec };
  await kubernetes.apply(pod);
  await kubernetes.status(pod, podStatus(node.address, node.address));
}
