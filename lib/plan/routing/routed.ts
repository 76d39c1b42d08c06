import { type Domain, survives } from "../domains";
import type { Load } from "../packing";
import { quotient, type Routing } from "../shares";
import type { CapacityVerdict, Loss } from "../verdict";
import type { RoutingInput, ServiceHandover } from "./input";
import { overloadOf, type RoutedShares, type RoutedSite, type ServiceShares, SLACK } from "./received";
import { ledUsers } from "./sharedPlaces";
import { wholeWeights } from "./weights";
import { largest, type WeighedDomain, type WorstLoss, worstLoss } from "./worst";

/** A serving site as the routing sees it. Parts are of all users, headroom taken off. */
interface Room {
  readonly site: string;
  readonly faultDomain: string;
  readonly proven: number;
  readonly possible: number;
  /** What it may be given at the most when users can be divided at will. */
  readonly wanted: number;
}

/**
 * Who carries what when the users of a lost site go where the services in use send them, and not where the arithmetic
 * would have them.
 *
 * Each resolver asks any of the services, so what falls on a survivor is a mix of what each service would give it, and
 * at most the largest of these. Where a service takes weights, they are what each site has left beside its own users:
 * then a survivor is overloaded only if no weights at all would do, up to the rounding to whole weights.
 */
export function routedShares(
  domains: readonly Domain[],
  routes: Routing,
  tolerate: number,
  load: Load,
  input: RoutingInput,
): RoutedShares {
  const users = input.users ?? Object.fromEntries(routes.weights);
  const rooms = roomsOf(domains, routes, load);
  const serving = new Set(rooms.map((one) => one.site));
  const services = input.services.map((service) =>
    withWeights({ ...service, users: ledUsers(service, users, (site) => serving.has(site)) }, rooms),
  );
  const everydays = services.map((service) => worstOf(service, rooms, 0));
  const worsts = services.map((service) => worstOf(service, rooms, tolerate));
  const sites = rooms.map((room, i): RoutedSite => {
    const worst = worsts.map((of) => of[i] as Worst).reduce((a, b) => (b.share > a.share ? b : a));
    const { site, faultDomain, proven } = room;
    return {
      ...{ site, faultDomain, users: worst.users, capable: proven },
      everyday: Math.max(...everydays.map((of) => (of[i] as Worst).share)),
      ...{ worst: worst.share, service: worst.service, lost: worst.lost },
    };
  });
  return { users, services, sites };
}

function roomsOf(domains: readonly Domain[], routes: Routing, load: Load): Room[] {
  const scaled = (share: number) => (share * load.headroom.den) / load.headroom.num;
  return domains.flatMap(({ name, sites }) =>
    sites.map(({ site, share }) => ({
      site: site.name,
      faultDomain: name,
      proven: scaled(quotient(share.proven)),
      possible: scaled(quotient(share.possible)),
      wanted: (routes.worst.get(site.name) ?? 0) / routes.utilisation,
    })),
  );
}

function withWeights(service: Omit<ServiceShares, "weights">, rooms: readonly Room[]): ServiceShares {
  const own = rooms.map(({ site }) => service.users[site] ?? 0);
  const left = rooms.map((room, i) => Math.max(0, room.wanted - (own[i] ?? 0)));
  // Without room beside the users of each site, in proportion to the sites is as good as anything.
  const parts = service.always !== true && left.some((one) => one > SLACK) ? left : own;
  const whole =
    service.handover === "weighted"
      ? wholeWeights(parts, service.mostWeight, service.leastWeight)
      : rooms.map(() => service.mostWeight);
  return { ...service, weights: Object.fromEntries(rooms.map((room, i) => [room.site, whole[i] ?? 1])) };
}

interface Worst {
  readonly share: number;
  readonly users: number;
  readonly service: string;
  readonly lost: readonly string[];
}

/** The worst of one service for every site. */
function worstOf(service: ServiceShares, rooms: readonly Room[], tolerate: number): Worst[] {
  const domains = weighed(service, rooms);
  const away = awayOf(service, rooms);
  const weight = domains.reduce((sum, one) => sum + one.weight, 0);
  const own = new Map<string, WorstLoss>();
  return rooms.map((room) => {
    let worst = own.get(room.faultDomain);
    if (worst === undefined) {
      const others = domains.filter((one) => one.name !== room.faultDomain);
      worst = isNearest(service) ? nearestLoss(others, tolerate, away) : worstLoss(others, tolerate, away, weight);
      own.set(room.faultDomain, worst);
    }
    const its = isNearest(service) ? 1 : (service.weights[room.site] ?? 0);
    // Where all weight may be lost, those that weigh nothing take over: any one of them, for all that is known.
    const received = Number.isFinite(worst.perWeight) ? its * worst.perWeight : worst.users;
    const users = service.users[room.site] ?? 0;
    const most = service.handover === "spill" ? Math.max(users, room.proven) : Number.POSITIVE_INFINITY;
    return { share: Math.min(users + received, most), users, service: service.service, lost: worst.lost };
  });
}

