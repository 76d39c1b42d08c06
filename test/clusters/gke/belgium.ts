import type { GkeSiteSpec, PoolSpec } from "../../../lib/plan/spec";
import { recordFleet } from "../../support/clouds";
import type { Graph } from "../../support/graph";
import { eksSite, fleetSpec, gkeSite } from "../../support/specs";

/** The graph of a fleet one of whose sites, belgium, has what is given. */
export function belgium(change: Partial<GkeSiteSpec> = {}, preview = false): Promise<Graph> {
  return recordFleet(fleetSpec([gkeSite("belgium", 2, change), eksSite("frankfurt", 1)]), { preview });
}

export const BASE: PoolSpec = { name: "apps", machineType: "n2-standard-4", nodes: 6 };

/** A site whose one pool has what is given. */
export const ofPool = (change: Partial<PoolSpec>): Partial<GkeSiteSpec> => ({ pools: [{ ...BASE, ...change }] });

export const CLUSTER = "gcp:container/cluster:Cluster";
export const POOL = "gcp:container/nodePool:NodePool";
export const RELEASE = "kubernetes:helm.sh/v3:Release";

export type Inputs = Record<string, unknown>;
export const cluster = (graph: Graph) => graph.one(CLUSTER, "belgium").inputs as Record<string, Inputs>;
export const nodePool = (graph: Graph, name = "apps") => graph.one(POOL, `belgium-${name}`).inputs;
export const nodeConfig = (graph: Graph, name = "apps") => nodePool(graph, name).nodeConfig as Inputs;
