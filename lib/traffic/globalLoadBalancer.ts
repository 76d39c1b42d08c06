import {
  BackendService,
  GlobalAddress,
  GlobalForwardingRule,
  HealthCheck,
  ManagedSslCertificate,
  TargetHttpsProxy,
  URLMap,
} from "@pulumi/gcp/compute";
import * as gcp from "@pulumi/gcp/provider";
import * as pulumi from "@pulumi/pulumi";
import { FRONT_PORT_NAME } from "../clusters/gke/frontGroups";
import type { GlobalLoadBalancerSpec } from "../plan/routing/frontSpec";
import type { FrontContext, TrafficFront } from "./front";

type Context = FrontContext<"globalLoadBalancer">;

/** Part of the nodes' CPU up to which a region gets users before the next nearest does; Google's own default. */
const TARGET_UTILIZATION = 0.8;

/** Seconds that requests in flight get when a site is taken out. */
const DRAINING_SECONDS = 60;

/**
 * Google's global external Application Load Balancer before the sites' nodes: one address, the nearest region that has room,
 * and what is over to the next. It ends the users' TLS with a certificate that Google issues once the domain leads to it. A
 * site that is drained is no backend.
 */
export const globalLoadBalancer: TrafficFront<"globalLoadBalancer"> = {
  service: "globalLoadBalancer",
  package: "gcp",
  provider: ({ spec }, options) => {
    const { project } = spec as GlobalLoadBalancerSpec;
    return new gcp.Provider("global-load-balancer", { project }, options);
  },
  front: (context) => {
    const { traffic, cloud } = context;
    // It is what users' resolvers and firewalls know.
    const address = new GlobalAddress("front", {}, pulumi.mergeOptions(cloud, { protect: true }));
    const backends = backendService(context);
    const certificate = new ManagedSslCertificate("front", { managed: { domains: [traffic.domain] } }, cloud);
    const map = new URLMap("front", { defaultService: backends.id }, cloud);
    const proxy = new TargetHttpsProxy("front", { urlMap: map.id, sslCertificates: [certificate.id] }, cloud);
    new GlobalForwardingRule(
      "front",
      {
        ...{ target: proxy.id, ipAddress: address.address, ipProtocol: "TCP", portRange: "443" },
        loadBalancingScheme: SCHEME,
      },
      cloud,
    );
    return { type: "A", values: address.address.apply((one) => [one]) };
  },
};

const SCHEME = "EXTERNAL_MANAGED";

function backendService(context: Context): BackendService {
  const { traffic, plan, groups, cloud } = context;
  const backends = plan.sites.flatMap((site) =>
    (groups[site] ?? []).map(({ group }) => ({
      ...{ group, balancingMode: "UTILIZATION", maxUtilization: TARGET_UTILIZATION, capacityScaler: 1 },
    })),
  );
  return new BackendService(
    "front",
    {
      ...{ backends, healthChecks: healthCheck(context).id, portName: FRONT_PORT_NAME, loadBalancingScheme: SCHEME },
      protocol: traffic.health.protocol.toUpperCase(),
      connectionDrainingTimeoutSec: DRAINING_SECONDS,
      logConfig: { enable: true, sampleRate: 1 },
    },
    cloud,
  );
}

function healthCheck({ traffic, plan, cloud }: Context): HealthCheck {
  const { path, protocol } = traffic.health;
  const { intervalSeconds, failures, timeoutSeconds } = plan.time;
  const request = { host: traffic.domain, port: plan.nodePort, requestPath: path };
  return new HealthCheck(
    "front",
    {
      ...{ checkIntervalSec: intervalSeconds, timeoutSec: timeoutSeconds },
      ...{ unhealthyThreshold: failures, healthyThreshold: failures },
      ...(protocol === "https" ? { httpsHealthCheck: request } : { httpHealthCheck: request }),
    },
    cloud,
  );
}
