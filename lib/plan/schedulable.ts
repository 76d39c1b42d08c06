import type { NodeGroup } from "./capacityInput";
import { collide } from "./exclusion";
import { ceil } from "./grains";
import { OWN_POOL_LABEL, ZONE_LABEL } from "./nodeLabels";
import { fromGiB, type Resources } from "./resources";
import type {
  DaemonSetSpec,
  HostPortSpec,
  PodShape,
  ScoredSpec,
  TaintSpec,
  TolerationSpec,
  WorkloadSpec,
} from "./spec";

/** What the scheduler looks at in a node, beside its room. */
export interface NodeTraits
  extends Pick<NodeGroup, "architecture" | "labels" | "openLabels" | "taints" | "machineType" | "hostPorts"> {
  /** Labels of the zones over which a pool's nodes are divided, so that each has one of them. @default the one among `labels` */
  readonly zones?: readonly string[];
}

/**
 * A taint that a cloud itself puts on nodes, and for which its API server gives a toleration to the pods that ask for what
 * the nodes are.
 */
export interface CloudTaint extends TaintSpec {
  /** The architecture, or the extended resource, that such pods ask for. */
  readonly admits: string;
}

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

/**
 * What a container without a request counts as where the scheduler compares nodes.
 * Source: DefaultMilliCPURequest and DefaultMemoryRequest of kubernetes/pkg/scheduler/util, v1.35.
 */
export const SCORED_WITHOUT_REQUEST: Readonly<ScoredSpec> = { cpu: 0.1, memoryGiB: 200 / 1024 };

/** What one pod of a workload counts as where the scheduler compares nodes. */
export function scoredOf({ cpu, memoryGiB, scoredAs }: WorkloadSpec): ScoredSpec {
  const { cpu: someCpu, memoryGiB: someMemory } = SCORED_WITHOUT_REQUEST;
  return scoredAs ?? { cpu: cpu || someCpu, memoryGiB: memoryGiB || someMemory };
}

/** Whether the scheduler may put the pod on such a node, room aside: architecture, node selector, taints, host ports. */
export function mayRunOn(pod: PodShape, node: NodeTraits): boolean {
  return (
    hasArchitecture(pod, node) &&
    hasLabels(pod, node) &&
    toleratesAll(pod, node.taints ?? []) &&
    !collide(pod.hostPorts ?? [], node.hostPorts ?? [])
  );
}

/** Whether the scheduler may put the pod on some of a pool's nodes: those of one zone, when it asks for one. */
export function mayRunOnSome(pod: PodShape, node: NodeTraits): boolean {
  return byZone(node).some((one) => mayRunOn(pod, one));
}

/**
 * Whether nothing that is known keeps the pod off such a node. What takes room, as DaemonSets do, is counted by this; what
 * needs a node, by {@link mayRunOn}.
 */
export function mightRunOn(pod: PodShape, node: NodeTraits): boolean {
  const open = new Set(openLabelsOf(pod, node).map(([key]) => key));
  const known = Object.entries(pod.nodeSelector ?? {}).filter(([key]) => !open.has(key));
  return mayRunOn({ ...pod, nodeSelector: Object.fromEntries(known) }, node);
}

/** Whether nothing known keeps the pod off some of a pool's nodes: those of one zone, when it asks for one. */
export function mightRunOnSome(pod: PodShape, node: NodeTraits): boolean {
  return byZone(node).some((one) => mightRunOn(pod, one));
}

/** Labels that the pod asks for and of which nobody knows whether such a node has them. */
export function openLabelsOf({ nodeSelector = {} }: PodShape, node: NodeTraits): [key: string, value: string][] {
  const { openLabels = {} } = node;
  const isOpen = (key: string, value: string) => {
    // Only pools that the library makes have its own label.
    if (openLabels === "any") return key !== OWN_POOL_LABEL;
    return Object.hasOwn(openLabels, key) && value.startsWith(openLabels[key] ?? "");
  };
  return Object.entries(nodeSelector).filter(([key, value]) => label(node, key) === undefined && isOpen(key, value));
}

