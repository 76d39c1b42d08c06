import { systemPods } from "../../../lib/plan/overhead";
import type { SitePlan } from "../../../lib/plan/plan";
import { resources } from "../../../lib/plan/resources";
import { podResources } from "../../../lib/plan/schedulable";
import type { DaemonSetSpec } from "../../../lib/plan/spec";
import type { V1DaemonSet } from "./kubernetes";
import { type PodShape, podSpec } from "./podSpec";

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
  const skipped = new Set(without);
  // A cluster that exists declares what is left beside its own.
  const own = (site.kind === "existing" ? [] : systemPods(site.kind))
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

function daemonSet(name: string, shape: PodShape): V1DaemonSet {
  const labels = { "app.kubernetes.io/name": name };
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace: OVERHEAD_NAMESPACE, labels },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec(shape) } },
  };
}
