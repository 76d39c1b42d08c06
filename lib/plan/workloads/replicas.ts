import { capacityJudgement } from "../capacity";
import type { NamedWorkload } from "../demand/reading";
import { capacityInputOf } from "../fleetPlan";
import { ceil } from "../grains";
import { minimumPerSite } from "../packing";
import type { FleetPlan, SitePlan } from "../plan";
import type { WorkloadSpec } from "../spec";
import type { SitePlacement } from "../verdict";
import { boundsOf, type ScalingMode } from "./scaling";

/** What one site runs of one workload. */
export interface SiteReplicas {
  /** Pods at the peak before anything is lost: the site's share of the traffic. */
  readonly beforeLoss: number;
  /** Pods at the peak after the worst loss, for which the verdict has counted room. */
  readonly afterLoss: number;
}

/** The sites that are given workloads, with what each may run. */
export interface PlacedSite {
  readonly site: SitePlan;
  readonly placement: SitePlacement;
}

/**
 * The sites that run workloads. Active ones by the verdict. Joining and drained ones by what the verdict would place there
 * if they served, so that they are ready before traffic comes and can take it back at once, but for singletons that run
 * elsewhere. Lost and leaving ones none.
 */
export function placedSites(plan: FleetPlan): PlacedSite[] {
  const standby = plan.sites.filter(({ state }) => state === "joining" || state === "drained");
  const placements = [...plan.capacity.placements, ...(standby.length > 0 ? standbyPlacements(plan) : [])];
  return plan.sites.flatMap((site) => {
    const placement = placements.find((one) => one.site === site.name);
    return placement === undefined ? [] : [{ site, placement }];
  });
}

function standbyPlacements(plan: FleetPlan): readonly SitePlacement[] {
  const input = capacityInputOf(plan);
  const waiting = input.sites.filter(({ state }) => state === "joining" || state === "drained").map(({ name }) => name);
  const sites = input.sites.map((site) => (waiting.includes(site.name) ? { ...site, state: "active" as const } : site));
  const elsewhere = singletonsServing(plan);
  return capacityJudgement({ ...input, sites })
    .placements.filter(({ site }) => waiting.includes(site))
    .map((placement) => ({ ...placement, replicas: { ...placement.replicas, ...elsewhere } }));
}

/** No pods of each singleton that a serving site runs: what runs once does not run at one that is ready for later as well. */
function singletonsServing({ spec, capacity }: FleetPlan): Record<string, 0> {
  const singletons = (spec.demand.workloads ?? []).filter(({ spread }) => spread === "singleton");
  const running = singletons.filter(({ name }) =>
    capacity.placements.some(({ replicas }) => (replicas[name] ?? 0) > 0),
  );
  return Object.fromEntries(running.map(({ name }) => [name, 0]));
}

/** The pods of a workload at a site. A workload that the demand does not name is divided as the totals are. */
export function replicasAt(placement: SitePlacement, spec: WorkloadSpec | undefined, fleetTotal: number): SiteReplicas {
  const part = (share: number) => (share > 0 && fleetTotal > 0 ? Math.max(1, ceil(fleetTotal * share)) : 0);
  if (spec === undefined) return { beforeLoss: part(placement.share), afterLoss: part(placement.worstShare) };
  const placed = Object.hasOwn(placement.replicas, spec.name) ? (placement.replicas[spec.name] ?? 0) : 0;
  // Only some sites run it, so that its part is not the site's share of the traffic.
  if (isConfined(spec)) return { beforeLoss: placed, afterLoss: placed };
  const before = Math.max(minimumPerSite(spec), ceil(spec.replicas * placement.share));
  return { beforeLoss: Math.min(placed, before), afterLoss: placed };
}

/** Whether a workload may have sites that run none of it. */
export function isConfined(spec: WorkloadSpec | undefined): boolean {
  return spec?.requires !== undefined || spec?.spread === "singleton";
}

/** Which of the spec's workloads an object is: by the longest of its names that the spec has. */
export function specOf(one: NamedWorkload, specs: ReadonlyMap<string, WorkloadSpec>): WorkloadSpec | undefined {
  const { kind, namespace, name } = one.workload.identity;
  const names = [`${kind} ${namespace}/${name}`, `${namespace}/${name}`, name];
  // What the reader of manifests would call it comes first: most specs' demands are made by it.
  return [one.name, ...names].map((it) => specs.get(it)).find((it) => it !== undefined);
}

/** What one site runs of the demand's workloads, by their names. */
export interface SiteWorkloads {
  readonly site: string;
  readonly workloads: Readonly<Record<string, { readonly replicas: number; readonly maximum: number }>>;
}

/** The replicas of the demand's workloads at every site that runs any: what `siteObjects` sets, for charts and tools. */
export function placedReplicas(plan: FleetPlan, mode: ScalingMode = "prescaled"): SiteWorkloads[] {
  return placedSites(plan).map(({ site, placement }) => ({
    site: site.name,
    workloads: Object.fromEntries(
      (plan.spec.demand.workloads ?? []).map((spec) => {
        const replicas = replicasAt(placement, spec, spec.replicas);
        const { minimum, maximum } = boundsOf(replicas, mode);
        return [spec.name, { replicas: Math.min(minimum, maximum), maximum }];
      }),
    ),
  }));
}
