import type { AssumedDaemonSet, Crowding } from "./daemonSets";
import type { Resources } from "./resources";
import type { RoutingInput } from "./routing/input";
import type { Architecture, FaultDomainLevel, HostPortSpec, SiteState, TaintSpec, WorkloadSpec } from "./spec";

/**
 * What the N+1 arithmetic needs, as plain data: made by `fleetPlan` from a spec, and by the policy pack from the node
 * pools that it finds in a program. Both are therefore judged by the same function.
 */
export interface CapacityInput {
  /** Their order means nothing. */
  readonly sites: readonly CapacitySite[];
  readonly demand: CapacityDemand;
  /** Fault domains lost at once that the demand must survive. A whole number, 0 or more. */
  readonly tolerate: number;
  /** Fraction of the demand to keep free on top of it, kept to six decimals. @default 0 */
  readonly headroom?: number;
  /** What a fault domain is; only repeated in the verdict. */
  readonly faultDomain: FaultDomainLevel;
  /**
   * Whether a fault domain that is lost or drained already counts as one of the `tolerate` losses. False once
   * `degradedUntil` has passed. @default true
   */
  readonly degraded?: boolean;
  /** The services that users are led by. @default such as give every survivor what the arithmetic would have it get */
  readonly routing?: RoutingInput | undefined;
}

/** One site with the nodes that it guarantees. */
export interface CapacitySite {
  /** Unique. */
  readonly name: string;
  /** Sites of equal fault domains are lost together. */
  readonly faultDomain: string;
  /** For workloads that require one; undefined meets no such requirement. */
  readonly provider?: string | undefined;
  readonly region?: string | undefined;
  /** Only an active site carries anything. @default "active" */
  readonly state?: SiteState;
  readonly nodeGroups: readonly NodeGroup[];
}

/** Nodes that are alike: one pool, or an existing site's declared total. */
export interface NodeGroup {
  /** The pool's name; undefined for an existing site's total. */
  readonly pool: string | undefined;
  /** Guaranteed nodes; what is not a positive number counts as 0. */
  readonly count: number;
  /** What one node offers to workloads: allocatable less DaemonSets and system pods. */
  readonly perNode: Resources;
  /** All nodes together where that was measured, so that a division by `count` loses nothing. @default count x perNode */
  readonly total?: Resources;
  /** @default "amd64" */
  readonly architecture?: Architecture | undefined;
  /**
   * Labels beside `kubernetes.io/arch`, `kubernetes.io/os` and `node.kubernetes.io/instance-type`: the pool's own, and those that
   * its cloud sets. @default {}
   */
  readonly labels?: Readonly<Record<string, string>>;
  /** Labels that they may have beside those that are known: `any`, or by key what their values begin with. @default none */
  readonly openLabels?: "any" | Readonly<Record<string, string>>;
  /** @default [] */
  readonly taints?: readonly TaintSpec[];
  /** Host ports that DaemonSets take on each of them. @default [] */
  readonly hostPorts?: readonly HostPortSpec[];
  /** DaemonSets that may run on each of them, and of which some cannot. @default all run */
  readonly crowding?: Crowding | undefined;
  /** DaemonSets that are counted on each of them without being known to run there. @default [] */
  readonly assumed?: readonly AssumedDaemonSet[];
  /** Nodes that can be added at a time: the number of zones where the cloud counts per zone, 0 where none can. @default 1 */
  readonly addable?: number;
  /** Zones over which they are divided in turn. @default one zone, the same for all such groups of a site */
  readonly zones?: readonly string[];
  /** For texts. */
  readonly machineType?: string | undefined;
}

/** What the fleet must carry at its peak: totals are divisible, workloads are whole pods. */
export interface CapacityDemand {
  /** What it has beyond the sum of the workloads is carried as divisible, on nodes without taints. */
  readonly totals?: Resources | undefined;
  readonly workloads?: readonly WorkloadSpec[] | undefined;
}