/** Whether a lost site's users go to one survivor each, and nobody knows which. */
function isNearest({ handover }: ServiceHandover): boolean {
  return handover === "nearest" || handover === "spill";
}

function nearestLoss(others: readonly WeighedDomain[], tolerate: number, away: number): WorstLoss {
  const lost = largest(others, tolerate, (one) => one.users);
  const users = lost.reduce((sum, one) => sum + one.users, away);
  return { perWeight: users, users, lost: lost.map((one) => one.name) };
}

function weighed(service: ServiceShares, rooms: readonly Room[]): WeighedDomain[] {
  const sums = new Map<string, { name: string; users: number; weight: number }>();
  for (const { faultDomain, site } of rooms) {
    const sum = sums.get(faultDomain) ?? { name: faultDomain, users: 0, weight: 0 };
    sum.users += service.users[site] ?? 0;
    sum.weight += service.weights[site] ?? 0;
    sums.set(faultDomain, sum);
  }
  return [...sums.values()];
}

/** Users that a service knows of beside those of the serving sites. */
function awayOf({ users }: ServiceShares, serving: readonly { readonly site: string }[]): number {
  const here = new Set(serving.map(({ site }) => site));
  return Object.entries(users).reduce((sum, [site, part]) => (here.has(site) ? sum : sum + part), 0);
}

/** The verdict of the sums, made no better by what the services do with it. */
export function routedVerdict(
  domains: readonly Domain[],
  tolerate: number,
  load: Load,
  shares: RoutedShares,
): CapacityVerdict["verdict"] {
  if (carriedBy("proven", domains, tolerate, load, shares)) return "holds";
  return carriedBy("possible", domains, tolerate, load, shares) ? "cannot be proven" : "does not hold";
}

function carriedBy(
  by: "proven" | "possible",
  domains: readonly Domain[],
  tolerate: number,
  load: Load,
  shares: RoutedShares,
): boolean {
  if (!survives(domains, by, tolerate, load.headroom)) return false;
  const most = new Map(domains.flatMap((one) => one.sites.map(({ site, share }) => [site.name, quotient(share[by])])));
  const scale = load.headroom.den / load.headroom.num;
  return shares.sites.every(({ site, worst }) => worst <= (most.get(site) ?? 0) * scale + SLACK);
}

/** The losses, each holding only if every survivor carries what every service brings it. */
export function routedLosses(losses: readonly Loss[], shares: RoutedShares): readonly Loss[] {
  if (overloadOf(shares).size === 0) return losses;
  const limits = shares.services.map((service) => limitOf(service, shares.sites));
  return losses.map((loss) =>
    loss.holds && limits.some((exceeds) => exceeds(new Set(loss.faultDomains))) ? { ...loss, holds: false } : loss,
  );
}

/**
 * Whether one service overloads a survivor of a loss. A survivor is when the users that one unit of weight receives
 * exceed what it has left for one; with the sites in the order of that, only the first survivor need be asked.
 */
function limitOf(service: ServiceShares, sites: readonly RoutedSite[]): (lost: ReadonlySet<string>) => boolean {
  const usersOf = (site: string) => service.users[site] ?? 0;
  // What is over the room of one goes on to another: only a site whose own users are too many is overloaded.
  if (service.handover === "spill")
    return (lost) => sites.some((one) => !lost.has(one.faultDomain) && usersOf(one.site) > one.capable + SLACK);
  const byWeight = service.handover !== "nearest";
  const weightOf = (site: string) => (byWeight ? (service.weights[site] ?? 0) : 1);
  const sums = new Map<string, { users: number; weight: number }>();
  for (const one of sites) {
    const sum = sums.get(one.faultDomain) ?? { users: 0, weight: 0 };
    sums.set(one.faultDomain, {
      users: sum.users + usersOf(one.site),
      weight: sum.weight + weightOf(one.site),
    });
  }
  const away = awayOf(service, sites);
  const all = sites.reduce((sum, one) => sum + weightOf(one.site), 0);
  const tightest = sites
    .map((one) => {
      const left = one.capable + SLACK - usersOf(one.site);
      return { domain: one.faultDomain, room: roomPerWeight(left, weightOf(one.site)) };
    })
    .sort((a, b) => a.room - b.room);
  return (lost) => {
    let [gone, weight] = [away, all];
    for (const domain of lost) {
      gone += sums.get(domain)?.users ?? 0;
      weight -= sums.get(domain)?.weight ?? 0;
    }
    const first = tightest.find((one) => !lost.has(one.domain));
    return first !== undefined && (byWeight && gone > 0 ? gone / weight : gone) > first.room;
  };
}

/** What a site has left for each unit of its weight. One without weight gets nothing unless all weight is lost. */
function roomPerWeight(room: number, weight: number): number {
  return weight > 0 || room < 0 ? room / weight : Number.MAX_VALUE;
}
