import type { WorkloadSpec } from "../../lib/plan/spec";
import { type Bounds, loadAt, nextReplicas, playedBounds, replicasFor, SYNC_SECONDS } from "./autoscaler";
import type { DrillFleet, Targets } from "./fleet";
import { type Scalable, scalables, unscaled } from "./scale";
import { shares } from "./shares";

/** How the drill waits and tells. */
interface Waiting {
  readonly progress: (text: string) => void;
  /** Sleeps; an interruption ends it. */
  readonly sleep: (seconds: number) => Promise<void>;
}

/**
 * Plays the autoscalers, since nothing here has a load. Before a loss each workload runs what its site's everyday share
 * needs; after it the autoscalers follow their rule, look by look, into what the plan has reserved. A workload without a
 * HorizontalPodAutoscaler is played as if it had one between the two, and what cannot be scaled keeps its pods.
 */
export class Autoscaling {
  private constructor(
    private readonly fleet: DrillFleet,
    private readonly bySite: ReadonlyMap<string, readonly Scalable[]>,
    /** Pods by workload of what cannot be scaled, by site. */
    private readonly kept: Targets,
    private readonly specs: ReadonlyMap<string, WorkloadSpec>,
    private readonly current = new Map<string, Record<string, number>>(),
  ) {}

  static async of(fleet: DrillFleet, sites: readonly string[]): Promise<Autoscaling> {
    const specs = new Map((fleet.plan.spec.demand.workloads ?? []).map((spec) => [spec.name, spec]));
    const found = sites.map(async (site) => [site, await scalables(fleet.sites[site]!, fleet)] as const);
    const kept = sites.map(async (site) => [site, await unscaled(fleet.sites[site]!, fleet)] as const);
    return new Autoscaling(fleet, new Map(await Promise.all(found)), new Map(await Promise.all(kept)), specs);
  }

  /** Brings sites to what the traffic needs when only these are there. */
  async settle(sites: readonly string[]): Promise<Targets> {
    const parts = shares(this.fleet.plan.capacity, sites);
    return this.scale(sites, (site, one) =>
      replicasFor(this.loadOf(site, one, parts.get(site) ?? 0), this.boundsOf(site, one)),
    );
  }

  /** The autoscalers of the survivors take over the lost sites' load. */
  async follow(survivors: readonly string[], { progress, sleep }: Waiting): Promise<Targets> {
    const loads = shares(this.fleet.plan.capacity, survivors);
    for (let look = 1; ; look++) {
      const before = JSON.stringify(survivors.map((site) => this.current.get(site)));
      await sleep(SYNC_SECONDS);
      progress(`autoscalers of ${survivors.length} sites: look ${look}`);
      const targets = await this.scale(survivors, (site, one) => {
        const current = this.current.get(site)?.[one.workload] ?? one.replicas;
        return nextReplicas(current, this.loadOf(site, one, loads.get(site) ?? 0), this.boundsOf(site, one));
      });
      if (JSON.stringify(survivors.map((site) => this.current.get(site))) === before) return targets;
    }
  }

  private async scale(sites: readonly string[], to: (site: string, one: Scalable) => number): Promise<Targets> {
    const targets = new Map<string, Record<string, number>>();
    for (const site of sites) {
      const wanted: Record<string, number> = {};
      const all = this.bySite.get(site) ?? [];
      await Promise.all(
        all.map(async (one) => {
          wanted[one.workload] = to(site, one);
          if (wanted[one.workload] !== this.current.get(site)?.[one.workload]) await one.scale(wanted[one.workload]!);
        }),
      );
      this.current.set(site, wanted);
      targets.set(site, together(this.kept.get(site) ?? {}, wanted));
    }
    return targets;
  }

  private loadOf(site: string, { workload }: Scalable, share: number): number {
    const [placement, spec] = [this.fleet.placementOf(site), this.specs.get(workload)];
    return placement === undefined || spec === undefined ? 0 : loadAt(placement, spec, share);
  }

  private boundsOf(site: string, { workload, bounds }: Scalable): Bounds {
    if (bounds !== undefined) return bounds;
    const [placement, spec] = [this.fleet.placementOf(site), this.specs.get(workload)];
    return placement === undefined || spec === undefined ? { minimum: 0, maximum: 0 } : playedBounds(placement, spec);
  }
}

/** Pods of both: where only names are known, a Job is counted with the Deployment that is called so. */
function together(kept: Readonly<Record<string, number>>, scaled: Readonly<Record<string, number>>) {
  const sums = Object.entries(kept).map(([workload, pods]) => [workload, pods + (scaled[workload] ?? 0)] as const);
  return { ...scaled, ...Object.fromEntries(sums) };
}
