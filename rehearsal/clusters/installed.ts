import { text } from "../clouds/wire";
import type { ResourceView } from "../engine";

/** Pods of Cilium's chart that the plan counts on nodes, by the names of `plan/overhead`. */
const CILIUM_PODS = ["cilium", "cilium-envoy", "cilium-operator", "cilium-node-init"];

/**
 * What a program installs for real of that which the plan counted on every node: its DaemonSets, by name and by
 * `namespace/name`, and what comes with Cilium's chart. Nothing needs to stand for it.
 */
export function installedByProgram(resources: readonly ResourceView[]): string[] {
  return resources.flatMap(({ type, inputs }) => {
    if (type === "kubernetes:helm.sh/v3:Release" && text(inputs, "chart")?.split("/").at(-1) === "cilium")
      return CILIUM_PODS;
    if (type !== "kubernetes:apps/v1:DaemonSet") return [];
    const name = text(inputs, "metadata.name") ?? "";
    return [name, `${text(inputs, "metadata.namespace") ?? "default"}/${name}`];
  });
}
