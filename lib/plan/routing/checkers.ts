import type { DnsService, FrontService } from "./spec";

/** Where the health checks of a service come from: what a firewall in front of a site has to admit. */
export interface Checkers {
  /** IPv4 ranges, sorted; empty where the service publishes no list that a firewall could hold. */
  readonly ranges: readonly string[];
  /** By what name a cloud's own firewalls know them, and so stay true by themselves. */
  readonly named?: { readonly cloud: "aws" | "azure"; readonly kind: string; readonly name: string };
  /** Where the service publishes them. */
  readonly published: string;
  /** The day on which `ranges` were compared with what is published. */
  readonly verifiedAt: string;
}

/**
 * Route 53: the prefixes of `ROUTE53_HEALTHCHECKS` outside the Chinese partition, unchanged for years and the same that
 * `GetCheckerIpRanges` returns, which lists the parts of 15.177.0.0/18 (AWS Tools for PowerShell, examples). AWS keeps a
 * managed prefix list in every region ("AWS-managed prefix lists", VPC User Guide). Traffic Manager: Azure's service tag
 * (Traffic Manager FAQ). Cloud DNS checks external endpoints from Google's own regions, without a list of its own.
 */
export const CHECKERS: Readonly<Record<DnsService, Checkers>> = {
  route53: {
    ranges: [
      "15.177.0.0/18",
      "54.183.255.128/26",
      "54.228.16.0/26",
      "54.232.40.64/26",
      "54.241.32.64/26",
      "54.243.31.192/26",
      "54.244.52.192/26",
      "54.245.168.0/26",
      "54.248.220.0/26",
      "54.250.253.192/26",
      "54.251.31.128/26",
      "54.252.79.128/26",
      "54.252.254.192/26",
      "54.255.254.192/26",
      "107.23.255.0/26",
      "176.34.159.192/26",
      "177.71.207.128/26",
    ],
    named: { cloud: "aws", kind: "managed prefix list", name: "com.amazonaws.<region>.route53-healthchecks" },
    published: "https://ip-ranges.amazonaws.com/ip-ranges.json",
    verifiedAt: "2026-11-27",
  },
  cloudDns: {
    ranges: [],
    published: "https://cloud.google.com/load-balancing/docs/health-check-concepts#ip-ranges",
    verifiedAt: "2026-11-27",
  },
  trafficManager: {
    ranges: [],
    named: { cloud: "azure", kind: "service tag", name: "AzureTrafficManager" },
    published: "https://azuretrafficmanagerdata.blob.core.windows.net/probes/azure/probe-ip-ranges.json",
    verifiedAt: "2026-11-27",
  },
};

/**
 * Global Accelerator checks Elastic IPs from Route 53's checkers ("Ensure health check access for your accelerator"); users
 * come through it from AWS's edges. Google's load balancer
 * checks from the ranges that its users come from. Front Door checks and forwards from the addresses of one service tag ("Secure traffic to
 * Azure Front Door origins").
 */
export const FRONT_CHECKERS: Readonly<Record<FrontService, Checkers>> = {
  globalAccelerator: CHECKERS.route53,
  globalLoadBalancer: {
    ranges: ["130.211.0.0/22", "35.191.0.0/16"],
    published: "https://cloud.google.com/load-balancing/docs/health-check-concepts#ip-ranges",
    verifiedAt: "2026-11-27",
  },
  frontDoor: {
    ranges: [],
    named: { cloud: "azure", kind: "service tag", name: "AzureFrontDoor.Backend" },
    published: "https://www.microsoft.com/download/details.aspx?id=56519",
    verifiedAt: "2026-11-27",
  },
};
