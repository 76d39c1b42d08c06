import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { simulatedClouds } from "../../../rehearsal/clouds";
import { Bench, ROOT } from "./support";

const CORE = "aws:networkmanager/coreNetwork:CoreNetwork";
const POLICY = "aws:networkmanager/coreNetworkPolicyAttachment:CoreNetworkPolicyAttachment";
const ATTACHMENT = "aws:networkmanager/vpcAttachment:VpcAttachment";
const ACCEPTER = "aws:networkmanager/attachmentAccepter:AttachmentAccepter";
const VPN_ATTACHMENT = "aws:networkmanager/siteToSiteVpnAttachment:SiteToSiteVpnAttachment";
const ROUTE = "aws:ec2/route:Route";
const LIST = "aws:ec2/managedPrefixList:ManagedPrefixList";

/** A policy of one segment with edges in these regions. */
function policy(regions: readonly (string | { location: string; asn?: number })[], more: object = {}): string {
  return JSON.stringify({
    version: "2021.12",
    "core-network-configuration": {
      "asn-ranges": ["65101-65199"],
      "edge-locations": regions.map((one) => (typeof one === "string" ? { location: one } : one)),
    },
    segments: [{ name: "sites", "require-attachment-acceptance": true }],
    "attachment-policies": [
      {
        "rule-number": 100,
        "condition-logic": "or",
        conditions: [{ type: "any" }],
        action: { "association-method": "constant", segment: "sites" },
      },
    ],
    ...more,
  });
}

/** A core network of one account, and a VPC of another in Ireland. */
async function aws() {
  const source = simulatedClouds({ moduleRoots: [ROOT] });
  const owner = await Bench.in(source, "aws", { region: "us-east-1", allowedAccountIds: ["444455556666"] });
  const site = await Bench.in(source, "aws", { region: "eu-west-1", allowedAccountIds: ["111122223333"] });
  const global = await owner.make("aws:networkmanager/globalNetwork:GlobalNetwork", {});
  const core = await owner.make(CORE, { globalNetworkId: global.id });
  const vpc = await site.make("aws:ec2/vpc:Vpc", { cidrBlock: "10.1.0.0/18" });
  const subnet = await site.make("aws:ec2/subnet:Subnet", { vpcId: vpc.id, cidrBlock: "10.1.0.0/24" });
  const table = await site.make("aws:ec2/routeTable:RouteTable", { vpcId: vpc.id });
  const attached = { coreNetworkId: core.id, vpcArn: vpc.out("arn"), subnetArns: [subnet.out("arn")] };
  return { owner, site, core, vpc, subnet, table, attached };
}

async function shared({ owner, core }: Awaited<ReturnType<typeof aws>>, more: object = {}) {
  const share = await owner.make("aws:ram/resourceShare:ResourceShare", { name: "wan", ...more });
  const resourceShareArn = share.out("arn");
  await owner.make("aws:ram/resourceAssociation:ResourceAssociation", {
    resourceShareArn,
    resourceArn: core.out("arn"),
  });
  await owner.make("aws:ram/principalAssociation:PrincipalAssociation", {
    resourceShareArn,
    principal: "111122223333",
  });
  return share;
}

