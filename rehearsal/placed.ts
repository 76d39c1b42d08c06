import type { RenderedWorkload } from "../lib/plan/workloads";

export const FLEET_WORKLOAD = "multisite:index:FleetWorkload";

/** What a `FleetWorkload` says that it has placed, by site; nothing where another version of this library has written it. */
export function placedBy(inputs: unknown): [site: string, workloads: readonly RenderedWorkload[]][] {
  const { placed = {} } = (inputs ?? {}) as { readonly placed?: Readonly<Record<string, unknown>> };
  const sites = Object.entries(placed);
  return sites.every(([, workloads]) => Array.isArray(workloads)) ? (sites as ReturnType<typeof placedBy>) : [];
}
