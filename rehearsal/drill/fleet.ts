import { setTimeout as sleep } from "node:timers/promises";
import type { FleetPlan } from "../../lib/plan/plan";
import type { SitePlacement } from "../../lib/plan/verdict";
import type { LocalSite } from "../clusters/sites";
import { Interrupted, UserError } from "../userError";
import { type Asking, siteError } from "./answers";
import { inPlaces, type PodReader, podReader, type Refusals, type SitePods, type WorkloadPods } from "./pods";
import { type Titles, titlesOf } from "./titles";

/** What each site is to run, by workload. */
export type Targets = ReadonlyMap<string, Readonly<Record<string, number>>>;

/** Nothing of it runs. */
export const NO_PODS: WorkloadPods = { running: 0, ended: 0, pending: 0, reasons: {} };

/**
 * Milliseconds between two looks, at the least and at the most: a tenth of the time since something changed, so that what
 * takes a moment is told to a tenth of a second, and what waits costs its site no work.
 */
const [SHORTEST_POLL, LONGEST_POLL] = [100, 1000];

/**
 * Milliseconds without a change after which pods are given up that the scheduler found no node for; and those that a site's API
 * server refused, which their controllers ask for again and again.
 */
const [SETTLED_MILLISECONDS, REFUSED_MILLISECONDS] = [5000, 15_000];

/** The sites of a drill, with the pods that they run. */
export class DrillFleet implements Asking {
  private constructor(
    readonly plan: FleetPlan,
    readonly sites: Readonly<Record<string, LocalSite>>,
    /** Names of the demand's DaemonSets: nothing is placed of them, and none of their pods may wait. */
    readonly daemonSets: ReadonlySet<string>,
    /** What the objects of the demand are called. */
    readonly titles: Titles,
    readonly answerSeconds: number | undefined,
    private readonly readers: ReadonlyMap<string, PodReader>,
    private readonly signal: AbortSignal,
  ) {}

  static async open(
    plan: FleetPlan,
    sites: Readonly<Record<string, LocalSite>>,
    signal: AbortSignal,
    { titles = titlesOf(plan.spec.demand), answerSeconds }: Partial<Asking> = {},
  ): Promise<DrillFleet> {
    const everywhere = new Set((plan.spec.demand.daemonSets ?? []).map(({ name }) => name));
    const readers = new Map<string, PodReader>();
    for (const site of Object.values(sites)) readers.set(site.name, await podReader(site, { titles, answerSeconds }));
    return new DrillFleet(plan, sites, everywhere, titles, answerSeconds, readers, signal);
  }

  placementOf(site: string): SitePlacement | undefined {
    return this.plan.capacity.placements.find((placement) => placement.site === site);
  }

  /** What the plan has each of these sites run before anything fails. */
  planned(sites: readonly string[]): Targets {
    return new Map(sites.map((site) => [site, this.placementOf(site)?.replicas ?? {}]));
  }

  /** The pods of the sites at one moment, those that have ended in their places. */
  private async read(targets: Targets): Promise<ReadonlyMap<string, SitePods>> {
    const found = await this.ofEach([...targets.keys()], (reader) => reader.read());
    const at = (site: string, workload: string) =>
      targets.get(site)?.[workload] ?? this.placementOf(site)?.replicas[workload] ?? 0;
    const placed = [...found].map(([site, pods]): [string, SitePods] => [
      site,
      new Map([...pods].map(([workload, of]) => [workload, inPlaces(of, at(site, workload))])),
    ]);
    return new Map(placed);
  }

  /** Whether pods wait that are to run on every node. */
  private isAwaited(pods: ReadonlyMap<string, SitePods>): boolean {
    return [...pods.values()].some((site) =>
      [...site].some(([name, { pending }]) => this.daemonSets.has(name) && pending > 0),
    );
  }

  /** DaemonSets by site that have no pod at all, since the site's API server refuses them. */
  private refusedDaemonSets(pods: ReadonlyMap<string, SitePods>, refusals: Reached["refusals"]): SiteWorkload[] {
    return [...refusals].flatMap(([site, of]) =>
      [...of.keys()]
        .filter((name) => this.daemonSets.has(name) && pods.get(site)?.get(name) === undefined)
        .map((name): SiteWorkload => [site, name]),
    );
  }

  private async ofEach<T>(sites: readonly string[], what: (reader: PodReader) => Promise<T>): Promise<Map<string, T>> {
    const read = async (site: string) => [site, await what(this.readers.get(site)!)] as const;
    return new Map(await Promise.all(sites.map(read)));
  }

