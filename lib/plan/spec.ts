import type { DemandSpec } from "./demandSpec";
import type { MeshSpec } from "./mesh/meshSpec";
import type { TrafficSpec } from "./routing/spec";
import type { SiteSpec } from "./siteSpec";
import type { TrustSpec } from "./trust/spec";
import type { UnderlaySpec } from "./underlay/spec";

export type * from "./demandSpec";
export type * from "./poolSpec";
export type * from "./siteSpec";

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
