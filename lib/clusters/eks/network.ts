import {
  Eip,
  InternetGateway,
  NatGateway,
  Route,
  RouteTable,
  RouteTableAssociation,
  Subnet,
  Vpc,
  VpcEndpoint,
} from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import type { SitePlan } from "../../plan/plan";
import { type SiteContext, specOf } from "../cluster";
import { named } from "./tags";

/** Where the site's nodes and load balancers are. */
export interface EksNetwork {
  readonly vpcId: pulumi.Input<string>;
  /** Private subnet of the nodes, by zone. A given network says no zones: all its subnets serve every pool. */
  readonly nodeSubnetIds: (zones: readonly string[]) => pulumi.Input<string>[];
  readonly loadBalancerSubnetIds: readonly pulumi.Input<string>[];
  /** Subnets of public load balancers, one a zone in the order of the site's; none for a given network. */
  readonly publicSubnetIds: readonly pulumi.Input<string>[];
  /** Where the control plane has its network interfaces: subnets of two zones at least. */
  readonly controlPlaneSubnetIds: readonly pulumi.Input<string>[];
  /** Route table of each zone's private subnets, for links to other networks; none for a given network. */
  readonly privateTables: readonly { readonly zone: string; readonly table: pulumi.Input<string> }[];
  /** What nodes need to reach the internet: nothing may start before these. */
  readonly routes: readonly pulumi.Resource[];
}

/** The network that the spec gives, or one of the site's own. */
export function network(context: SiteContext): EksNetwork {
  const given = specOf(context.site, "eks").network;
  if (!given) return ownNetwork(context);
  return {
    vpcId: given.vpcId,
    nodeSubnetIds: () => given.privateSubnetIds,
    loadBalancerSubnetIds: given.loadBalancerSubnetIds,
    publicSubnetIds: [],
    controlPlaneSubnetIds: given.privateSubnetIds,
    privateTables: [],
    routes: [],
  };
}

/**
 * A VPC with four subnets in each zone: nodes, load balancers, the control plane, and a public one for the zone's NAT
 * gateway and public load balancers. Each zone leaves through its own gateway, so that the loss of a zone takes no other with it.
 */
function ownNetwork({ site, cloud }: SiteContext): EksNetwork {
  const vpc = new Vpc(
    site.name,
    {
      cidrBlock: site.addresses.network,
      enableDnsSupport: true,
      // Private API endpoints resolve only in a VPC that hands out host names.
      enableDnsHostnames: true,
      tags: named(site, "vpc"),
    },
    pulumi.mergeOptions(cloud, { protect: true }),
  );
  const own: Network = { site, vpc, cloud };
  const wayOut = publicRoutes(own);
  const zones = site.zones.map((name, index) => zone(own, wayOut, name, index));
  const endpoint = storageEndpoint(
    own,
    zones.map(({ table }) => table),
  );
  return {
    vpcId: vpc.id,
    nodeSubnetIds: (wanted) => zones.filter(({ name }) => wanted.includes(name)).map(({ nodes }) => nodes.id),
    loadBalancerSubnetIds: zones.map(({ loadBalancers }) => loadBalancers.id),
    publicSubnetIds: zones.map(({ open }) => open.id),
    controlPlaneSubnetIds: zones.map(({ controlPlane }) => controlPlane.id),
    privateTables: zones.map(({ name, table }) => ({ zone: name, table: table.id })),
    routes: [...zones.flatMap(({ routes }) => routes), endpoint],
  };
}

/** What the parts of one VPC share. */
interface Network {
  readonly site: SitePlan;
  readonly vpc: Vpc;
  readonly cloud: pulumi.CustomResourceOptions;
}

interface PublicRoutes {
  readonly table: RouteTable;
  readonly route: Route;
}

