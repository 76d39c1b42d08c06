import { stateFacts } from "../life";
import type { SitePlan } from "../plan";
import type { TrafficSpec } from "../routing/spec";
import { certificatePlan, type PublicCertificatePlan } from "./certificate";
import { READINESS_IMAGE } from "./readiness";
import type { GatewayRouteSpec, GatewaySpec } from "./spec";

/** The gateway that every site has: users' TLS ends there. */
export interface TrafficGatewayPlan {
  readonly spec: GatewaySpec;
  /** The fleet's public name. */
  readonly domain: string;
  /** Path that every service asks every site for. */
  readonly readinessPath: string;
  readonly readinessImage: string;
  readonly className: string;
  readonly routes: readonly GatewayRoute[];
  /** Namespaces of the routes, sorted. */
  readonly namespaces: readonly string[];
  /** Those of them that come with the gateway. */
  readonly madeNamespaces: readonly string[];
  readonly certificate: PublicCertificatePlan;
  /** Whether requests must carry the id of the fleet's Front Door. */
  readonly isBehindFrontDoor: boolean;
  readonly sites: readonly SiteGatewayPlan[];
}

/** A route with its defaults resolved. */
export type GatewayRoute = GatewayRouteSpec & { readonly path: string };

/** What is different from site to site. */
export interface SiteGatewayPlan {
  readonly site: string;
  /** Whether users are led to it. */
  readonly serves: boolean;
  /** Whether the class is the site's own Cilium's, which then comes with the definitions of Gateway API. */
  readonly isOwnClass: boolean;
  /**
   * What holds the public addresses. `balancer`: a load balancer of ours, which sends users to `nodePorts` of every node.
   * `service`: the Service of the gateway, told by annotations. `team`: whoever made the cluster.
   */
  readonly heldBy: "balancer" | "service" | "team";
  /** Ports of every node, where something outside the cluster must know them. */
  readonly nodePorts: { readonly https: number; readonly http: number } | undefined;
}

/** Where the gateway's own objects are, and what they are called. */
export const GATEWAY = {
  namespace: "multisite-gateway",
  name: "public",
  certificate: "public-certificate",
  readiness: "readiness",
} as const;

/** Ports of every node by which load balancers of ours reach the gateway, on AWS, and Google's global one by the first. */
export const GATEWAY_NODE_PORTS = { https: 30_443, http: 30_080 } as const;

/** Namespaces that are in every cluster. */
const ALWAYS_THERE = new Set(["default", "kube-system", "kube-public", "kube-node-lease"]);

/** The gateway that a spec asks for; undefined where it asks for none. */
export function gatewayPlan(traffic: TrafficSpec, sites: readonly SitePlan[]): TrafficGatewayPlan | undefined {
  const { gateway: spec, domain, health, front } = traffic;
  if (spec === undefined) return undefined;
  const className = spec.className ?? OWN_CLASS;
  const routes = spec.routes.map((route) => ({ ...route, path: route.path ?? "/" }));
  const namespaces = [...new Set(routes.map(({ namespace }) => namespace))].sort();
  const nodePort = front?.service === "globalLoadBalancer" ? (front.nodePort ?? GATEWAY_NODE_PORTS.https) : undefined;
  const built = sites.filter(({ state }) => stateFacts(state).built);
  return {
    ...{ spec, domain, className, routes, namespaces },
    readinessPath: health?.path ?? "/readyz",
    readinessImage: spec.readinessImage ?? READINESS_IMAGE,
    madeNamespaces: spec.namespaces === "given" ? [] : namespaces.filter((name) => !ALWAYS_THERE.has(name)),
    certificate: certificatePlan(spec.certificate, traffic, built),
    isBehindFrontDoor: front?.service === "frontDoor",
    sites: built.map((site) => siteGateway(site, className, nodePort)),
  };
}

/** The class of Cilium's own Gateways. */
const OWN_CLASS = "cilium";

function siteGateway(site: SitePlan, className: string, frontPort: number | undefined): SiteGatewayPlan {
  const isOwnClass = className === OWN_CLASS && site.kind !== "existing";
  const heldBy = site.kind === "existing" ? "team" : isOwnClass && hasOwnNetwork(site) ? "balancer" : "service";
  const https = frontPort ?? GATEWAY_NODE_PORTS.https;
  return {
    ...{ site: site.name, serves: stateFacts(site.state).serves, isOwnClass, heldBy },
    nodePorts: heldBy === "balancer" || frontPort !== undefined ? { ...GATEWAY_NODE_PORTS, https } : undefined,
  };
}

/** AWS's controller for load balancers is not ours to install; in a network of ours none is needed. */
function hasOwnNetwork({ spec }: SitePlan): boolean {
  return spec.kind === "eks" && spec.network === undefined;
}
