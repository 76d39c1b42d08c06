import {
  amount,
  type CapacityVerdict,
  isOverloaded,
  mayRunOn,
  type NodeGroup,
  podResources,
  type Resources,
  type RoutedShares,
  scale,
  sum,
  type WorkloadSpec,
} from "pulumi-multisite/plan";
import type { Finding, JudgedFleet, JudgedSite } from "../judged";
import type { Rule } from "../rule";
import { amountText, listed, percent, reportedName, reportedValue } from "../wording";

/**
 * N/(N-1) is enough only where the users of a dead site spread over all others. Where they go to the nearest other site,
 * nobody knows at plan time which one that is, so each has to carry its own share and the largest other ones.
 */
export const survivorOverload: Rule = {
  name: "n1-005-survivor-overload",
  displayName: "No survivor is overloaded",
  description: "Under the routing in use, no other site gets more of a lost site's users than its nodes carry.",
  level: "mandatory",
  severity: "high",
  remediation:
    "Use a global endpoint that spreads a lost site's users over all others, or add the nodes that are named.",
  judge: (fleet) => {
    // What the spec says of routing comes before what the pack's configuration does.
    if (fleet.capacity?.routing !== undefined) return overloadedSurvivor(fleet.capacity, fleet.capacity.routing);
    const model = fleet.settings.routing?.model ?? "spread";
    // Spread routing is what the verdict itself assumes, so N1-004 has judged it.
    if (model === "spread" || fleet.capacity === undefined) return [];
    const worst = worstOverload(fleet, fleet.capacity);
    if (worst === undefined) return [];
    const { lost, survivor, extra } = worst;
    const sends = `Losing ${lost.join(" and ")}: routing "${model}" sends its ${percent(extra)} to ${survivor}`;
    return [
      { message: `${sends}, ${needText(worst)}. Use routing "spread"${addNodes(fleet, worst)}.`, site: survivor },
    ];
  },
};

function needText({ short, share, capable }: Overload): string {
  if (short === undefined) {
    return `which would carry ${percent(share)} of the demand, and its nodes have room for the pods of ${percent(capable)}`;
  }
  const { resource, need, have } = short;
  const name = reportedName(resource);
  return `which would need ${amountText(name, need)} ${name} and guarantees ${amountText(name, have)}`;
}

/** The survivor that the services in use overload most. */
function overloadedSurvivor({ fixes }: CapacityVerdict, { sites, services }: RoutedShares): Finding[] {
  const overloaded = sites.filter(isOverloaded);
  if (overloaded.length === 0) return [];
  const worst = overloaded.reduce((a, b) => (b.worst - b.capable > a.worst - a.capable ? b : a));
  const { site, users, capable, service, lost } = worst;
  const isNearest = services.some((one) => one.service === service && one.handover === "nearest");
  const others = isNearest ? ' Use failover "spread", or more nodes.' : "";
  const nodes = fixes.length === 0 ? "" : ` ${fixes.map(({ text }) => text).join(" ")}`;
  return [
    {
      message:
        `${lost.length > 0 ? `Losing ${listed(lost)}` : "Before any further loss"}: ${service} sends ${percent(worst.worst - users)} of all users to ${site} beside its own ` +
        `${percent(users)}, and its nodes carry ${percent(capable)}.${others}${nodes}`,
      site,
    },
  ];
}

interface Overload {
  readonly lost: readonly string[];
  readonly survivor: string;
  /** Share of the demand that it would get beside its own. */
  readonly extra: number;
  /** Share of the demand that it would carry then. */
  readonly share: number;
  /** Share whose pods its nodes have room for. */
  readonly capable: number;
  /** What there is too little of; undefined where the sums suffice and the pods do not fit. */
  readonly short: Short | undefined;
  /** Beyond what it can carry, relative to that. */
  readonly excess: number;
}

/** Amounts in reported units. */
interface Short {
  readonly resource: string;
  readonly need: number;
  readonly have: number;
}

/** The site and loss with the largest shortage: every survivor in turn gets the largest other shares. */
function worstOverload(fleet: JudgedFleet, capacity: CapacityVerdict): Overload | undefined {
  const need = demandOf(capacity);
  const byName = new Map(fleet.sites.map((site) => [site.name, site]));
  const placed = [...capacity.placements].sort((a, b) => b.share - a.share);
  const overloads = placed.flatMap((placement): Overload[] => {
    const survivor = byName.get(placement.site);
    if (survivor === undefined) return [];
    const lost = largestOthers(placed, byName, survivor, capacity.tolerate);
    const extra = lost.reduce((all, other) => all + other.share, 0);
    const share = placement.share + extra;
    const { short, excess } = shortage(need, share, usableAt(fleet, placement.site), placement.capableShare);
    if (excess <= ROUNDING) return [];
    const names = lost.map((other) => other.site);
    return [{ lost: names, survivor: placement.site, extra, share, capable: placement.capableShare, short, excess }];
  });
  return overloads.reduce<Overload | undefined>((a, b) => (a === undefined || b.excess > a.excess ? b : a), undefined);
}

