import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { simulatedClouds } from "../../../rehearsal/clouds";
import type { Properties } from "../../../rehearsal/engine/provider";
import { Bench, type Made, ROOT } from "./support";

const AWS = { region: "eu-west-1", allowedAccountIds: ["111122223333"] };
const GCP = { project: "my-project-1", region: "europe-west1" };
const AZURE = { subscriptionId: "00000000-0000-4000-a000-000000000001", location: "westeurope" };

type Things = Readonly<Record<string, Made>>;
type Case = [what: string, type: string, inputs: (things: Things) => Properties, refusal: RegExp];

/** Each case is refused for what it says; without its fault the same is taken, as the things before it show. */
function refuses(open: () => Promise<{ bench: Bench; things: Things }>, cases: readonly Case[]): void {
  for (const [what, type, inputs, refusal] of cases) {
    it(what, async () => {
      const { bench, things } = await open();
      assert.match(await bench.refusal(type, inputs(things)), refusal);
    });
  }
}

const TGW = "aws:ec2transitgateway/transitGateway:TransitGateway";
const ATTACHMENT = "aws:ec2transitgateway/vpcAttachment:VpcAttachment";
const CUSTOMER = "aws:ec2/customerGateway:CustomerGateway";
const VPN = "aws:ec2/vpnConnection:VpnConnection";

async function aws() {
  const bench = await Bench.open("aws", AWS);
  const vpc = await bench.make("aws:ec2/vpc:Vpc", { cidrBlock: "10.1.0.0/16" });
  const subnet = await bench.make("aws:ec2/subnet:Subnet", { vpcId: vpc.id, cidrBlock: "10.1.0.0/24" });
  const table = await bench.make("aws:ec2/routeTable:RouteTable", { vpcId: vpc.id });
  const gateway = await bench.make(TGW, { amazonSideAsn: 64513 });
  const customer = await bench.make(CUSTOMER, { type: "ipsec.1", bgpAsn: "64514", ipAddress: "35.242.0.10" });
  const inside = { tunnel1InsideCidr: "169.254.32.48/30", tunnel2InsideCidr: "169.254.32.52/30" };
  const vpn = { type: "ipsec.1", transitGatewayId: gateway.id, customerGatewayId: customer.id };
  const connection = await bench.make(VPN, { ...vpn, ...inside });
  return { bench, things: { vpc, subnet, table, gateway, customer, connection } };
}

describe("AWS refuses", () => {
  const vpn = ({ gateway, customer }: Things) => ({
    type: "ipsec.1",
    transitGatewayId: gateway!.id,
    customerGatewayId: customer!.id,
  });
  refuses(aws, [
    ["a public ASN of a transit gateway", TGW, () => ({ amazonSideAsn: 15169 }), /private ASN/],
    ["a private address of a customer gateway", CUSTOMER, () => ({ type: "ipsec.1", ipAddress: "10.0.0.1" }), /public/],
    ["inside addresses that it keeps", VPN, (it) => ({ ...vpn(it), tunnel1InsideCidr: "169.254.5.0/30" }), /AWS keeps/],
    ["inside addresses that are no /30", VPN, (it) => ({ ...vpn(it), tunnel1InsideCidr: "169.254.40.0/29" }), /\/30/],
    [
      "inside addresses that another connection has",
      VPN,
      (it) => ({ ...vpn(it), tunnel1InsideCidr: "169.254.32.48/30" }),
      /the same inside addresses/,
    ],
    ["a key that begins with 0", VPN, (it) => ({ ...vpn(it), tunnel1PresharedKey: "0aaaaaaaaaaa" }), /begin with 0/],
    [
      "a route to a gateway that the VPC is not attached to",
      "aws:ec2/route:Route",
      ({ table, gateway }) => ({
        routeTableId: table!.id,
        destinationCidrBlock: "10.2.0.0/19",
        transitGatewayId: gateway!.id,
      }),
      /is not attached/,
    ],
    [
      "two subnets of one zone at a gateway",
      ATTACHMENT,
      ({ gateway, vpc, subnet }) => ({
        transitGatewayId: gateway!.id,
        vpcId: vpc!.id,
        subnetIds: [subnet!.id, subnet!.id],
      }),
      /one for each zone/,
    ],
    [
      "a VPC peered with itself",
      "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
      ({ vpc }) => ({ vpcId: vpc!.id, peerVpcId: vpc!.id }),
      /with itself/,
    ],
  ]);

  it("peerings of VPCs that overlap, and acceptance from elsewhere", async () => {
    const source = simulatedClouds({ moduleRoots: [ROOT] });
    const [here, there] = [
      await Bench.in(source, "aws", AWS),
      await Bench.in(source, "aws", { ...AWS, region: "eu-west-2" }),
    ];
    const [a, b, c] = [
      await here.make("aws:ec2/vpc:Vpc", { cidrBlock: "10.1.0.0/16" }),
      await there.make("aws:ec2/vpc:Vpc", { cidrBlock: "10.1.128.0/17" }),
      await there.make("aws:ec2/vpc:Vpc", { cidrBlock: "10.2.0.0/16" }),
    ];
    const peering = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection";
    const accepter = "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter";
    const asked = { vpcId: a.id, peerRegion: "eu-west-2", peerOwnerId: "111122223333" };
    assert.match(await here.refusal(peering, { ...asked, peerVpcId: b.id }), /overlaps/);
    const made = await here.make(peering, { ...asked, peerVpcId: c.id });
    assert.match(await here.refusal(accepter, { vpcPeeringConnectionId: made.id, autoAccept: true }), /cannot accept/);
    assert.equal(await there.refusal(accepter, { vpcPeeringConnectionId: made.id, autoAccept: true }), "");
  });
});

