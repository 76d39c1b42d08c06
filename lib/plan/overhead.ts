import { type Resources, resources, sum, ZERO } from "./resources";
import { isOpen, mightRunOnSome, type NodeTraits, podResources } from "./schedulable";
import type { DaemonSetSpec, SiteKind } from "./spec";

/** One pod that the cluster itself runs. */
export interface SystemPod {
  readonly name: string;
  /** `every node`: a DaemonSet that tolerates every taint. `some nodes`: replicas of a Deployment. */
  readonly runsOn: "every node" | "some nodes";
  /** Who puts it there: this library, or the cloud also without it. */
  readonly by: "library" | "cloud";
  /** Requests in millicores and MiB. */
  readonly cpuMillis: number;
  readonly memoryMiB: number;
  /** Where the requests were read, and the day. */
  readonly source: string;
  readonly date: string;
}

/**
 * What Cilium's pods request. The chart asks for nothing by default, which would make the agent of every node the first
 * to be evicted; these are the figures of its own commented example, and the site's values set exactly these.
 */
export const CILIUM_REQUESTS = {
  agent: { cpuMillis: 100, memoryMiB: 512 },
  envoy: { cpuMillis: 100, memoryMiB: 128 },
} as const;

/** What metrics-server's pods request: its chart's own figures, which serve a hundred nodes. The values set exactly these. */
export const METRICS_SERVER_REQUESTS = { cpuMillis: 100, memoryMiB: 200 } as const;

const CHART = "cilium 1.19.5, install/kubernetes/cilium/values.yaml";
const READ = "2026-11-20";

const EVERY = "every node";
const SOME = "some nodes";
type Row = readonly [name: string, runsOn: SystemPod["runsOn"], cpuMillis: number, memoryMiB: number];

const CILIUM: readonly Row[] = [
  ["cilium", EVERY, CILIUM_REQUESTS.agent.cpuMillis, CILIUM_REQUESTS.agent.memoryMiB],
  ["cilium-envoy", EVERY, CILIUM_REQUESTS.envoy.cpuMillis, CILIUM_REQUESTS.envoy.memoryMiB],
  ["cilium-operator", SOME, 0, 0],
];

const NODE_INIT: Row = ["cilium-node-init", EVERY, 100, 100];

const METRICS_SOURCE = "metrics-server 3.13.1, charts/metrics-server/values.yaml";
/** Google and Azure bring theirs, which is among their own pods below. */
const METRICS: readonly Row[] = [
  ["metrics-server", SOME, METRICS_SERVER_REQUESTS.cpuMillis, METRICS_SERVER_REQUESTS.memoryMiB],
];

const EKS_SOURCE = "EKS add-ons of plan/versions; requests as commonly seen, not read off a cluster yet";
const EKS: readonly Row[] = [
  ["ebs-csi-node", EVERY, 30, 120],
  ["eks-pod-identity-agent", EVERY, 0, 0],
  ["coredns", SOME, 100, 70],
  ["ebs-csi-controller", SOME, 60, 240],
];

const GKE_SOURCE =
  "kubectl describe node, GKE Standard n2-standard-4, published 2026-10-08; Deployments as commonly seen, not read off a cluster yet";
const GKE: readonly Row[] = [
  ["fluentbit-gke", EVERY, 105, 230],
  ["gke-metadata-server", EVERY, 100, 100],
  ["gke-metrics-agent", EVERY, 21, 145],
  ["ip-masq-agent", EVERY, 10, 16],
  ["kube-proxy", EVERY, 100, 0],
  ["netd", EVERY, 8, 65],
  ["node-local-dns", EVERY, 30, 50],
  ["pdcsi-node", EVERY, 10, 20],
  ["kube-dns", SOME, 270, 140],
  ["konnectivity-agent", SOME, 10, 30],
  ["metrics-server", SOME, 50, 105],
];

const AKS_SOURCE =
  "kubectl describe node, AKS Standard, a published listing without a date; Deployments as commonly seen, not read off a cluster yet";
const AKS: readonly Row[] = [
  ["azure-ip-masq-agent", EVERY, 100, 50],
  ["cloud-node-manager", EVERY, 50, 50],
  ["csi-azuredisk-node", EVERY, 30, 60],
  ["csi-azurefile-node", EVERY, 30, 60],
  ["kube-proxy", EVERY, 100, 0],
  ["coredns", SOME, 100, 70],
  ["konnectivity-agent", SOME, 20, 20],
  ["metrics-server", SOME, 150, 180],
];

/** The cluster's own pods, by kind. A cluster that exists declares what is left beside them. */
export function systemPods(kind: SiteKind): readonly SystemPod[] {
  switch (kind) {
    case "eks":
      return [...rows(EKS, EKS_SOURCE), ...ours(CILIUM, CHART), ...ours(METRICS, METRICS_SOURCE)];
    case "gke":
      return [...rows(GKE, GKE_SOURCE), ...ours([...CILIUM, NODE_INIT], CHART)];
    case "aks":
      return [...rows(AKS, AKS_SOURCE), ...ours(CILIUM, CHART)];
    case "existing":
      return [];
  }
}

function ours(table: readonly Row[], source: string): SystemPod[] {
  return rows(table, source, "library");
}

function rows(table: readonly Row[], source: string, by: SystemPod["by"] = "cloud"): SystemPod[] {
  return table.map(([name, runsOn, cpuMillis, memoryMiB]) => ({
    name,
    runsOn,
    by,
    cpuMillis,
    memoryMiB,
    source,
    date: READ,
  }));
}

/**
 * What the cluster's own pods and the fleet's DaemonSets take of one node.
 *
 * Of a Deployment of the cluster, each open node is taken to run one replica: nobody chooses which nodes have them, and
 * its replicas spread, so that no node has two. This errs by little on the safe side, and least on small pools.
 * @param daemonSets of the demand; each counts where nothing known of its selector, architectures and tolerations keeps it off,
 *   one of a single zone on every node of a pool that has nodes there
 */
export function overheadPerNode(kind: SiteKind, node: NodeTraits, daemonSets: readonly DaemonSetSpec[]): Resources {
  const theirs = daemonSets.filter((daemonSet) => mightRunOnSome(daemonSet, node));
  // A cluster that exists declares what is left beside its own.
  const own = kind === "existing" ? ZERO : ownPods(kind, isOpen(node));
  return sum([own, ...theirs.map(podResources)]);
}

const ownByKind = new Map<string, Resources>();

/** The cluster's own pods on one node: two sums a kind, for however many pools. */
function ownPods(kind: SiteKind, open: boolean): Resources {
  const key = `${kind} ${open}`;
  const known = ownByKind.get(key);
  if (known !== undefined) return known;
  const pods = systemPods(kind).filter((pod) => pod.runsOn === EVERY || open);
  const made = sum(pods.map(({ cpuMillis, memoryMiB }) => resources({ cpuMillis, memoryMiB, pods: 1 })));
  ownByKind.set(key, made);
  return made;
}
