import type { CapacityInput, CapacitySite } from "./capacityInput";
import { notesOf } from "./capacityNotes";
import { type Domain, domainsOf, rememberedShares, runningParts, type ShareOf, servingSite, survives } from "./domains";
import { fixesOf, routedFixes } from "./fixes";
import { unit } from "./grains";
import { lossesOf } from "./losses";
import { type Load, loadOf } from "./packing";
import { placementsOf, routingOf } from "./placement";
import { confinedOf, type RunningPart, runAfterAny, type SiteLoad, siteLoads } from "./requirements";
import { amount, CORE_RESOURCES, type Resources } from "./resources";
import type { RoutingInput } from "./routing/input";
import { routingNotes } from "./routing/notes";
import { overloadOf, type RoutedShares } from "./routing/received";
import { routedLosses, routedShares, routedVerdict } from "./routing/routed";
import type { WorkloadSpec } from "./spec";
import type { CapacityVerdict, Loss } from "./verdict";

/**
 * Judges whether the fleet carries its critical demand, with headroom, after the loss of any `tolerate` fault domains.
 *
 * Traffic is divided by weights, so every site carries one share of the whole demand; after a loss the survivors carry
 * the lost share in proportion to their weights. The fleet holds exactly when what the sites can carry, summed without
 * the `tolerate` strongest domains, is the whole demand or more (docs/capacity.md). What a site can carry is known from
 * below (all pods find a node) and from above (no placement carries more), which makes the verdict three-valued.
 *
 * Never throws on numbers that make no sense: unknown capacity counts as none, and an unknown demand cannot be proven.
 */
export function capacityVerdict(input: CapacityInput): CapacityVerdict {
  const { judgement, findFixes, notesWith } = judged(input);
  const fixes = findFixes();
  return { ...judgement, fixes, notes: notesWith(fixes) };
}

/** A verdict without what it takes longest to find, and what is said of that. */
export type CapacityJudgement = Omit<CapacityVerdict, "fixes" | "notes">;

/** Judges as `capacityVerdict` does, for whoever asks only whether a fleet holds, or what runs where. */
export function capacityJudgement(input: CapacityInput): CapacityJudgement {
  return judged(input).judgement;
}

/**
 * The losses of a fleet that take none of some sites, the worst first and at most as many as a verdict lists. For whoever
 * accepts that those sites are lost: a verdict may have no room for any other loss.
 * @param sites names; a loss of a fault domain takes all of its sites
 */
export function lossesSparing(input: CapacityInput, sites: ReadonlySet<string>): readonly Loss[] {
  return judged(input).lossesSparing(sites);
}

/** A judgement, and how to find out the rest. */
interface Judged {
  readonly judgement: CapacityJudgement;
  readonly lossesSparing: (sites: ReadonlySet<string>) => readonly Loss[];
  readonly findFixes: () => CapacityVerdict["fixes"];
  readonly notesWith: (fixes: CapacityVerdict["fixes"]) => CapacityVerdict["notes"];
}

