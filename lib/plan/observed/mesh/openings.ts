import { isPlain } from "../../workloads/objects";
import { type ObservedResource, UNKNOWN } from "../types";

/** Something in a program that lets traffic in. */
export interface Opening {
  readonly urn: string;
  /** The resource's name, and of a rule within it the rule's. */
  readonly name: string;
  readonly protocol: "tcp" | "udp" | "any";
  /** First and last port, 0 to 65535. */
  readonly from: number;
  readonly to: number;
  /** From where, as CIDRs; those that are not known are left out. */
  readonly sources: readonly string[];
}

type Props = Readonly<Record<string, unknown>>;
type Reader = (props: Props) => readonly Found[];
type Found = Omit<Opening, "urn" | "name"> & { readonly part?: string };

const EVERYWHERE = "0.0.0.0/0";

/** Readers of what opens ports, by type. */
const READERS: Readonly<Record<string, Reader>> = {
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (props) =>
    aws({ ...props, protocol: props.ipProtocol }, [props.cidrIpv4, props.cidrIpv6]),
  "aws:ec2/securityGroupRule:SecurityGroupRule": (props) =>
    props.type === "ingress" ? aws(props, [...list(props.cidrBlocks), ...list(props.ipv6CidrBlocks)]) : [],
  "aws:ec2/securityGroup:SecurityGroup": (props) => list(props.ingress).flatMap(inlineAws),
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": (props) => list(props.ingress).flatMap(inlineAws),
  "gcp:compute/firewall:Firewall": google,
  "gcp:compute/firewallPolicyRule:FirewallPolicyRule": googlePolicy,
  "gcp:compute/networkFirewallPolicyRule:NetworkFirewallPolicyRule": googlePolicy,
  "gcp:compute/regionNetworkFirewallPolicyRule:RegionNetworkFirewallPolicyRule": googlePolicy,
  "gcp:compute/firewallPolicyWithRules:FirewallPolicyWithRules": googlePolicies,
  "gcp:compute/networkFirewallPolicyWithRules:NetworkFirewallPolicyWithRules": googlePolicies,
  "gcp:compute/regionNetworkFirewallPolicyWithRules:RegionNetworkFirewallPolicyWithRules": googlePolicies,
  "azure-native:network:SecurityRule": azure,
  "azure-native:network:NetworkSecurityGroup": (props) =>
    list(props.securityRules).flatMap((rule) => azure(plain(rule))),
  "azure:network/networkSecurityRule:NetworkSecurityRule": azure,
  "azure:network/networkSecurityGroup:NetworkSecurityGroup": (props) =>
    list(props.securityRules).flatMap((rule) => azure(plain(rule))),
};

/** The reader of a type. Teams that hold to one version of Azure's API have it in the type: what opens ports is the same. */
function readerOf(type: string): Reader | undefined {
  const known = type.replace(/^azure-native(_network_v\w+)?:network(\/v\w+)?:/, "azure-native:network:");
  return Object.hasOwn(READERS, known) ? READERS[known] : undefined;
}

/** A list of ranges that rules of AWS name, and one range of it as a resource of its own. */
const LIST = "aws:ec2/managedPrefixList:ManagedPrefixList";
const LIST_ENTRY = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry";

/** Whether a resource of this type may open ports, or says from where another does. */
export function isOpening(type: string): boolean {
  return readerOf(type) !== undefined || type === LIST || type === LIST_ENTRY;
}

/** What the resources of a program let in. */
export function openings(resources: readonly ObservedResource[]): Opening[] {
  const lists = prefixLists(resources);
  return resources.flatMap((resource) => {
    const { type, name, urn, props } = resource;
    const read = readerOf(type);
    if (read === undefined) return [];
    const listed = new Set(listsOf(resource).flatMap((list) => lists.get(list) ?? []));
    return read(plain(props)).map(({ part, sources, ...found }) => ({
      ...found,
      sources: [...sources, ...listed],
      ...{ urn, name: part === undefined ? name : `${part} of ${name}` },
    }));
  });
}

