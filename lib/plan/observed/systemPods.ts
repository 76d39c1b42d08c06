import type { NodeKind } from "../allocatable";
import { systemPods } from "../overhead";
import { type Resources, resources, sum } from "../resources";
import { isOpen, type NodeTraits } from "../schedulable";

interface NodePod {
  readonly name: string;
  readonly cpuMillis: number;
  readonly memoryMiB: number;
}

/**
 * What the cloud's own network takes of every node, where the library puts Cilium. Sources, read 2026-11-20:
 * amazon-vpc-cni-k8s, charts/aws-vpc-cni/values.yaml (aws-node 25m, its network policy agent 25m); EKS add-on kube-proxy,
 * default configuration; `kubectl describe node` of AKS Standard, published listings of 2023 to 2026 (azure-cns). On GKE
 * `plan/overhead` lists all of it.
 */
const CLOUD_NETWORK: { readonly [K in NodeKind]: readonly NodePod[] } = {
  eks: [
    { name: "aws-node", cpuMillis: 50, memoryMiB: 0 },
    { name: "kube-proxy", cpuMillis: 100, memoryMiB: 0 },
  ],
  gke: [],
  aks: [{ name: "azure-cns", cpuMillis: 40, memoryMiB: 250 }],
};

/** What the cluster's own pods take of a node in a cluster whose network is the cloud's. */
export function cloudOverhead(kind: NodeKind, node: NodeTraits): Resources {
  const others = systemPods(kind).filter(({ by }) => by === "cloud");
  const here = others.filter((pod) => pod.runsOn === "every node" || isOpen(node));
  return sum(
    [...here, ...CLOUD_NETWORK[kind]].map(({ cpuMillis, memoryMiB }) => resources({ cpuMillis, memoryMiB, pods: 1 })),
  );
}
