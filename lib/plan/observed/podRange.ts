import { type Cidr, formatCidr, readCidr, sizeOf } from "../cidr";
import { guaranteedNodes } from "../guaranteedNodes";
import type { CountedPool } from "./capacity";
import type { PodAddresses, Surge } from "./podAddresses";
import type { ObservedSite } from "./types";

/** How far the addresses of a range of pods reach. */
export interface PodRange {
  /** The range as the program gives it. */
  readonly cidr: string;
  /** Pools that draw on it alone, where that is not the range of their cluster. */
  readonly pools: readonly string[];
  /** Pod addresses that it has. */
  readonly addresses: number;
  /** Pod addresses that the nodes of its pools take, those included that an upgrade of all of them makes. */
  readonly needed: number;
  /** Nodes that an upgrade makes. */
  readonly surge: number;
}

/** What one pool takes, and of which range. */
interface Draw {
  readonly pool: string;
  readonly range: Cidr;
  readonly cidr: string;
  readonly needed: number;
  readonly surge: number;
}

/**
 * Whether the nodes of a site get addresses for their pods, where each takes a block of a range at once: on GKE by the pods per
 * node of its pool, in an overlay of AKS a /24. Nodes of spot, system and Windows pools take them as all others do, of autoscaled
 * pools the least that there are. A range that is not known is left out, and so is EKS, where pods take the subnets' own
 * addresses one by one.
 */
export function podRanges({ cluster }: ObservedSite, pools: readonly CountedPool[]): PodRange[] {
  if (cluster.kind === "eks") return [];
  const shared = cluster.hasMorePodRanges === true ? undefined : cluster.cidrs.find(({ use }) => use === "pods")?.cidr;
  const named = new Map(
    pools.flatMap(({ pool: { addresses } }) =>
      addresses?.own?.name !== undefined && addresses.own.cidr !== undefined
        ? [[addresses.own.name, addresses.own.cidr]]
        : [],
    ),
  );
  const rangeOf = ({ own }: PodAddresses) => (own === undefined ? shared : (own.cidr ?? named.get(own.name ?? "")));
  const draws = pools.flatMap((counted): Draw[] => {
    const { addresses, name } = counted.pool;
    const cidr = addresses && rangeOf(addresses);
    const range = cidr === undefined ? undefined : readCidr(cidr);
    if (addresses === undefined || cidr === undefined || range === undefined || "fault" in range) return [];
    const nodes = nodesOf(counted);
    const surge = surgeOf(addresses.surge, nodes);
    return [{ pool: name, range, cidr, needed: (nodes + surge) * addresses.perNode, surge }];
  });
  const byRange = new Map<string, Draw[]>();
  for (const draw of draws) {
    const key = formatCidr(draw.range);
    byRange.set(key, [...(byRange.get(key) ?? []), draw]);
  }
  return [...byRange.values()].map((all) => ({
    cidr: all[0]?.cidr ?? "",
    pools: all.some(({ cidr }) => cidr === shared) ? [] : all.map(({ pool }) => pool),
    addresses: sizeOf(all[0]?.range.prefix ?? 32),
    needed: all.reduce((sum, { needed }) => sum + needed, 0),
    surge: all.reduce((sum, { surge }) => sum + surge, 0),
  }));
}

/** Nodes that take addresses: also those that guarantee no capacity. */
function nodesOf({ pool: { description }, nodes }: CountedPool): number {
  if (description.kind === "eks") return nodes;
  const there =
    description.kind === "gke"
      ? guaranteedNodes({ ...description, spot: false, lent: false, mayShrink: false })
      : guaranteedNodes({ ...description, spot: false, systemOnly: false });
  return Math.max(nodes, there.nodes);
}

/** No upgrade makes more nodes at a time than the pool has. */
function surgeOf(surge: Surge, nodes: number): number {
  return Math.min(nodes, "nodes" in surge ? surge.nodes : ceilOf(nodes * surge.share));
}

/** Products of shares such as 0.1 are not exact: 30 x 0.1 is a little more than 3. */
const ceilOf = (nodes: number) => Math.ceil(nodes - 1e-9);