const EXTERNAL = "gcp:compute/externalVpnGateway:ExternalVpnGateway";
const TUNNEL = "gcp:compute/vPNTunnel:VPNTunnel";
const PEER = "gcp:compute/routerPeer:RouterPeer";

async function gcp() {
  const bench = await Bench.open("gcp", GCP);
  const network = await bench.make("gcp:compute/network:Network", { autoCreateSubnetworks: false }, "net");
  const other = await bench.make("gcp:compute/network:Network", { autoCreateSubnetworks: false }, "other");
  for (const one of [network, other]) {
    await bench.make("gcp:compute/subnetwork:Subnetwork", { network: one.id, ipCidrRange: "10.2.0.0/19" });
  }
  const gateway = await bench.make("gcp:compute/haVpnGateway:HaVpnGateway", { network: network.id }, "gw");
  const router = await bench.make("gcp:compute/router:Router", { network: network.id, bgp: { asn: 64514 } }, "router");
  const interfaces = [0, 1].map((id) => ({ id, ipAddress: `52.0.0.${id + 1}` }));
  const external = await bench.make(EXTERNAL, { redundancyType: "TWO_IPS_REDUNDANCY", interfaces }, "ext");
  const tunnel = await bench.make(
    TUNNEL,
    {
      vpnGateway: gateway.id,
      vpnGatewayInterface: 0,
      peerExternalGateway: external.id,
      peerExternalGatewayInterface: 0,
      sharedSecret: "k1",
      router: router.id,
    },
    "tunnel",
  );
  const at = await bench.make(
    "gcp:compute/routerInterface:RouterInterface",
    { router: router.out("name"), ipRange: "169.254.32.50/30", vpnTunnel: tunnel.out("name") },
    "at",
  );
  return { bench, things: { network, other, gateway, router, external, tunnel, at } };
}

describe("Google Cloud refuses", () => {
  const session = ({ router, at }: Things) => ({ router: router!.out("name"), interface: at!.out("name") });
  refuses(gcp, [
    [
      "an external gateway with too few addresses",
      EXTERNAL,
      () => ({ redundancyType: "FOUR_IPS_REDUNDANCY", interfaces: [{ id: 0, ipAddress: "52.0.0.1" }] }),
      /must be 4/,
    ],
    [
      "a tunnel to an interface that is not there",
      TUNNEL,
      ({ gateway, external, router }) => ({
        vpnGateway: gateway!.id,
        vpnGatewayInterface: 0,
        peerExternalGateway: external!.id,
        peerExternalGatewayInterface: 3,
        sharedSecret: "k1",
        router: router!.id,
      }),
      /has no interface 3/,
    ],
    [
      "a session with its own system",
      PEER,
      (it) => ({ ...session(it), peerIpAddress: "169.254.32.49", peerAsn: 64514 }),
      /the router's own/,
    ],
    [
      "a session with an address of another tunnel",
      PEER,
      (it) => ({ ...session(it), peerIpAddress: "169.254.32.53", peerAsn: 64513 }),
      /not the other address/,
    ],
    [
      "a peering of networks whose subnets overlap",
      "gcp:compute/networkPeering:NetworkPeering",
      ({ network, other }) => ({ network: network!.id, peerNetwork: other!.id }),
      /overlaps/,
    ],
  ]);
});

const GATEWAY = "azure-native:network:VirtualNetworkGateway";
const RULE = "azure-native:network:SecurityRule";

