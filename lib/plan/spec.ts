import type { MeshSpec } from "./mesh/meshSpec";
import type { TrafficSpec } from "./routing/spec";
import type { TrustSpec } from "./trust/spec";
import type { UnderlaySpec } from "./underlay/spec";

/**
 * What a platform team writes down: the sites of a service and what they must carry. Plain data only: everything here
 * decides which resources exist, so none of it may be an Output, and all of it is known at the first preview.
 */
export interface FleetSpec {
  /** The sites, at least two. Their order means nothing. */
  sites: SiteSpec[];

  /** What the fleet must carry at its peak, all sites together. */
  demand: DemandSpec;

  /** How many fault domains may be lost at once with the demand still carried. A whole number of 1 or more. @default 1 */
  tolerate?: number;

  /**
   * What counts as one fault domain: everything in one `provider`, in one `region` of a provider, or in one `zone`
   * (two sites of one region, each in zones of its own). @default "region"
   */
  faultDomain?: FaultDomainLevel;

  /** Capacity to keep free on top of the demand, as a fraction of it: 0.2 asks for 20 % more. 0 to 10. @default 0 */
  headroom?: number;

  /**
   * Numbers of sites that are gone for good. A number derives addresses and the mesh id, so it is never given twice.
   * @default []
   */
  retired?: number[];

  /** One network for the pods of all sites; `{}` asks for it as it is. @default none: each site is on its own */
  mesh?: MeshSpec;

  /** Where the sites' addresses come from. @default 10.0.0.0/8 in blocks of /16, one per site number */
  addresses?: AddressSpec;

  /**
   * While a site is `lost`: the last day (`YYYY-MM-DD`) on which the others may be judged against one loss fewer.
   * Required when a site is lost.
   */
  degradedUntil?: string;

  /** One public name for all sites, and the DNS services that answer for it. @default none: users are somebody else's */
  traffic?: TrafficSpec;

  /** One trust for all sites: their roots, certificates and bundles. @default none: sites share no CA */
  trust?: TrustSpec;

  /** Tags, or labels, of every cloud resource that can carry them, beside the library's own. @default {} */
  tags?: { [name: string]: string };

  /** How the sites' networks are linked; `{}` links them by the defaults. @default none: each site is an island */
  underlay?: UnderlaySpec;
}

export type FaultDomainLevel = "provider" | "region" | "zone";

/** One Kubernetes cluster in one fault domain. */
export type SiteSpec = EksSiteSpec | GkeSiteSpec | AksSiteSpec | ExistingSiteSpec;

export type SiteKind = SiteSpec["kind"];

/**
 * Where a site is in its life. `joining`: being built, carries nothing yet. `active`: serves. `drained`: healthy, serves
 * nothing for now. `lost`: gone until further notice, skipped by every run. `leaving`: on its way out, carries nothing, and
 * no peer has it in its mesh any more.
 */
export type SiteState = "joining" | "active" | "drained" | "lost" | "leaving";

/** What sites of every kind have. */
export interface SiteCommon {
  /**
   * Name of the site, cluster and mesh member: 1 to 32 of a-z, 0-9 and "-", beginning with a letter, ending with a letter
   * or digit; not "default". Never changed: all workloads would have to restart.
   */
  name: string;

  /**
   * Number of the site, 1 to 255, given once and never again. Addresses and the mesh id derive from it, so that a site
   * that comes or goes moves nothing of another. 256 to 511 only with `addresses.maximumSites: 511`.
   */
  number: number;

  /** Where the site is in its life. @default "active" */
  state?: SiteState;

  /** Region, in the provider's spelling: `eu-central-1`, `europe-west1`, `westeurope`. */
  region: string;

  /**
   * The site's fault domain where the provider and region do not say it: two names are lost independently, equal names
   * are lost together. @default derived from provider, region and zones by `faultDomain` of the fleet
   */
  faultDomain?: string;

  /** Coordinates in degrees. @default those of the region */
  coordinates?: Coordinates;

  /** Own block of addresses, a canonical CIDR of the fleet's block size, in place of the one that the number gives. */
  block?: string;

  /** Tags of this site's resources, beside the fleet's. @default {} */
  tags?: { [name: string]: string };
}

export interface Coordinates {
  /** -90 to 90. */
  latitude: number;
  /** -180 to 180. */
  longitude: number;
}

/** What sites have whose cluster this library builds. */
export interface BuiltSiteCommon extends SiteCommon {
  /** Zones of the site. @default three of the region, the first by name */
  zones?: string[];

  /** Who reaches the cluster's API. No default: it decides from where `pulumi up` must run. */
  apiAccess: ApiAccess;

  /** Node pools, at least one that workloads may use. */
  pools: PoolSpec[];

  /** Kubernetes minor version, such as "1.34". @default the fleet's version in `plan/versions` */
  kubernetesVersion?: string;

  /** Days that the cloud keeps audit logs. @default 90 */
  auditLogDays?: number;
}

/**
 * Who reaches the API server: `private` only the site's network and what is linked to it (`up` runs inside);
 * `allowlist` the given public CIDRs, never 0.0.0.0/0; `dns` GKE's DNS endpoint, guarded by IAM.
 */
export interface ApiAccess {
  mode: "private" | "allowlist" | "dns";
  /** With `allowlist`: canonical CIDRs. */
  cidrs?: string[];
}

