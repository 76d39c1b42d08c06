import { fleetPlan } from "../../fleetPlan";
import type { FleetSpec } from "../../spec";
import type { ObservedResource } from "../types";
import type { Installation } from "./installations";
import type { MeshRange } from "./ranges";
import { at } from "./settings";

/** From where the sites of a mesh may be reached by each other. */
export interface Peers {
  /** Ranges of their nodes. */
  readonly cidrs: readonly string[];
  /** Whether these are all: otherwise what is in none of them may still be a peer's. */
  readonly isComplete: boolean;
}

/** The nodes of all peers: as the fleets of the program plan them, or as its networks say. */
export function peersOf(
  fleets: readonly ObservedResource[],
  members: readonly Installation[],
  ranges: readonly MeshRange[],
): Peers {
  if (fleets.length > 0) {
    const planned = fleets.map(plannedNodes);
    return { cidrs: planned.flatMap((cidrs) => cidrs ?? []), isComplete: !planned.includes(undefined) };
  }
  const nodes = ranges.filter(({ use }) => use === "nodes");
  return {
    cidrs: nodes.map(({ cidr }) => cidr),
    // One member alone has peers that are not in this program.
    isComplete: members.length > 1 && members.every(({ called }) => nodes.some(({ owner }) => owner === called)),
  };
}

/**
 * Nodes of the sites that a fleet plans, and what its underlay opens where it cannot tell so many apart, without those that
 * are lost: nothing may come from there.
 */
function plannedNodes({ props }: ObservedResource): string[] | undefined {
  try {
    const { sites, underlay } = fleetPlan(at(props, ["spec"]) as FleetSpec);
    const nodes = sites
      .filter(({ state }) => state !== "lost")
      .flatMap(({ addresses }) => [addresses.nodeCidr, ...addresses.nodeSubnets]);
    const opened = underlay?.networks.flatMap(({ openings: [first] }) => first?.sources ?? []) ?? [];
    return [...new Set([...nodes, ...opened])];
  } catch {
    return undefined;
  }
}