/** A pool's nodes as the scheduler sees them: one of each zone where there are several. */
export function byZone(node: NodeTraits): NodeTraits[] {
  const { zones = [], ...others } = node;
  if (zones.length === 0) return [node];
  return zones.map((zone) => ({ ...others, labels: { ...node.labels, [ZONE_LABEL]: zone } }));
}

/** Whether a node counts when the pod is spread over nodes: also one that it may not run on, for its taints or host ports. */
export function countsForSpread(pod: PodShape, node: NodeTraits, taints: "Honor" | "Ignore" = "Ignore"): boolean {
  const isTolerated = taints === "Ignore" || toleratesAll(pod, node.taints ?? []);
  return isTolerated && hasArchitecture(pod, node) && hasLabels(pod, node);
}

/** The host ports that DaemonSets take on such a node, before any other pod comes. */
export function takenPorts(daemonSets: readonly DaemonSetSpec[], node: NodeTraits): HostPortSpec[] {
  return daemonSets
    .filter((one) => one.hostPorts !== undefined && mightRunOn(one, node))
    .flatMap((one) => one.hostPorts ?? []);
}

/** Whether pods without any toleration may run on such a node. */
export function isOpen(node: NodeTraits): boolean {
  return !(node.taints ?? []).some(repels);
}

/** Whether a pod's tolerations let it onto a node with these taints (`PreferNoSchedule` keeps nobody out). */
function toleratesAll(pod: PodShape, taints: readonly (TaintSpec | CloudTaint)[]): boolean {
  const tolerations = pod.tolerations ?? [];
  return taints.every(
    (taint) => !repels(taint) || tolerations.some((one) => tolerates(one, taint)) || isAdmitted(pod, taint),
  );
}

/** Whether such nodes have a taint for which the scheduler prefers others (`PreferNoSchedule`) for the pod. */
export function isShunned({ tolerations = [] }: PodShape, { taints = [] }: NodeTraits): boolean {
  return taints.some((taint) => !repels(taint) && !tolerations.some((one) => tolerates(one, taint)));
}

function isAdmitted({ architectures = [], extended = {} }: PodShape, taint: TaintSpec | CloudTaint): boolean {
  if (!("admits" in taint)) return false;
  return architectures.some((one) => one === taint.admits) || (extended[taint.admits] ?? 0) > 0;
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

/** Why a pod may run on none of some nodes, in words: what all of them lack, or what keeps it off those that lack nothing. */
export function exclusions(pod: PodShape, nodes: readonly NodeTraits[]): string[] {
  const { architectures, nodeSelector = {} } = pod;
  const lacking = Object.entries(nodeSelector).filter(
    ([key, value]) => !nodes.some((node) => label(node, key) === value),
  );
  const reasons = [
    ...(nodes.some((node) => hasArchitecture(pod, node)) ? [] : [`none is ${(architectures ?? []).join(" or ")}`]),
    ...lacking.map(([key, value]) => `none has the label ${key}=${value}`),
  ];
  if (reasons.length > 0) return reasons;
  const fitting = nodes.filter((node) => hasArchitecture(pod, node) && hasLabels(pod, node));
  if (fitting.length === 0) return ["none has all of the labels that it selects"];
  const taints = fitting.flatMap(({ taints = [] }) => taints.filter((one) => !toleratesAll(pod, [one])));
  const texts = taints.map(({ key, value, effect }) => `${key}${value === undefined ? "" : `=${value}`}:${effect}`);
  if (texts.length > 0) reasons.push(`it does not tolerate ${[...new Set(texts)].join(", ")}`);
  const ports = (pod.hostPorts ?? []).filter((port) => fitting.some((node) => collide([port], node.hostPorts ?? [])));
  if (ports.length > 0) reasons.push(`a DaemonSet has taken host port ${ports.map(({ port }) => port).join(", ")}`);
  return reasons;
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
