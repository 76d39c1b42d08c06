import { text } from "../clouds/wire";
import type { ResourceView } from "../engine";

/** Pods of charts that the plan counts on nodes, by the names of `plan/overhead`. */
const CHART_PODS: Readonly<Record<string, readonly string[]>> = {
  cilium: ["cilium", "cilium-envoy", "cilium-operator", "cilium-node-init"],
  "metrics-server": ["metrics-server"],
};

/**
 * What a program installs for real of that which the plan counted on every node: its DaemonSets, by name and by
 * `namespace/name`, and what comes with charts that the plan knows. Nothing needs to stand for it.
 */
export function installedByProgram(resources: readonly ResourceView[]): string[] {
  return resources.flatMap(({ type, inputs }) => {
    if (type === "kubernetes:helm.sh/v3:Release") {
      const chart = text(inputs, "chart")?.split("/").at(-1) ?? "";
      return Object.hasOwn(CHART_PODS, chart) ? CHART_PODS[chart]! : [];
    }
    if (type !== "kubernetes:apps/v1:DaemonSet") return [];
    const name = text(inputs, "metadata.name") ?? "";
    return [name, `${text(inputs, "metadata.namespace") ?? "default"}/${name}`];
  });
}
