import type { AksPool, EksPool, GkePool } from "../guaranteed";
import type { TaintSpec } from "../spec";
import type { ObservedMesh } from "./mesh";
import type { PodAddresses } from "./podAddresses";
import type { ObservedRunning } from "./running";
import type { ObservedWorkloads } from "./workloads";

/**
 * In place of a property whose value the engine cannot know yet. Kept apart from "absent": an absent property has the
 * provider's default, an unknown one may turn out to be anything and counts as nothing.
 */
export const UNKNOWN: unique symbol = Symbol.for("multisite.unknown");

/** One resource of any Pulumi program, as a policy sees it, in plain data. */
export interface ObservedResource {
  readonly urn: string;
  /** Type token, such as `aws:eks/nodeGroup:NodeGroup`. */
  readonly type: string;
  /** Name in the program: the last part of the URN, never a secret. */
  readonly name: string;
  /** URN of the parent. */
  readonly parent?: string;
  readonly provider?: ObservedProvider;
  /** Outputs, {@link UNKNOWN} in place of what is not known, at any depth. */
  readonly props: unknown;
  /** Properties whose changes the program ignores, such as `scalingConfig.desiredSize`. */
  readonly ignoreChanges: readonly string[];
  /** Inputs that the program gave; undefined where they were not seen, and everything unknown may be one. */
  readonly given?: readonly string[];
  /**
   * For inputs that the program gave, the URNs of the resources they were made from. Engines leave out inputs that were made
   * from none when they ask a policy.
   */
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
}

/** The provider of a resource, explicit or default. */
export interface ObservedProvider {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Its inputs, such as `region`. */
  readonly props: unknown;
}

/** Managed Kubernetes services whose clusters and pools are understood. */
export type ObservedKind = "eks" | "gke" | "aks";

/** A cluster of the program, or one that its pools name without it being in the program. */
export interface ObservedCluster {
  /** URN; undefined when only its pools are in the program. */
  readonly urn: string | undefined;
  readonly name: string;
  readonly kind: ObservedKind;
  /** Name that the cloud knows it by, where known. */
  readonly physicalName: string | undefined;
  /** Region in the provider's spelling, where known. */
  readonly region: string | undefined;
  /** Zones that pools inherit, where known. */
  readonly zones: readonly string[];
  /** What adds nodes on demand and guarantees none: `EKS Auto Mode`, `GKE Autopilot`. */
  readonly automatic: readonly string[];
  /** CIDRs that it says it uses, by what they are for. */
  readonly cidrs: readonly ObservedCidr[];
  /** Pools that name no range of pod addresses may have another than the one among `cidrs`. @default false */
  readonly hasMorePodRanges?: boolean;
}

/** A range of addresses in use at a cluster. */
export interface ObservedCidr {
  readonly cidr: string;
  readonly use: "nodes" | "pods" | "services";
}

/** A pool of nodes, as the program asks for it. */
export interface ObservedPool {
  /** URN of the resource that declares it. */
  readonly urn: string;
  /** The name in the program, or, of a pool inside a cluster, the pool's own. */
  readonly name: string;
  /** Name that the cloud knows it by, where known. */
  readonly physicalName?: string | undefined;
  /** URNs that its cluster's name was made from. */
  readonly clusterUrns: readonly string[];
  /** Name of its cluster, where known. */
  readonly clusterName: string | undefined;
  /** Region of the pool itself, where known. */
  readonly region: string | undefined;
  /** What it guarantees follows from this. */
  readonly description: EksPool | GkePool | AksPool;
  /** Nodes that an autoscaler may reach in the whole pool, or the pool's size without one; 0 when not known. */
  readonly maximumNodes: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Labels that its nodes have with a value that is not known yet: no workload can count on one. */
  readonly openLabels?: readonly string[];
  readonly taints: readonly TaintSpec[];
  /** Cannot run Linux pods. */
  readonly windows: boolean;
  /** Why none of its nodes is there for workloads, and what to change. One sentence each. */
  readonly closed?: readonly string[];
  /** vCPUs that a node shows, where a setting may leave it fewer than its machine has. */
  readonly vcpus?: number | undefined;
  /** Nodes have no driver for the accelerators of their machines, so they offer none of them. */
  readonly withoutDrivers?: boolean;
  /** Why a node offers less than its machine has, and what to change. One sentence each. */
  readonly remarks?: readonly string[];
  /** What its nodes take of ranges of pod addresses; undefined where they take none, or one by one. */
  readonly addresses?: PodAddresses | undefined;
  /** Properties that capacity depends on and that are not known, by their path. */
  readonly unknown: readonly string[];
}

/** Capacity that exists but that nobody can count from the program. */
export interface Unjudged {
  readonly urn: string;
  readonly site: string | undefined;
  /** What it is and what to declare instead, as a sentence. */
  readonly text: string;
}

/** One cluster in one fault domain, with its pools. */
export interface ObservedSite {
  readonly name: string;
  readonly cluster: ObservedCluster;
  /** `aws`, `gcp` or `azure`. */
  readonly provider: "aws" | "gcp" | "azure";
  readonly region: string | undefined;
  readonly zones: readonly string[];
  readonly pools: readonly ObservedPool[];
  /** Name of the `multisite:index:Site` component that it belongs to, if any. */
  readonly component: string | undefined;
}

/** What a program holds of sites and of what they must carry. */
export interface Observed {
  readonly sites: readonly ObservedSite[];
  readonly workloads: ObservedWorkloads;
  readonly running: ObservedRunning;
  /** Where its sites are joined, or could be reached as if they were. */
  readonly mesh: ObservedMesh;
  /** What a reader must know, such as a pool whose cluster cannot be told. */
  readonly notes: readonly string[];
  readonly unjudged: readonly Unjudged[];
}
