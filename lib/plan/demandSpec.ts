import type { Architecture, TaintSpec } from "./poolSpec";

/**
 * What the fleet must carry at its peak. Totals are divisible, workloads are whole pods. Where both are given, the
 * workloads are placed as pods, and what the totals have beyond them is carried as divisible.
 */
export interface DemandSpec {
  /** Cores. */
  cpu?: number;
  memoryGiB?: number;
  pods?: number;
  ephemeralStorageGiB?: number;
  /** Extended resources, such as `nvidia.com/gpu`. */
  extended?: { [name: string]: number };
  /** Workloads, by hand or from `demandFromManifests`. */
  workloads?: WorkloadSpec[];
  /** What runs once on every node, beside the library's own. @default [] */
  daemonSets?: DaemonSetSpec[];
}

/** One workload, its replicas counted over the whole fleet. */
export interface WorkloadSpec extends PodShape {
  /** Unique among the workloads; `namespace/name` when it comes from manifests. */
  name: string;
  /** Replicas at the peak, over the whole fleet: the HPA's maximum where there is one. Whole, 0 or more. */
  replicas: number;
  /** Replicas that every site runs at least. @default 1, or 0 for a workload without replicas */
  minimumPerSite?: number;
  /**
   * `spread`: the replicas are divided over the sites. `everywhere`: every site runs all of them. `singleton`: one site
   * runs all of them, the first by name of those that may; N+1 does not cover it. @default "spread"
   */
  spread?: "spread" | "everywhere" | "singleton";
  /** What a site must be to run it. Sites that are not run none of it. @default every site may run it */
  requires?: SiteRequirements;
  /** N+1 covers the critical ones; sheddable ones run where room is left. @default "critical" */
  priority?: "critical" | "sheddable";
  /**
   * Whether no two of its pods may share a node, as required anti-affinity by `kubernetes.io/hostname` to its own pods
   * says. @default false
   */
  onePerNode?: boolean;
  /**
   * Names of other workloads with whose pods none of its own may share a node, whichever of the two came first; saying it
   * of one of two is enough. @default []
   */
  apartFrom?: string[];
  /** How evenly its pods must be over the nodes of a site. @default not at all */
  nodeSpread?: NodeSpreadSpec;
  /**
   * Whether preferences (of its pods, or of others for them) decide which of the nodes with room a pod gets: preferred affinities,
   * and topology spread that need not hold but by its own pods over zones and hosts with a skew of 1. Then each such node counts as
   * one that it may get. @default false
   */
  hasPreferences?: boolean;
  /** Containers without a request, by name: they count as nothing and are listed. @default [] */
  containersWithoutRequests?: string[];
  /**
   * What the scheduler takes one of its pods to ask for where it chooses between nodes with room: each container counts
   * with 0.1 cores and 200 MiB where it has no request. @default what the pod asks for, or those of one container
   */
  scoredAs?: ScoredSpec;
}

/** What a pod counts as where nodes are compared. */
export interface ScoredSpec {
  /** Cores. */
  cpu: number;
  memoryGiB: number;
}

/** Topology spread by `kubernetes.io/hostname` that must hold (`DoNotSchedule`), of a workload's own pods. */
export interface NodeSpreadSpec {
  /** Pods that a node may have more of than the node that has the fewest. 1 or more. */
  maxSkew: number;
  /** With fewer nodes than these, the fewest counts as none. 1 or more. @default 1 */
  minDomains?: number;
  /** Whether nodes whose taints keep it out count, as such that have none of its pods: `Ignore` counts them. @default "Ignore" */
  nodeTaintsPolicy?: "Honor" | "Ignore";
}

/** What a site must be to run a workload. Node class and architecture are the pod's own: `nodeSelector`, `architectures`. */
export interface SiteRequirements {
  /** Residency by country or the like: the only regions, in the spelling of the sites, that may run it. @default any */
  regions?: string[];
  /** The only providers that may run it: `aws`, `gcp`, `azure`, or what an existing site says. @default any */
  providers?: string[];
  /** Sites that must be able to run it. 1 or more. @default 1 */
  atLeastSites?: number;
}

/** One pod for every node that it tolerates. */
export interface DaemonSetSpec extends PodShape {
  name: string;
  containersWithoutRequests?: string[];
}

/** What one pod asks of a node. */
export interface PodShape {
  /** Cores. */
  cpu: number;
  memoryGiB: number;
  /** @default 0 */
  ephemeralStorageGiB?: number;
  /** Extended resources, such as `nvidia.com/gpu`. @default {} */
  extended?: { [name: string]: number };
  /** Architectures its images exist for. @default both */
  architectures?: Architecture[];
  /** Labels that a node must have. @default {} */
  nodeSelector?: { [name: string]: string };
  /** Taints that it tolerates. @default [] */
  tolerations?: TolerationSpec[];
  /** Ports of its node that it takes: no two pods on a node have one in common. @default [] */
  hostPorts?: HostPortSpec[];
}

/** A port of a node that a pod takes for itself. */
export interface HostPortSpec {
  /** 1 to 65535. */
  port: number;
  /** @default "TCP" */
  protocol?: "TCP" | "UDP" | "SCTP";
  /** The one address of the node on which it is taken, as `hostIP` says. @default all of them */
  hostIP?: string;
}

export interface TolerationSpec {
  /** Empty or absent: every key, with operator Exists. */
  key?: string;
  operator?: "Exists" | "Equal";
  value?: string;
  /** Absent: every effect. */
  effect?: TaintSpec["effect"];
}
