import { type Cidr, formatAddress, parseCidr } from "../../lib/plan/cidr";
import { type Door, doorOf, type Network, type Packet, type Subnet } from "./firewalls";
import { at, Clouds, covers, last, list, prefixList, type Resource, text } from "./model";
import { type Tunnel, type TunnelEnd, tunnels } from "./tunnels";
import { isCovered, type Membership, members } from "./wideAreas";

/** One of several ways of a packet; it is there while none of its parts is lost. */
interface Way {
  readonly mtuBytes: number;
  readonly parts: readonly string[];
}

/**
 * Follows packets through the resources of a rehearsal, and knows nothing of the code that made them: route tables,
 * transit gateways, wide area networks, BGP sessions whose two ends agree, peerings accepted on both sides, and firewalls.
 */
export class Solver {
  readonly networks: readonly Network[];
  readonly tunnels: readonly Tunnel[];
  /** Ends of tunnels, also of those that do not come up. */
  readonly ends: readonly TunnelEnd[];
  private readonly clouds: Clouds;
  private readonly members: ReadonlyMap<string, Membership>;
  private readonly doors = new Map<string, Door>();
  /** Ways by their two ends, without regard to what is lost. */
  private readonly known = new Map<string, readonly Way[]>();

  constructor(resources: readonly Resource[]) {
    this.clouds = new Clouds(resources);
    this.networks = [...awsNetworks(this.clouds), ...gcpNetworks(this.clouds), ...azureNetworks(this.clouds)];
    this.members = members(this.clouds);
    const { up, ends } = tunnels(this.clouds);
    this.tunnels = up;
    this.ends = ends;
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
    return from.nodes.every((source) => this.takes(host(source.range), to, protocol, port));
  }

  /** Whether all nodes of a network take a packet from an address. */
  takes(from: string, to: Network, protocol: Packet["protocol"], port: number): boolean {
    const door = this.doors.get(to.id) ?? doorOf(this.clouds, to);
    this.doors.set(to.id, door);
    return to.nodes.every((target) => door({ protocol, port, from, to: host(target.range) }));
  }

  /** Whether an end of a tunnel tells the other of every node and load balancer behind it. */
  announcesAll({ network, announces }: TunnelEnd): boolean {
    const behind = this.networks.filter(({ id }) => id === network || this.members.get(id)?.wan === network);
    return behind.every(({ nodes, loadBalancers }) =>
      [...nodes, ...loadBalancers].every(({ range }) => isCovered(announces, range)),
    );
  }

  private oneWay(
    [from, sources]: readonly [Network, readonly Subnet[]],
    [to, targets]: readonly [Network, readonly Subnet[]],
    lost: ReadonlySet<string>,
  ): number | undefined {
    const hops = sources.flatMap(({ id }) => targets.map((target) => this.hop(from, id, to, target, lost)));
    return hops.some((hop) => hop === undefined) ? undefined : Math.min(...hops.map((hop) => hop ?? 0));
  }

  /** The narrowest of the ways that are left: any may be taken. */
  private hop(
    from: Network,
    subnet: string,
    to: Network,
    target: Subnet,
    lost: ReadonlySet<string>,
  ): number | undefined {
    const key = `${subnet} ${target.id}`;
    const ways = this.known.get(key) ?? this.ways(from, subnet, to, target.range);
    this.known.set(key, ways);
    const left = ways.filter(({ parts }) => !parts.some((part) => lost.has(part)));
    return left.length === 0 ? undefined : Math.min(...left.map(({ mtuBytes }) => mtuBytes));
  }

  private ways(from: Network, subnet: string, to: Network, target: Cidr): readonly Way[] {
    if (from.cloud === "aws") return this.awsWays(from, subnet, to, target);
    const peering = from.cloud === "gcp" ? this.gcpPeered(from, to) : this.azurePeered(from, to);
    if (peering !== undefined) return [{ mtuBytes: peering, parts: [] }];
    const wan = this.members.get(from.id);
    return [...this.tunnelled(from.id, to.id, target), ...(wan === undefined ? [] : this.wide(wan, to, target))];
  }

