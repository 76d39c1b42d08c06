/** How the sites' networks are linked. Without it nothing is linked, and each site is an island. */
export interface UnderlaySpec {
  /**
   * `mesh`: each two networks are linked directly. `hubs`: each network is attached to its cloud's own wide area network,
   * and each two clouds are linked between two hubs each. @default "mesh" up to 8 sites, retired ones included; else "hubs"
   */
  topology?: UnderlayTopology;

  /**
   * Links that are not what a pair gets by default: those that the team has or makes by itself. A link to a network that
   * this library did not make is always one of these. @default []
   */
  links?: LinkSpec[];

  /** With `hubs`: where a cloud's two hubs are. @default the regions of its two sites with the lowest numbers */
  hubs?: { aws?: HubSpec[]; gcp?: HubSpec[]; azure?: HubSpec[] };
}

export type UnderlayTopology = "mesh" | "hubs";

/**
 * `peering` within a cloud, over its own backbone; `vpn` across clouds, two tunnels at least, with BGP; `interconnect` a
 * line that the team has (Direct Connect, Cloud Interconnect, ExpressRoute, a network of its own).
 */
export type LinkKind = "peering" | "vpn" | "interconnect";

/** One link between two sites. */
export interface LinkSpec {
  /** Names of the two sites. */
  between: string[];

  /** What links them. @default the kind that the library makes for the pair */
  kind?: LinkKind;

  /**
   * The link is the team's: the plan counts on it and makes only the openings in the sites' firewalls. Always so for an
   * `interconnect`, and for a site whose network the library did not make. @default false where the library can make it
   */
  given?: boolean;

  /** Largest IP packet that passes unfragmented. 576 to 9001 bytes. Required of a link that is given. */
  mtuBytes?: number;

  /** What it carries. Whole, 1 to 400000. @default of a given link unknown; else what its tunnels carry */
  bandwidthMbps?: number;

  /** Inside addresses of the tunnels of a `vpn`, a /28 of 169.254.0.0/16. @default one that follows from both numbers */
  tunnelRange?: string;
}

/** One hub of a cloud. */
export interface HubSpec {
  /** Region, in the provider's spelling. */
  region: string;
  /** Account, project or subscription that owns it. @default that of the cloud's site with the lowest number */
  owner?: string;
}
