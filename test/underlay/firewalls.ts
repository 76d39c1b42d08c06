import type { Cidr } from "../../lib/plan/cidr";
import { address, at, type Clouds, covers, last, list, prefixList, type Resource, text } from "./model";

/** One packet at the door of a network. */
export interface Packet {
  readonly protocol: "tcp" | "udp" | "icmp";
  /** Port; of ICMP the type. */
  readonly port: number;
  readonly from: string;
  readonly to: string;
}

/** Whether the nodes of a network take a packet that a link brought there. */
export type Door = (packet: Packet) => boolean;

/** The door of a network, its rules read once. */
export function doorOf(clouds: Clouds, network: Network): Door {
  return { aws: awsDoor, gcp: gcpDoor, azure: azureDoor }[network.cloud](clouds, network);
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

function awsDoor(clouds: Clouds, { site }: Network): Door {
  const cluster = clouds.all("aws:eks/cluster:Cluster").find((one) => text(one, "name") === site);
  const group = text(cluster, "vpcConfig.clusterSecurityGroupId");
  const rules = clouds
    .all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    .filter((rule) => text(rule, "securityGroupId") === group)
    .map((rule) => ({
      isFrom: matcher(awsSources(clouds, rule)),
      protocol: text(rule, "ipProtocol"),
      from: Number(at(rule, "fromPort")),
      to: Number(at(rule, "toPort")),
    }));
  return (packet) =>
    rules.some(({ isFrom, protocol, from, to }) => {
      if (protocol !== "-1" && protocol !== packet.protocol) return false;
      if (!isFrom(packet.from)) return false;
      if (protocol === "-1") return true;
      if (protocol === "icmp") return from === -1 || from === packet.port;
      return packet.port >= from && packet.port <= to;
    });
}

/** A rule of AWS names a range, a list of them, or a group, from which nothing comes over a link. */
function awsSources(clouds: Clouds, rule: Resource): readonly unknown[] {
  const [range, list] = [text(rule, "cidrIpv4"), text(rule, "prefixListId")];
  if (range !== "") return [range];
  return list === "" ? [] : prefixList(clouds, list);
}

function gcpDoor(clouds: Clouds, { id }: Network): Door {
  const rules = clouds
    .all("gcp:compute/firewall:Firewall")
    .filter((rule) => last(text(rule, "network")) === id && text(rule, "direction") !== "EGRESS")
    .map((rule) => ({
      isFrom: matcher(list(rule, "sourceRanges")),
      allows: list(rule, "allows") as readonly { protocol: string; ports?: string[] }[],
    }));
  return (packet) =>
    rules.some(
      ({ isFrom, allows }) =>
        isFrom(packet.from) &&
        allows.some(({ protocol, ports }) => {
          if (protocol === "all") return true;
          if (protocol !== packet.protocol) return false;
          return ports === undefined || ports.some((range) => portIn(range, packet.port));
        }),
    );
}

/** Rules by their priority, the first that fits decides; then Azure's own lets in what links bring. */
function azureDoor(clouds: Clouds, { id }: Network): Door {
  const subnet = clouds
    .all("azure-native:network:Subnet")
    .find((one) => one.id?.toLowerCase().startsWith(`${id}/`) && at(one, "networkSecurityGroup.id") !== undefined);
  const guard = last(text(subnet, "networkSecurityGroup.id")).toLowerCase();
  const rules = clouds
    .all("azure-native:network:SecurityRule")
    .filter(
      (rule) => text(rule, "networkSecurityGroupName").toLowerCase() === guard && text(rule, "direction") === "Inbound",
    )
    .sort((a, b) => Number(at(a, "priority")) - Number(at(b, "priority")))
    .map((rule) => ({ fits: azureFits(rule), allows: text(rule, "access") === "Allow" }));
  return (packet) => rules.find(({ fits }) => fits(packet))?.allows ?? true;
}

function azureFits(rule: Resource): Door {
  const any = (one: string, many: string) => {
    const values = list(rule, many);
    return values.length > 0 ? values : [at(rule, one) ?? "*"];
  };
  const protocol = text(rule, "protocol").toLowerCase();
  const isFrom = matcher(any("sourceAddressPrefix", "sourceAddressPrefixes"));
  const isTo = matcher(any("destinationAddressPrefix", "destinationAddressPrefixes"));
  const ports = any("destinationPortRange", "destinationPortRanges").map(String);
  return (packet) =>
    (protocol === "*" || protocol === packet.protocol) &&
    ports.some((range) => range === "*" || portIn(range, packet.port)) &&
    isFrom(packet.from) &&
    isTo(packet.to);
}

/** Whether an address is in one of the ranges; each address is looked at once. */
function matcher(ranges: readonly unknown[]): (address: string) => boolean {
  const known = new Map<string, boolean>();
  return (dotted) => {
    const found = known.get(dotted) ?? ranges.some((range) => covers(range, address(dotted)));
    known.set(dotted, found);
    return found;
  };
}

function portIn(range: string, port: number): boolean {
  const [from = 0, to = from] = range.split("-").map(Number);
  return port >= from && port <= to;
}
