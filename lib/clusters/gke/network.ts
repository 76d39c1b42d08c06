import { Address, Network, Router, RouterNat, Subnetwork } from "@pulumi/gcp/compute";
import * as pulumi from "@pulumi/pulumi";
import { type SiteContext, specOf } from "../cluster";
import { labels } from "./labels";

/** Where the site's nodes, pods and services are. */
export interface GkeNetwork {
  readonly network: pulumi.Input<string>;
  readonly subnetwork: pulumi.Input<string>;
  readonly podRangeName: string;
  readonly serviceRangeName: string;
  /** Undefined in a network that the spec gives. */
  readonly loadBalancerSubnet?: pulumi.Input<string>;
  /** What private nodes need to reach the internet: nothing may start before these. */
  readonly ready: readonly pulumi.Resource[];
}

/** The network that the spec gives, or one of the site's own. */
export function network(context: SiteContext): GkeNetwork {
  const given = specOf(context.site, "gke").network;
  return given ? { ...given, ready: [] } : ownNetwork(context);
}

const PODS = "pods";
const SERVICES = "services";

/**
 * A VPC network with one subnet for the nodes, whose secondary ranges are the pods' and the services', and one that only
 * load balancers use. Subnets, router and NAT are regional at Google: no zone takes them away.
 */
function ownNetwork({ site, cloud }: SiteContext): GkeNetwork {
  const vpc = new Network(
    site.name,
    // Global routing, so that what is linked to the site reaches it from any region.
    { autoCreateSubnetworks: false, routingMode: "GLOBAL" },
    pulumi.mergeOptions(cloud, { protect: true }),
  );
  const nodes = new Subnetwork(
    `${site.name}-nodes`,
    {
      network: vpc.id,
      region: site.region,
      ipCidrRange: site.addresses.nodeCidr,
      secondaryIpRanges: [
        { rangeName: PODS, ipCidrRange: site.addresses.podCidr },
        { rangeName: SERVICES, ipCidrRange: site.addresses.serviceCidr },
      ],
      privateIpGoogleAccess: true,
      logConfig: FLOW_LOGS,
    },
    cloud,
  );
  const loadBalancers = new Subnetwork(
    `${site.name}-load-balancers`,
    { network: vpc.id, region: site.region, ipCidrRange: site.addresses.loadBalancerCidr, logConfig: FLOW_LOGS },
    cloud,
  );
  return {
    network: vpc.id,
    subnetwork: nodes.id,
    podRangeName: PODS,
    serviceRangeName: SERVICES,
    loadBalancerSubnet: loadBalancers.name,
    ready: [wayOut({ site, cloud }, vpc, nodes), ...promisedAddresses({ site, cloud }, loadBalancers)],
  };
}

/** A tenth of the flows is enough to see who spoke to whom, at a tenth of the price. */
const FLOW_LOGS = { aggregationInterval: "INTERVAL_10_MIN", flowSampling: 0.1, metadata: "INCLUDE_ALL_METADATA" };

type Regional = Pick<SiteContext, "site" | "cloud">;

/** Private nodes reach the internet by NAT; nothing reaches them from there. */
function wayOut({ site, cloud }: Regional, vpc: Network, nodes: Subnetwork): RouterNat {
  const router = new Router(site.name, { network: vpc.id, region: site.region }, cloud);
  return new RouterNat(
    site.name,
    {
      router: router.name,
      region: site.region,
      natIpAllocateOption: "AUTO_ONLY",
      sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
      subnetworks: [{ name: nodes.id, sourceIpRangesToNats: ["ALL_IP_RANGES"] }],
      // All pods of a node leave under its address. The default, 64 ports for all of them, is gone in no time.
      enableDynamicPortAllocation: true,
      enableEndpointIndependentMapping: false,
      minPortsPerVm: 1024,
      maxPortsPerVm: 32768,
      logConfig: { enable: true, filter: "ERRORS_ONLY" },
    },
    cloud,
  );
}

/** The plan promised these addresses to peers and users, so nobody else may take them. */
function promisedAddresses({ site, cloud }: Regional, loadBalancers: Subnetwork): Address[] {
  const promised = { mesh: site.addresses.mesh, ingress: site.addresses.ingress };
  return Object.entries(promised).flatMap(([use, addresses]) =>
    addresses.map(
      (address, index) =>
        new Address(
          // One address is the rule; more are told apart by their place in the plan's published list.
          addresses.length === 1 ? `${site.name}-${use}` : `${site.name}-${use}-${index + 1}`,
          {
            region: site.region,
            subnetwork: loadBalancers.id,
            addressType: "INTERNAL",
            purpose: "SHARED_LOADBALANCER_VIP",
            address,
            labels: labels(site),
          },
          cloud,
        ),
    ),
  );
}
