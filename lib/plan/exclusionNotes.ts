import type { CapacitySite } from "./capacityInput";
import type { Judged } from "./capacityNotes";
import { isAlone, portNames } from "./exclusion";
import { firstOf } from "./firstOf";
import { ceil } from "./grains";
import { countingGroups } from "./nodeSpread";
import { guaranteed, type Pods } from "./packing";
import { mayRunOn } from "./schedulable";

const MOST_NAMES = 8;

/** Workloads no two of whose pods share a node, where that asks for more nodes than there are. */
export function exclusionNotes(judged: Judged): string[] {
  const { verdict, load, confined } = judged;
  if (verdict === "holds") return [];
  const { mostPerNode, cliques } = load.exclusion;
  const alone = load.critical.flatMap((_, w) => (mostPerNode[w] === 1 ? [[w]] : []));
  const elsewhere = new Set(confined.map(({ pods }) => pods));
  // Of others a node may have several of one workload: no number of nodes can be said for them.
  const together = cliques.filter((set) => set.every((w) => mostPerNode[w] === 1));
  const short = [...together, ...alone].flatMap((set) => {
    const all = set.flatMap((w) => load.critical[w] ?? []);
    const everywhere = all.filter((pods) => !elsewhere.has(pods));
    return everywhere.length === 0 ? [] : shortOf(everywhere, judged);
  });
  return [...new Set(short), ...confinedShort(judged), ...heldDown(judged)];
}

/** Workloads that some sites run a fixed number of pods of, more than they have nodes for. */
function confinedShort({ confined, domains }: Judged): string[] {
  const sites = sitesOf(domains);
  return confined.flatMap(({ pods, placed }) => {
    const few = sites.filter((site) => isAlone(pods.spec) && nodesFor([pods], site) < (placed.get(site.name) ?? 0));
    const rows = few.map((site) => `${site.name} (${placed.get(site.name)} of ${nodesFor([pods], site)})`);
    return rows.length === 0 ? [] : [`${who([pods])}: more than it has nodes are placed at ${someOf(rows)}.`];
  });
}

/** Workloads that must be even over nodes, some of which count and can have none of them. */
function heldDown({ load, domains }: Judged): string[] {
  const sites = sitesOf(domains);
  return load.critical.flatMap(({ spec }) => {
    if (spec.nodeSpread === undefined) return [];
    const pools = sites.flatMap((site) => {
      const empty = countingGroups(spec, site).filter((group) => !mayRunOn(spec, group));
      return empty.map(({ pool }) => `${pool ?? "nodes"} of ${site.name}`);
    });
    if (pools.length === 0) return [];
    const { maxSkew } = spec.nodeSpread;
    return [
      `Workload ${spec.name} must be even over nodes, and those of ${someOf(pools)} count though it may not run ` +
        `there: no node of these sites takes more than ${maxSkew} (maxSkew). nodeTaintsPolicy: Honor leaves out nodes by their taints.`,
    ];
  });
}

function shortOf(all: readonly Pods[], { domains, tolerate, load }: Judged): string[] {
  const sites = sitesOf(domains);
  const nodes = new Map(sites.map((site) => [site, nodesFor(all, site)]));
  const inDomains = domains.map((domain) => domain.sites.reduce((sum, { site }) => sum + (nodes.get(site) ?? 0), 0));
  const left = inDomains
    .sort((a, b) => b - a)
    .slice(tolerate)
    .reduce((sum, count) => sum + count, 0);
  const needed = all.reduce((sum, { total }) => sum + ceil((total * load.headroom.num) / load.headroom.den), 0);
  const least = all.reduce((sum, { minimum }) => sum + minimum, 0);
  const few = sites.filter((site) => (nodes.get(site) ?? 0) < least).map((site) => site.name);
  const found: string[] = [];
  if (left < needed)
    found.push(`${left} nodes that may run one are left after the worst loss, and ${needed} are needed`);
  if (few.length > 0) found.push(`every site runs ${least} at least, too many for ${someOf(few)}`);
  const single = sites.filter(isOneNode).map((site) => site.name);
  if (found.length > 0 && single.length > 0) {
    found.push(`by their allocatable.nodes, 1 where it is not given, one node each counts of ${someOf(single)}`);
  }
  return found.map((what) => `${who(all)}: ${what}.`);
}

function sitesOf(domains: Judged["domains"]): CapacitySite[] {
  return domains.flatMap((domain) => domain.sites.map(({ site }) => site));
}

/** Whether it is an existing site of which nobody has said how many nodes it has, or that it has one. */
function isOneNode({ nodeGroups }: CapacitySite): boolean {
  return nodeGroups.every(({ pool, count }) => pool === undefined && count === 1);
}

function nodesFor(all: readonly Pods[], { nodeGroups }: CapacitySite): number {
  const may = nodeGroups.filter((group) => all.some(({ spec }) => mayRunOn(spec, group)));
  return may.reduce((sum, group) => sum + guaranteed(group), 0);
}

function who(all: readonly Pods[]): string {
  const names = someOf(all.map(({ spec }) => spec.name));
  const ports = [...new Set(all.flatMap(({ spec }) => portNames(spec.hostPorts ?? [])))];
  const why = ports.length === 0 ? "" : ` (host ${ports.length === 1 ? "port" : "ports"} ${someOf(ports)})`;
  return all.length === 1
    ? `Workload ${names} runs at most one pod a node${why}`
    : `Of workloads ${names} a node runs at most one pod${why}`;
}

/** Names in their order, the first of them where they are many. */
function someOf(names: readonly string[]): string {
  const sorted = [...names].sort();
  return sorted.length <= MOST_NAMES ? sorted.join(", ") : firstOf(sorted, MOST_NAMES - 1);
}