describe("Cloud WAN takes an attachment", () => {
  it("of another account once there is a policy with the edge, and a share that names the account", async () => {
    const it = await aws();
    assert.match(
      await it.site.refusal(ATTACHMENT, it.attached),
      /of account 444455556666, which does not share it with 1111/,
    );
    await shared(it);
    assert.match(await it.site.refusal(ATTACHMENT, it.attached), /no live policy yet/);
    await it.owner.make(POLICY, { coreNetworkId: it.core.id, policyDocument: policy(["eu-west-1"]) });
    assert.equal(await it.site.refusal(ATTACHMENT, it.attached), "");
  });

  it("of an account outside the organization once that has accepted the share", async () => {
    const it = await aws();
    await it.owner.make(POLICY, { coreNetworkId: it.core.id, policyDocument: policy(["eu-west-1"]) });
    const share = await shared(it, { allowExternalPrincipals: true });
    assert.match(await it.site.refusal(ATTACHMENT, it.attached), /has not accepted/);
    const accepter = "aws:ram/resourceShareAccepter:ResourceShareAccepter";
    await it.site.make(accepter, { shareArn: share.out("arn"), region: "us-east-1" });
    assert.equal(await it.site.refusal(ATTACHMENT, it.attached), "");
  });

  it("and a route to it once the owner has accepted that", async () => {
    const it = await aws();
    await it.owner.make(POLICY, { coreNetworkId: it.core.id, policyDocument: policy(["eu-west-1"]) });
    await shared(it);
    const made = await it.site.make(ATTACHMENT, it.attached);
    assert.equal(made.out("state"), "PENDING_ATTACHMENT_ACCEPTANCE");
    const list = await it.site.make(LIST, {
      name: "peers",
      addressFamily: "IPv4",
      maxEntries: 10,
      entries: [{ cidr: "10.2.0.0/19" }],
    });
    const route = {
      routeTableId: it.table.id,
      destinationPrefixListId: list.id,
      coreNetworkArn: it.core.out("arn"),
    };
    assert.match(await it.site.refusal(ROUTE, route), /is not attached .* accepted/);
    const accepted = { attachmentId: made.id, attachmentType: "VPC" };
    assert.match(await it.site.refusal(ACCEPTER, accepted), /of account 444455556666, which alone can accept it/);
    assert.match(
      await it.owner.refusal(ACCEPTER, { ...accepted, attachmentType: "SITE_TO_SITE_VPN" }),
      /is of type VPC, not SITE_TO_SITE_VPN/,
    );
    await it.owner.make(ACCEPTER, accepted);
    assert.equal(await it.site.refusal(ROUTE, route), "");
    assert.match(
      await it.owner.refusal(POLICY, { coreNetworkId: it.core.id, policyDocument: policy(["eu-west-2"]) }),
      /exists already|is at the edge of eu-west-1/,
    );
  });

  it("in no region without an edge, and of no VPN connection that ends elsewhere", async () => {
    const it = await aws();
    await shared(it);
    await it.owner.make(POLICY, { coreNetworkId: it.core.id, policyDocument: policy(["us-east-1"]) });
    assert.match(await it.site.refusal(ATTACHMENT, it.attached), /has no edge in eu-west-1/);
    const customer = await it.owner.make("aws:ec2/customerGateway:CustomerGateway", {
      type: "ipsec.1",
      bgpAsn: "65111",
      ipAddress: "35.242.0.10",
    });
    const gateway = await it.owner.make("aws:ec2transitgateway/transitGateway:TransitGateway", {});
    const vpn = (inputs: object) =>
      it.owner.make("aws:ec2/vpnConnection:VpnConnection", {
        type: "ipsec.1",
        customerGatewayId: customer.id,
        tunnel1InsideCidr: "169.254.32.0/30",
        tunnel2InsideCidr: "169.254.32.4/30",
        ...inputs,
      });
    const attach = (one: Awaited<ReturnType<typeof vpn>>) => ({
      coreNetworkId: it.core.id,
      vpnConnectionArn: one.out("arn"),
    });
    const elsewhere = await vpn({ transitGatewayId: gateway.id });
    assert.match(await it.owner.refusal(VPN_ATTACHMENT, attach(elsewhere)), /ends at tgw-/);
    await it.owner.make(VPN_ATTACHMENT, attach(await vpn({})));
    assert.match(
      await it.owner.refusal(VPN_ATTACHMENT, attach(await vpn({}))),
      /the same inside addresses at the edge/,
    );
  });

  const WRONG: readonly [string, string, RegExp][] = [
    ["an old version", policy(["eu-west-1"], { version: "2020.01" }), /version "2021.12"/],
    ["no edge", policy([]), /at least one of edge-locations/],
    ["a region that is none", policy(["eu-wset-1"]), /regions in edge-locations/],
    ["an edge twice", policy(["eu-west-1", "eu-west-1"]), /name a region once/],
    ["an ASN out of its ranges", policy([{ location: "eu-west-1", asn: 64512 }]), /within asn-ranges/],
    [
      "an ASN twice",
      policy([
        { location: "eu-west-1", asn: 65101 },
        { location: "eu-west-2", asn: 65101 },
      ]),
      /another ASN for each edge/,
    ],
    ["a segment with a hyphen", policy(["eu-west-1"], { segments: [{ name: "my-sites" }] }), /letters and digits/],
    ["a rule for no segment", policy(["eu-west-1"], { segments: [{ name: "others" }] }), /one of its segments/],
  ];
  for (const [what, policyDocument, refusal] of WRONG) {
    it(`under no policy with ${what}`, async () => {
      const { owner, core } = await aws();
      assert.match(await owner.refusal(POLICY, { coreNetworkId: core.id, policyDocument }), refusal);
    });
  }

  it("of a prefix list no more entries than it is made for", async () => {
    const { site } = await aws();
    const entries = ["10.2.0.0/19", "10.3.0.0/19"].map((cidr) => ({ cidr }));
    const list = { name: "peers", addressFamily: "IPv4" };
    assert.match(await site.refusal(LIST, { ...list, maxEntries: 1, entries }), /at most maxEntries, 1; got 2/);
    assert.match(await site.refusal(LIST, { ...list, maxEntries: 9, entries: [...entries, ...entries] }), /twice/);
  });

  it("of a share of it in no other region than us-east-1", async () => {
    const { owner, core } = await aws();
    const share = await owner.make("aws:ram/resourceShare:ResourceShare", { name: "wan", region: "eu-west-1" });
    const inputs = { resourceShareArn: share.out("arn"), resourceArn: core.out("arn"), region: "eu-west-1" };
    const refusal = await owner.refusal("aws:ram/resourceAssociation:ResourceAssociation", inputs);
    assert.match(refusal, /is shared in us-east-1, not in eu-west-1/);
  });
});