function judged(input: CapacityInput): Judged {
  const { demand, unreadable } = readable(input);
  const load = loadOf(demand, finite(input.headroom ?? 0));
  const gone = input.degraded === false ? [] : goneDomains(input.sites);
  const tolerate = Math.max(0, finite(input.tolerate) - gone.length);
  const serving = input.sites.filter((site) => isServing(site));
  const confined = confinedOf(load, serving, tolerate);
  const loadAt = siteLoads(load, confined);
  const shareOf = rememberedShares(serving.length);
  const at = serving.map((site) => servingSite(site, loadAt(site.name), shareOf));
  const domains = domainsOf(at, load);
  const parts = runningParts(domains, confined);
  const needed = load.need.some((need) => need > 0);
  const losses = lossesOf(domains, tolerate, load, parts);
  const routed =
    input.routing && routedBy(input.routing, [tolerate, load, shareOf], usersBefore(input, load, loadAt, shareOf));
  const routing = needed ? routed?.(domains) : undefined;
  const asRouted = (listed: readonly Loss[]) => (routing === undefined ? listed : routedLosses(listed, routing));
  const verdict =
    unreadable.length > 0 || !needed
      ? "cannot be proven"
      : confine(judge(domains, tolerate, load, routing), parts, tolerate);
  const runs = (grown: readonly Domain[]) => runAfterAny(runningParts(grown, confined), tolerate);
  const routes = routingOf(domains, tolerate, load, shareOf);
  return {
    judgement: {
      verdict,
      holds: verdict === "holds",
      tolerate,
      faultDomain: input.faultDomain,
      ...factorOf(domains, load),
      minimumFactor:
        domains.length > tolerate ? domains.length / (domains.length - tolerate) : Number.POSITIVE_INFINITY,
      losses: asRouted(losses.listed),
      placements: placementsOf(domains, routes, routing?.sites),
      ...(routing && { routing }),
    },
    lossesSparing: (names) => {
      const spared = domains.filter(({ sites }) => sites.some(({ site }) => names.has(site.name)));
      return asRouted(lossesOf(domains, tolerate, load, parts, new Set(spared.map(({ name }) => name))).listed);
    },
    findFixes: () => (verdict === "holds" || !needed ? [] : smallest(domains, [tolerate, load, shareOf], runs, routed)),
    notesWith: (fixes) => [
      ...unreadable,
      ...notesOf({ input, load, domains, gone, tolerate, verdict, losses, fixes, confined }),
      ...(routing === undefined ? [] : routingNotes(routing)),
    ],
  };
}

/** Whether a site carries anything: only active ones do. */
export function isServing(site: Pick<CapacitySite, "state">): boolean {
  return (site.state ?? "active") === "active";
}

/** The shares of a fleet by the services that lead its users. */
type Routed = (domains: readonly Domain[]) => RoutedShares;

function routedBy(
  routing: RoutingInput,
  [tolerate, load, shareOf]: readonly [number, Load, ShareOf],
  usersOf: (domains: readonly Domain[]) => RoutingInput["users"],
): Routed {
  return (domains) => {
    const routes = routingOf(domains, tolerate, load, shareOf);
    return routedShares(domains, routes, tolerate, load, { ...routing, users: usersOf(domains) });
  };
}

/**
 * Where users are, by the domains that serve: as the spec says, else where they would be if all sites that the services know
 * served. So users stay where they are when a site is drained or lost. Undefined where no site is either, and where the service
 * divides all users anew by its weights.
 */
function usersBefore(
  { routing, sites, tolerate }: CapacityInput,
  load: Load,
  loadNow: (site: string) => SiteLoad,
  shareOf: ShareOf,
): (domains: readonly Domain[]) => RoutingInput["users"] {
  const known = sites.filter(({ state }) => state !== "joining");
  const idle = known.filter((site) => !isServing(site));
  if (routing?.users !== undefined || idle.length === 0 || routing?.services.some(({ always }) => always))
    return () => routing?.users;
  const losses = finite(tolerate);
  const confined = confinedOf(load, known, losses);
  const loadAt = confined.length === 0 ? loadNow : siteLoads(load, confined);
  const before = (site: CapacitySite) => servingSite(site, loadAt(site.name), shareOf);
  const others = idle.map(before);
  return (domains) => {
    const serving = domains.flatMap(({ sites: of }) =>
      of.map((one) => (one.load === loadAt(one.site.name) ? one : before(one.site))),
    );
    return Object.fromEntries(routingOf(domainsOf([...serving, ...others], load), losses, load, shareOf).weights);
  };
}

/** The smallest change that makes the sums suffice, if that is enough for the services too; else nodes where they overload. */
function smallest(
  domains: readonly Domain[],
  growth: readonly [number, Load, ShareOf],
  runs: (grown: readonly Domain[]) => boolean,
  routed: Routed | undefined,
): CapacityVerdict["fixes"] {
  const [tolerate, load] = growth;
  if (routed === undefined) return fixesOf(domains, ...growth, runs);
  const short = !survives(domains, "proven", tolerate, load.headroom);
  const holds = (grown: readonly Domain[]) => overloadOf(routed(grown)).size === 0 && runs(grown);
  const fixes = short ? fixesOf(domains, ...growth, holds) : [];
  return fixes.length > 0 || domains.length <= tolerate ? fixes : routedFixes(domains, growth, routed);
}

