import { type RoutedShares, received } from "../../lib/plan/routing/received";
import type { CapacityVerdict } from "../../lib/plan/verdict";

/** Each site's part of the traffic when only these are there: by the services that lead it, or by the sites' weights. */
export function shares(
  { placements, routing }: CapacityVerdict,
  sites: readonly string[],
): ReadonlyMap<string, number> {
  if (routing !== undefined) return routedShares(routing, sites);
  const there = placements.filter(({ site }) => sites.includes(site));
  const total = there.reduce((sum, { share }) => sum + share, 0);
  return new Map(there.map(({ site, share }) => [site, total > 0 ? share / total : 0]));
}

/** What a site gets at the worst of the services; of several, any may be the one that most users ask. */
function routedShares({ users, services }: RoutedShares, sites: readonly string[]): ReadonlyMap<string, number> {
  const gone = Object.keys(users).filter((site) => !sites.includes(site));
  const brought = services.map((service) => {
    const lost = gone.reduce((sum, site) => sum + (service.users[site] ?? 0), 0);
    const taken = received(service, gone);
    return (site: string) => (service.users[site] ?? 0) + lost * (taken[site] ?? 0);
  });
  return new Map(sites.map((site) => [site, Math.max(0, ...brought.map((to) => to(site)))]));
}
