import type { DnsService } from "../routing/spec";

/** What ends the users' TLS in every site, and leads them to the team's Services. Plain data, as all of the spec. */
export interface GatewaySpec {
  /** Services that users are led to, by path: at least one. Of several that match, the longest path decides. */
  routes: GatewayRouteSpec[];

  /** Where each site's certificate for the domain comes from. */
  certificate: CertificateSpec;

  /**
   * Class of the Gateway. With `cilium` sites that are built get all that it needs; with another, and in clusters that exist,
   * the class, its controller and the definitions of Gateway API are there before. @default "cilium"
   */
  className?: string;

  /** Whether the namespaces of the routes are made with the gateway, or are there before it is. @default "made" */
  namespaces?: "made" | "given";

  /** Image of HAProxy 2.6 or later, which answers for the site's readiness. @default that of `plan/gateway/readiness` */
  readinessImage?: string;
}

/** A Service, and what users ask it for. */
export interface GatewayRouteSpec {
  /** Whole parts of a path that the request's path begins with, without a "/" at the end: "/api". @default "/" */
  path?: string;
  namespace: string;
  service: string;
  /** Port of the Service. 1 to 65535. */
  port: number;
  /** Path that the Service answers with 200 to 399 while it can serve. @default that it takes a connection is enough */
  check?: string;
}

/** Where a site's certificate for the domain comes from. */
export type CertificateSpec = GivenCertificateSpec | AcmeCertificateSpec;

/** The program gives it: `publicCertificates` of the Fleet. Whoever gives it renews it. */
export interface GivenCertificateSpec {
  by: "given";
}

/**
 * Each site's own cert-manager gets it, and renews it, from an ACME authority, to which it proves by DNS-01 whose the domain
 * is. Neither another site nor a run of Pulumi is needed for that.
 */
export interface AcmeCertificateSpec {
  by: "acme";
  /** Which of the zone's DNS services answers the authority's questions. @default the first of `traffic.providers` */
  service?: DnsService;
  /** URL of the authority's directory. @default "https://acme-v02.api.letsencrypt.org/directory" */
  server?: string;
  /** Root that the authority's own server is believed by, in PEM. @default those of the image of cert-manager */
  serverRoot?: string;
  /** Where the authority writes to when something is wrong with an account. @default nowhere */
  email?: string;
}
