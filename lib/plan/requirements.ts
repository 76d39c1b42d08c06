import type { CapacitySite } from "./capacityInput";
import { ceil } from "./grains";
import type { Load, Pods } from "./packing";
import type { WorkloadSpec } from "./spec";

/** What the requirements of a workload say of one site: whether it may run there. Capacity is another matter. */
export function meets({ requires }: WorkloadSpec, site: Pick<CapacitySite, "provider" | "region">): boolean {
  const among = (allowed: readonly string[] | undefined, own: string | undefined) =>
    allowed === undefined || (own !== undefined && allowed.includes(own));
  return among(requires?.providers, site.provider) && among(requires?.regions, site.region);
}

/** A workload that not every site runs in proportion to its share of the traffic. */
export interface Confined {
  readonly pods: Pods;
  readonly critical: boolean;
  /** One site runs all of it, so that no loss of that site is survived. */
  readonly singleton: boolean;
  /** Pods by site, as many as run before anything is lost. */
  readonly placed: ReadonlyMap<string, number>;
  /** Pods by site for which there must be room: with headroom. */
  readonly reserved: ReadonlyMap<string, number>;
  /** Fault domains of the sites that may run it. */
  readonly domains: ReadonlySet<string>;
}

/**
 * The workloads that are confined: to the sites that meet their requirements, or to one. Each fault domain that may run
 * such a workload runs an equal part of it, of a size that the rest carries all of it after `tolerate` losses. A workload
 * that every site may run is none of them, whatever it requires.
 */
export function confinedOf(load: Load, sites: readonly CapacitySite[], tolerate: number): Confined[] {
  const of =
    (critical: boolean) =>
    (pods: Pods): Confined[] => {
      const singleton = pods.spec.spread === "singleton";
      if (!singleton && pods.spec.requires === undefined) return [];
      const may = sites.filter((site) => meets(pods.spec, site)).sort((a, b) => (a.name < b.name ? -1 : 1));
      if (!singleton && may.length === sites.length) return [];
      const chosen = singleton ? may.slice(0, 1) : may;
      const domains = new Set(chosen.map((site) => site.faultDomain));
      // Where every domain may be lost, what can be said is what one of them must carry alone.
      const part = singleton ? 1 : 1 / Math.max(1, domains.size - tolerate);
      const each = (site: CapacitySite, factor: number) => {
        const together = chosen.filter((one) => one.faultDomain === site.faultDomain).length;
        return Math.max(pods.minimum, ceil((pods.total * factor * part) / together));
      };
      const headroom = critical ? load.headroom.num / load.headroom.den : 1;
      return [
        {
          ...{ pods, critical, singleton, domains },
          placed: new Map(chosen.map((site) => [site.name, each(site, 1)])),
          reserved: new Map(chosen.map((site) => [site.name, each(site, headroom)])),
        },
      ];
    };
  return [...load.critical.flatMap(of(true)), ...load.sheddable.flatMap(of(false))];
}

/** The demand as one site meets it: of confined workloads a fixed number of pods, whatever its share is. */
export interface SiteLoad {
  /** With room for what is confined to it: what it can carry for certain. */
  readonly reserved: Load;
  /** With what it runs of that before anything is lost. */
  readonly placed: Load;
  /** Without it: other sites might run all of that, so no more can be said to be impossible. */
  readonly without: Load;
}

/** The loads of sites, one object for all sites that meet the same. */
export function siteLoads(load: Load, confined: readonly Confined[]): (site: string) => SiteLoad {
  const same: SiteLoad = { reserved: load, placed: load, without: load };
  if (confined.length === 0) return () => same;
  const byKey = new Map<string, SiteLoad>();
  const without = fixed(load, confined, () => 0);
  return (site) => {
    const counts = (of: "placed" | "reserved") => confined.map((one) => one[of].get(site) ?? 0);
    const [placed, reserved] = [counts("placed"), counts("reserved")];
    const key = `${placed.join()};${reserved.join()}`;
    const known = byKey.get(key);
    if (known !== undefined) return known;
    const made: SiteLoad = {
      reserved: fixed(load, confined, (i) => reserved[i] ?? 0),
      placed: fixed(load, confined, (i) => placed[i] ?? 0),
      without,
    };
    byKey.set(key, made);
    return made;
  };
}

/** The load with so many pods of the confined workloads as a minimum, and no share of them. */
function fixed(load: Load, confined: readonly Confined[], count: (index: number) => number): Load {
  const pods = (all: readonly Pods[]) =>
    all.map((one) => {
      const index = confined.findIndex((it) => it.pods === one);
      return index < 0 ? one : { ...one, total: 0, minimum: count(index) };
    });
  return { ...load, critical: pods(load.critical), sheddable: pods(load.sheddable) };
}

/** A confined workload, and how many of its pods run in each fault domain whose sites have the room. */
export interface RunningPart {
  readonly confined: Confined;
  readonly byDomain: ReadonlyMap<string, number>;
}

/** Whether all critical confined workloads run whole without the domains that are `lost`. */
export function runWithout(parts: readonly RunningPart[], lost: readonly string[]): boolean {
  return parts.every(({ confined, byDomain }) => {
    // The loss of a singleton's site is survived by nobody, and no loss that the verdict covers.
    const gone = confined.singleton ? [] : lost;
    let left = 0;
    for (const [domain, pods] of byDomain) if (!gone.includes(domain)) left += pods;
    return left >= confined.pods.total;
  });
}

/** Whether they do after the loss of any `tolerate` domains: the fullest, at worst. */
export function runAfterAny(parts: readonly RunningPart[], tolerate: number): boolean {
  return parts.every((part) => {
    const fullest = [...part.byDomain].sort(([, a], [, b]) => b - a).slice(0, tolerate);
    return runWithout(
      [part],
      fullest.map(([domain]) => domain),
    );
  });
}
