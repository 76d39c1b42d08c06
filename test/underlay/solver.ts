import { type Cidr, formatAddress, parseCidr } from "../../lib/plan/cidr";
import { admits, type Network, type Packet, type Subnet } from "./firewalls";
import { at, Clouds, covers, last, list, type Resource, text } from "./model";
import { type Tunnel, tunnels } from "./tunnels";

/**
 * Follows packets through the resources of a rehearsal, and knows nothing of the code that made them: route tables,
 * transit gateways, BGP sessions whose two ends agree, peerings accepted on both sides, and firewalls.
 */
export class Solver {
  readonly networks: readonly Network[];
  readonly tunnels: readonly Tunnel[];
  private readonly clouds: Clouds;

  constructor(resources: readonly Resource[]) {
    this.clouds = new Clouds(resources);
    this.networks = [...awsNetworks(this.clouds), ...gcpNetworks(this.clouds), ...azureNetworks(this.clouds)];
    this.tunnels = tunnels(this.clouds);
  }

  /**
   * The MTU of the way from the nodes of one site to nodes and load balancers of another and back, from every subnet, or undefined when there is none.
   * @param lost parts that are lost: ids of tunnels, of interfaces or of connections
   */
  way(from: Network, to: Network, lost: ReadonlySet<string> = new Set()): number | undefined {
    const [peers, reached] = [from.nodes, [...to.nodes, ...to.loadBalancers]];
    const there = this.oneWay([from, peers], [to, reached], lost);
    const back = this.oneWay([to, reached], [from, peers], lost);
    return there === undefined || back === undefined ? undefined : Math.min(there, back, from.mtuBytes, to.mtuBytes);
  }

  /** Whether the nodes of `to` take a packet of a node of `from`. */
  admits(from: Network, to: Network, protocol: Packet["protocol"], port: number): boolean {
    return from.nodes.every((source) =>
      to.nodes.every((target) => {
        const packet = { protocol, port, from: host(source.range), to: host(target.range) };
        return admits(this.clouds, to, packet);
      }),
    );
  }

  private oneWay(
    [from, sources]: readonly [Network, readonly Subnet[]],
    [to, targets]: readonly [Network, readonly Subnet[]],
    lost: ReadonlySet<string>,
  ): number | undefined {
    const hops = sources.flatMap(({ id }) => targets.map(({ range }) => this.hop(from, id, to, range, lost)));
    return hops.some((hop) => hop === undefined) ? undefined : Math.min(...hops.map((hop) => hop ?? 0));
  }

  private hop(from: Network, subnet: string, to: Network, target: Cidr, lost: ReadonlySet<string>): number | undefined {
    if (from.cloud === "aws") return this.awsHop(from, subnet, to, target, lost);
    const peering = from.cloud === "gcp" ? this.gcpPeered(from, to) : this.azurePeered(from, to);
    return peering ?? this.tunnel(from, to, target, lost);
  }

  /** By the longest route of the subnet's own table, and no other. */
  private awsHop(
    from: Network,
    subnet: string,
    to: Network,
    target: Cidr,
    lost: ReadonlySet<string>,
  ): number | undefined {
    const table = this.clouds
      .all("aws:ec2/routeTableAssociation:RouteTableAssociation")
      .find((one) => text(one, "subnetId") === subnet);
    const [route] = this.clouds
      .all("aws:ec2/route:Route")
      .filter(
        (one) =>
          text(one, "routeTableId") === text(table, "routeTableId") && covers(at(one, "destinationCidrBlock"), target),
      )
      .sort((a, b) => prefix(b) - prefix(a));
    const gateway = text(route, "transitGatewayId");
    if (gateway !== "") {
      const zone = text(
        this.clouds.all("aws:ec2/subnet:Subnet").find(({ id }) => id === subnet),
        "availabilityZone",
      );
      const isAttached = this.clouds
        .all("aws:ec2transitgateway/vpcAttachment:VpcAttachment")
        .some(
          (one) =>
            text(one, "transitGatewayId") === gateway &&
            text(one, "vpcId") === from.id &&
            this.zonesOf(one).includes(zone),
        );
      return isAttached ? this.tunnel(from, to, target, lost) : undefined;
    }
    return this.awsPeered(text(route, "vpcPeeringConnectionId"), from, to);
  }

  private zonesOf(attachment: Resource): string[] {
    const ids = list(attachment, "subnetIds");
    return this.clouds
      .all("aws:ec2/subnet:Subnet")
      .filter(({ id }) => ids.includes(id))
      .map((one) => text(one, "availabilityZone"));
  }

