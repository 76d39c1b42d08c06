import type { Domain, ServingSite } from "./domains";
import { ceil, grainsPerUnit, TOLERANCE } from "./grains";
import type { Load, Pods } from "./packing";
import type { Resources } from "./resources";
import type { RoutedSite } from "./routing/received";
import { quotient, type Routing, routing } from "./shares";
import { Scheduler } from "./simulate";
import type { SitePlacement } from "./verdict";

/**
 * The weights of the routing over the domains: by what is proven, or by what is possible where only that is enough, so that no
 * site is given what it cannot carry while another may have the room.
 */
export function routingOf(domains: readonly Domain[], tolerate: number, load: Load): Routing {
  const scaleBack = load.headroom.den / load.headroom.num;
  const by = (of: "proven" | "possible") =>
    routing(
      domains.map((one) => ({ name: one.name, share: one[of].value * scaleBack })),
      tolerate,
    );
  const proven = by("proven");
  if (proven.utilisation <= 1 + TOLERANCE) return proven;
  const possible = by("possible");
  return possible.utilisation <= 1 + TOLERANCE || !Number.isFinite(proven.utilisation) ? possible : proven;
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
  return domains.flatMap((domain) => {
    const all = domain.proven.value > 0 ? domain.proven.value : domain.possible.value;
    return domain.sites.map((one) => {
      const own = quotient(domain.proven.value > 0 ? one.share.proven : one.share.possible);
      const part = all > 0 ? own / all : 1 / domain.sites.length;
      const told = by.get(one.site.name);
      const share = told?.users ?? (routes.weights.get(domain.name) ?? 0) * part;
      return placement(one, share, told?.worst ?? (routes.worst.get(domain.name) ?? 0) * part, one.load.placed);
    });
  });
}

function placement(one: ServingSite, share: number, worstShare: number, load: Load): SitePlacement {
  const critical = load.critical.map((pods) =>
    worstShare > 0 ? Math.max(pods.minimum, ceil(pods.total * worstShare)) : 0,
  );
  const sheddable = sheddableReplicas(one, share, worstShare, critical, load);
  const requested = load.rest.map((rest) => rest * worstShare);
  const replicas: [string, number][] = [];
  const count = ({ spec, size }: Pods, own: number) => {
    replicas.push([spec.name, own]);
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