const HUB = "gcp:networkconnectivity/hub:Hub";
const SPOKE = "gcp:networkconnectivity/spoke:Spoke";
const GROUP = "gcp:networkconnectivity/group:Group";

describe("Network Connectivity Center", () => {
  async function gcp() {
    const source = simulatedClouds({ moduleRoots: [ROOT] });
    const owner = await Bench.in(source, "gcp", { project: "shop-network", region: "europe-west1" });
    const site = await Bench.in(source, "gcp", { project: "shop-production", region: "europe-west1" });
    const hub = await owner.make(HUB, { presetTopology: "MESH" }, "wan");
    const network = async (name: string, ipCidrRange: string) => {
      const made = await site.make("gcp:compute/network:Network", { autoCreateSubnetworks: false }, name);
      await site.make("gcp:compute/subnetwork:Subnetwork", { network: made.id, ipCidrRange }, name);
      return made;
    };
    const spoke = (uri: unknown) => ({ hub: hub.id, location: "global", linkedVpcNetwork: { uri } });
    return { owner, site, hub, network, spoke };
  }

  it("leaves a spoke of another project waiting until that is listed", async () => {
    const { owner, site, hub, network, spoke } = await gcp();
    const waiting = await site.make(SPOKE, spoke((await network("a", "10.1.0.0/19")).id), "a");
    assert.equal(waiting.out("state"), "INACTIVE");
    const autoAccept = { autoAcceptProjects: ["shop-production"] };
    await owner.make(GROUP, { name: "default", hub: hub.id, autoAccept }, "group");
    const listed = await site.make(SPOKE, spoke((await network("b", "10.2.0.0/19")).id), "b");
    assert.equal(listed.out("state"), "ACTIVE");
    assert.match(await owner.refusal(GROUP, { name: "edge", hub: hub.id }), /topology MESH has default, not edge/);
  });

  it("refuses networks twice, that overlap, or at a place, and tunnels of another project", async () => {
    const { owner, site, hub, network, spoke } = await gcp();
    const first = await network("a", "10.1.0.0/19");
    await site.make(SPOKE, spoke(first.id), "a");
    assert.match(await site.refusal(SPOKE, spoke(first.id)), /is linked by .* already/);
    const clash = await network("b", "10.1.0.0/20");
    assert.match(await site.refusal(SPOKE, spoke(clash.id)), /spokes must be apart/);
    const fine = await network("c", "10.3.0.0/19");
    assert.match(await site.refusal(SPOKE, { ...spoke(fine.id), location: "europe-west1" }), /must be "global"/);
    const tunnel = await tunnelOf(site);
    const tunnels = { uris: [tunnel.id], siteToSiteDataTransfer: false, includeImportRanges: ["ALL_IPV4_RANGES"] };
    const inputs = { hub: hub.id, location: "europe-west1", linkedVpnTunnels: tunnels };
    assert.match(await site.refusal(SPOKE, inputs), /is not in shop-network, the project of the hub/);
    const own = await tunnelOf(owner);
    const known = { ...inputs, linkedVpnTunnels: { ...tunnels, uris: [own.id] } };
    assert.match(await owner.refusal(SPOKE, { ...known, location: "europe-west4" }), /the location of the spoke/);
    assert.equal(await owner.refusal(SPOKE, known), "");
  });

  async function tunnelOf(bench: Bench) {
    const network = await bench.make("gcp:compute/network:Network", { autoCreateSubnetworks: false }, "gateways");
    const gateway = await bench.make("gcp:compute/haVpnGateway:HaVpnGateway", { network: network.id }, "gw");
    const router = await bench.make(
      "gcp:compute/router:Router",
      { network: network.id, bgp: { asn: 65111 } },
      "router",
    );
    const interfaces = [0, 1].map((id) => ({ id, ipAddress: `52.0.0.${id + 1}` }));
    const external = await bench.make(
      "gcp:compute/externalVpnGateway:ExternalVpnGateway",
      { redundancyType: "TWO_IPS_REDUNDANCY", interfaces },
      "ext",
    );
    return bench.make(
      "gcp:compute/vPNTunnel:VPNTunnel",
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
  }
});

describe("Virtual WAN", () => {
  const NET = "azure-native:network";

  async function azure() {
    const bench = await Bench.open("azure-native", {
      subscriptionId: "00000000-0000-4000-a000-000000000001",
      location: "westeurope",
    });
    const group = await bench.make("azure-native:resources:ResourceGroup", { resourceGroupName: "rg" });
    const resourceGroupName = group.out("name");
    const wan = await bench.make(`${NET}:VirtualWan`, { resourceGroupName, type: "Standard" }, "wan");
    const hub = { resourceGroupName, virtualWan: { id: wan.id }, sku: "Standard" };
    const first = await bench.make(`${NET}:VirtualHub`, { ...hub, addressPrefix: "10.0.0.0/23" }, "hub");
    const vnet = (addressPrefix: string, name: string) =>
      bench.make(
        `${NET}:VirtualNetwork`,
        { resourceGroupName, addressSpace: { addressPrefixes: [addressPrefix] } },
        name,
      );
    const connection = (id: unknown) => ({
      resourceGroupName,
      virtualHubName: first.out("name"),
      remoteVirtualNetwork: { id },
    });
    return { bench, resourceGroupName, wan, hub, first, vnet, connection };
  }

  it("refuses hubs and networks that overlap, and a network at two hubs", async () => {
    const { bench, hub, vnet, connection } = await azure();
    assert.match(
      await bench.refusal(`${NET}:VirtualHub`, { ...hub, addressPrefix: "10.0.1.0/24" }),
      /overlaps that of/,
    );
    assert.match(await bench.refusal(`${NET}:VirtualHub`, { ...hub, addressPrefix: "10.0.2.0/25" }), /prefix length/);
    const clash = await vnet("10.0.0.0/20", "clash");
    assert.match(await bench.refusal(`${NET}:HubVirtualNetworkConnection`, connection(clash.id)), /overlaps/);
    const fine = await vnet("10.1.0.0/18", "fine");
    await bench.make(`${NET}:HubVirtualNetworkConnection`, connection(fine.id), "fine");
    const second = await bench.make(`${NET}:VirtualHub`, { ...hub, addressPrefix: "10.0.2.0/23" }, "second");
    const again = { ...connection(fine.id), virtualHubName: second.out("name") };
    assert.match(await bench.refusal(`${NET}:HubVirtualNetworkConnection`, again), /a network has one hub/);
  });

  it("refuses a principal that has no role at a network of another subscription", async () => {
    const source = simulatedClouds({ moduleRoots: [ROOT] });
    const inSubscription = (last: number, more: object = {}) =>
      Bench.in(source, "azure-native", {
        ...{ subscriptionId: `00000000-0000-4000-a000-00000000000${last}`, location: "westeurope", ...more },
      });
    const [owner, network] = [
      await inSubscription(1),
      await inSubscription(2, { clientId: "12121212-1111-2222-3333-444444444444" }),
    ];
    const group = await owner.make("azure-native:resources:ResourceGroup", { resourceGroupName: "sites" });
    const vnetOf = (range: string, name: string) =>
      owner.make(
        `${NET}:VirtualNetwork`,
        { resourceGroupName: group.out("name"), addressSpace: { addressPrefixes: [range] } },
        name,
      );
    const [vnet, other] = [await vnetOf("10.1.0.0/18", "one"), await vnetOf("10.2.0.0/18", "two")];
    const hubs = await network.make("azure-native:resources:ResourceGroup", { resourceGroupName: "hubs" });
    const resourceGroupName = hubs.out("name");
    const wan = await network.make(`${NET}:VirtualWan`, { resourceGroupName, type: "Standard" }, "wan");
    const hub = { resourceGroupName, virtualWan: { id: wan.id }, sku: "Standard", addressPrefix: "10.0.0.0/23" };
    const virtualHubName = (await network.make(`${NET}:VirtualHub`, hub, "hub")).out("name");
    const connection = { resourceGroupName, virtualHubName, remoteVirtualNetwork: { id: vnet.id } };
    const connected = () => network.refusal(`${NET}:HubVirtualNetworkConnection`, connection);
    assert.match(
      await connected(),
      /12121212-1111-2222-3333-444444444444 has no role that may join .*give it Network Contributor/,
    );
    const role = (scope: unknown, id: string) => ({
      ...{ scope, principalId: "34343434-1111-2222-3333-444444444444", principalType: "ServicePrincipal" },
      roleDefinitionId: `/subscriptions/00000000-0000-4000-a000-000000000001/providers/Microsoft.Authorization/roleDefinitions/${id}`,
    });
    const assignment = "azure-native:authorization:RoleAssignment";
    const [reader, contributor] = ["acdd72a7-3385-48ef-bd42-f606fba81ae7", "4d97b98b-1d4f-4787-a291-c67834d212e7"];
    await owner.make(assignment, role(vnet.id, reader), "read");
    await owner.make(assignment, role(other.id, contributor), "elsewhere");
    assert.match(await connected(), /has no role/);
    await owner.make(assignment, role(vnet.id, contributor), "here");
    assert.equal(await connected(), "");
  });

  it("refuses another ASN than its own, sites with five links, and links and addresses that are none", async () => {
    const { bench, resourceGroupName, wan, first } = await azure();
    const addresses = ["Instance0", "Instance1"].map((ipconfigurationId, index) => ({
      ipconfigurationId,
      customBgpIpAddresses: [`169.254.21.${index * 4 + 2}`],
    }));
    const gateway = {
      resourceGroupName,
      virtualHub: { id: first.id },
      vpnGatewayScaleUnit: 2,
      bgpSettings: { asn: 65515, bgpPeeringAddresses: addresses },
    };
    const wrong = { ...gateway, bgpSettings: { asn: 64512 } };
    assert.match(await bench.refusal(`${NET}:VpnGateway`, wrong), /must be one of 65515/);
    const made = await bench.make(`${NET}:VpnGateway`, gateway, "gw");
    assert.match(await bench.refusal(`${NET}:VpnGateway`, { ...gateway, gatewayName: "two" }), /exists already/);
    const link = (number: number) => ({
      name: `link-${number}`,
      ipAddress: `52.0.0.${number}`,
      bgpProperties: { asn: 65101, bgpPeeringAddress: "169.254.21.1" },
    });
    const site = { resourceGroupName, virtualWan: { id: wan.id } };
    const five = [1, 2, 3, 4, 5].map(link);
    assert.match(await bench.refusal(`${NET}:VpnSite`, { ...site, vpnSiteLinks: five }), /4 at most; got 5/);
    const remote = await bench.make(`${NET}:VpnSite`, { ...site, vpnSiteLinks: [link(1)] }, "site");
    const connection = (linkId: string, customBgpIpAddress: string) => ({
      resourceGroupName,
      gatewayName: made.out("name"),
      remoteVpnSite: { id: remote.id },
      vpnLinkConnections: [
        {
          name: "one",
          vpnSiteLink: { id: linkId },
          sharedKey: "k1",
          enableBgp: true,
          vpnGatewayCustomBgpAddresses: [{ ipConfigurationId: "Instance0", customBgpIpAddress }],
        },
      ],
    });
    const known = `${remote.id}/vpnSiteLinks/link-1`;
    const stray = connection(`${remote.id}/vpnSiteLinks/link-9`, "169.254.21.2");
    assert.match(await bench.refusal(`${NET}:VpnConnection`, stray), /is no link of/);
    assert.match(await bench.refusal(`${NET}:VpnConnection`, connection(known, "169.254.21.42")), /is no address of/);
    assert.equal(await bench.refusal(`${NET}:VpnConnection`, connection(known, "169.254.21.2")), "");
  });
});