async function azure() {
  const bench = await Bench.open("azure-native", AZURE);
  const group = await bench.make("azure-native:resources:ResourceGroup", {}, "rg");
  const resourceGroupName = group.out("name");
  const vnet = (name: string, range: string) =>
    bench.make(
      "azure-native:network:VirtualNetwork",
      { resourceGroupName, addressSpace: { addressPrefixes: [range] } },
      name,
    );
  const [one, two] = [await vnet("one", "10.3.0.0/16"), await vnet("two", "10.3.0.0/18")];
  const subnet = (subnetName: string, addressPrefix: string) =>
    bench.make("azure-native:network:Subnet", {
      resourceGroupName,
      virtualNetworkName: one.out("name"),
      subnetName,
      addressPrefix,
    });
  const [own, nodes] = [await subnet("GatewaySubnet", "10.3.48.0/27"), await subnet("nodes", "10.3.0.0/19")];
  const guard = await bench.make("azure-native:network:NetworkSecurityGroup", { resourceGroupName }, "guard");
  const address = await bench.make(
    "azure-native:network:PublicIPAddress",
    { resourceGroupName, sku: { name: "Standard" }, publicIPAllocationMethod: "Static" },
    "ip",
  );
  return { bench, things: { group, one, two, own, nodes, guard, address } };
}

describe("Azure refuses", () => {
  const gateway = ({ group, own, address }: Things, more: Properties = {}) => ({
    resourceGroupName: group!.out("name"),
    gatewayType: "Vpn",
    vpnType: "RouteBased",
    sku: { name: "VpnGw2AZ", tier: "VpnGw2AZ" },
    ipConfigurations: [{ name: "a", subnet: { id: own!.id }, publicIPAddress: { id: address!.id } }],
    ...more,
  });
  const rule = ({ group, guard }: Things) => ({
    resourceGroupName: group!.out("name"),
    networkSecurityGroupName: guard!.out("name"),
    access: "Allow",
    direction: "Inbound",
    protocol: "Tcp",
    sourcePortRange: "*",
    destinationPortRange: "443",
    sourceAddressPrefix: "10.0.0.0/8",
    destinationAddressPrefix: "*",
  });
  refuses(azure, [
    ["an active-active gateway with one address", GATEWAY, (it) => gateway(it, { activeActive: true }), /must be two/],
    [
      "BGP of a gateway of SKU Basic",
      GATEWAY,
      (it) => gateway(it, { enableBgp: true, sku: { name: "Basic", tier: "Basic" } }),
      /SKU Basic/,
    ],
    ["an ASN that it keeps", GATEWAY, (it) => gateway(it, { bgpSettings: { asn: 65517 } }), /Azure keeps/],
    [
      "a gateway in another subnet than its own",
      GATEWAY,
      (it) =>
        gateway(it, {
          ipConfigurations: [{ name: "a", subnet: { id: it.nodes!.id }, publicIPAddress: { id: it.address!.id } }],
        }),
      /must be named GatewaySubnet/,
    ],
    [
      "inside addresses beyond its own",
      "azure-native:network:LocalNetworkGateway",
      ({ group }) => ({
        resourceGroupName: group!.out("name"),
        gatewayIpAddress: "52.0.0.1",
        bgpSettings: { asn: 64513, bgpPeeringAddress: "169.254.40.1" },
      }),
      /169\.254\.21\.0 to 169\.254\.22\.255/,
    ],
    [
      "a rule with sources in two spellings",
      RULE,
      (it) => ({ ...rule(it), priority: 200, sourceAddressPrefixes: ["10.1.0.0/19"] }),
      /exactly one of/,
    ],
    ["a priority that no rule may have", RULE, (it) => ({ ...rule(it), priority: 5000 }), /100 to 4096/],
    [
      "a peering of networks that overlap",
      "azure-native:network:VirtualNetworkPeering",
      ({ group, one, two }) => ({
        resourceGroupName: group!.out("name"),
        virtualNetworkName: one!.out("name"),
        remoteVirtualNetwork: { id: two!.id },
      }),
      /overlaps/,
    ],
    [
      "a security group on GatewaySubnet",
      "azure-native:network:Subnet",
      ({ group, two, guard }) => ({
        resourceGroupName: group!.out("name"),
        virtualNetworkName: two!.out("name"),
        subnetName: "GatewaySubnet",
        addressPrefix: "10.3.48.0/27",
        networkSecurityGroup: { id: guard!.id },
      }),
      /gateways do not work behind one/,
    ],
  ]);
});