function judge(
  domains: readonly Domain[],
  tolerate: number,
  load: Load,
  routing: RoutedShares | undefined,
): CapacityVerdict["verdict"] {
  if (routing !== undefined) return routedVerdict(domains, tolerate, load, routing);
  if (survives(domains, "proven", tolerate, load.headroom)) return "holds";
  return survives(domains, "possible", tolerate, load.headroom) ? "cannot be proven" : "does not hold";
}

/** The verdict where some workloads are confined to some sites: those must run whole as well. */
function confine(
  verdict: CapacityVerdict["verdict"],
  parts: readonly RunningPart[],
  tolerate: number,
): CapacityVerdict["verdict"] {
  if (runAfterAny(parts, tolerate)) return verdict;
  // All that may run a workload can be lost at once: no number of nodes changes that.
  const lost = parts.some(({ confined }) => confined.domains.size <= (confined.singleton ? 0 : tolerate));
  return lost || verdict === "does not hold" ? "does not hold" : "cannot be proven";
}

/** Fault domains without an active site that have a lost or drained one: losses that have happened. */
function goneDomains(sites: readonly CapacitySite[]): string[] {
  const serving = new Set(sites.filter(isServing).map((site) => site.faultDomain));
  const out = sites.filter((site) => site.state === "lost" || site.state === "drained").map((site) => site.faultDomain);
  return [...new Set(out)].filter((domain) => !serving.has(domain)).sort();
}

/** Guaranteed capacity over the bare demand, of the scarcest resource. */
function factorOf(domains: readonly Domain[], load: Load): Pick<CapacityVerdict, "factor" | "binding"> {
  let factor = Number.POSITIVE_INFINITY;
  let binding: string | undefined;
  for (const [r, resource] of load.resources.entries()) {
    const need = load.need[r] ?? 0;
    if (need === 0) continue;
    const ratio = domains.reduce((sum, one) => sum + (one.have[r] ?? 0), 0) / need;
    if (ratio < factor) [factor, binding] = [ratio, unit(resource).name];
  }
  return { factor: load.need.some((need) => need > 0) ? factor : 0, binding };
}

interface Readable {
  readonly demand: CapacityInput["demand"];
  /** What could not be read, as notes. */
  readonly unreadable: readonly string[];
}

/** The demand without the amounts that are no numbers of 0 or more; each of them is named, and forbids a proof. */
function readable({ demand, headroom, tolerate }: CapacityInput): Readable {
  const unreadable: string[] = [];
  const check = (what: string, value: unknown): boolean => {
    const good = typeof value === "number" && value >= 0 && Number.isFinite(value);
    if (!good) unreadable.push(`${what} is ${String(value)}, not a number of 0 or more: nothing can be proven.`);
    return good;
  };
  // Only what is absent has a default: a NaN that went through JSON is null.
  check("headroom", headroom === undefined ? 0 : headroom);
  check("tolerate", tolerate);
  const totals = demand.totals === undefined || totalsAreGood(demand.totals, check) ? demand.totals : undefined;
  const workloads = (demand.workloads ?? []).filter((one) => workloadIsGood(one, check));
  return { demand: { totals, workloads }, unreadable };
}

function totalsAreGood(totals: Resources, check: (what: string, value: unknown) => boolean): boolean {
  const all = [...CORE_RESOURCES, ...Object.keys(totals.extended)];
  return all.filter((name) => !check(`demand.${unit(name).name}`, amount(totals, name))).length === 0;
}

function workloadIsGood(one: WorkloadSpec, check: (what: string, value: unknown) => boolean): boolean {
  const fields: [string, unknown][] = [
    ["replicas", one.replicas],
    ["minimumPerSite", one.minimumPerSite === undefined ? 0 : one.minimumPerSite],
    ["cpu", one.cpu],
    ["memoryGiB", one.memoryGiB],
    ["ephemeralStorageGiB", one.ephemeralStorageGiB === undefined ? 0 : one.ephemeralStorageGiB],
    ...Object.entries(one.extended ?? {}),
  ];
  return fields.filter(([field, value]) => !check(`${field} of workload ${one.name}`, value)).length === 0;
}

function finite(value: number): number {
  return Number.isFinite(value) && value > 0 ? value : 0;
}
