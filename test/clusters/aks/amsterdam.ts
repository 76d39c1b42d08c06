import type { AksSiteSpec, PoolSpec } from "../../../lib/plan/spec";
import { recordFleet } from "../../support/clouds";
import type { Graph } from "../../support/graph";
import { aksSite, eksSite, fleetSpec } from "../../support/specs";

/** The graph of a fleet one of whose sites, amsterdam, has what is given. */
export function amsterdam(change: Partial<AksSiteSpec> = {}, preview = false): Promise<Graph> {
  return recordFleet(fleetSpec([aksSite("amsterdam", 3, change), eksSite("frankfurt", 1)]), { preview });
}

export const BASE: PoolSpec = { name: "base", machineType: "Standard_D4s_v5", nodes: 3 };

/** A site with a pool beside the one that comes with the cluster. */
export function beside(...pools: Partial<PoolSpec>[]): Partial<AksSiteSpec> {
  return { pools: [BASE, ...pools.map((pool) => ({ ...BASE, name: "apps", ...pool }))] };
}

export const CLUSTER = "azure-native:containerservice:ManagedCluster";
export const POOL = "azure-native:containerservice:AgentPool";

export type Inputs = Record<string, unknown>;
export const cluster = (graph: Graph) => graph.one(CLUSTER, "amsterdam").inputs as Record<string, Inputs>;
export const pool = (graph: Graph, name = "apps") => graph.one(POOL, `amsterdam-${name}`).inputs;
export const systemPools = (graph: Graph) => cluster(graph).agentPoolProfiles as unknown as Inputs[];
