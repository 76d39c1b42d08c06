import type { ServiceHandover } from "./input";

/** Parts of all users, by site. */
export type Users = Readonly<Record<string, number>>;

/** Who gets the users of lost sites at one service. */
export interface ServiceShares extends ServiceHandover {
  /** Part of all users that it leads to each site while all that serve are healthy, those of the others included; together 1. */
  readonly users: Users;
  /** Weight of each serving site among those that take over. */
  readonly weights: Readonly<Record<string, number>>;
}

/** Where users are, and where they go. */
export interface RoutedShares {
  /** Part of all users that each site is nearest to, those of sites that serve nothing now included; together 1. */
  readonly users: Users;
  readonly services: readonly ServiceShares[];
  /** The serving sites, each with the worst that any loss and any service brings it. */
  readonly sites: readonly RoutedSite[];
}

export interface RoutedSite {
  readonly site: string;
  readonly faultDomain: string;
  /** Part of all users that the service leads to it before. */
  readonly users: number;
  /** Largest part of all users that it carries while no more is lost: with those of sites that serve nothing now. */
  readonly everyday: number;
  /** Largest part of all users that it must carry. */
  readonly worst: number;
  /** The service that brings it there. */
  readonly service: string;
  /** The fault domains whose loss does. */
  readonly lost: readonly string[];
  /** What its nodes can carry. */
  readonly capable: number;
}

/**
 * The part of a lost site's users that each survivor receives at one service; together 1. With `nearest` nobody knows:
 * each number is then what that survivor gets at the worst, which is everything; with `spill` it is at most what it has room for.
 * @param lost names of all sites that are gone at once
 */
export function received(service: ServiceShares, lost: readonly string[]): Record<string, number> {
  const survivors = Object.entries(service.weights).filter(([site]) => !lost.includes(site));
  const all = survivors.reduce((sum, [, weight]) => sum + weight, 0);
  return Object.fromEntries(
    survivors.map(([site, weight]) => {
      if (service.handover === "nearest" || service.handover === "spill") return [site, 1];
      return [site, all > 0 ? weight / all : 1 / survivors.length];
    }),
  );
}

/** By how much each overloaded site is, as a part of all users; empty when every survivor carries what it gets. */
export function overloadOf({ sites }: RoutedShares): Map<string, number> {
  return new Map(sites.flatMap((one) => (isOverloaded(one) ? [[one.site, one.worst - one.capable]] : [])));
}

/** Whether a survivor gets more than it carries, beyond what floating point may be off. */
export function isOverloaded({ worst, capable }: RoutedSite): boolean {
  return worst > capable + SLACK;
}

/** Floating-point slack of a comparison of shares. */
export const SLACK = 1e-9;
