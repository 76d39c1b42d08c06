import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import * as pulumi from "@pulumi/pulumi";
import type { Entrance } from "../clusters/entrance";
import { OWNED_ABOVE } from "../plan/gateway/externalDns";
import { GATEWAY, type SiteGatewayPlan, type TrafficGatewayPlan } from "../plan/gateway/plan";

const { namespace, name } = GATEWAY;

/** A class of load balancers that nobody makes: the balancer is ours, and there before the Service. */
const NO_CLASS = "multisite/none";

/**
 * The Gateway, and before it the Service that Cilium would make for it and takes over as it finds it (operator/pkg/gateway-api,
 * ensureService: it keeps annotations and class, and the API server keeps ports of nodes). So the reserved addresses are
 * claimed by a resource that everybody sees beforehand, and no port is left to chance.
 */
export function entry(
  plan: TrafficGatewayPlan,
  site: SiteGatewayPlan,
  entrance: Entrance | undefined,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const annotations = site.heldBy === "service" ? { ...entrance?.annotations } : {};
  const before = site.isOwnClass ? [claim(site, entrance, annotations, options)] : [];
  const gateway = new CustomResource(
    `${site.site}-gateway`,
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: { namespace, name, annotations: OWNED_ABOVE },
      spec: {
        gatewayClassName: plan.className,
        ...(Object.keys(annotations).length > 0 && { infrastructure: { annotations } }),
        // Without a host name: not every checker says in its TLS which name it wants.
        listeners: [
          listener("https", 443, {
            ...{ protocol: "HTTPS" },
            tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: GATEWAY.certificate }] },
          }),
          listener("http", 80, { protocol: "HTTP" }),
        ],
      },
    },
    pulumi.mergeOptions(options, { dependsOn: before }),
  );
  return [...before, gateway];
}

function listener(of: string, port: number, rest: object) {
  return { name: of, port, ...rest, allowedRoutes: { namespaces: { from: "Same" } } };
}

function claim(
  { site, heldBy, nodePorts }: SiteGatewayPlan,
  entrance: Entrance | undefined,
  annotations: Entrance["annotations"],
  options: pulumi.CustomResourceOptions,
): Service {
  const loadBalancerClass = heldBy === "balancer" ? NO_CLASS : entrance?.loadBalancerClass;
  const port = (number: number, nodePort: number | undefined) => ({
    // As Cilium calls them.
    ...{ name: `port-${number}`, port: number, protocol: "TCP" },
    ...(nodePort !== undefined && { nodePort }),
  });
  return new Service(
    `${site}-gateway-entry`,
    {
      // Its addresses come once Cilium has given it something to lead to.
      metadata: {
        namespace,
        name: `cilium-gateway-${name}`,
        annotations: { ...annotations, "pulumi.com/skipAwait": "true" },
      },
      spec: {
        type: "LoadBalancer",
        ...(loadBalancerClass !== undefined && { loadBalancerClass }),
        ports: [port(80, nodePorts?.http), port(443, nodePorts?.https)],
      },
    },
    options,
  );
}
