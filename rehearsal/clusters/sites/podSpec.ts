import { HOST_LABEL } from "../../../lib/plan/demand/nodeLabels";
import type { Resources } from "../../../lib/plan/resources";
import { SCORED_WITHOUT_REQUEST } from "../../../lib/plan/schedulable";
import type { HostPortSpec, NodeSpreadSpec, ScoredSpec } from "../../../lib/plan/spec";
import type { V1PodSpec, V1Toleration } from "./kubernetes";
import { quantitiesOf } from "./nodes";

type Affinity = NonNullable<V1PodSpec["affinity"]>;

/** What a pod that only stands for another asks of a node. */
export interface PodShape {
  readonly requests: Resources;
  /** What it counts as where nodes are compared: each container without a request counts as asking for a little. */
  readonly scoredAs?: ScoredSpec;
  readonly tolerations?: V1Toleration[];
  readonly nodeSelector?: Record<string, string>;
  readonly architectures?: readonly string[];
  readonly priorityClassName?: string;
  /** Ports of the node that it takes. */
  readonly hostPorts?: readonly HostPortSpec[];
  /** Labels of pods with which it shares no node, one selector each. */
  readonly apartFrom?: readonly Readonly<Record<string, string>>[];
  /** How evenly the pods with these labels must be over nodes. */
  readonly nodeSpread?: NodeSpreadSpec & { readonly labels: Readonly<Record<string, string>> };
}

const IMAGE = "registry.k8s.io/pause:3.10";

/** What a container asks for that is not to count as one without a request. */
const NONE = { cpu: "0", memory: "0" };

/** A pod that asks for what another would, and does nothing. */
export function podSpec({
  requests,
  scoredAs,
  tolerations,
  nodeSelector,
  architectures,
  priorityClassName,
  hostPorts,
  apartFrom = [],
  nodeSpread,
}: PodShape): V1PodSpec {
  const { pods: _counted, ...asked } = quantitiesOf(requests);
  const isWritten = (name: string, value: string) => Number.parseFloat(value) > 0 || (scoredAs && name in NONE);
  const wanted = Object.fromEntries(Object.entries(asked).filter(([name, value]) => isWritten(name, value)));
  const extended = Object.fromEntries(Object.keys(requests.extended).map((key) => [key, wanted[key] ?? "0"]));
  return {
    automountServiceAccountToken: false,
    containers: [
      {
        name: "stand-in",
        image: IMAGE,
        // Kubernetes wants limits of extended resources, equal to the requests.
        resources: { requests: wanted, ...(Object.keys(extended).length === 0 ? {} : { limits: extended }) },
        ...(hostPorts && { ports: hostPorts.map(containerPort) }),
      },
      ...(scoredAs ? withoutRequests(requests, scoredAs) : []),
    ],
    ...(tolerations === undefined ? {} : { tolerations }),
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...((architectures || apartFrom.length > 0) && {
      affinity: {
        ...(architectures && { nodeAffinity: onlyOn(architectures) }),
        ...(apartFrom.length > 0 && { podAntiAffinity: awayFrom(apartFrom) }),
      },
    }),
    ...(nodeSpread && { topologySpreadConstraints: [evenly(nodeSpread)] }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
  };
}

/** As many containers without requests as what a pod counts as goes beyond what it asks for. */
function withoutRequests({ cpuMillis, memoryMiB }: Resources, { cpu, memoryGiB }: ScoredSpec) {
  const { cpu: eachCpu, memoryGiB: eachMemory } = SCORED_WITHOUT_REQUEST;
  const ofCpu = Math.round((cpu - cpuMillis / 1000) / eachCpu);
  const ofMemory = Math.round((memoryGiB - memoryMiB / 1024) / eachMemory);
  return Array.from({ length: Math.max(ofCpu, ofMemory) }, (_, i) => ({
    name: `without-requests-${i + 1}`,
    image: IMAGE,
    resources: { requests: { ...(i >= ofCpu && { cpu: NONE.cpu }), ...(i >= ofMemory && { memory: NONE.memory }) } },
  }));
}

/** Ports of a container are told apart by their own numbers, which nobody asks for here. */
function containerPort({ port, ...others }: HostPortSpec, index: number) {
  return { ...others, hostPort: port, containerPort: index + 1 };
}

function evenly({ labels, ...spread }: NonNullable<PodShape["nodeSpread"]>) {
  const labelSelector = { matchLabels: { ...labels } };
  return { ...spread, topologyKey: HOST_LABEL, whenUnsatisfiable: "DoNotSchedule", labelSelector };
}

function onlyOn(architectures: readonly string[]): NonNullable<Affinity["nodeAffinity"]> {
  const expression = { key: "kubernetes.io/arch", operator: "In", values: [...architectures] };
  return {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [expression] }] },
  };
}

function awayFrom(all: NonNullable<PodShape["apartFrom"]>): NonNullable<Affinity["podAntiAffinity"]> {
  const terms = all.map((matchLabels) => ({
    topologyKey: HOST_LABEL,
    labelSelector: { matchLabels: { ...matchLabels } },
  }));
  return { requiredDuringSchedulingIgnoredDuringExecution: terms };
}
