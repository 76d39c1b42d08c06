import { at, list, type Resource, text } from "./model";

/** A resource, and what its outputs are with one fault. */
export type Mutant = readonly [Resource, object];

type Change = (one: Resource) => object;

/** Each fault that a link may have and a cloud would take: by the type of the resource, and what is changed of it. */
const FAULTS: readonly (readonly [what: string, type: string, change: Change])[] = [
  [
    "a router of Google's has another BGP number",
    "gcp:compute/router:Router",
    (one) => ({ bgp: { ...bgp(one), asn: 64999 } }),
  ],
  ["a session of Google's expects another BGP number", "gcp:compute/routerPeer:RouterPeer", () => ({ peerAsn: 64999 })],
  [
    "a session of Google's asks at another address",
    "gcp:compute/routerPeer:RouterPeer",
    () => ({ peerIpAddress: "169.254.95.1" }),
  ],
  [
    "a tunnel of Google's has another address inside",
    "gcp:compute/routerInterface:RouterInterface",
    () => ({ ipRange: "169.254.95.2/30" }),
  ],
  [
    "a router of Google's announces nothing",
    "gcp:compute/router:Router",
    (one) => ({ bgp: { ...bgp(one), advertisedIpRanges: [] } }),
  ],
  ["a customer gateway has another BGP number", "aws:ec2/customerGateway:CustomerGateway", () => ({ bgpAsn: "64999" })],
  [
    "a customer gateway is somewhere else",
    "aws:ec2/customerGateway:CustomerGateway",
    () => ({ ipAddress: "203.0.113.77" }),
  ],
  [
    "a transit gateway has another BGP number",
    "aws:ec2transitgateway/transitGateway:TransitGateway",
    () => ({ amazonSideAsn: 64999 }),
  ],
  [
    "Azure is told another BGP number",
    "azure-native:network:LocalNetworkGateway",
    (one) => ({ bgpSettings: { ...settings(one), asn: 64999 } }),
  ],
  [
    "Azure is told another address inside",
    "azure-native:network:LocalNetworkGateway",
    (one) => ({ bgpSettings: { ...settings(one), bgpPeeringAddress: "169.254.22.254" } }),
  ],
  [
    "Azure's connection has no BGP",
    "azure-native:network:VirtualNetworkGatewayConnection",
    () => ({ enableBgp: false }),
  ],
  [
    "a virtual WAN is told another BGP number",
    "azure-native:network:VpnSite",
    (one) => ({ vpnSiteLinks: siteLinks(one, { asn: 64999 }) }),
  ],
  [
    "a virtual WAN is told another address inside",
    "azure-native:network:VpnSite",
    (one) => ({ vpnSiteLinks: siteLinks(one, { bgpPeeringAddress: "169.254.22.254" }) }),
  ],
  [
    "a firewall of Google's is open to everybody",
    "gcp:compute/firewall:Firewall",
    () => ({ sourceRanges: ["0.0.0.0/0"] }),
  ],
  [
    "a firewall of Google's is open to a peer's load balancers",
    "gcp:compute/firewall:Firewall",
    (one) => ({ sourceRanges: list(one, "sourceRanges").map((range) => String(range).replace("/19", "/16")) }),
  ],
  ["a rule of Azure's is open to a peer's load balancers", "azure-native:network:SecurityRule", openedWider],
  [
    "a rule of AWS is open to everybody",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    () => ({ prefixListId: undefined, cidrIpv4: "0.0.0.0/0" }),
  ],
];

/** The faults that some of these resources can have, each with all that can have it. */
export function mutantsOf(
  resources: readonly Resource[],
): readonly (readonly [what: string, mutants: readonly Mutant[]])[] {
  return FAULTS.flatMap(([what, type, change]) => {
    const mutants = resources
      .filter((one) => one.type === type)
      .map((one): Mutant => [one, change(one)])
      .filter(([, outputs]) => Object.keys(outputs).length > 0);
    return mutants.length === 0 ? [] : [[what, mutants] as const];
  });
}

const bgp = (one: Resource) => at(one, "bgp") as object;
const settings = (one: Resource) => at(one, "bgpSettings") as object;

function siteLinks(one: Resource, change: object): object[] {
  return list(one, "vpnSiteLinks").map((link) => {
    const { bgpProperties, ...rest } = link as { bgpProperties: object };
    return { ...rest, bgpProperties: { ...bgpProperties, ...change } };
  });
}

/** What denies is made wider without anybody coming in. */
function openedWider(one: Resource): object {
  if (text(one, "access") !== "Allow") return {};
  return {
    sourceAddressPrefixes: list(one, "sourceAddressPrefixes").map((range) => String(range).replace("/19", "/16")),
  };
}
