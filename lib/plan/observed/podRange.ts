import { gkePodPrefix, podPrefixOf } from "../addresses";
import { readCidr } from "../cidr";
import type { CountedPool } from "./capacity";
import type { ObservedSite } from "./types";

/** How far the addresses of a site's pods reach. */
export interface PodRange {
  /** The range as the program gives it. */
  readonly cidr: string;
  /** Pod addresses that a node takes at once. */
  readonly addressesPerNode: number;
  /** Nodes that the range has addresses for. */
  readonly nodes: number;
  /** Guaranteed nodes, and those that an upgrade makes beside them. */
  readonly needed: number;
  /** Of these, nodes that an upgrade makes. */
  readonly surge: number;
}

/** Pods per node of GKE when neither pool nor cluster says. */
const GKE_DEFAULT_PODS = 110;

/**
 * Whether every guaranteed node of a site gets addresses for its pods, where each node takes a block of one range: on GKE
 * by the pods per node, in an overlay of AKS a /24. Undefined where the range is not known, and on EKS, where pods take
 * the subnets' own addresses one by one.
 */
export function podRange(site: ObservedSite, pools: readonly CountedPool[]): PodRange | undefined {
  const { kind } = site.cluster;
  const cidr = site.cluster.cidrs.find(({ use }) => use === "pods")?.cidr;
  const range = cidr === undefined ? undefined : readCidr(cidr);
  if (kind === "eks" || cidr === undefined || range === undefined || "fault" in range) return undefined;
  const serving = pools.filter(({ nodes }) => nodes > 0);
  const pods = Math.max(...serving.map(({ pool }) => Number(pool.description.maxPods ?? GKE_DEFAULT_PODS)), 8);
  const prefix = kind === "gke" ? gkePodPrefix(pods) : podPrefixOf("aks", pods);
  // Both services make one node more at a time in each pool unless they are told otherwise.
  const surge = serving.length;
  return {
    cidr,
    addressesPerNode: 2 ** (32 - prefix),
    nodes: Math.floor(2 ** (prefix - range.prefix)),
    needed: serving.reduce((sum, { nodes }) => sum + nodes, 0) + surge,
    surge,
  };
}
