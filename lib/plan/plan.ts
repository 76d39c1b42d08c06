import type { MeshPlan } from "./mesh/meshPlan";
import type { Resources } from "./resources";
import type { TrafficPlan } from "./routing/plan";
import type { ApiAccess, Coordinates, FleetSpec, PoolSpec, SiteKind, SiteSpec, SiteState, TaintSpec } from "./spec";
import type { TrustPlan } from "./trust/plan";
import type { UnderlayPlan } from "./underlay/plan";
import type { CapacityVerdict } from "./verdict";
import type { CiliumMinor } from "./versions";
import type { HostPort } from "./webhookPorts";

/** Everything that follows from a spec, before anything exists. Made by `fleetPlan`; components only translate it. */
export interface FleetPlan {
  readonly spec: FleetSpec;
  /** Sites by their number. */
  readonly sites: readonly SitePlan[];
  /** Fault domains lost at once that the capacity is judged against. */
  readonly tolerate: number;
  readonly headroom: number;
  readonly maximumSites: 255 | 511;
  readonly capacity: CapacityVerdict;
  /** The public name and what the DNS services are told of it; undefined where the spec says nothing of traffic. */
  readonly traffic: TrafficPlan | undefined;
  /** Every certificate and bundle; undefined where the spec says nothing of trust. */
  readonly trust: TrustPlan | undefined;
  /** How the sites are linked; undefined when the spec links nothing. */
  readonly underlay: UnderlayPlan | undefined;
  /** Absent when the spec asks for none. */
  readonly mesh?: MeshPlan;
}

/** One site, with every default resolved. */
export interface SitePlan {
  /** The entry of the spec that it comes from. */
  readonly spec: SiteSpec;
  readonly name: string;
  readonly number: number;
  readonly kind: SiteKind;
  readonly state: SiteState;
  /** `aws`, `gcp`, `azure`, or what an existing site says. */
  readonly provider: string;
  readonly region: string;
  /** Zones in the provider's spelling; empty for an existing site. */
  readonly zones: readonly string[];
  /** Sites of one fault domain are lost together. */
  readonly faultDomain: string;
  readonly coordinates: Coordinates | undefined;
  readonly addresses: SiteAddresses;
  readonly apiAccess: ApiAccess | undefined;
  /** From where `pulumi up` must run, as a sentence. */
  readonly runFrom: string;
  readonly kubernetesVersion: string | undefined;
  readonly ciliumVersion: CiliumMinor;
  readonly auditLogDays: number;
  readonly pools: readonly PoolPlan[];
  /** Ports of every node that the control plane calls, where it reaches no pod: EKS. */
  readonly calledPorts: readonly HostPort[];
  /**
   * What the site guarantees to workloads, all pools together, after DaemonSets and system pods. Ephemeral storage that a
   * measurement does not limit is about one EiB a node.
   */
  readonly guaranteed: Resources;
  /** The fleet's and the site's tags and the library's own (`multisite-site`, `multisite-number`). */
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * The addresses of one site. Everything lies in `block`, except what an existing site declares: its `block` and
 * `network` are its first node CIDR, and what the library does not make is empty.
 */
export interface SiteAddresses {
  readonly block: string;
  /** The routed network: VPC, VPC network or VNet. Holds nodes, load balancers and the control plane. */
  readonly network: string;
  /** All nodes; one entry per subnet in `nodeSubnets`. */
  readonly nodeCidr: string;
  /** AWS: one subnet per zone, in the order of `zones`; a zone that comes or goes moves none. Else `nodeCidr` whole. */
  readonly nodeSubnets: readonly string[];
  /** AWS: public subnets per zone for NAT gateways and public load balancers. Else empty. */
  readonly publicSubnets: readonly string[];
  /** A subnet that only load balancers use, whose addresses the plan may promise before anything exists. */
  readonly loadBalancerCidr: string;
  /** AWS: one subnet per zone of `loadBalancerCidr`. Else `loadBalancerCidr` whole. */
  readonly loadBalancerSubnets: readonly string[];
  /** /28 for GKE's control plane, or the subnets of a control plane's network interfaces. */
  readonly controlPlaneCidr: string;
  /** One subnet per zone of `controlPlaneCidr` for the control plane's network interfaces (EKS). */
  readonly controlPlaneSubnets: readonly string[];
  readonly podCidr: string;
  readonly serviceCidr: string;
  /** ClusterIP of the cluster's DNS: the tenth address of the service CIDR. */
  readonly dnsServiceIp: string;
  /** Addresses of the mesh's API in this site, one per zone where the load balancer has one per zone. */
  readonly mesh: readonly string[];
  /** Internal addresses of the site's ingress. */
  readonly ingress: readonly string[];
  /** Prefix length of one node's pod addresses: /24 on EKS and AKS; on GKE that of the pool with the most pods. */
  readonly podPrefixPerNode: number;
}

/** One node pool, with every default resolved. */
export interface PoolPlan {
  readonly spec: PoolSpec;
  readonly name: string;
  readonly machineType: string;
  readonly architecture: "amd64" | "arm64" | undefined;
  /** Nodes that count: 0 for spot and for machines that nobody knows. */
  readonly guaranteedNodes: number;
  /** Nodes that are asked for. */
  readonly nodes: number;
  readonly maximumNodes: number;
  readonly nodesPerZone: number | undefined;
  readonly zones: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly TaintSpec[];
  readonly spot: boolean;
  readonly maximumPods: number;
  readonly diskGiB: number;
  readonly surgeNodes: number;
  /** What one node offers to pods, DaemonSets and system pods included. */
  readonly allocatablePerNode: Resources;
  /** What DaemonSets and system pods take of one node. */
  readonly overheadPerNode: Resources;
  /** What is to be known about its capacity: why nodes do not count, and what to change. */
  readonly notes: readonly string[];
}
