import type * as pulumi from "@pulumi/pulumi";

/**
 * An address by which users reach a site, reserved before there is a cluster: DNS knows it at the first preview, and it
 * outlives every Service that it is handed to.
 */
export interface PublicAddress {
  readonly address: pulumi.Output<string>;
  /** What the cloud's load balancer is told: allocation id, address or name of the resource. */
  readonly reference: pulumi.Output<string>;
}

/** The public addresses of a site, and how a Service of type LoadBalancer takes them over. */
export interface Entrance {
  readonly addresses: readonly PublicAddress[];
  /** Annotations of the Service. */
  readonly annotations: { readonly [name: string]: pulumi.Input<string> };
  /** `spec.loadBalancerClass` of the Service, where the cloud's own controller is not the cluster's default. */
  readonly loadBalancerClass?: string;
}
