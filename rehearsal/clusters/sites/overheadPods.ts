import { systemPods } from "../../../lib/plan/overhead";
import type { SitePlan } from "../../../lib/plan/plan";
import { type Resources, resources } from "../../../lib/plan/resources";
import { podResources } from "../../../lib/plan/schedulable";
import type { DaemonSetSpec } from "../../../lib/plan/spec";
import type { V1DaemonSet, V1PodSpec, V1Toleration } from "./kubernetes";
import { quantitiesOf } from "./nodes";

/** Namespace of the pods that stand for what the plan counted on every node. Real charts never install into it. */
export const OVERHEAD_NAMESPACE = "multisite-overhead";

/**
 * What the plan counted on a site's nodes beside workloads, as DaemonSets that request exactly that: the cluster's own
 * pods and the fleet's DaemonSets. Of the cluster's Deployments (CoreDNS, CSI controllers) the plan takes each node
 * without taints to run one replica, so they are DaemonSets without tolerations here.
 * @param without names of those that are installed for real and would count twice.
 */
export function overheadPods(
  site: SitePlan,
  daemonSets: readonly DaemonSetSpec[],
  without: readonly string[] = [],
): V1DaemonSet[] {
  // A cluster that exists declares what is left beside them.
  if (site.kind === "existing") return [];
  const skipped = new Set(without);
  const own = systemPods(site.kind)
    .filter(({ name }) => !skipped.has(name))
    .map(({ name, runsOn, cpuMillis, memoryMiB }) =>
      daemonSet(name, {
        requests: resources({ cpuMillis, memoryMiB }),
        priorityClassName: "system-node-critical",
        ...(runsOn === "every node" ? { tolerations: [{ operator: "Exists" }] } : {}),
      }),
    );
  const theirs = daemonSets
    .filter(({ name }) => !skipped.has(name))
    .map((one, index) =>
      daemonSet(`fleet-${index + 1}-${labelOf(one.name)}`, {
        requests: podResources(one),
        ...(one.tolerations === undefined ? {} : { tolerations: one.tolerations.map((each) => ({ ...each })) }),
        ...(one.nodeSelector === undefined ? {} : { nodeSelector: { ...one.nodeSelector } }),
        ...(one.architectures === undefined ? {} : { architectures: one.architectures }),
      }),
    );
  return [...own, ...theirs];
}

/** A name of a workload (`namespace/name`) as part of the name of an object. */
function labelOf(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9-]+/g, "-");
  return plain.slice(0, 40).replace(/^-+|-+$/g, "") || "daemonset";
}

interface Shape {
  readonly requests: Resources;
  readonly tolerations?: V1Toleration[];
  readonly nodeSelector?: Record<string, string>;
  readonly architectures?: readonly string[];
  readonly priorityClassName?: string;
}

function daemonSet(name: string, shape: Shape): V1DaemonSet {
  const labels = { "app.kubernetes.io/name": name };
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace: OVERHEAD_NAMESPACE, labels },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec(shape) } },
  };
}

function podSpec({ requests, tolerations, nodeSelector, architectures, priorityClassName }: Shape): V1PodSpec {
  const { pods: _counted, ...asked } = quantitiesOf(requests);
  const wanted = Object.fromEntries(Object.entries(asked).filter(([, value]) => Number.parseFloat(value) > 0));
  const extended = Object.fromEntries(Object.keys(requests.extended).map((key) => [key, wanted[key] ?? "0"]));
  return {
    automountServiceAccountToken: false,
    containers: [
      {
        name: "overhead",
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
