import {
  amount,
  type CapacityVerdict,
  isOverloaded,
  type Resources,
  type RoutedShares,
  scale,
  sum,
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
    const { lost, survivor, share, resource, need, have } = worst;
    const fix = addNodes(fleet, worst);
    return [
      {
        message: `Losing ${lost.join(" and ")}: routing "${model}" sends its ${percent(share)} to ${survivor}, which would need ${amountText(reportedName(resource), need)} ${reportedName(resource)} and guarantees ${amountText(reportedName(resource), have)}. Use routing "spread"${fix}.`,
        site: survivor,
      },
    ];
  },
};

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
        `Losing ${listed(lost)}: ${service} sends ${percent(worst.worst - users)} of all users to ${site} beside its own ` +
        `${percent(users)}, and its nodes carry ${percent(capable)}.${others}${nodes}`,
      site,
    },
  ];
}

interface Overload {
  readonly lost: readonly string[];
  readonly survivor: string;
  readonly share: number;
  readonly resource: string;
  /** In reported units. */
  readonly need: number;
  readonly have: number;
  /** Beyond what it guarantees, relative to that. */
  readonly excess: number;
}

/** The site, loss and resource with the largest shortage: every survivor in turn gets the largest other shares. */
function worstOverload(fleet: JudgedFleet, capacity: CapacityVerdict): Overload | undefined {
  const need = demandOf(capacity);
  const byName = new Map(fleet.sites.map((site) => [site.name, site]));
  const placed = [...capacity.placements].sort((a, b) => b.share - a.share);
  let worst: Overload | undefined;
  for (const { site, share } of placed) {
    const survivor = byName.get(site);
    if (survivor === undefined) continue;
    const lost = largestOthers(placed, byName, survivor, capacity.tolerate);
    const extra = lost.reduce((all, other) => all + other.share, 0);
    const have = guaranteedBy(fleet, site);
    for (const { resource, need: whole } of need) {
      const wanted = whole * (share + extra);
      const has = reportedValue(resource, amount(have, resource));
      const excess = (wanted - has) / Math.max(has, Number.MIN_VALUE);
      if (wanted <= has * (1 + 1e-12) || (worst !== undefined && excess <= worst.excess)) continue;
      const names = lost.map((other) => other.site);
      worst = { lost: names, survivor: site, share: extra, resource, need: wanted, have: has, excess };
    }
  }
  return worst;
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

function guaranteedBy({ input }: JudgedFleet, name: string): Resources {
  const groups = input?.sites.find((site) => site.name === name)?.nodeGroups ?? [];
  return sum(groups.map(({ total, perNode, count }) => total ?? scale(perNode, Math.max(0, count))));
}

function addNodes(fleet: JudgedFleet, { survivor, resource, need, have }: Overload): string {
  const pools = fleet.sites.find(({ name }) => name === survivor)?.pools ?? [];
  const pool = pools.find(({ perNode, nodes }) => nodes > 0 && amount(perNode, resource) > 0);
  if (pool === undefined) return "";
  const each = reportedValue(resource, amount(pool.perNode, resource));
  return ` or add ${Math.ceil((need - have) / each)} x ${pool.machineType ?? pool.name}`;
}
