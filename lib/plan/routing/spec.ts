import type { GatewaySpec } from "../gateway/spec";
import type { FrontSpec } from "./frontSpec";

export type {
  FrontDoorSpec,
  FrontService,
  FrontSpec,
  GlobalAcceleratorSpec,
  GlobalLoadBalancerSpec,
} from "./frontSpec";

/**
 * One public name for all sites, served by DNS services that watch the sites and answer with the nearest healthy one.
 * Plain data, as all of the spec: it decides which records exist.
 */
export interface TrafficSpec {
  /** Name that users type, in lower case and without a trailing dot: `shop.example.com`. Below the zone, not the zone itself. */
  domain: string;

  /** The DNS zone that holds it: `example.com`. */
  zone: string;

  /** The services that answer for the zone, one to three, each with all of the sites. With two, either may be lost. */
  providers: DnsProviderSpec[];

  /**
   * An anycast front before the sites, all of which are then in its cloud: it chooses the site, and the DNS services answer
   * with where it is. It fails over without waiting for a TTL, and is itself one failure for all sites.
   * @default none: the DNS services choose
   */
  front?: FrontSpec;

  /**
   * Where the users of a lost site go: `spread` over all the others, which is what N/(N-1) rests on; `nearest` to the
   * next nearest one, which nobody knows beforehand, so every site must have room for a second one's users.
   * @default "spread"
   */
  failover?: "spread" | "nearest";

  /**
   * Part of all users that each active site is nearest to, by site: 0 to 1, together 1. Measure it.
   * @default in proportion to what the sites can carry, the best that could be
   */
  users?: { [site: string]: number };

  /** What every service asks every site for. */
  health?: HealthSpec;

  /** Seconds that resolvers may keep an answer, 0 to 300. Aliases at Route 53 to records of its own take that of the record. @default 30 */
  ttlSeconds?: number;

  /** Seconds after the loss of a site within which its users must be elsewhere. 1 to 3600. @default 120 */
  objectiveSeconds?: number;

  /** Whether the zone is signed with DNSSEC. Two services that sign need keys of both in each (`multi-signer`). @default "unsigned" */
  dnssec?: "unsigned" | "signed" | "multi-signer";

  /** What ends the users' TLS in each site, leads them to Services and answers for its readiness. @default none: it is somebody else's */
  gateway?: GatewaySpec;
}

/** How a site shows that it can serve: one path, the same for every service. */
export interface HealthSpec {
  /** Path of the readiness of the site as a whole, beginning with "/". It answers 200 only while the site can serve. @default "/readyz" */
  path?: string;
  /** @default 443 for https, 80 for http */
  port?: number;
  /** @default "https" */
  protocol?: "https" | "http";
}

/** A service that answers for the zone. */
export type DnsProviderSpec = Route53Spec | CloudDnsSpec | TrafficManagerSpec;

export type DnsService = DnsProviderSpec["service"];

/** Amazon Route 53. */
export interface Route53Spec {
  service: "route53";
  /** The twelve digits of the AWS account. */
  account: string;
  /** ARN of the role to assume in the account. @default the runner's own credentials */
  roleArn?: string;
  /** A hosted zone that exists, by id. @default one is made */
  hostedZoneId?: string;
  /** What "nearest" means: `geoproximity` by coordinates, `latency` as AWS measures it to its regions. @default "geoproximity" */
  steering?: "geoproximity" | "latency";
  /** Seconds between two checks by one checker. @default 10 */
  intervalSeconds?: 10 | 30;
  /** Checks in a row that must fail, 1 to 10. @default 3 */
  failures?: number;
}

/** Google Cloud DNS. */
export interface CloudDnsSpec {
  service: "cloudDns";
  /** Project id. */
  project: string;
  /** A managed zone that exists, by name. @default one is made */
  managedZone?: string;
  /** Seconds between two checks by one region, 30 to 300. @default 30 */
  intervalSeconds?: number;
  /** Checks in a row that must fail, 1 to 10. @default 2 */
  failures?: number;
}

/** Azure DNS with Azure Traffic Manager behind a CNAME. */
export interface TrafficManagerSpec {
  service: "trafficManager";
  /** Subscription id. */
  subscription: string;
  /** Tenant id of the subscription. */
  tenant: string;
  /** A resource group that exists and holds the DNS zone. @default one is made, and a zone in it */
  resourceGroup?: string;
  /** Region of the resource group that is made; the service itself is global. @default "westeurope" */
  location?: string;
  /** First label of the profiles' names below trafficmanager.net, which all customers share. @default the domain with "-" for "." */
  label?: string;
  /** Seconds between two checks. @default 10 */
  intervalSeconds?: 10 | 30;
  /** Checks in a row that must fail, 1 to 10: one more than Azure's "tolerated number of failures". @default 2 */
  failures?: number;
  /** Seconds that one check may take: 5 to 10, below the interval. @default 5 */
  timeoutSeconds?: number;
}