  /**
   * @param isStill whether nothing changes any more
   * @throws UserError with the sites whose scheduler, nodes or controllers are behind: of their pods nothing is known.
   */
  private async refuseBehind(sites: readonly string[], isStill: boolean): Promise<void> {
    const unseen = await this.ofEach(sites, (reader) => reader.unseen());
    const behind = [...unseen].filter(([, what]) => what.length > 0);
    if (behind.length === 0) return;
    const how = isStill ? "stands still" : "was still at work when the patience was over";
    throw new UserError(behind.map(([site, what]) => siteError(site, how, what.join("; ")).message).join("\n"));
  }

  /**
   * Waits until every site runs what it should.
   * @param patienceSeconds from now on: whatever `since` is, the pods have all of it.
   * @param isEnough compares the pods that run with those wanted, by workload.
   * @returns the pods as they are then, and seconds since `since` (of `performance.now`); null when pods find no node, and
   *   nothing changes any more, or the patience is over.
   * @throws UserError that names a site which does not answer, or is behind when the patience is over; Interrupted.
   */
  async until(
    targets: Targets,
    since: number,
    patienceSeconds: number,
    isEnough: IsEnough = atLeast,
  ): Promise<Reached> {
    const began = performance.now();
    let before = "";
    let changed = began;
    for (;;) {
      if (this.signal.aborted) throw new Interrupted();
      const pods = await this.read(targets);
      const now = performance.now();
      const isThere = isReached(targets, pods, isEnough) && !this.isAwaited(pods);
      const reached = { pods, refusals: new Map(), seconds: (now - since) / 1000 };
      if (isThere && this.daemonSets.size === 0) return reached;
      const state = fingerprint(pods);
      if (state !== before) [before, changed] = [state, now];
      const waiting = waitingIn(pods);
      const isStill = now - changed > SETTLED_MILLISECONDS;
      const isSettled = waiting.length > 0 && areHopeless(waiting) && isStill;
      const isOver = isSettled || now - began > patienceSeconds * 1000;
      const isLate = now - changed > REFUSED_MILLISECONDS;
      if (isOver && !isThere) await this.refuseBehind([...targets.keys()], isStill);
      if (isThere || isOver || isLate) {
        const refusals = await this.ofEach([...targets.keys()], (reader) => reader.refusals());
        const missing = isThere ? this.refusedDaemonSets(pods, refusals) : missingIn(targets, pods);
        if (isThere && missing.length === 0) return reached;
        const areRefused = missing.length > 0 && missing.every(([site, workload]) => refusals.get(site)?.has(workload));
        if (isOver || (isLate && areRefused && areHopeless(waiting))) return { pods, refusals, seconds: null };
      }
      await sleep(Math.min(Math.max((now - changed) / 10, SHORTEST_POLL), LONGEST_POLL));
    }
  }
}

export interface Reached {
  readonly pods: ReadonlyMap<string, SitePods>;
  /** Why sites refused pods, where not all was reached. */
  readonly refusals: ReadonlyMap<string, Refusals>;
  readonly seconds: number | null;
}

type IsEnough = (pods: WorkloadPods, wanted: number) => boolean;

/** For what may run more than planned, as a CronJob's last pods beside its new ones. */
function atLeast({ running }: WorkloadPods, wanted: number): boolean {
  return running >= wanted;
}

/** For what was scaled: the room that replicas leave is free only when their pods are gone. */
export function exactly({ running, pending }: WorkloadPods, wanted: number): boolean {
  return running === wanted && pending === 0;
}

function isReached(targets: Targets, pods: ReadonlyMap<string, SitePods>, isEnough: IsEnough): boolean {
  return [...targets].every(([site, wanted]) =>
    Object.entries(wanted).every(([workload, count]) => isEnough(pods.get(site)?.get(workload) ?? NO_PODS, count)),
  );
}

/** A workload, or a DaemonSet, at a site. */
type SiteWorkload = readonly [site: string, workload: string];

/** Workloads by site of which fewer pods are there than wanted. */
function missingIn(targets: Targets, pods: ReadonlyMap<string, SitePods>): SiteWorkload[] {
  return [...targets].flatMap(([site, wanted]) =>
    Object.entries(wanted).flatMap(([workload, count]): SiteWorkload[] => {
      const { running, pending } = pods.get(site)?.get(workload) ?? NO_PODS;
      return running + pending < count ? [[site, workload]] : [];
    }),
  );
}

function waitingIn(pods: ReadonlyMap<string, SitePods>): WorkloadPods[] {
  return [...pods.values()].flatMap((site) => [...site.values()]).filter(({ pending }) => pending > 0);
}

/** Every pod that waits was looked at by the scheduler, which has no node for it. */
function areHopeless(waiting: readonly WorkloadPods[]): boolean {
  return waiting.every(({ reasons }) => Object.keys(reasons).every((reason) => /nodes are available/.test(reason)));
}

function fingerprint(pods: ReadonlyMap<string, SitePods>): string {
  return JSON.stringify(
    [...pods].map(([site, of]) => [
      site,
      [...of].map(([name, { running, ended, pending }]) => [name, running, ended, pending]),
    ]),
  );
}