/** Shares are fractions of each other, so that equal ones may differ in the last digits. */
const ROUNDING = 1e-9;

/** What a site has least of for such a share; where its sums suffice, how far the share is beyond what its nodes can carry. */
function shortage(
  demand: readonly { readonly resource: string; readonly need: number }[],
  share: number,
  groups: readonly NodeGroup[],
  capable: number,
): { readonly short: Short | undefined; readonly excess: number } {
  const guarantees = sum(groups.map(({ total, perNode, count }) => total ?? scale(perNode, Math.max(0, count))));
  const rows = demand.map(({ resource, need }) => {
    const short = { resource, need: need * share, have: reportedValue(resource, amount(guarantees, resource)) };
    return { short, excess: beyond(short.need, short.have) };
  });
  const worst = rows.reduce<(typeof rows)[number] | undefined>(
    (a, b) => (b.excess > (a?.excess ?? ROUNDING) ? b : a),
    undefined,
  );
  return worst ?? { short: undefined, excess: beyond(share, capable) };
}

function beyond(wanted: number, has: number): number {
  return (wanted - has) / Math.max(has, Number.MIN_VALUE);
}

type Placed = CapacityVerdict["placements"][number];

/** The sites of the `k` other fault domains that carry most. */
function largestOthers(
  placed: readonly Placed[],
  byName: ReadonlyMap<string, JudgedSite>,
  survivor: JudgedSite,
  k: number,
): Placed[] {
  const domains = new Map<string, Placed[]>();
  for (const one of placed) {
    const domain = byName.get(one.site)?.faultDomain ?? one.site;
    if (domain !== survivor.faultDomain) domains.set(domain, [...(domains.get(domain) ?? []), one]);
  }
  const weight = (sites: readonly Placed[]) => sites.reduce((all, { share }) => all + share, 0);
  return [...domains.values()]
    .sort((a, b) => weight(b) - weight(a))
    .slice(0, k)
    .flat();
}

/** The fleet's whole demand, headroom included, in reported units, by the internal name of the resource. */
function demandOf(capacity: CapacityVerdict): { resource: string; need: number }[] {
  const rows = capacity.losses[0]?.resources ?? [];
  return rows.map(({ resource, need }) => ({ resource: INTERNAL[resource] ?? resource, need }));
}

const INTERNAL: Readonly<Record<string, string>> = {
  cpu: "cpuMillis",
  memoryGiB: "memoryMiB",
  ephemeralStorageGiB: "ephemeralStorageMiB",
};

/** A pod that asks for nothing in particular, as what a demand has beyond its workloads does. */
const ANY_POD = { cpu: 0, memoryGiB: 0 };

/** The nodes of a site that the demand can use: those of which taints, labels or architecture keep all of it out add nothing. */
function usableAt({ input }: JudgedFleet, name: string): NodeGroup[] {
  const { totals, workloads = [] } = input?.demand ?? {};
  const critical = workloads.filter(({ priority }) => priority !== "sheddable");
  const pods = [...critical, ...(totals !== undefined && isMore(totals, workloads) ? [ANY_POD] : [])];
  const groups = input?.sites.find((site) => site.name === name)?.nodeGroups ?? [];
  return groups.filter((group) => pods.some((pod) => mayRunOn(pod, group)));
}

function isMore(totals: Resources, workloads: readonly WorkloadSpec[]): boolean {
  const named = sum(workloads.map((one) => scale(podResources(one), one.replicas)));
  const resources = ["cpuMillis", "memoryMiB", "pods", "ephemeralStorageMiB", ...Object.keys(totals.extended)];
  return resources.some((resource) => amount(totals, resource) > amount(named, resource));
}

function addNodes(fleet: JudgedFleet, { survivor, short }: Overload): string {
  if (short === undefined) return " or add nodes";
  const { resource, need, have } = short;
  const group = usableAt(fleet, survivor).find(
    ({ pool, count, perNode }) => pool !== undefined && count > 0 && amount(perNode, resource) > 0,
  );
  if (group === undefined) return "";
  const each = reportedValue(resource, amount(group.perNode, resource));
  return ` or add ${Math.ceil((need - have) / each)} x ${group.machineType ?? group.pool}`;
}
