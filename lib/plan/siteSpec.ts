import type { AllocatableSpec, PoolSpec } from "./poolSpec";
import type { CiliumMinor } from "./versions";

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

  /** Minor version of Cilium here, so that a new one comes to one site first. @default that of `mesh`; without one "1.19" */
  ciliumVersion?: CiliumMinor;

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
  /** What the fleet may use, its DaemonSets included: measured, all guaranteed nodes together. */
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
