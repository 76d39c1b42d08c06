import { Eip } from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import type { SiteContext } from "../cluster";
import type { Entrance } from "../entrance";
import { named } from "./tags";

/**
 * One address per zone: a network load balancer has one in each, and takes them by their allocation ids (AWS Load Balancer
 * Controller, Service annotations). Pods are overlay, so its targets are nodes.
 */
export function entrance({ site, cloud }: SiteContext): Entrance {
  const addresses = site.zones.map((zone) => {
    const eip = new Eip(
      `${site.name}-public-${zone}`,
      { domain: "vpc", tags: named(site, `ingress-public-${zone}`) },
      pulumi.mergeOptions(cloud, { protect: true }),
    );
    return { address: eip.publicIp, reference: eip.allocationId };
  });
  const prefix = "service.beta.kubernetes.io/aws-load-balancer";
  return {
    addresses,
    annotations: {
      [`${prefix}-type`]: "external",
      [`${prefix}-scheme`]: "internet-facing",
      [`${prefix}-nlb-target-type`]: "instance",
      [`${prefix}-eip-allocations`]: pulumi.all(addresses.map((one) => one.reference)).apply((ids) => ids.join(",")),
    },
    loadBalancerClass: "service.k8s.aws/nlb",
  };
}
