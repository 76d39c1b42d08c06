import type { NodeGroup } from "./capacityInput";
import { collide } from "./exclusion";
import { ceil } from "./grains";
import { fromGiB, type Resources } from "./resources";
import type { DaemonSetSpec, HostPortSpec, PodShape, TaintSpec, TolerationSpec } from "./spec";

/** What the scheduler looks at in a node, beside its room. */
export type NodeTraits = Pick<NodeGroup, "architecture" | "labels" | "taints" | "machineType" | "hostPorts">;

/** What one pod takes of a node. CPU is rounded up to whole millicores, as the scheduler does. */
export function podResources(pod: PodShape): Resources {
  return {
    cpuMillis: ceil(pod.cpu * 1000),
    memoryMiB: fromGiB(pod.memoryGiB),
    pods: 1,
    ephemeralStorageMiB: fromGiB(pod.ephemeralStorageGiB ?? 0),
    extended: pod.extended ?? {},
  };
}

/** Whether the scheduler may put the pod on such a node, room aside: architecture, node selector, taints, host ports. */
export function mayRunOn(pod: PodShape, node: NodeTraits): boolean {
  return (
    hasArchitecture(pod, node) &&
    hasLabels(pod, node) &&
    toleratesAll(pod.tolerations ?? [], node.taints ?? []) &&
    !collide(pod.hostPorts ?? [], node.hostPorts ?? [])
  );
}

/** Whether a node counts when the pod is spread over nodes: also one that it may not run on, for its taints or host ports. */
export function countsForSpread(pod: PodShape, node: NodeTraits, taints: "Honor" | "Ignore" = "Ignore"): boolean {
  const isTolerated = taints === "Ignore" || toleratesAll(pod.tolerations ?? [], node.taints ?? []);
  return isTolerated && hasArchitecture(pod, node) && hasLabels(pod, node);
}

/** The host ports that DaemonSets take on such a node, before any other pod comes. */
export function takenPorts(daemonSets: readonly DaemonSetSpec[], node: NodeTraits): HostPortSpec[] {
  return daemonSets
    .filter((one) => one.hostPorts !== undefined && mayRunOn(one, node))
    .flatMap((one) => one.hostPorts ?? []);
}

/** Whether pods without any toleration may run on such a node. */
export function isOpen(node: NodeTraits): boolean {
  return !(node.taints ?? []).some(repels);
}

/** Whether the tolerations let a pod onto a node with these taints (`PreferNoSchedule` keeps nobody out). */
export function toleratesAll(tolerations: readonly TolerationSpec[], taints: readonly TaintSpec[]): boolean {
  return taints.every((taint) => !repels(taint) || tolerations.some((one) => tolerates(one, taint)));
}

function repels(taint: TaintSpec): boolean {
  return taint.effect !== "PreferNoSchedule";
}

/** Kubernetes' rule: an empty key with Exists tolerates everything; without an operator, values must be equal. */
function tolerates(toleration: TolerationSpec, taint: TaintSpec): boolean {
  if (toleration.effect !== undefined && toleration.effect !== taint.effect) return false;
  const exists = toleration.operator === "Exists";
  if (toleration.key === undefined || toleration.key === "") return exists || toleration.operator === undefined;
  if (toleration.key !== taint.key) return false;
  return exists || (toleration.value ?? "") === (taint.value ?? "");
}

function hasArchitecture(pod: PodShape, node: NodeTraits): boolean {
  return pod.architectures === undefined || pod.architectures.includes(node.architecture ?? "amd64");
}

function hasLabels(pod: PodShape, node: NodeTraits): boolean {
  for (const [key, value] of Object.entries(pod.nodeSelector ?? {})) {
    if (label(node, key) !== value) return false;
  }
  return true;
}

/** A node's label: the pool's own, or one of those that every kubelet sets. */
function label(node: NodeTraits, key: string): string | undefined {
  if (node.labels !== undefined && Object.hasOwn(node.labels, key)) return node.labels[key];
  switch (key) {
    case "kubernetes.io/arch":
      return node.architecture ?? "amd64";
    case "kubernetes.io/os":
      return "linux";
    case "node.kubernetes.io/instance-type":
      return node.machineType;
    default:
      return undefined;
  }
}