  private tunnel(from: Network, to: Network, target: Cidr, lost: ReadonlySet<string>): number | undefined {
    const up = this.tunnels.flatMap(({ ends }) => {
      const [own, other] = ends[0].network === from.id ? ends : [ends[1], ends[0]];
      const leads = own.network === from.id && other.network === to.id;
      const isLost = [...own.parts, ...other.parts].some((part) => lost.has(part));
      if (!leads || isLost || !other.announces.some((range) => covers(range, target))) return [];
      return [Math.min(own.mtuBytes, other.mtuBytes)];
    });
    return up.length === 0 ? undefined : Math.min(...up);
  }

  private awsPeered(id: string, from: Network, to: Network): number | undefined {
    const connection = this.clouds
      .all("aws:ec2/vpcPeeringConnection:VpcPeeringConnection")
      .find((one) => one.id === id);
    const isAccepted = this.clouds
      .all("aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter")
      .some((one) => text(one, "vpcPeeringConnectionId") === id && at(one, "autoAccept") === true);
    const ends = [text(connection, "vpcId"), text(connection, "peerVpcId")];
    return isAccepted && ends.includes(from.id) && ends.includes(to.id) ? 8500 : undefined;
  }

  private gcpPeered(from: Network, to: Network): number | undefined {
    const names = (a: Network, b: Network) =>
      this.clouds
        .all("gcp:compute/networkPeering:NetworkPeering")
        .some((one) => last(text(one, "network")) === a.id && last(text(one, "peerNetwork")) === b.id);
    return names(from, to) && names(to, from) ? 1460 : undefined;
  }

  private azurePeered(from: Network, to: Network): number | undefined {
    const names = (a: Network, b: Network) =>
      this.clouds
        .all("azure-native:network:VirtualNetworkPeering")
        .some(
          (one) =>
            one.id?.toLowerCase().startsWith(`${a.id}/`) &&
            text(one, "remoteVirtualNetwork.id").toLowerCase() === b.id &&
            at(one, "allowVirtualNetworkAccess") === true,
        );
    return names(from, to) && names(to, from) ? 1500 : undefined;
  }
}

function prefix(route: Resource): number {
  return parseCidr(text(route, "destinationCidrBlock")).prefix;
}

function host(range: Cidr): string {
  return formatAddress(range.start + 10);
}

function awsNetworks(clouds: Clouds): Network[] {
  return clouds.all("aws:ec2/vpc:Vpc").map((vpc) => {
    const site = text(vpc, "tags.multisite-site");
    const subnets = (word: string) =>
      clouds
        .all("aws:ec2/subnet:Subnet")
        .filter((one) => text(one, "vpcId") === vpc.id && text(one, "tags.Name").startsWith(`${site}-${word}-`))
        .map((one) => subnet(one, "cidrBlock"));
    const [nodes, loadBalancers] = [subnets("nodes"), subnets("load-balancers")];
    return { site, cloud: "aws", id: vpc.id ?? "", nodes, loadBalancers, mtuBytes: 9001 };
  });
}

function gcpNetworks(clouds: Clouds): Network[] {
  return clouds.all("gcp:container/cluster:Cluster").map((cluster) => {
    const id = last(text(cluster, "network"));
    const own = clouds.all("gcp:compute/subnetwork:Subnetwork").filter((one) => last(text(one, "network")) === id);
    const holdsPods = (one: Resource) => list(one, "secondaryIpRanges").length > 0;
    const nodes = own.filter(holdsPods).map((one) => subnet(one, "ipCidrRange"));
    const loadBalancers = own.filter((one) => !holdsPods(one)).map((one) => subnet(one, "ipCidrRange"));
    return { site: text(cluster, "name"), cloud: "gcp", id, nodes, loadBalancers, mtuBytes: 1460 };
  });
}

function azureNetworks(clouds: Clouds): Network[] {
  return clouds.all("azure-native:network:VirtualNetwork").map((vnet) => {
    const id = (vnet.id ?? "").toLowerCase();
    const subnets = (word: string) =>
      clouds
        .all("azure-native:network:Subnet")
        .filter((one) => one.id?.toLowerCase().startsWith(`${id}/`) && last(one.id).endsWith(word))
        .map((one) => subnet(one, "addressPrefix"));
    const [nodes, loadBalancers] = [subnets("-nodes"), subnets("-load-balancers")];
    return { site: text(vnet, "tags.multisite-site"), cloud: "azure", id, nodes, loadBalancers, mtuBytes: 1500 };
  });
}

function subnet(resource: Resource, path: string): Subnet {
  return { id: resource.id ?? "", range: parseCidr(text(resource, path)) };
}