  /** By the longest route of the subnet's own table, and no other. */
  private awsWays(from: Network, subnet: string, to: Network, target: Cidr): readonly Way[] {
    const [association] = this.clouds.where("aws:ec2/routeTableAssociation:RouteTableAssociation", "subnetId", subnet);
    const [first] = this.clouds
      .where("aws:ec2/route:Route", "routeTableId", text(association, "routeTableId"))
      .flatMap((route) =>
        awsRanges(this.clouds, route)
          .filter((range) => covers(range, target))
          .map((range) => ({ route, prefix: parseCidr(range).prefix })),
      )
      .sort((a, b) => b.prefix - a.prefix);
    const zone = text(this.clouds.byId("aws:ec2/subnet:Subnet", subnet), "availabilityZone");
    return first === undefined ? [] : this.behind(first.route, from, zone, to, target);
  }

  /** Where a route of AWS leads. */
  private behind(route: Resource, from: Network, zone: string, to: Network, target: Cidr): readonly Way[] {
    const [gateway, core] = [text(route, "transitGatewayId"), text(route, "coreNetworkArn")];
    if (core !== "") {
      const own = this.members.get(from.id);
      return own?.wan === last(core) && own.zones?.has(zone) === true ? this.wide(own, to, target) : [];
    }
    if (gateway === "") {
      const peering = this.awsPeered(text(route, "vpcPeeringConnectionId"), from, to);
      return peering === undefined ? [] : [{ mtuBytes: peering, parts: [] }];
    }
    const isAttached = this.clouds
      .all("aws:ec2transitgateway/vpcAttachment:VpcAttachment")
      .some(
        (one) =>
          text(one, "transitGatewayId") === gateway &&
          text(one, "vpcId") === from.id &&
          this.zonesOf(one).includes(zone),
      );
    return isAttached ? this.tunnelled(from.id, to.id, target) : [];
  }

  private zonesOf(attachment: Resource): string[] {
    const ids = list(attachment, "subnetIds");
    return this.clouds
      .all("aws:ec2/subnet:Subnet")
      .filter(({ id }) => ids.includes(id))
      .map((one) => text(one, "availabilityZone"));
  }

  /** Through a wide area network: to another member, or by its hubs' tunnels to a member of another. */
  private wide(own: Membership, to: Network, target: Cidr): readonly Way[] {
    const other = this.members.get(to.id);
    if (other === undefined || !isCovered(other.exports, target)) return [];
    const mtuBytes = Math.min(own.mtuBytes, other.mtuBytes);
    if (other.wan === own.wan) return [{ mtuBytes, parts: [] }];
    return this.tunnelled(own.wan, other.wan, target).map((way) => ({
      ...way,
      mtuBytes: Math.min(way.mtuBytes, mtuBytes),
    }));
  }

  private tunnelled(from: string, to: string, target: Cidr): Way[] {
    return this.tunnels.flatMap(({ ends }) => {
      const [own, other] = ends[0].network === from ? ends : [ends[1], ends[0]];
      if (own.network !== from || other.network !== to || !isCovered(other.announces, target)) return [];
      return [{ mtuBytes: Math.min(own.mtuBytes, other.mtuBytes), parts: [...own.parts, ...other.parts] }];
    });
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

/** What a route of AWS is for: a range, or those of a list. */
function awsRanges(clouds: Clouds, route: Resource): string[] {
  const range = text(route, "destinationCidrBlock");
  return range === "" ? prefixList(clouds, text(route, "destinationPrefixListId")) : [range];
}

/** An address in a range. */
export function host(range: Cidr): string {
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
    const [network] = clouds.where("gcp:compute/network:Network", "name", id);
    const mtuBytes = Number(at(network, "mtu") ?? 0) || 1460;
    return { site: text(cluster, "name"), cloud: "gcp", id, nodes, loadBalancers, mtuBytes };
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
