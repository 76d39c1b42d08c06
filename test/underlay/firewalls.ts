import type { Cidr } from "../../lib/plan/cidr";
import { address, at, type Clouds, covers, last, list, type Resource, text } from "./model";

/** One packet at the door of a network. */
export interface Packet {
  readonly protocol: "tcp" | "udp" | "icmp";
  /** Port; of ICMP the type. */
  readonly port: number;
  readonly from: string;
  readonly to: string;
}

/** Whether the nodes of a network take a packet that a link brought there. */
export function admits(clouds: Clouds, network: Network, packet: Packet): boolean {
  return { aws: awsAdmits, gcp: gcpAdmits, azure: azureAdmits }[network.cloud](clouds, network, packet);
}

export interface Subnet {
  readonly id: string;
  readonly range: Cidr;
}

/** A site's network and its firewall. */
export interface Network {
  readonly site: string;
  readonly cloud: "aws" | "gcp" | "azure";
  /** VPC id, network name, or VNet id in lower case. */
  readonly id: string;
  readonly nodes: readonly Subnet[];
  /** Where load balancers answer, the mesh's API among them. */
  readonly loadBalancers: readonly Subnet[];
  readonly mtuBytes: number;
}

function awsAdmits(clouds: Clouds, { site }: Network, packet: Packet): boolean {
  const cluster = clouds.all("aws:eks/cluster:Cluster").find((one) => text(one, "name") === site);
  const group = text(cluster, "vpcConfig.clusterSecurityGroupId");
  return clouds.all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").some((rule) => {
    if (text(rule, "securityGroupId") !== group || !covers(at(rule, "cidrIpv4"), address(packet.from))) return false;
    const protocol = text(rule, "ipProtocol");
    if (protocol === "-1") return true;
    if (protocol !== packet.protocol) return false;
    const [from, to] = [Number(at(rule, "fromPort")), Number(at(rule, "toPort"))];
    if (protocol === "icmp") return from === -1 || from === packet.port;
    return packet.port >= from && packet.port <= to;
  });
}

function gcpAdmits(clouds: Clouds, { id }: Network, packet: Packet): boolean {
  return clouds.all("gcp:compute/firewall:Firewall").some((rule) => {
    if (last(text(rule, "network")) !== id || text(rule, "direction") === "EGRESS") return false;
    if (!list(rule, "sourceRanges").some((range) => covers(range, address(packet.from)))) return false;
    return list(rule, "allows").some((one) => {
      const { protocol, ports } = one as { protocol: string; ports?: string[] };
      if (protocol === "all") return true;
      if (protocol !== packet.protocol) return false;
      return ports === undefined || ports.some((range) => portIn(range, packet.port));
    });
  });
}

/** Rules by their priority, the first that fits decides; then Azure's own lets in what links bring. */
function azureAdmits(clouds: Clouds, { id }: Network, packet: Packet): boolean {
  const subnet = clouds
    .all("azure-native:network:Subnet")
    .find((one) => one.id?.toLowerCase().startsWith(`${id}/`) && at(one, "networkSecurityGroup.id") !== undefined);
  const guard = last(text(subnet, "networkSecurityGroup.id")).toLowerCase();
  const rules = clouds
    .all("azure-native:network:SecurityRule")
    .filter(
      (rule) => text(rule, "networkSecurityGroupName").toLowerCase() === guard && text(rule, "direction") === "Inbound",
    )
    .sort((a, b) => Number(at(a, "priority")) - Number(at(b, "priority")));
  const first = rules.find((rule) => azureFits(rule, packet));
  return first === undefined || text(first, "access") === "Allow";
}

function azureFits(rule: Resource, packet: Packet): boolean {
  const any = (one: string, many: string) => {
    const values = list(rule, many);
    return values.length > 0 ? values : [at(rule, one) ?? "*"];
  };
  const protocol = text(rule, "protocol").toLowerCase();
  return (
    (protocol === "*" || protocol === packet.protocol) &&
    any("sourceAddressPrefix", "sourceAddressPrefixes").some((range) => covers(range, address(packet.from))) &&
    any("destinationAddressPrefix", "destinationAddressPrefixes").some((range) => covers(range, address(packet.to))) &&
    any("destinationPortRange", "destinationPortRanges").some(
      (range) => range === "*" || portIn(String(range), packet.port),
    )
  );
}

function portIn(range: string, port: number): boolean {
  const [from = 0, to = from] = range.split("-").map(Number);
  return port >= from && port <= to;
}
