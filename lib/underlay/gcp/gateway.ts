import { HaVpnGateway, Router } from "@pulumi/gcp/compute";
import * as pulumi from "@pulumi/pulumi";
import { labels } from "../../clusters/gke/labels";
import type { GatewayPlan } from "../../plan/underlay";
import type { GatewayEnd, Place } from "../kind";
import type { GcpGateway } from "./handles";

/** What a gateway is made from. */
interface GatewayArgs {
  readonly network: pulumi.Input<string>;
  readonly plan: GatewayPlan;
  readonly at: Place;
  readonly cloud: pulumi.CustomResourceOptions;
  /** Id of the Network Connectivity Center hub. @default none: it is a site's */
  readonly hub?: pulumi.Input<string>;
}

/** A gateway of two interfaces in two failure domains, and a router that announces what peers may reach. */
export function haGateway(name: string, { network, plan, at, cloud, hub = "" }: GatewayArgs): GatewayEnd<GcpGateway> {
  const { region, asn, announced } = plan;
  const vpn = new HaVpnGateway(name, { network, region, labels: labels(at) }, cloud);
  const router = new Router(
    name,
    {
      network,
      region,
      bgp: { asn, advertiseMode: "CUSTOM", advertisedIpRanges: announced.map((range) => ({ range })) },
    },
    cloud,
  );
  const handle = {
    vpnGateway: vpn.id,
    router: router.id,
    routerName: router.name,
    addresses: vpn.vpnInterfaces.apply((interfaces) => interfaces.map(({ ipAddress }) => ipAddress ?? "")),
    hub,
  };
  return { plan, at, handle, outsideAddresses: addresses(handle), cloud, ready: [] };
}

/** Of both interfaces. */
export function addresses(handle: GcpGateway): pulumi.Output<string>[] {
  return [0, 1].map((index) => pulumi.output(handle.addresses).apply((all) => all[index] ?? ""));
}
