import { Address } from "@pulumi/gcp/compute";
import * as pulumi from "@pulumi/pulumi";
import type { SiteContext } from "../cluster";
import type { Entrance } from "../entrance";
import { labels } from "./labels";

/** One regional address, which GKE's passthrough load balancer takes by its name (GKE, LoadBalancer Service parameters). */
export function entrance({ site, cloud }: SiteContext): Entrance {
  const name = `${site.name}-public`;
  const address = new Address(
    name,
    { name, region: site.region, addressType: "EXTERNAL", networkTier: "PREMIUM", labels: labels(site) },
    pulumi.mergeOptions(cloud, { protect: true }),
  );
  return {
    addresses: [{ address: address.address, reference: address.name }],
    annotations: {
      "cloud.google.com/l4-rbs": "enabled",
      "networking.gke.io/load-balancer-ip-addresses": address.name,
    },
  };
}
