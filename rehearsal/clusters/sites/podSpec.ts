import { HOST_LABEL } from "../../../lib/plan/demand/nodeLabels";
import type { Resources } from "../../../lib/plan/resources";
import type { HostPortSpec, NodeSpreadSpec } from "../../../lib/plan/spec";
import type { V1PodSpec, V1Toleration } from "./kubernetes";
import { quantitiesOf } from "./nodes";

type Affinity = NonNullable<V1PodSpec["affinity"]>;

/** What a pod that only stands for another asks of a node. */
export interface PodShape {
  readonly requests: Resources;
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

/** A pod that asks for what another would, and does nothing. */
export function podSpec({
  requests,
  tolerations,
  nodeSelector,
  architectures,
  priorityClassName,
  hostPorts,
  apartFrom = [],
  nodeSpread,
}: PodShape): V1PodSpec {
  const { pods: _counted, ...asked } = quantitiesOf(requests);
  const wanted = Object.fromEntries(Object.entries(asked).filter(([, value]) => Number.parseFloat(value) > 0));
  const extended = Object.fromEntries(Object.keys(requests.extended).map((key) => [key, wanted[key] ?? "0"]));
  return {
    automountServiceAccountToken: false,
    containers: [
      {
        name: "stand-in",
        image: "registry.k8s.io/pause:3.10",
        // Kubernetes wants limits of extended resources, equal to the requests.
        resources: { requests: wanted, ...(Object.keys(extended).length === 0 ? {} : { limits: extended }) },
        ...(hostPorts && { ports: hostPorts.map(containerPort) }),
      },
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