/** The way out of the public subnets. */
function publicRoutes({ site, vpc, cloud }: Network): PublicRoutes {
  const gateway = new InternetGateway(site.name, { vpcId: vpc.id, tags: named(site, "internet") }, cloud);
  const table = new RouteTable(`${site.name}-public`, { vpcId: vpc.id, tags: named(site, "public") }, cloud);
  const route = new Route(
    `${site.name}-public`,
    { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
    cloud,
  );
  return { table, route };
}

interface Zone {
  readonly name: string;
  readonly nodes: Subnet;
  readonly loadBalancers: Subnet;
  readonly open: Subnet;
  readonly controlPlane: Subnet;
  readonly table: RouteTable;
  readonly routes: readonly pulumi.Resource[];
}

/** One zone: its subnets, its NAT gateway and its routes. `index` only finds the subnets that the plan chose for it. */
function zone(network: Network, wayOut: PublicRoutes, name: string, index: number): Zone {
  const { addresses } = network.site;
  // The tags are those by which the AWS Load Balancer Controller finds its subnets.
  const nodes = subnet(network, `nodes-${name}`, name, addresses.nodeSubnets[index], {});
  const loadBalancers = subnet(network, `load-balancers-${name}`, name, addresses.loadBalancerSubnets[index], {
    "kubernetes.io/role/internal-elb": "1",
  });
  const open = subnet(network, `public-${name}`, name, addresses.publicSubnets[index], {
    "kubernetes.io/role/elb": "1",
  });
  const controlPlane = subnet(network, `control-plane-${name}`, name, addresses.controlPlaneSubnets[index], {});
  const openLink = associate(network, `public-${name}`, open, wayOut.table);
  const { table, route } = privateRoutes(network, name, open, [openLink, wayOut.route]);
  const nodeLink = associate(network, `nodes-${name}`, nodes, table);
  associate(network, `load-balancers-${name}`, loadBalancers, table);
  associate(network, `control-plane-${name}`, controlPlane, table);
  return { name, nodes, loadBalancers, open, controlPlane, table, routes: [route, nodeLink] };
}

function subnet(
  { site, vpc, cloud }: Network,
  word: string,
  zone: string,
  cidrBlock: string | undefined,
  tags: Record<string, string>,
): Subnet {
  // Both come from the plan, which gives every zone its subnets: a gap is a mistake in this library.
  if (cidrBlock === undefined) throw new Error(`the plan of site ${site.name} has no CIDR for subnet ${word}`);
  return new Subnet(
    `${site.name}-${word}`,
    {
      vpcId: vpc.id,
      availabilityZone: zone,
      cidrBlock,
      mapPublicIpOnLaunch: false,
      tags: { ...named(site, word), ...tags },
    },
    cloud,
  );
}

/** The way out of a zone's private subnets: its own NAT gateway, made once the gateway itself can get out. */
function privateRoutes({ site, vpc, cloud }: Network, zone: string, open: Subnet, wayOut: pulumi.Resource[]) {
  const name = `${site.name}-${zone}`;
  const address = new Eip(name, { domain: "vpc", tags: named(site, zone) }, cloud);
  const gateway = new NatGateway(
    name,
    { subnetId: open.id, allocationId: address.id, tags: named(site, zone) },
    pulumi.mergeOptions(cloud, { dependsOn: wayOut }),
  );
  const table = new RouteTable(name, { vpcId: vpc.id, tags: named(site, zone) }, cloud);
  const route = new Route(
    name,
    { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: gateway.id },
    cloud,
  );
  return { table, route };
}

function associate({ site, cloud }: Network, word: string, subnet: Subnet, table: RouteTable): RouteTableAssociation {
  return new RouteTableAssociation(`${site.name}-${word}`, { subnetId: subnet.id, routeTableId: table.id }, cloud);
}

/** Image layers lie in S3: through this endpoint they cost nothing, and come while a NAT gateway is down. */
function storageEndpoint(network: Network, tables: readonly RouteTable[]): VpcEndpoint {
  const { site, vpc, cloud } = network;
  return new VpcEndpoint(
    `${site.name}-s3`,
    {
      vpcId: vpc.id,
      vpcEndpointType: "Gateway",
      serviceName: `com.amazonaws.${site.region}.s3`,
      routeTableIds: tables.map((table) => table.id),
      tags: named(site, "s3"),
    },
    cloud,
  );
}
