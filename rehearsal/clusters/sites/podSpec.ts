import type { Resources } from "../../../lib/plan/resources";
import type { V1PodSpec, V1Toleration } from "./kubernetes";
import { quantitiesOf } from "./nodes";

/** What a pod that only stands for another asks of a node. */
export interface PodShape {
  readonly requests: Resources;
  readonly tolerations?: V1Toleration[];
  readonly nodeSelector?: Record<string, string>;
  readonly architectures?: readonly string[];
  readonly priorityClassName?: string;
}

/** A pod that asks for what another would, and does nothing. */
export function podSpec({
  requests,
  tolerations,
  nodeSelector,
  architectures,
  priorityClassName,
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
      },
    ],
    ...(tolerations === undefined ? {} : { tolerations }),
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...(architectures === undefined ? {} : { affinity: onlyOn(architectures) }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
  };
}

function onlyOn(architectures: readonly string[]): NonNullable<V1PodSpec["affinity"]> {
  const expression = { key: "kubernetes.io/arch", operator: "In", values: [...architectures] };
  return {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [expression] }] },
    },
  };
}
