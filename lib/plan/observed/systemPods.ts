import type { NodeKind } from "../allocatable";
import { type Resources, resources } from "../resources";

/**
 * What the cloud itself runs on every node of a cluster that nobody changed, by the requests of its DaemonSets. A cluster
 * with a CNI of its own takes about as much.
 *
 * Sources, read 2026-11-20: EKS: aws-node 25m + network policy agent 25m (amazon-vpc-cni-k8s, charts/aws-vpc-cni,
 * resources and nodeAgent.resources), kube-proxy 100m (EKS add-on's default), and one node's part of the two CoreDNS
 * (100m, 70 MiB). GKE: fluentbit-gke, gke-metrics-agent, kube-proxy, netd, node-local-dns, pdcsi-node as GKE 1.30 and
 * later deploy them. AKS: azure-cns, azure-ip-masq-agent, cloud-node-manager, two CSI drivers, kube-proxy as AKS 1.29
 * and later deploy them, and one node's part of CoreDNS, konnectivity and metrics-server.
 */
const SYSTEM_PODS: { readonly [K in NodeKind]: Resources } = {
  eks: resources({ cpuMillis: 250, memoryMiB: 70, pods: 3 }),
  gke: resources({ cpuMillis: 330, memoryMiB: 420, pods: 8 }),
  aks: resources({ cpuMillis: 400, memoryMiB: 600, pods: 8 }),
};

/** What system pods take of each node of a cluster whose DaemonSets are not in the program. */
export function systemPods(kind: NodeKind): Resources {
  return SYSTEM_PODS[kind];
}
