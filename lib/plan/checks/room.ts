import { blockLayout, DEFAULT_BLOCK_PREFIX, podPrefixOf, usableAddresses, ZONE_SLOTS_PREFIX } from "../addresses";
import { sizeOf } from "../cidr";
import type { FleetSpec } from "../spec";
import type { BuiltKind } from "../versions";
import type { Draft } from "./structure";
import { count, type Path, type Report } from "./wording";

/** What one pool takes of its site's addresses at most, surge included. */
export interface PoolRoom {
  readonly name: string;
  readonly nodes: number;
  readonly maximumPods: number;
  readonly zones: readonly string[];
}

/**
 * Whether a site's block has an address for every node and every pod, at the autoscaler's maximum and in the middle of
 * an upgrade (rule N1-010): each node takes a whole range of pod addresses, and an address in its zone's subnet.
 */
export function checkRoom(
  spec: Draft<FleetSpec>,
  kind: BuiltKind,
  pools: readonly PoolRoom[],
  site: { readonly called: string; readonly path: Path; readonly zones: readonly string[] },
  report: Report,
): void {
  const blockPrefix = spec.addresses?.blockPrefix ?? DEFAULT_BLOCK_PREFIX;
  const layout = blockLayout({ start: 0, prefix: blockPrefix });
  const nodes = pools.reduce((sum, pool) => sum + pool.nodes, 0);
  const have = sizeOf(layout.pods.prefix);
  const need = pools.reduce((sum, pool) => sum + pool.nodes * sizeOf(podPrefixOf(kind, pool.maximumPods)), 0);
  if (need > have) {
    const each = pools
      .map((pool) => `${pool.name} ${count(pool.nodes)} x /${podPrefixOf(kind, pool.maximumPods)}`)
      .join(" + ");
    report(
      site.path,
      `needs ${count(need)} pod addresses at site ${site.called} (nodes with autoscaler and surge: ${each}), but a /${blockPrefix} ` +
        `block has a /${layout.pods.prefix} for pods, ${count(have)} addresses: ${remedy(blockPrefix, need / have, kind)}.`,
    );
  }
  const subnet = kind === "eks" ? layout.nodes.prefix + ZONE_SLOTS_PREFIX : layout.nodes.prefix;
  const perSubnet = kind === "eks" ? busiestZone(pools, site.zones) : nodes;
  if (perSubnet > usableAddresses(subnet)) {
    report(
      site.path,
      `may reach ${count(perSubnet)} nodes in one subnet of site ${site.called}, a /${subnet} with ${count(usableAddresses(subnet))} ` +
        `addresses: ${remedy(blockPrefix, perSubnet / usableAddresses(subnet), kind)}.`,
    );
  }
}

/** Nodes that one zone may have: an even share of each pool, and in the worst case the surge of all. */
function busiestZone(pools: readonly PoolRoom[], zones: readonly string[]): number {
  const loads = zones.map((zone) =>
    pools.reduce((sum, pool) => (pool.zones.includes(zone) ? sum + Math.ceil(pool.nodes / pool.zones.length) : sum), 0),
  );
  return Math.max(0, ...loads);
}

function remedy(blockPrefix: number, excess: number, kind: BuiltKind): string {
  const wider = blockPrefix - Math.ceil(Math.log2(excess));
  const pods = kind === "gke" ? ", or fewer maximumPods" : "";
  const fewer = `have fewer nodes, or more sites${pods}`;
  return wider >= 12 ? `set addresses.blockPrefix to ${wider} before the first site is built, or ${fewer}` : fewer;
}
