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

  /**
   * With `hubs`: whose the clouds' wide area networks and hubs are, where not those of a site.
   * @default the account, project or subscription of the cloud's site with the lowest number
   */
  hubOwners?: HubOwnersSpec;

  /**
   * With `hubs` on Azure, whose virtual hubs need ranges of their own: a private range of /17 or wider that nothing else
   * has. Each region has its place in it for ever. @default block 0 of the fleet's pool, which no site has
   */
  hubRange?: string;
}

/** Who owns the hubs of each cloud: who pays for them, and who lets networks of other owners in. */
export interface HubOwnersSpec {
  aws?: AwsHubOwnerSpec;
  gcp?: GcpHubOwnerSpec;
  azure?: AzureHubOwnerSpec;
}

/** The account of the core network. Accounts of sites get it by a share of AWS Resource Access Manager. */
export interface AwsHubOwnerSpec {
  /** Account, 12 digits. */
  account: string;
  /** Role to assume there. @default that of a site in the same account, else none */
  roleArn?: string;
  /**
   * `organization`: all accounts are in one AWS Organization whose sharing is enabled in Resource Access Manager, and shares
   * need no acceptance. `invitation`: they are not, and each account accepts the share. @default "organization"
   */
  sharing?: "organization" | "invitation";
}

/** The project of the Network Connectivity Center hub and of the network with its gateways. */
export interface GcpHubOwnerSpec {
  /** Project id. */
  project: string;
  /**
   * IAM members (`serviceAccount:...`) that attach sites of other projects: they get
   * `roles/networkconnectivity.groupUser` on the hub. @default none: they have it already
   */
  members?: string[];
}

/** The subscription of the virtual WAN. */
export interface AzureHubOwnerSpec {
  /** Subscription id. */
  subscription: string;
  /** Tenant id. @default that of the cloud's site with the lowest number */
  tenant?: string;
  /**
   * Object id of the service principal that builds the hubs: it gets `Network Contributor` on the networks of sites in
   * other subscriptions, which Azure asks for to connect them. @default none: it has that already
   */
  principal?: string;
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
}