/** The ranges of the program's prefix lists, by id where it is known, and by URN: at a first preview rules know no ids. */
function prefixLists(resources: readonly ObservedResource[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const add = (keys: readonly unknown[], cidrs: readonly unknown[]) => {
    for (const key of texts(keys)) found.set(key, [...(found.get(key) ?? []), ...texts(cidrs)]);
  };
  for (const { type, urn, props, propertyDependencies } of resources) {
    const { id, entries, prefixListId, cidr } = plain(props);
    if (type === LIST)
      add(
        [urn, id],
        list(entries).map((entry) => plain(entry).cidr),
      );
    if (type === LIST_ENTRY) add([prefixListId, ...(propertyDependencies.prefixListId ?? [])], [cidr]);
  }
  return found;
}

/** What a rule names its lists by: ids, and while those are not known the lists that it was made from. */
function listsOf({ props, propertyDependencies }: ObservedResource): string[] {
  const { prefixListId, prefixListIds } = plain(props);
  const { prefixListId: one = [], prefixListIds: several = [] } = propertyDependencies;
  return [...texts([prefixListId, ...list(prefixListIds)]), ...one, ...several];
}

function inlineAws(rule: unknown): Found[] {
  const props = plain(rule);
  return aws(props, [...list(props.cidrBlocks), ...list(props.ipv6CidrBlocks)]);
}

/** Protocols by name or number; -1 for all, and with it all ports. */
function aws(props: Props, sources: readonly unknown[]): Found[] {
  const protocol = PROTOCOLS[String(props.protocol).toLowerCase()];
  if (protocol === undefined) return [];
  const [from, to] =
    protocol === "any" ? [0, 65_535] : [number(props.fromPort), number(props.toPort ?? props.fromPort)];
  if (from === undefined || to === undefined) return [];
  return [{ protocol, from: Math.max(from, 0), to: to < 0 ? 65_535 : to, sources: texts(sources) }];
}

const PROTOCOLS: Readonly<Record<string, Opening["protocol"]>> = {
  ...{ "-1": "any", all: "any", "*": "any", tcp: "tcp", "6": "tcp", udp: "udp", "17": "udp" },
};

function google(props: Props): Found[] {
  if (props.direction === "EGRESS" || props.disabled === true) return [];
  const named = [props.sourceTags, props.sourceServiceAccounts].some(
    (given) => given === UNKNOWN || list(given).length > 0,
  );
  const given = props.sourceRanges === undefined && !named ? [EVERYWHERE] : list(props.sourceRanges);
  return list(props.allows).flatMap((allow) => {
    const { protocol, ports } = plain(allow);
    return googlePorts(protocol, ports, texts(given));
  });
}

function googlePorts(of: unknown, ports: unknown, sources: readonly string[]): Found[] {
  const protocol = PROTOCOLS[String(of).toLowerCase()];
  if (protocol === undefined || ports === UNKNOWN) return [];
  const given = texts(list(ports));
  return (given.length === 0 ? ["0-65535"] : given).flatMap((range) => ported(range, protocol, sources));
}

/** By what else than ranges a rule of a policy may name its sources. */
const OTHER_SOURCES = [
  ...["srcAddressGroups", "srcFqdns", "srcNetworks", "srcRegionCodes", "srcSecureTags", "srcThreatIntelligences"],
  ...["srcNetworkContext", "srcNetworkScope", "srcNetworkType"],
];

/** A rule of a firewall policy, which Google reads before a network's own. */
function googlePolicy(props: Props): Found[] {
  if (props.direction === "EGRESS" || props.disabled === true || props.action !== "allow") return [];
  const match = plain(props.match);
  const named = OTHER_SOURCES.some((word) => match[word] !== undefined && match[word] !== null);
  const given = texts(list(match.srcIpRanges));
  if (match.srcIpRanges === UNKNOWN) return [];
  const sources = given.length === 0 && !named ? [EVERYWHERE] : given;
  return list(match.layer4Configs).flatMap((one) => {
    const { ipProtocol, ports } = plain(one);
    return googlePorts(ipProtocol, ports, sources);
  });
}

function googlePolicies(props: Props): Found[] {
  return list(props.rules).flatMap((rule) => {
    const { ruleName } = plain(rule);
    const part = typeof ruleName === "string" ? { part: ruleName } : {};
    return googlePolicy(plain(rule)).map((one) => ({ ...one, ...part }));
  });
}

function azure(props: Props): Found[] {
  if (props.direction !== "Inbound" || props.access !== "Allow") return [];
  const protocol = PROTOCOLS[String(props.protocol).toLowerCase()];
  if (protocol === undefined) return [];
  const given = texts([props.sourceAddressPrefix, ...list(props.sourceAddressPrefixes)]);
  // Other names than these mean networks that Azure knows, such as the VNet and what is linked to it.
  const sources = given
    .map((one) => (one === "*" || one === "Internet" ? EVERYWHERE : one))
    .filter((one) => one.includes("/"));
  const ranges = texts([props.destinationPortRange, ...list(props.destinationPortRanges)]);
  const part = typeof props.name === "string" ? { part: props.name } : {};
  return ranges
    .flatMap((range) => ported(range === "*" ? "0-65535" : range, protocol, sources))
    .map((one) => ({ ...one, ...part }));
}

function ported(range: string, protocol: Opening["protocol"], sources: readonly string[]): Found[] {
  const [from, to = from] = range.split("-").map(number);
  return from === undefined || to === undefined ? [] : [{ protocol, from, to, sources }];
}

function number(value: unknown): number | undefined {
  const made = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof made === "number" && Number.isFinite(made) ? made : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function texts(values: readonly unknown[]): string[] {
  return values.filter((value): value is string => typeof value === "string" && value !== "");
}

function plain(value: unknown): Props {
  return isPlain(value) ? value : {};
}
