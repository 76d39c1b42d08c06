import type { RenderedWorkload } from "../lib/plan/workloads";
import type { ResourceView } from "./engine";

export const FLEET_WORKLOAD = "multisite:index:FleetWorkload";

/** What a `FleetWorkload` says that it has placed, by site; nothing where another version of this library has written it. */
export function placedBy(inputs: unknown): [site: string, workloads: readonly RenderedWorkload[]][] {
  const { placed = {} } = (inputs ?? {}) as { readonly placed?: Readonly<Record<string, unknown>> };
  const sites = Object.entries(placed);
  return sites.every(([, workloads]) => Array.isArray(workloads)) ? (sites as ReturnType<typeof placedBy>) : [];
}

const RELEASE = "kubernetes:helm.sh/v3:Release";

/** Names of the `FleetWorkload`s that bring pods: by manifests, or by a chart, of which nobody knows what it brings. */
export function bringingPods(
  resources: readonly Pick<ResourceView, "urn" | "type" | "name" | "parent" | "inputs">[],
): string[] {
  const withChart = new Set(resources.filter(({ type }) => type === RELEASE).map(({ parent }) => parent));
  const hasPods = (inputs: unknown) =>
    placedBy(inputs).some(([, workloads]) => workloads.some(({ maximum }) => maximum > 0));
  return resources
    .filter(({ type, urn, inputs }) => type === FLEET_WORKLOAD && (withChart.has(urn) || hasPods(inputs)))
    .map(({ name }) => name);
}
