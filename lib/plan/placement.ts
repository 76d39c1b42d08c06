import type { Domain, ServingSite } from "./domains";
import { ceil, TOLERANCE, unit } from "./grains";
import type { Load } from "./packing";
import { add, type Resources, resources, scale, sum, ZERO } from "./resources";
import { podResources } from "./schedulable";
import { quotient, type Routing, routing } from "./shares";
import { Scheduler } from "./simulate";
import type { SitePlacement } from "./verdict";

/** The weights of the routing over the domains, by what is proven, or by what is possible where nothing is proven. */
export function routingOf(domains: readonly Domain[], tolerate: number, load: Load): Routing {
  const scaleBack = load.headroom.den / load.headroom.num;
  const by = (of: "proven" | "possible") =>
    routing(
      domains.map((one) => ({ name: one.name, share: one[of].value * scaleBack })),
      tolerate,
    );
  const proven = by("proven");
  return Number.isFinite(proven.utilisation) ? proven : by("possible");
}

/**
 * What every serving site runs before anything fails: of each critical workload the replicas of its largest share
 * after a loss, never fewer than the workload's minimum; of the sheddable ones what still finds room.
 * A site that cannot run those minimums gets no traffic, and so no replicas.
 */
export function placementsOf(domains: readonly Domain[], routes: Routing, load: Load): SitePlacement[] {
  return domains.flatMap((domain) => {
    const all = domain.proven.value > 0 ? domain.proven.value : domain.possible.value;
    return domain.sites.map((one) => {
      const own = quotient(domain.proven.value > 0 ? one.share.proven : one.share.possible);
      const part = all > 0 ? own / all : 1 / domain.sites.length;
      const share = (routes.weights.get(domain.name) ?? 0) * part;
      return placement(one, share, (routes.worst.get(domain.name) ?? 0) * part, load);
    });
  });
}

function placement(one: ServingSite, share: number, worstShare: number, load: Load): SitePlacement {
  const critical = load.critical.map((pods) =>
    worstShare > 0 ? Math.max(pods.minimum, ceil(pods.total * worstShare)) : 0,
  );
  const sheddable = sheddableReplicas(one, share, worstShare, critical, load);
  const counts = [...critical, ...sheddable];
  const workloads = [...load.critical, ...load.sheddable];
  const requested = sum(workloads.map((pods, w) => scale(podResources(pods.spec), counts[w] ?? 0)));
  return {
    site: one.site.name,
    share,
    worstShare,
    capableShare: (quotient(one.share.proven) * load.headroom.den) / load.headroom.num,
    replicas: Object.fromEntries(workloads.map((pods, w) => [pods.spec.name, counts[w] ?? 0])),
    requested: add(requested, scale(restOf(load), worstShare)),
  };
}

/** The divisible demand, back in the units of {@link Resources}. */
export function restOf(load: Load): Resources {
  return load.resources.reduce((all, name, r) => add(all, of(name, load.rest[r] ?? 0)), ZERO);
}

function of(name: string, grains: number): Resources {
  switch (name) {
    case "pods":
      return resources({ pods: grains });
    case "cpuMillis":
      return resources({ cpuMillis: grains / 1e3 });
    case "memoryMiB":
    case "ephemeralStorageMiB":
      return resources({ [name]: grains / 1e6 });
    default:
      return resources({ extended: Object.fromEntries([[name, grains / unit(name).grains]]) });
  }
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
  scheduler.reset(one.nodes.groups.map((group) => group.count));
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
