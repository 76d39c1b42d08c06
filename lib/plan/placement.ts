import { type Domain, provenWithNodeMore, type ServingSite, type ShareOf } from "./domains";
import { ceil, grainsPerUnit, TOLERANCE, total } from "./grains";
import { oncePerObject } from "./oncePerObject";
import type { Load, Pods } from "./packing";
import type { Resources } from "./resources";
import type { RoutedSite } from "./routing/received";
import { quotient, type Routing, routing } from "./shares";
import { Scheduler } from "./simulate";
import type { SitePlacement } from "./verdict";

/**
 * Divides traffic over the sites by what is proven. Where that is not enough but more is possible, by what is proven with one
 * node more in every site, and not beyond what is possible if that suffices: so that no site is given what it cannot carry
 * while another may have the room, and nothing waits that a node more a site would not run.
 */
export function routingOf(domains: readonly Domain[], tolerate: number, load: Load, shareOf: ShareOf): Routing {
  const by = (share: (one: ServingSite) => number) => routingBy(domains, tolerate, load, share);
  const suffices = ({ utilisation }: Routing) => utilisation <= 1 + TOLERANCE;
  const proven = by(({ share }) => quotient(share.proven));
  if (suffices(proven)) return proven;
  const possible = ({ share }: ServingSite) => quotient(share.possible);
  const atBest = by(possible);
  if (!suffices(atBest)) return Number.isFinite(proven.utilisation) ? proven : atBest;
  const next = oncePerObject((one: ServingSite) => provenWithNodeMore(one, shareOf));
  const within = by((one) => Math.min(next(one), possible(one)));
  if (suffices(within)) return within;
  const beyond = by(next);
  return suffices(beyond) ? beyond : atBest;
}

/** The routing of the sites: each gets a part of its domain's by what it can carry of it. */
function routingBy(
  domains: readonly Domain[],
  tolerate: number,
  { headroom }: Load,
  share: (one: ServingSite) => number,
): Routing {
  const all = domains.map(({ name, sites }) => {
    const shares = sites.map((one) => (share(one) * headroom.den) / headroom.num);
    return { name, sites, shares, share: total(shares) };
  });
  const { weights, worst, utilisation } = routing(all, tolerate);
  const bySite = (of: ReadonlyMap<string, number>) =>
    new Map(
      all.flatMap(({ name, sites, shares, share: sum }) =>
        sites.map(({ site }, i): [string, number] => {
          const part = sum > 0 ? (shares[i] ?? 0) / sum : 1 / sites.length;
          return [site.name, (of.get(name) ?? 0) * part];
        }),
      ),
    );
  return { weights: bySite(weights), worst: bySite(worst), utilisation };
}

/**
 * What every serving site runs before anything fails: of each critical workload the replicas of its largest share
 * after a loss, never fewer than the workload's minimum; of the sheddable ones what still finds room.
 * A site that cannot run those minimums gets no traffic, and so no replicas.
 */
export function placementsOf(
  domains: readonly Domain[],
  routes: Routing,
  routed: readonly RoutedSite[] = [],
): SitePlacement[] {
  const by = new Map(routed.map((one) => [one.site, one]));
  return domains.flatMap(({ sites }) =>
    sites.map((one) => {
      const { name } = one.site;
      const told = by.get(name);
      const share = told?.everyday ?? routes.weights.get(name) ?? 0;
      return placement(one, share, told?.worst ?? routes.worst.get(name) ?? 0, one.load.placed);
    }),
  );
}

function placement(one: ServingSite, share: number, worstShare: number, load: Load): SitePlacement {
  const critical = load.critical.map((pods) =>
    worstShare > 0 ? Math.max(pods.minimum, ceil(pods.total * worstShare)) : 0,
  );
  const sheddable = sheddableReplicas(one, share, worstShare, critical, load);
  const requested = load.rest.map((rest) => rest * worstShare);
  const replicas: [string, number][] = [];
  const count = ({ spec, place, size }: Pods, own: number) => {
    replicas[place] = [spec.name, own];
    for (let r = 0; r < requested.length; r++) requested[r] = (requested[r] ?? 0) + own * (size[r] ?? 0);
  };
  load.critical.forEach((pods, w) => {
    count(pods, critical[w] ?? 0);
  });
  load.sheddable.forEach((pods, w) => {
    count(pods, sheddable[w] ?? 0);
  });
  return {
    site: one.site.name,
    share,
    worstShare,
    capableShare: (quotient(one.share.proven) * load.headroom.den) / load.headroom.num,
    replicas: Object.fromEntries(replicas),
    requested: inUnits(load, requested),
  };
}

/** Grains per resource, back in the units of {@link Resources}. */
function inUnits(load: Load, grains: readonly number[]): Resources {
  const core = { cpuMillis: 0, memoryMiB: 0, pods: 0, ephemeralStorageMiB: 0 };
  const extended: [string, number][] = [];
  for (const [r, name] of load.resources.entries()) {
    const amount = (grains[r] ?? 0) / grainsPerUnit(name);
    if (Object.hasOwn(core, name)) core[name as keyof typeof core] = amount;
    else if (amount > 0) extended.push([name, amount]);
  }
  return { ...core, extended: Object.fromEntries(extended) };
}

/** Sheddable workloads, in the order of the specification, on the nodes that the critical pods have been spread over. */
function sheddableReplicas(
  one: ServingSite,
  share: number,
  worstShare: number,
  critical: readonly number[],
  load: Load,
): number[] {
  if (load.sheddable.length === 0) return [];
  const scheduler = new Scheduler(load, one.nodes);
  scheduler.reset(
    one.nodes.groups.map((group) => group.count),
    true,
  );
  const left = load.resources.map((_, r) => {
    const total = one.nodes.groups.reduce((all, group) => all + (group.total[r] ?? 0), 0);
    const pods = load.critical.reduce((used, pod, w) => used + (critical[w] ?? 0) * (pod.size[r] ?? 0), 0);
    return total - pods - (load.rest[r] ?? 0) * worstShare;
  });
  const spread = { preference: "spread", favour: one.nodes.groups.map(() => 0) } as const;
  for (const w of load.critical.keys()) scheduler.place(w, critical[w] ?? 0, spread);
  return load.sheddable.map((pod, i) => {
    const wanted = Math.max(pod.minimum, ceil(pod.total * share));
    const room = pod.size.reduce(
      (most, size, r) => (size > 0 ? Math.min(most, Math.floor((left[r] ?? 0) / size + TOLERANCE)) : most),
      wanted,
    );
    const placed = scheduler.place(load.critical.length + i, Math.max(0, room), spread);
    for (const [r, size] of pod.size.entries()) left[r] = (left[r] ?? 0) - placed * size;
    return placed;
  });
}
