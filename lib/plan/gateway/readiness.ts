import type { GatewayRoute } from "./plan";

/**
 * What answers for a site's readiness: the one program that is both a health checker of several backends and a server of
 * their sum (`monitor fail`), in an image of some ten MB that is kept up for years. Every rule of it is in HAProxy 2.6 already.
 */
export const READINESS_IMAGE = "docker.io/library/haproxy:3.2-alpine";

/** Requests of one of its two pods. */
export const READINESS_REQUESTS = { cpuMillis: 20, memoryMiB: 64 } as const;

/** Where it answers for the site, and for itself. */
export const READINESS_PORTS = { site: 8080, own: 8081 } as const;

/** Path by which the kubelet asks for itself. */
export const OWN_HEALTH = "/own";

/** What its configuration depends on. */
export interface Readiness {
  /** What the site is asked for. */
  readonly path: string;
  readonly domain: string;
  /** Whether users are led to the site: one that is drained, joining or leaving is never ready. */
  readonly serves: boolean;
  readonly routes: readonly GatewayRoute[];
  /**
   * When the site's certificate ends, where it is known beforehand, in seconds since 1970. No checker of a DNS service looks at certificates, so
   * without it a site would stay healthy and turn its users away. @default never
   */
  readonly certificateEndSeconds?: number;
  /** What names of Services end in. */
  readonly clusterDomain?: string;
  /** Where names are asked for. @default as the pod's /etc/resolv.conf says */
  readonly nameserver?: string;
}

/**
 * Configuration of HAProxy: 200 while every route's Service answers and the certificate has not ended, else 503. A name that is not found counts as a Service
 * that does not answer, and is asked for again.
 */
export function readinessConfig(readiness: Readiness): string {
  const {
    path,
    domain,
    serves,
    routes,
    certificateEndSeconds,
    clusterDomain = "cluster.local",
    nameserver,
  } = readiness;
  const { site, own } = READINESS_PORTS;
  const lines = [
    "global",
    "  log stdout format raw local0 notice",
    "  maxconn 256",
    "defaults",
    "  mode http",
    "  timeout connect 2s",
    "  timeout client 5s",
    "  timeout server 5s",
    "resolvers cluster",
    nameserver === undefined ? "  parse-resolv-conf" : `  nameserver given ${nameserver}`,
    "  accepted_payload_size 8192",
    "  hold valid 5s",
    "  hold nx 0s",
    "frontend site",
    `  bind :${site}`,
    `  monitor-uri ${word(path)}`,
    ...(serves
      ? routes.map((_, index) => `  monitor fail if { nbsrv(${backend(index)}) lt 1 }`)
      : ["  monitor fail if TRUE"]),
    ...(certificateEndSeconds === undefined ? [] : [`  monitor fail if { date ge ${certificateEndSeconds} }`]),
    "  http-request deny deny_status 404",
    "frontend own",
    `  bind :${own}`,
    `  monitor-uri ${OWN_HEALTH}`,
    "  http-request deny deny_status 404",
    ...routes.flatMap((route, index) => checkedRoute(route, backend(index), domain, clusterDomain)),
  ];
  return `${lines.join("\n")}\n`;
}

/** One word of its configuration, whatever a path has in it (HAProxy, "Quoting and escaping"). */
function word(text: string): string {
  return text.replaceAll(/[\\'"# ]/g, "\\$&");
}

function backend(index: number): string {
  return `route${index + 1}`;
}

function checkedRoute(
  { namespace, service, port, check }: GatewayRoute,
  name: string,
  domain: string,
  clusterDomain: string,
): string[] {
  const http =
    check === undefined
      ? []
      : [
          "  option httpchk",
          `  http-check send meth GET uri ${word(check)} ver HTTP/1.1 hdr Host ${domain}`,
          "  http-check expect status 200-399",
        ];
  return [
    `backend ${name}`,
    ...http,
    `  server service ${service}.${namespace}.svc.${clusterDomain}:${port} check inter 2s fall 3 rise 1 resolvers cluster init-addr none`,
  ];
}