/** A site on Amazon EKS. */
export interface EksSiteSpec extends BuiltSiteCommon {
  kind: "eks";
  /** The twelve digits of the AWS account. A provider for another account refuses to work. */
  account: string;
  /** ARN of the role to assume in the account. @default the runner's own credentials */
  roleArn?: string;
  /** Principals who administer the cluster, by ARN. @default only the creator of the cluster */
  administrators?: string[];
  /** A network that exists: the site makes none. @default a VPC of its own */
  network?: { vpcId: string; privateSubnetIds: string[]; loadBalancerSubnetIds: string[] };
  /**
   * Ports of the nodes for webhooks and aggregated APIs of your own, by name: pods of the overlay are out of the API server's
   * reach, so those run on the host network, each on a port of its own, which the control plane may then call. 1024 to
   * 29999, but for those that are taken. @default {}
   */
  webhookPorts?: { [name: string]: number };
}

/** A site on Google Kubernetes Engine, Standard, regional. */
export interface GkeSiteSpec extends BuiltSiteCommon {
  kind: "gke";
  /** Project id. */
  project: string;
  /** A network that exists: the site makes none. Names or self links. @default a VPC of its own */
  network?: { network: string; subnetwork: string; podRangeName: string; serviceRangeName: string };
}

/** A site on Azure Kubernetes Service, Standard tier. */
export interface AksSiteSpec extends BuiltSiteCommon {
  kind: "aks";
  /** Subscription id. */
  subscription: string;
  /** Tenant id of the subscription. */
  tenant: string;
  /** Object ids of the Entra groups who administer the cluster. Local accounts are off, so at least one. */
  administrators: string[];
  /** A subnet that exists: the site makes no network. @default a VNet of its own */
  network?: { subnetId: string; loadBalancerSubnetId: string };
}

/** A site whose cluster exists, anywhere. */
export interface ExistingSiteSpec extends SiteCommon {
  kind: "existing";
  /** Who runs it, for the fault domain: `aws`, `gcp`, `azure`, or a name of your own such as `vsphere`. */
  provider: string;
  /** Stable identity of the cluster, such as the UID of its kube-system namespace: a cluster made anew has another. */
  identity: string;
  /** What workloads may use: measured, all guaranteed nodes together. */
  allocatable: AllocatableSpec;
  /** Node, pod and service CIDRs as they are. */
  cidrs: { nodes: string[]; pods: string[]; services: string[] };
  /** Addresses that peers and users reach the site by, from its node CIDRs or its public ones. @default none */
  endpoints?: { mesh?: string[]; ingress?: string[] };
  /**
   * URL of the issuer of its ServiceAccounts' tokens, which clouds can read from the internet: by it its pods are somebody
   * there. @default none: they are nobody
   */
  tokenIssuer?: string;
}

/** Nodes of one make. */
export interface PoolSpec {
  /** Name, unique within the site: 1 to 12 of a-z and 0-9, beginning with a letter (Azure's limit, the narrowest). */
  name: string;
  /** Machine type in the provider's spelling: `m6i.xlarge`, `n2-standard-8`, `Standard_D4s_v5`. */
  machineType: string;
  /** Nodes that are always there, in the whole site: whole, 0 or more. On GKE a multiple of the number of zones. */
  nodes: number;
  /** Nodes that an autoscaler may reach, never below `nodes`. Never counted as capacity. @default nodes: no autoscaler */
  maximumNodes?: number;
  /** Zones of this pool. @default those of the site */
  zones?: string[];
  /** Kubernetes labels of its nodes. @default {} */
  labels?: { [name: string]: string };
  /** Kubernetes taints of its nodes: a tainted pool carries only workloads that tolerate it. @default [] */
  taints?: TaintSpec[];
  /** Interruptible machines: they count as zero. @default false */
  spot?: boolean;
  /** Pods per node, 10 to 250. @default 110 */
  maximumPods?: number;
  /** Size of a node's disk. 20 to 16384. @default 100 */
  diskGiB?: number;
  /** Nodes made at once beside the old ones in an upgrade, 1 or more. @default 1 */
  surgeNodes?: number;
  /** What one node offers to pods, where the catalogue does not know the machine type or you measured it. */
  allocatable?: AllocatableSpec;
}

export interface TaintSpec {
  key: string;
  value?: string;
  effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

/** What nodes offer, as measured: of one node in a pool, of all nodes together in an existing site. */
export interface AllocatableSpec {
  /** Cores. */
  cpu: number;
  memoryGiB: number;
  pods: number;
  /** @default not limited */
  ephemeralStorageGiB?: number;
  /** Extended resources, such as `nvidia.com/gpu`. @default {} */
  extended?: { [name: string]: number };
  /** Existing sites: guaranteed nodes behind the total, all alike. @default 1 */
  nodes?: number;
  /** `amd64` or `arm64`. @default "amd64" */
  architecture?: Architecture;
  /** The day (`YYYY-MM-DD`) on which someone measured it. A measurement of more than a year ago is reported. */
  verifiedAt: string;
}

export type Architecture = "amd64" | "arm64";

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
  /** Containers without a request, by name: they count as nothing and are listed. @default [] */
  containersWithoutRequests?: string[];
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
}

export interface TolerationSpec {
  /** Empty or absent: every key, with operator Exists. */
  key?: string;
  operator?: "Exists" | "Equal";
  value?: string;
  /** Absent: every effect. */
  effect?: TaintSpec["effect"];
}

/** Where addresses come from. */
export interface AddressSpec {
  /** The fleet's pool, a canonical private CIDR. @default "10.0.0.0/8" */
  pool?: string;
  /** Prefix length of one site's block, 12 to 20. @default 16 */
  blockPrefix?: number;
  /** Ranges that are taken: a company's own networks come first. No site may touch them. @default [] */
  reserved?: string[];
  /** 255, or 511 by choice: set once, the same in every site, halves the identities of each. @default 255 */
  maximumSites?: 255 | 511;
}
